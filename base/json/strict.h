// Strict JSON (RFC 8259, I-JSON RFC 7493): one text has one meaning, or it is refused.
// Refused: duplicate member names at any level, more than max_depth levels, more than max_bytes, invalid UTF-8, a byte
// order mark, NaN and infinities, bytes after the value, lone surrogates, U+0000 (no store of ours can hold it),
// integers outside int64/uint64 and floats that overflow or vanish. The only header that includes nlohmann/json.hpp;
// only .cpp files include it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base::json {

using Value = nlohmann::json;

enum class ErrorKind : std::uint8_t {
  too_large,
  too_deep,
  syntax,  // also invalid UTF-8, lone surrogates, NaN, trailing bytes, U+0000
  duplicate_member,
  number_out_of_range,
  // the ones of Reader:
  missing_member,
  wrong_type,
  unknown_member,
  invalid_value,
};
std::string_view to_text(ErrorKind kind);  // "duplicate member": fit for a public error text

struct ParseError {
  ErrorKind kind = ErrorKind::syntax;
  std::string pointer;  // RFC 6901; "" is the whole document. Contains member names of the input, never values.
  std::string detail;   // our words only, no input: safe for a public error text and for a log

  std::string text() const;  // "/Data/Permissions: missing member"
};

struct Limits {
  std::size_t max_bytes = 0;   // no default: every caller knows its own
  std::size_t max_depth = 16;  // a scalar has depth 0, [] and {} have depth 1
};

// Integers stay exact (int64 or uint64); other numbers become doubles.
Result<Value, ParseError> parse_strict(std::string_view text, Limits limits);

// Deterministic text: members sorted by name, no whitespace, UTF-8. Never throws on content: what is not UTF-8 in a
// string becomes U+FFFD.
std::string dump(const Value& value);

}  // namespace base::json
