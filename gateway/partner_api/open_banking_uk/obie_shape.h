// The official description's schemas as data, and one check of a body against them: required members, lengths,
// patterns, code lists, members that are not part of it. A refusal names the code of the standard and the path.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/partner_api/open_banking_uk/obie_error.h"

namespace gateway {

enum class Is : std::uint8_t { text, amount, currency, time, boolean, integer, number, object, list, anything };

struct Member;
struct Shape {
  Is is = Is::anything;
  std::size_t min = 0;                           // characters of a text, items of a list
  std::size_t max = 0;                           // 0: no limit of the schema
  std::span<const std::string_view> words = {};  // of a text: nothing else; empty: any
  std::span<const Member> members = {};          // of an object
  bool open = false;                             // an object that admits further members
  const Shape* item = nullptr;                   // of a list
};
struct Member {
  std::string_view name;
  const Shape* shape;
  bool required = false;
};

constexpr std::size_t kLongestBody = 64 * 1024;
// nullopt: the body is JSON of that shape, and nothing else.
std::optional<ObieFailure> check_shape(std::string_view body, const Shape& shape, std::size_t max_bytes = kLongestBody);

}  // namespace gateway
