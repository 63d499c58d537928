#include "oauth/rar/json_schema.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "base/encoding.h"
#include "base/ensure.h"
#include "base/json/strict.h"

namespace oauth {

using base::json::Value;

struct JsonSchema::Node {
  enum class Type { any, object, array, string, integer, boolean } type = Type::any;
  std::map<std::string, std::unique_ptr<const Node>> properties;
  std::set<std::string> required;
  std::vector<Value> allowed;  // enum, const; empty: any
  std::size_t min_length = 0;
  std::size_t max_length = std::numeric_limits<std::size_t>::max();  // in characters
  bool display_text = false;
  std::unique_ptr<const Node> items;
  std::size_t min_items = 0;
  std::size_t max_items = std::numeric_limits<std::size_t>::max();
  bool unique_items = false;

  static std::unique_ptr<const Node> read(const Value& schema);
  std::optional<std::string> fault(const Value& value, const std::string& at) const;
  std::optional<std::string> fault_of_object(const Value& value, const std::string& at) const;
  std::optional<std::string> fault_of_array(const Value& value, const std::string& at) const;
  std::optional<std::string> fault_of_text(const std::string& text, const std::string& at) const;
  bool is_of_type(const Value& value) const;
};

namespace {

std::string place(const std::string& at) { return at.empty() ? "the element" : at; }

}  // namespace

std::unique_ptr<const JsonSchema::Node> JsonSchema::Node::read(const Value& schema) {
  static const std::map<std::string, Type> kTypes{{"object", Type::object},
                                                  {"array", Type::array},
                                                  {"string", Type::string},
                                                  {"integer", Type::integer},
                                                  {"boolean", Type::boolean}};
  ENSURE(schema.is_object(), "a schema is an object");
  auto node = std::make_unique<Node>();
  bool closed = false;
  for (const auto& [keyword, value] : schema.items()) {
    if (keyword == "type") {
      const auto found = kTypes.find(value.get<std::string>());
      ENSURE(found != kTypes.end(), "a schema's type is one we know");
      node->type = found->second;
    } else if (keyword == "properties") {
      for (const auto& [name, property] : value.items()) node->properties[name] = read(property);
    } else if (keyword == "required") {
      for (const auto& name : value) node->required.insert(name.get<std::string>());
    } else if (keyword == "additionalProperties") {
      closed = value == false;
    } else if (keyword == "enum") {
      node->allowed.assign(value.begin(), value.end());
    } else if (keyword == "const") {
      node->allowed = {value};
    } else if (keyword == "minLength") {
      node->min_length = value.get<std::size_t>();
    } else if (keyword == "maxLength") {
      node->max_length = value.get<std::size_t>();
    } else if (keyword == "format") {
      ENSURE(value == "display-text", "a schema's format is one we know");
      node->display_text = true;
    } else if (keyword == "items") {
      node->items = read(value);
    } else if (keyword == "minItems") {
      node->min_items = value.get<std::size_t>();
    } else if (keyword == "maxItems") {
      node->max_items = value.get<std::size_t>();
    } else if (keyword == "uniqueItems") {
      node->unique_items = value.get<bool>();
    } else {
      ENSURE(keyword == "title" || keyword == "description", "a schema's keyword is one we know");
    }
  }
  ENSURE(node->type != Type::object || closed, "an object of a schema is closed");
  return node;
}

bool JsonSchema::Node::is_of_type(const Value& value) const {
  switch (type) {
    case Type::any:
      return true;
    case Type::object:
      return value.is_object();
    case Type::array:
      return value.is_array();
    case Type::string:
      return value.is_string();
    case Type::integer:
      return value.is_number_integer();
    case Type::boolean:
      return value.is_boolean();
  }
  return false;
}

std::optional<std::string> JsonSchema::Node::fault(const Value& value, const std::string& at) const {
  if (!is_of_type(value)) return place(at) + " is of another type";
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    return place(at) + " is none of the values that are allowed";
  }
  if (value.is_object()) return fault_of_object(value, at);
  if (value.is_array()) return fault_of_array(value, at);
  if (value.is_string()) return fault_of_text(value.get_ref<const std::string&>(), at);
  return std::nullopt;
}

std::optional<std::string> JsonSchema::Node::fault_of_object(const Value& value, const std::string& at) const {
  for (const auto& name : required) {
    if (!value.contains(name)) return at + "/" + name + " is missing";
  }
  for (const auto& [name, member] : value.items()) {
    const auto property = properties.find(name);
    if (property == properties.end()) return place(at) + " has an unknown member";
    if (auto bad = property->second->fault(member, at + "/" + name)) return bad;
  }
  return std::nullopt;
}

std::optional<std::string> JsonSchema::Node::fault_of_array(const Value& value, const std::string& at) const {
  if (value.size() < min_items || value.size() > max_items) {
    return place(at) + " has " + std::to_string(value.size()) + " items: not the number that is allowed";
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (items) {
      if (auto bad = items->fault(value[i], at + "/" + std::to_string(i))) return bad;
    }
    if (unique_items && std::find(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(i), value[i]) !=
                            value.begin() + static_cast<std::ptrdiff_t>(i)) {
      return place(at) + " has an item twice";
    }
  }
  return std::nullopt;
}

std::optional<std::string> JsonSchema::Node::fault_of_text(const std::string& text, const std::string& at) const {
  const auto characters = base::utf8_decode(text);
  if (!characters) return place(at) + " is not UTF-8";
  if (characters->size() < min_length) return place(at) + " is shorter than " + std::to_string(min_length);
  if (characters->size() > max_length) return place(at) + " is longer than " + std::to_string(max_length);
  if (display_text && !is_display_text(text)) return place(at) + " has characters that are not shown to customers";
  return std::nullopt;
}

JsonSchema::JsonSchema(std::string_view schema) {
  const auto value = base::json::parse_strict(schema, {.max_bytes = 16 * 1024});
  ENSURE(value.has_value(), "a schema is JSON");
  root_ = Node::read(*value);
}
JsonSchema::~JsonSchema() = default;
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;

std::optional<std::string> JsonSchema::fault(std::string_view instance) const {
  const auto value = base::json::parse_strict(instance, {.max_bytes = 16 * 1024});
  if (!value) return "it is not JSON: " + std::string(base::json::to_text(value.error().kind));
  return root_->fault(*value, "");
}

bool is_display_text(std::string_view text) {
  // What French, German and their neighbours write beside ASCII and Latin-1.
  constexpr std::u32string_view kMore =
      U"\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u20ac";
  const auto characters = base::utf8_decode(text);
  return characters && std::all_of(characters->begin(), characters->end(), [&](char32_t c) {
           return (c >= 0x20 && c < 0x7f) || (c > 0xa0 && c <= 0xff && c != 0xad) || kMore.find(c) != kMore.npos;
         });
}

}  // namespace oauth
