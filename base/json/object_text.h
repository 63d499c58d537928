// Writes one JSON object as text, member by member, without a tree in between: for what is made anew with each request.
// The caller's order is the text's order; who wants dump()'s (base/json/strict.h) adds members sorted by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace base::json {

class ObjectText {
 public:
  ObjectText();
  // Names are the caller's own constants and stand once. Text that is not UTF-8, and NUL, become U+FFFD.
  ObjectText& text(std::string_view name, std::string_view value);
  ObjectText& number(std::string_view name, std::int64_t value);
  ObjectText& boolean(std::string_view name, bool value);
  ObjectText& json(std::string_view name, std::string_view value);  // JSON already
  std::string take();                                               // the last that is asked of it

 private:
  void begin(std::string_view name);

  std::string out_;
};

}  // namespace base::json
