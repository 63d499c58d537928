#include "base/json/reader.h"

#include <gtest/gtest.h>

namespace base::json {
namespace {

Value parsed(std::string_view text) { return *parse_strict(text, {.max_bytes = 10'000}); }

TEST(JsonReader, ReadsEveryTypeItNames) {
  const Value value = parsed(
      R"({"s":"x","b":true,"i":-5,"d":1.5,"o":{"n":{"k":7}},"ss":["a","b"],"is":[1,2],"os":[{"k":1},{"k":2}],"v":null})");
  Reader reader(value);
  EXPECT_EQ(*reader.required<std::string>("s"), "x");
  EXPECT_EQ(*reader.required<bool>("b"), true);
  EXPECT_EQ(*reader.required<std::int64_t>("i"), -5);
  EXPECT_EQ(*reader.required<double>("d"), 1.5);
  EXPECT_EQ(*reader.required<double>("i"), -5.0);
  EXPECT_EQ(*reader.required<std::vector<std::string>>("ss"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*reader.required<std::vector<std::int64_t>>("is"), (std::vector<std::int64_t>{1, 2}));
  EXPECT_TRUE(reader.required<Value>("v")->is_null());
  auto outer = reader.required<Reader>("o");
  ASSERT_TRUE(outer);
  auto inner = outer->required<Reader>("n");
  ASSERT_TRUE(inner);
  EXPECT_EQ(*inner->required<std::int64_t>("k"), 7);
  auto list = reader.required<std::vector<Reader>>("os");
  ASSERT_TRUE(list);
  EXPECT_EQ(*list->at(1).required<std::int64_t>("k"), 2);
  EXPECT_TRUE(reader.no_more());
}

TEST(JsonReader, ErrorsCarryAPointer) {
  const Value value = parsed(R"({"a":{"b~/":[{"x":1},{"x":"1"}]}})");
  Reader reader(value);
  auto list = reader.required<Reader>("a")->required<std::vector<Reader>>("b~/");
  ASSERT_TRUE(list);
  const auto wrong = list->at(1).required<std::int64_t>("x");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(wrong.error().pointer, "/a/b~0~1/1/x");
  const auto missing = list->at(0).required<std::string>("y");
  EXPECT_EQ(missing.error().text(), "/a/b~0~1/0/y: missing member");
  EXPECT_EQ(list->at(0).invalid("x", "too small").text(), "/a/b~0~1/0/x: invalid value (too small)");
}

TEST(JsonReader, TypesAreNotConvertedIntoOneAnother) {
  const Value value =
      parsed(R"({"s":"1","i":1,"d":1.0,"n":null,"big":18446744073709551615,"mixed":["a",1],"list":[1,"a"]})");
  Reader reader(value);
  EXPECT_EQ(reader.required<std::int64_t>("s").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.required<std::int64_t>("d").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.required<std::string>("i").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.required<bool>("i").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.required<double>("s").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.required<Reader>("s").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.required<std::vector<std::string>>("s").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.required<std::int64_t>("big").error().kind, ErrorKind::number_out_of_range);
  EXPECT_EQ(reader.required<std::vector<std::string>>("mixed").error().pointer, "/mixed/1");
  EXPECT_EQ(reader.required<std::vector<std::int64_t>>("list").error().pointer, "/list/1");
  EXPECT_EQ(reader.required<std::string>("n").error().kind, ErrorKind::wrong_type);
}

TEST(JsonReader, OptionalIsEmptyOnlyWhenAbsent) {
  const Value value = parsed(R"({"s":"x","n":null})");
  Reader reader(value);
  EXPECT_EQ(*reader.optional<std::string>("s"), "x");
  EXPECT_EQ(*reader.optional<std::string>("absent"), std::nullopt);
  EXPECT_EQ(reader.optional<std::string>("n").error().kind, ErrorKind::wrong_type);
  EXPECT_EQ(reader.optional<bool>("s").error().kind, ErrorKind::wrong_type);
}

TEST(JsonReader, NoMoreNamesTheMemberNobodyAskedFor) {
  const Value value = parsed(R"({"known":1,"odd":2})");
  Reader reader(value);
  ASSERT_TRUE(reader.required<std::int64_t>("known"));
  ASSERT_FALSE(reader.no_more());
  EXPECT_EQ(reader.no_more().error().kind, ErrorKind::unknown_member);
  EXPECT_EQ(reader.no_more().error().pointer, "/odd");
  ASSERT_TRUE(reader.optional<std::int64_t>("odd"));
  EXPECT_TRUE(reader.no_more());
}

TEST(JsonReader, AnythingButAnObjectIsAWrongType) {
  for (const char* text : {"[]", "1", "null", "\"x\""}) {
    const Value value = parsed(text);
    Reader reader(value, "/Data");
    EXPECT_FALSE(reader.has("a"));
    EXPECT_EQ(reader.required<std::string>("a").error().kind, ErrorKind::wrong_type);
    EXPECT_EQ(reader.optional<std::string>("a").error().pointer, "/Data");
    EXPECT_EQ(reader.no_more().error().kind, ErrorKind::wrong_type);
  }
}

}  // namespace
}  // namespace base::json
