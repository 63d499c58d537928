// The closed part of JSON Schema (2020-12) that authorization details types are described with: type, properties,
// required, additionalProperties: false, enum, const, minLength, maxLength, format, items, minItems, maxItems,
// uniqueItems. Any other keyword, and an object that is open, is a broken invariant when the schema is read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace oauth {

class JsonSchema {
 public:
  explicit JsonSchema(std::string_view schema);
  ~JsonSchema();
  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;

  // What is wrong with `instance` (JSON text), in words that hold none of it: fit for a public error text. Empty: it
  // conforms.
  std::optional<std::string> fault(std::string_view instance) const;

 private:
  struct Node;
  std::unique_ptr<const Node> root_;
};

// format "display-text": what can be shown to a customer without reading as something else. Western European letters,
// digits and punctuation on one line; no control, invisible, bidirectional or look-alike characters of other scripts.
bool is_display_text(std::string_view text);

}  // namespace oauth
