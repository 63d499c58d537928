#include "base/json/strict.h"

#include <gtest/gtest.h>

namespace base::json {
namespace {

constexpr Limits kLimits{.max_bytes = 4 * 1024 * 1024, .max_depth = 16};

ErrorKind refusal(std::string_view text, Limits limits = kLimits) {
  const auto value = parse_strict(text, limits);
  EXPECT_FALSE(value.has_value()) << text.substr(0, 80);
  return value ? ErrorKind::unknown_member : value.error().kind;
}

std::string round_trip(std::string_view text) {
  const auto value = parse_strict(text, kLimits);
  EXPECT_TRUE(value.has_value()) << text << ": " << (value ? "" : value.error().text());
  return value ? dump(*value) : "";
}

TEST(StrictJson, ValidTextsKeepTheirMeaning) {
  EXPECT_EQ(round_trip("null"), "null");
  EXPECT_EQ(round_trip(" true "), "true");
  EXPECT_EQ(round_trip("[]"), "[]");
  EXPECT_EQ(round_trip("{}"), "{}");
  EXPECT_EQ(round_trip(R"({"b":1,"a":[{"x":null},"y",[false]]})"), R"({"a":[{"x":null},"y",[false]],"b":1})");
  EXPECT_EQ(round_trip(R"({"":1})"), R"({"":1})");
  EXPECT_EQ(round_trip(R"(["\ud83d\udc0e","žluť","\/"])"), "[\"\xf0\x9f\x90\x8e\",\"žluť\",\"/\"]");
  EXPECT_EQ(round_trip(R"([[1,2],{"a":{"a":{}}},[[]]])"), R"([[1,2],{"a":{"a":{}}},[[]]])");
}

TEST(StrictJson, IntegersStayExactToTheEndsOfTheirTypes) {
  EXPECT_EQ(round_trip("9007199254740993"), "9007199254740993");
  EXPECT_EQ(round_trip("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(round_trip("18446744073709551615"), "18446744073709551615");
}

TEST(StrictJson, NumbersThatDoNotFitAreRefused) {
  for (const char* text : {"18446744073709551616", "-9223372036854775809", "[123456789012345678901234567890]", "1e999",
                           "-1e400", "1e-999", "0.0000001e-400"}) {
    EXPECT_EQ(refusal(text), ErrorKind::number_out_of_range) << text;
  }
  EXPECT_EQ(round_trip("0e-999"), "0.0");
}

// [RFC7493-2.3]
TEST(StrictJson, ADuplicateMemberIsRefusedAtAnyLevel) {
  EXPECT_EQ(refusal(R"({"a":1,"a":1})"), ErrorKind::duplicate_member);
  EXPECT_EQ(refusal(R"({"aud":"x","b":2,"aud":"y"})"), ErrorKind::duplicate_member);
  EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})"), ErrorKind::duplicate_member);
  const auto deep = parse_strict(R"({"x":[0,{"y":{"a/b":1,"c":2,"a/b":3}}]})", kLimits);
  ASSERT_FALSE(deep.has_value());
  EXPECT_EQ(deep.error().kind, ErrorKind::duplicate_member);
  EXPECT_EQ(deep.error().pointer, "/x/1/y/a~1b");
  EXPECT_EQ(deep.error().text(), "/x/1/y/a~1b: duplicate member");
  EXPECT_EQ(round_trip(R"([{"a":1},{"a":1}])"), R"([{"a":1},{"a":1}])");
}

TEST(StrictJson, WhatIsNotJsonIsRefused) {
  for (const char* text :
       {"",          " ",         "{",        "[1,]",        "{\"a\":1,}", "{'a':1}",   "{a:1}",    "nul",
        "NaN",       "-Infinity", "Infinity", "01",          "+1",         "1.",        ".5",       "- 1",
        "0x10",      "[1] x",     "{} {}",    "1 2",         "// c\n1",    "/* c */1",  "\"a\nb\"", "\"\\x\"",
        "\"\\u12\"", "]",         "\"",       "tru\xc3\xa9", "[1 2]",      "{\"a\" 1}", "{\"a\":}", "{1:2}"}) {
    EXPECT_EQ(refusal(text), ErrorKind::syntax) << text;
  }
}

TEST(StrictJson, InvalidUtf8AndLoneSurrogatesAreRefused) {
  for (const char* text :
       {"\"\x80\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xff\"", "{\"\xfe\":1}",
        R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud83d\ud83d")"}) {
    EXPECT_EQ(refusal(text), ErrorKind::syntax) << text;
  }
}

// [RFC8259-8.1]
TEST(StrictJson, ByteOrderMarksAndNulAreRefused) {
  EXPECT_EQ(refusal("\xef\xbb\xbf{}"), ErrorKind::syntax);
  EXPECT_EQ(refusal(std::string_view("{}\0{\"alg\":\"none\"}", 17)), ErrorKind::syntax);
  EXPECT_EQ(refusal(std::string_view("\0", 1)), ErrorKind::syntax);
  EXPECT_EQ(refusal(R"("a\u0000b")"), ErrorKind::syntax);
  EXPECT_EQ(refusal(R"({"a\u0000":1})"), ErrorKind::syntax);
}

TEST(StrictJson, DepthIsLimitedExactly) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(round_trip(nested(16)), nested(16));
  EXPECT_EQ(refusal(nested(17)), ErrorKind::too_deep);
  EXPECT_EQ(refusal("[1]", {.max_bytes = 10, .max_depth = 0}), ErrorKind::too_deep);
  EXPECT_TRUE(parse_strict("1", {.max_bytes = 10, .max_depth = 0}).has_value());
  std::string objects;
  for (int i = 0; i < 17; ++i) objects += R"({"a":)";
  EXPECT_EQ(refusal(objects + "1" + std::string(17, '}')), ErrorKind::too_deep);
}

TEST(StrictJson, TenThousandLevelsAreRefusedWithoutReadingThem) {
  // Refused at the 17th byte: what follows is not even looked at, so that it may be no JSON at all.
  EXPECT_EQ(refusal(std::string(10'000, '[') + "\x01"), ErrorKind::too_deep);
  EXPECT_EQ(refusal(std::string(1'000'000, '[')), ErrorKind::too_deep);
}

TEST(StrictJson, SizeIsLimitedExactly) {
  EXPECT_TRUE(parse_strict("[12]", {.max_bytes = 4}).has_value());
  EXPECT_EQ(refusal("[12]", {.max_bytes = 3}), ErrorKind::too_large);
  EXPECT_EQ(refusal("[1] ", {.max_bytes = 3}), ErrorKind::too_large);
}

TEST(StrictJson, ErrorsNeverShowWhatWasSent) {
  const auto value = parse_strict(R"({"password":"hunter2)", kLimits);
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().text().find("hunter2"), std::string::npos) << value.error().text();
}

TEST(StrictJson, DumpIsSortedCompactUtf8AndNeverThrows) {
  EXPECT_EQ(dump(Value{{"b", 1}, {"a", "ž\n\""}}), "{\"a\":\"ž\\n\\\"\",\"b\":1}");
  EXPECT_EQ(dump(Value("a\xff")), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace base::json
