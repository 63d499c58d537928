#include "base/http/message.h"

#include <gtest/gtest.h>

namespace base::http {
namespace {

TEST(Headers, OnlyIsEmptyWhenAbsentOrRepeated) {
  Headers headers{{"DPoP", "a"}, {"Accept", "x"}, {"dpop", "b"}};
  EXPECT_EQ(headers.only("DPoP"), std::nullopt);
  EXPECT_EQ(headers.count("dPoP"), 2u);
  EXPECT_EQ(headers.all("DPOP"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(headers.only("ACCEPT"), "x");
  EXPECT_EQ(headers.only("Host"), std::nullopt);
  EXPECT_EQ(headers.count("Host"), 0u);
  EXPECT_TRUE(headers.all("Host").empty());
}

TEST(Headers, SetReplacesEveryOneOfThatNameAndAddKeepsThem) {
  Headers headers{{"Cache-Control", "a"}, {"X", "1"}, {"cache-control", "b"}};
  headers.set("CACHE-CONTROL", "no-store");
  EXPECT_EQ(headers.only("Cache-Control"), "no-store");
  headers.add("Cache-Control", "private");
  EXPECT_EQ(headers.count("Cache-Control"), 2u);
  EXPECT_EQ(headers.list().size(), 3u);
  EXPECT_EQ(headers.list()[0], (Header{"X", "1"}));
}

TEST(EqualIgnoringCase, IsAsciiOnly) {
  EXPECT_TRUE(equal_ignoring_case("DPoP", "dpop"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("dpop", "dpo"));
  EXPECT_FALSE(equal_ignoring_case("dpo", "dpop"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("Ž", "ž"));
}

TEST(Texts, NameMethodsAndListeners) {
  EXPECT_EQ(to_text(Method::delete_), "DELETE");
  EXPECT_EQ(to_text(Method::get), "GET");
  EXPECT_EQ(to_text(Method::other), "OTHER");
  EXPECT_EQ(to_text(Listener::public_), "public");
  EXPECT_EQ(to_text(Listener::operations), "operations");
}

TEST(Parameters, KeepOrderAndDuplicates) {
  const auto parameters = Parameters::parse("a=1&b=2&a=3&c&d=&=e&x=y=z");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->only("a"), std::nullopt);
  EXPECT_EQ(parameters->count("a"), 2u);
  EXPECT_EQ(parameters->all("a"), (std::vector<std::string_view>{"1", "3"}));
  EXPECT_EQ(parameters->first_repeated(), "a");
  EXPECT_EQ(parameters->only("b"), "2");
  EXPECT_EQ(parameters->only("c"), "");
  EXPECT_EQ(parameters->only("d"), "");
  EXPECT_EQ(parameters->only(""), "e");
  EXPECT_EQ(parameters->only("x"), "y=z");
  EXPECT_EQ(parameters->list().size(), 7u);
}

TEST(Parameters, AreDecodedOnceInNameAndValue) {
  const auto parameters = Parameters::parse("client%5Fid=a%2Bb+c%2526&%C5%BE=%c5%be");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->only("client_id"), "a+b c%26");
  EXPECT_EQ(parameters->only("ž"), "ž");
}

TEST(Parameters, ANameIsRepeatedHoweverItIsSpelled) {
  EXPECT_EQ(Parameters::parse("scope=a&sc%6fpe=b")->first_repeated(), "scope");
  EXPECT_EQ(Parameters::parse("scope=a&Scope=b")->first_repeated(), std::nullopt);
  EXPECT_EQ(Parameters::parse("")->first_repeated(), std::nullopt);
}

TEST(Parameters, EmptyPairsAreSkipped) {
  EXPECT_TRUE(Parameters::parse("")->list().empty());
  EXPECT_TRUE(Parameters::parse("&&&")->list().empty());
  EXPECT_EQ(Parameters::parse("&a=1&&b=2&")->list().size(), 2u);
}

TEST(Parameters, BadEscapesAndNulAreRefused) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%=a", "a=1&b=%u0041", "a=%00", "a%00=1", "a=%c3", "a=%ff",
                           "%c0%80=1", "a=%ed%a0%80", "a=\xff"}) {
    EXPECT_FALSE(Parameters::parse(text)) << text;
  }
  EXPECT_FALSE(Parameters::parse(std::string_view("a=\0", 3)));
}

TEST(Parameters, TheirNumberIsLimitedExactly) {
  EXPECT_TRUE(Parameters::parse("a&b&c", 3));
  EXPECT_FALSE(Parameters::parse("a&b&c&d", 3));
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "a=1&";
  EXPECT_FALSE(Parameters::parse(many));
}

TEST(FormEncode, ReadsBack) {
  const std::vector<Parameter> parameters{{"a b", "1&2=3"}, {"ž", "+%"}, {"empty", ""}};
  const std::string text = form_encode(parameters);
  EXPECT_EQ(text, "a%20b=1%262%3D3&%C5%BE=%2B%25&empty=");
  const auto again = Parameters::parse(text);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->list().size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again->list()[i].name, parameters[i].name);
    EXPECT_EQ(again->list()[i].value, parameters[i].value);
  }
}

}  // namespace
}  // namespace base::http
