#include "oauth/rar/json_schema.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace oauth {
namespace {

const JsonSchema& schema() {
  static const JsonSchema kSchema(R"({
    "type": "object", "additionalProperties": false, "required": ["type", "items"],
    "properties": {"type": {"const": "t"},
                   "items": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                             "items": {"enum": ["a", "b", "c"]}},
                   "count": {"type": "integer"},
                   "yes": {"type": "boolean"},
                   "note": {"type": "string", "minLength": 2, "maxLength": 4, "format": "display-text"}}})");
  return kSchema;
}

std::string fault(const char* instance) { return schema().fault(instance).value_or(""); }

TEST(JsonSchema, TakesWhatConforms) {
  for (const char* instance :
       {R"({"type":"t","items":["a"]})", R"({"type":"t","items":["c","a"],"count":-3,"yes":false,"note":"äöüß"})",
        R"({"items":["b"],"type":"t","count":0,"note":"ab"})"}) {
    EXPECT_EQ(fault(instance), "") << instance;
  }
}

TEST(JsonSchema, SaysWhereItIsNot) {
  EXPECT_EQ(fault("[]"), "the element is of another type");
  EXPECT_EQ(fault(R"({"items":["a"]})"), "/type is missing");
  EXPECT_EQ(fault(R"({"type":"T","items":["a"]})"), "/type is none of the values that are allowed");
  EXPECT_EQ(fault(R"({"type":"t","items":"a"})"), "/items is of another type");
  EXPECT_EQ(fault(R"({"type":"t","items":[]})"), "/items has 0 items: not the number that is allowed");
  EXPECT_EQ(fault(R"({"type":"t","items":["a","b","c"]})"), "/items has 3 items: not the number that is allowed");
  EXPECT_EQ(fault(R"({"type":"t","items":["a","a"]})"), "/items has an item twice");
  EXPECT_EQ(fault(R"({"type":"t","items":["a","d"]})"), "/items/1 is none of the values that are allowed");
  EXPECT_EQ(fault(R"({"type":"t","items":[["a"]]})"), "/items/0 is none of the values that are allowed");
  EXPECT_EQ(fault(R"({"type":"t","items":["a"],"Count":1})"), "the element has an unknown member");
  for (const char* number : {"1.0", "1e3", "1.5", "\"1\"", "null", "true", "[1]"}) {
    EXPECT_EQ(fault((R"({"type":"t","items":["a"],"count":)" + std::string(number) + "}").c_str()),
              "/count is of another type")
        << number;
  }
  EXPECT_EQ(fault(R"({"type":"t","items":["a"],"yes":0})"), "/yes is of another type");
  EXPECT_EQ(fault(R"({"type":"t","items":["a"],"note":"a"})"), "/note is shorter than 2");
  EXPECT_EQ(fault(R"({"type":"t","items":["a"],"note":"abcde"})"), "/note is longer than 4");
  EXPECT_EQ(fault(R"({"type":"t","items":["a"],"note":"a\nb"})"),
            "/note has characters that are not shown to customers");
  EXPECT_EQ(fault("{"), "it is not JSON: not valid JSON");
}

TEST(JsonSchema, ThatIsOpenOrSaysMoreThanWeReadIsNoSchema) {
  for (const char* text :
       {"[]", "{", R"({"type":"object"})", R"({"type":"object","additionalProperties":true})", R"({"type":"number"})",
        R"({"type":"string","pattern":".*"})", R"({"anyOf":[]})", R"({"type":"string","format":"email"})",
        R"({"type":"array","items":{"type":"object","properties":{}}})"}) {
    EXPECT_THROW(JsonSchema{text}, std::exception) << text;
  }
}

// Attack 44: what reads as something else is not shown.
TEST(DisplayText, IsWesternEuropeanOnOneLine) {
  for (const char* text : {"", "plain ASCII, 3 words", "Zürich – „größer“", "L’été à Besançon, œuvre", "€ 5…"}) {
    EXPECT_TRUE(is_display_text(text)) << text;
  }
  for (const char* text : {"line\nbreak", "tab\t", "\x7f", "\xc2\x80", "\xc2\xa0",
                           "soft\xc2\xad"
                           "hyphen",
                           "zero\xe2\x80\x8bwidth",
                           "bidi\xe2\x80\xae"
                           "evil",
                           "isolate\xe2\x81\xa6", "p\xd0\xb0y", "\xce\x91lpha", "\xef\xbc\xa1", "a\xcc\x81",
                           "\xf0\x9f\x92\xb0", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xef\xbb\xbf"}) {
    EXPECT_FALSE(is_display_text(text)) << text;
  }
}

}  // namespace
}  // namespace oauth
