#include "base/json/strict.h"

#include <vector>

#include "base/json/reader.h"

namespace base::json {
namespace {

// Builds the value from the parser's events and stops at the first one that breaks a rule.
class StrictBuilder {
 public:
  using number_integer_t = Value::number_integer_t;
  using number_unsigned_t = Value::number_unsigned_t;
  using number_float_t = Value::number_float_t;
  using string_t = Value::string_t;
  using binary_t = Value::binary_t;

  explicit StrictBuilder(std::size_t max_depth) : max_depth_(max_depth) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(number_integer_t value) { return add(value); }
  bool number_unsigned(number_unsigned_t value) { return add(value); }
  bool number_float(number_float_t value, const string_t& text) {
    // The parser falls back to a double when an integer does not fit; the digits after the 53rd bit would be lost.
    if (text.find_first_of(".eE") == string_t::npos) {
      return refuse(ErrorKind::number_out_of_range, "an integer outside 64 bits");
    }
    const std::string_view mantissa = std::string_view(text).substr(0, text.find_first_of("eE"));
    if (value == 0.0 && mantissa.find_first_of("123456789") != std::string_view::npos) {
      return refuse(ErrorKind::number_out_of_range, "a number too small to be kept");
    }
    return add(value);
  }
  bool string(string_t& value) {
    if (value.find('\0') != string_t::npos) return refuse(ErrorKind::syntax, "U+0000 in a string");
    return add(std::move(value));
  }
  bool binary(binary_t& /*value*/) { return refuse(ErrorKind::syntax, "not JSON"); }

  bool start_object(std::size_t /*size*/) { return open(Value::object()); }
  bool start_array(std::size_t /*size*/) { return open(Value::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(string_t& name) {
    if (name.find('\0') != string_t::npos) return refuse(ErrorKind::syntax, "U+0000 in a member name");
    Frame& frame = open_.back();
    frame.key = name;
    // [RFC7493-2.3] "Objects in I-JSON messages MUST NOT have members with duplicate names": one reader would keep the
    // first, another the last.
    const auto [slot, added] = frame.node->get_ref<Value::object_t&>().emplace(std::move(name), nullptr);
    frame.slot = &slot->second;
    return added || refuse(ErrorKind::duplicate_member, "");
  }

  bool parse_error(std::size_t position, const std::string& /*token*/, const Value::exception& error) {
    constexpr int kNumberOverflow = 406;
    if (error.id == kNumberOverflow) return refuse(ErrorKind::number_out_of_range, "a number too large to be kept");
    return refuse(ErrorKind::syntax, "at byte " + std::to_string(position));
  }

  Value take() { return std::move(root_); }
  ParseError take_error() { return std::move(error_); }

 private:
  struct Frame {
    Value* node;
    Value* slot = nullptr;  // of an object: where the next value goes
    std::string key;
  };

  // The place of the next value, filled. Pointers stay good: a container does not grow while one inside it is open.
  Value* place(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Frame& frame = open_.back();
    if (frame.node->is_object()) {
      *frame.slot = std::move(value);
      return frame.slot;
    }
    return &frame.node->emplace_back(std::move(value));
  }
  bool add(Value value) {
    place(std::move(value));
    return true;
  }
  bool open(Value container) {
    if (open_.size() == max_depth_) {
      return refuse(ErrorKind::too_deep, "more than " + std::to_string(max_depth_) + " levels");
    }
    open_.push_back(Frame{place(std::move(container)), nullptr, {}});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool refuse(ErrorKind kind, std::string detail) {
    std::string pointer;
    for (const Frame& frame : open_) {
      if (frame.node->is_object()) {
        if (!frame.key.empty() || frame.slot != nullptr) pointer += pointer_segment(frame.key);
      } else {
        const bool inside = &frame != &open_.back();
        pointer += "/" + std::to_string(frame.node->size() - (inside ? 1 : 0));
      }
    }
    error_ = ParseError{kind, std::move(pointer), std::move(detail)};
    return false;
  }

  std::size_t max_depth_;
  Value root_;
  std::vector<Frame> open_;
  ParseError error_;
};

}  // namespace

std::string_view to_text(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::too_large:
      return "document too large";
    case ErrorKind::too_deep:
      return "document nested too deeply";
    case ErrorKind::syntax:
      return "not valid JSON";
    case ErrorKind::duplicate_member:
      return "duplicate member";
    case ErrorKind::number_out_of_range:
      return "number out of range";
    case ErrorKind::missing_member:
      return "missing member";
    case ErrorKind::wrong_type:
      return "wrong type";
    case ErrorKind::unknown_member:
      return "unknown member";
    case ErrorKind::invalid_value:
      return "invalid value";
  }
  return "not valid JSON";
}

std::string ParseError::text() const {
  std::string out = pointer;
  if (!out.empty()) out += ": ";
  out += to_text(kind);
  if (!detail.empty()) out += " (" + detail + ")";
  return out;
}

Result<Value, ParseError> parse_strict(std::string_view text, Limits limits) {
  if (text.size() > limits.max_bytes) {
    return failure(ParseError{ErrorKind::too_large, "", "more than " + std::to_string(limits.max_bytes) + " bytes"});
  }
  // [RFC8259-8.1] "Implementations MUST NOT add a byte order mark"; the parser below would skip it.
  if (text.starts_with("\xef\xbb\xbf")) return failure(ParseError{ErrorKind::syntax, "", "a byte order mark"});
  // The parser below takes a NUL for the end of the document and would not see what follows it.
  if (text.find('\0') != std::string_view::npos) return failure(ParseError{ErrorKind::syntax, "", "a NUL byte"});
  StrictBuilder builder(limits.max_depth);
  if (!Value::sax_parse(text, &builder)) return failure(builder.take_error());
  return builder.take();
}

std::string dump(const Value& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, Value::error_handler_t::replace);
}

}  // namespace base::json
