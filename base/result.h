// Outcomes that a specification or our OpenAPI names are values; exceptions are for logistics (DESIGN decision 1).
#pragma once

#include <tl/expected.hpp>
#include <utility>

namespace base {

template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
[[nodiscard]] auto failure(E&& error) {
  return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace base

#define ALDGATE_CONCAT_INNER(a, b) a##b
#define ALDGATE_CONCAT(a, b) ALDGATE_CONCAT_INNER(a, b)

// TRY(auto code, store.consume(hash));   declares `code`, or returns the failure to the caller.
#define TRY(declaration, ...) TRY_AS(ALDGATE_CONCAT(try_result_, __LINE__), declaration, __VA_ARGS__)
#define TRY_AS(name, declaration, ...)                                           \
  auto name = (__VA_ARGS__);                                                     \
  if (!name) return tl::make_unexpected(std::move(name).error());                \
  declaration = std::move(*name)
// TRY_VOID(check(x));   for Result<void, E>.
#define TRY_VOID(...)                                                            \
  if (auto try_void_result = (__VA_ARGS__); !try_void_result)                    \
  return tl::make_unexpected(std::move(try_void_result).error())
