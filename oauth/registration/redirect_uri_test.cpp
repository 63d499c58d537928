#include <gtest/gtest.h>

#include "oauth/registration/clients.h"

namespace oauth {
namespace {

// [FAPI2-SP-FINAL-5.3.2.2-8] [RFC6749-3.1.2]
TEST(RedirectUri, PlainHttpsAndLoopbackHttpAreAccepted) {
  for (const char* uri :
       {"https://app.example/callback", "https://app.example", "https://app.example/cb?tenant=7",
        "https://localhost:9443/callback", "http://127.0.0.1:51004/cb", "http://[::1]:51004/cb",
        "https://xn--bcher-kva.example/cb", "https://app.example/a%20b", "https://a.b-c.example/~x/y;z"}) {
    EXPECT_EQ(redirect_uri_fault(uri).value_or("good"), "good") << uri;
  }
}

// Attack 8: what two parsers read differently is not registered at all.
TEST(RedirectUri, WhatParsersReadDifferentlyIsRefused) {
  for (const char* uri : {"",
                          "callback",
                          "/callback",
                          "//app.example/cb",
                          "app.example/cb",
                          "javascript:alert(1)",
                          "data:text/html,x",
                          "http://app.example/cb",
                          "http://localhost/cb",
                          "http://localhost.evil.example/cb",
                          "http://127.0.0.1.evil.example/cb",
                          "http://127.0.0.2/cb",
                          "HTTPS://app.example/cb",
                          "https:/app.example/cb",
                          "https:app.example/cb",
                          "https:///cb",
                          "https://?x",
                          "https://app.example/cb#fragment",
                          "https://app.example/cb#",
                          "https://user@app.example/cb",
                          "https://user:pw@app.example/cb",
                          "https://app.example@evil.example/cb",
                          "https://app.example:443@evil.example/",
                          "https://app.example\\@evil.example/cb",
                          "https://app.example\\.evil.example/cb",
                          "https:\\\\app.example/cb",
                          "https://app.example/..\\cb",
                          "https://app.example/a/../cb",
                          "https://app.example/./cb",
                          "https://app.example/%2e%2e/cb",
                          "https://app.example/.%2E/cb",
                          "https://app.example/cb/..",
                          "https://App.Example/cb",
                          "https://app.example./cb",
                          "https://.app.example/cb",
                          "https://app..example/cb",
                          "https://*.example/cb",
                          "https://app.example:/cb",
                          "https://app.example:44x/cb",
                          "https://app.example:443443/cb",
                          "https://[::1/cb",
                          "https://[::2]/cb",
                          "https://[::1]x/cb",
                          "https://app.example/[x]",
                          "https://app%2eexample/cb",
                          "https://app.example/cb\r\nX: y",
                          "https://app.example/cb\t",
                          " https://app.example/cb",
                          "https://app.example/c b",
                          "https://app.example/\xc3\xa9",
                          "https://b\xc3\xbc"
                          "cher.example/cb",
                          "https://app.example/%",
                          "https://app.example/%zz",
                          "https://app.example/<x>",
                          "https://app.example/\"x",
                          "https://app.example/{x}",
                          "https://app.example/a|b",
                          "https://app.example/cb?code=x",
                          "https://app.example/cb?state=x",
                          "https://app.example/cb?a=1&iss=x",
                          "https://app.example/cb?error=x",
                          "https://app.example/cb?response=x"}) {
    EXPECT_TRUE(redirect_uri_fault(uri).has_value()) << uri;
  }
  EXPECT_TRUE(redirect_uri_fault("https://app.example/" + std::string(1024, 'a')).has_value());
  EXPECT_TRUE(redirect_uri_fault(std::string("https://app.example/c\0b", 23)).has_value());
}

TEST(RedirectUri, ItsOriginIsSchemeHostAndPort) {
  EXPECT_EQ(origin_of("https://localhost:9443/callback?x=1"), "https://localhost:9443");
  EXPECT_EQ(origin_of("https://app.example"), "https://app.example");
  EXPECT_EQ(origin_of("https://app.example?x=/"), "https://app.example");
  EXPECT_EQ(origin_of("http://[::1]:5000/cb"), "http://[::1]:5000");
}

// Attack 38: linear, and capped.
TEST(Scope, IsParsedWithinLimits) {
  EXPECT_EQ(parse_scope("openid accounts")->size(), 2u);
  EXPECT_EQ(parse_scope("openid openid")->size(), 1u);
  for (const auto& text :
       {std::string(), std::string(" openid"), std::string("openid "), std::string("a  b"), std::string("a\tb"),
        std::string("a\"b"), std::string("a\\b"), std::string("\xc3\xa9"), std::string(1025, 'a')}) {
    EXPECT_FALSE(parse_scope(text).has_value()) << text;
  }
  std::string many = "s0";
  for (int i = 1; i < 17; ++i) many += " s" + std::to_string(i);
  EXPECT_FALSE(parse_scope(many).has_value());
  EXPECT_TRUE(scope_has("openid accounts", "accounts"));
  EXPECT_FALSE(scope_has("openid accounts", "account"));
  EXPECT_FALSE(scope_has("openid accounts", "openid accounts"));
  EXPECT_FALSE(scope_has("openid", ""));
}

}  // namespace
}  // namespace oauth
