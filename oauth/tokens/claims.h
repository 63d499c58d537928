// The claims of a JWT (RFC 7519 section 4), read strictly once: duplicate members, deep nesting and wrong types refuse.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace oauth {

class Claims {
 public:
  static base::Result<Claims, std::string> parse(std::string_view payload);  // the error is our own words

  bool has(std::string_view name) const;
  // nullopt: absent or of another type. Where a claim is optional, ask has() to tell the two apart.
  std::optional<std::string> text(std::string_view name) const;
  std::optional<std::string> text_in(std::string_view object, std::string_view name) const;
  // Whatever stands there, as canonical JSON text.
  std::optional<std::string> json(std::string_view name) const;
  // NumericDate (RFC 7519 section 2): a number, fractions allowed, from 1970 to 9999.
  std::optional<base::Instant> date(std::string_view name) const;
  // aud is this string, or an array of strings with it (RFC 7519 section 4.1.3).
  bool has_audience(std::string_view audience) const;
  enum class Kind { text, integer, object, array, other };
  struct Member {
    std::string name;
    Kind kind = Kind::other;
    std::string text;  // strings as they are, everything else as JSON
  };
  std::vector<Member> members() const;
  std::size_t members_of(std::string_view object) const;  // 0 when it is no object

 private:
  struct Impl;
  explicit Claims(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace oauth
