#include "oauth/binding/htu.h"

#include <gtest/gtest.h>

namespace oauth {
namespace {

struct Case {
  const char* input;
  const char* want;  // nullptr: refused
};

// Attack: htu normalisation (RFC 9449 section 4.3 item 9, RFC 3986 sections 6.2.2 and 6.2.3).
TEST(Htu, EqualUrisHaveOneFormAndOthersHaveAnother) {
  const Case cases[] = {
      {"https://localhost:8443/token", "https://localhost:8443/token"},
      {"HTTPS://LOCALHOST:8443/token", "https://localhost:8443/token"},
      {"https://localhost:8443/token?x=1", "https://localhost:8443/token"},
      {"https://localhost:8443/token#f", "https://localhost:8443/token"},
      {"https://localhost:8443/token?x=/../#f", "https://localhost:8443/token"},
      {"https://as.example:443/token", "https://as.example/token"},
      {"https://as.example:/token", "https://as.example/token"},
      {"http://as.example:80", "http://as.example/"},
      {"https://as.example", "https://as.example/"},
      {"https://as.example?x", "https://as.example/"},
      {"https://as.example/a/./b/../token", "https://as.example/a/token"},
      {"https://as.example/../token", "https://as.example/token"},
      {"https://as.example/a/..", "https://as.example/"},
      {"https://as.example/%7etoken", "https://as.example/~token"},
      {"https://as.example/t%6Fken", "https://as.example/token"},
      {"https://as.example/a%2fb", "https://as.example/a%2Fb"},
      {"https://as.example/%2e%2e/token", "https://as.example/token"},
      {"https://[::1]:8443/token", "https://[::1]:8443/token"},
      // other resources, never equal to https://as.example/token
      {"https://as.example/token/", "https://as.example/token/"},
      {"https://as.example//token", "https://as.example//token"},
      {"https://as.example/Token", "https://as.example/Token"},
      {"https://as.example:8443/token", "https://as.example:8443/token"},
      {"https://as.example./token", "https://as.example./token"},
      {"http://as.example/token", "http://as.example/token"},
      // not understood: refused
      {"", nullptr},
      {"/token", nullptr},
      {"token", nullptr},
      {"ftp://as.example/token", nullptr},
      {"https:/as.example/token", nullptr},
      {"https:///token", nullptr},
      {"https://user@as.example/token", nullptr},
      {"https://as.example:8x/token", nullptr},
      {"https://as.example:123456/token", nullptr},
      {"https://as.example\\@evil.example/token", nullptr},
      {"https://as.example/to ken", nullptr},
      {"https://as.example/token%2", nullptr},
      {"https://as.example/token%zz", nullptr},
      {"https://as.ex%61mple/token", nullptr},
      {"https://[::1/token", nullptr},
      {"https://[::1]x/token", nullptr},
      {"https://as.example/\xc3\xa9", nullptr},
  };
  for (const auto& c : cases) {
    const auto got = normalised_htu(c.input);
    if (c.want == nullptr) {
      EXPECT_FALSE(got.has_value()) << c.input << " became " << got.value_or("");
    } else {
      EXPECT_EQ(got.value_or("refused"), c.want) << c.input;
    }
  }
}

TEST(Htu, IsItsOwnNormalForm) {
  for (const char* uri : {"https://localhost:8443/open-banking/v4.0/aisp/accounts", "https://as.example/a%2Fb/~x/"}) {
    EXPECT_EQ(normalised_htu(uri).value_or("refused"), uri);
  }
}

TEST(Htu, AnOverlongUriIsRefused) {
  EXPECT_FALSE(normalised_htu("https://as.example/" + std::string(2048, 'a')).has_value());
}

}  // namespace
}  // namespace oauth
