#include "base/json/object_text.h"

#include <utility>

#include "base/observe/log.h"

namespace base::json {

ObjectText::ObjectText() {
  out_.reserve(512);
  out_ += '{';
}

void ObjectText::begin(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  observe::append_json_string(out_, name);
  out_ += ':';
}

ObjectText& ObjectText::text(std::string_view name, std::string_view value) {
  begin(name);
  observe::append_json_string(out_, value);
  return *this;
}
ObjectText& ObjectText::number(std::string_view name, std::int64_t value) {
  begin(name);
  out_ += std::to_string(value);
  return *this;
}
ObjectText& ObjectText::boolean(std::string_view name, bool value) {
  begin(name);
  out_ += value ? "true" : "false";
  return *this;
}
ObjectText& ObjectText::json(std::string_view name, std::string_view value) {
  begin(name);
  out_ += value;
  return *this;
}

std::string ObjectText::take() {
  out_ += '}';
  return std::move(out_);
}

}  // namespace base::json
