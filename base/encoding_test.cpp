#include "base/encoding.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Base64url, MatchesTheVectorsOfRfc4648WithoutPadding) {
  for (const auto& [plain, text] : {std::pair("", ""),
                                    {"f", "Zg"},
                                    {"fo", "Zm8"},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg"},
                                    {"fooba", "Zm9vYmE"},
                                    {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(base64url_encode(std::string_view(plain)), text);
    EXPECT_EQ(base64url_decode(text), plain);
  }
  EXPECT_EQ(base64url_encode(std::string_view("\xfb\xff\xfe")), "-__-");
  EXPECT_EQ(base64url_decode("-__-"), "\xfb\xff\xfe");
}

TEST(Base64url, EveryByteSurvives) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const std::string bytes = all.substr(all.size() - size);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)), bytes);
  }
}

TEST(Base64url, OneValueHasOneText) {
  // The last character of "Zg" has four unused bits, that of "Zm8" two.
  for (const char* text : {"Zh", "Zi", "Zv", "Zm9", "Zm-", "Zm_"})
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
}

TEST(Base64url, AnythingElseIsRefused) {
  for (const char* text :
       {"Z", "Zm9vY", "Zg==", "Zg=", "=", "Zm 9v", "Zm9v\n", "\tZm9v", "Zm+v", "Zm/v", "Zm9v.", "Z\xc3\xa9"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64url_decode(std::string_view("Zm\0v", 4)), std::nullopt);
}

TEST(Base64, IsPaddedAndStrict) {
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_decode("Zg=="), "f");
  EXPECT_EQ(base64_decode(""), "");
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Zg===", "Zg==Zg==", "=Zg=", "Z===", "====", "Zm9v\n", "Zm-_", "Zm9v===="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Hex, IsLowerCaseOutAndAnyCaseIn) {
  EXPECT_EQ(hex_encode("\x01\xab\xff"), "01abff");
  EXPECT_EQ(hex_decode("01ABff"), "\x01\xab\xff");
  for (const char* text : {"0", "0g", "0x01", " 01", "01 ", "abc"}) EXPECT_EQ(hex_decode(text), std::nullopt) << text;
}

TEST(PercentEncoding, KeepsTheUnreservedSetOnly) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode(" +/?#[]@!$&'()*,;=%:\"<>\\^`{|}\x7f"),
            "%20%2B%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2C%3B%3D%25%3A%22%3C%3E%5C%5E%60%7B%7C%7D%7F");
  EXPECT_EQ(percent_encode("ž"), "%C5%BE");
}

TEST(PercentEncoding, DecodesEscapesAndNothingElse) {
  EXPECT_EQ(percent_decode("a%20b+c%2b%2B"), "a b+c++");
  EXPECT_EQ(percent_decode("%41"), "A");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(percent_decode("%2541"), "%41");
  for (const char* text : {"%", "%4", "a%", "%zz", "%4g", "%u0041", "% 41"})
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(HtmlEscape, LeavesNothingThatOpensATagAnAttributeOrAnEntity) {
  EXPECT_EQ(html_escape("<a href=\"x\" id='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(html_escape("žluť 1"), "žluť 1");
}

// Malformed forms of RFC 3629 section 3 and one step around every border.
TEST(Utf8, OneTextHasOneSpelling) {
  EXPECT_EQ(utf8_decode(""), U"");
  EXPECT_EQ(utf8_decode("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xb0"), U"a\u00e9\u20ac\U0001f4b0");
  EXPECT_EQ(utf8_decode("\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), U"\u0080\u0800\U00010000\U0010ffff");
  for (const char* text : {"\x80", "\xbf", "\xc3", "\xe2\x82", "\xf0\x9f\x92", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xc3\x28",
                           "\xe2\x28\xa1", "\xf8\x88\x80\x80\x80", "\xff", "a\xc3"}) {
    EXPECT_FALSE(utf8_decode(text).has_value());
  }
}

}  // namespace
}  // namespace base
