// Which form of answer the caller asks for (RFC 9701 section 4, RFC 9110 section 12.5.1).
#include "oauth/endpoints/introspection.h"

#include <gtest/gtest.h>

namespace oauth {
namespace {

constexpr const char* kJwt = "application/token-introspection+jwt";

bool wants(const std::string& accept) { return wants_signed_introspection({{"Accept", accept}}); }

TEST(IntrospectionAccept, ASignedAnswerIsAskedForByName) {
  for (const std::string& accept :
       {std::string(kJwt), std::string("Application/Token-Introspection+JWT"), std::string(kJwt) + ";q=0.5",
        "text/html, " + std::string(kJwt) + " ; q=1.000", std::string(kJwt) + ", application/json;q=0.9",
        std::string(kJwt) + ", */*", std::string(kJwt) + ", application/json"}) {
    EXPECT_TRUE(wants(accept)) << accept;
  }
  EXPECT_TRUE(wants_signed_introspection({{"Accept", "text/plain"}, {"accept", kJwt}})) << "one list in two fields";
}

TEST(IntrospectionAccept, EverythingElseIsAnsweredInJson) {
  EXPECT_FALSE(wants_signed_introspection({}));
  for (const std::string& accept :
       {std::string(), std::string("application/json"), std::string("*/*"), std::string("application/*"),
        std::string("application/jwt"), std::string(kJwt) + ";q=0", std::string(kJwt) + ";q=0.000",
        std::string(kJwt) + ";Q=0", std::string(kJwt) + ";q=", std::string(kJwt) + ";q=1.001",
        std::string(kJwt) + ";q=2", std::string(kJwt) + ";q=0.1234", std::string(kJwt) + ";q=-1",
        std::string(kJwt) + "x", "x" + std::string(kJwt), std::string(kJwt) + ";q=0.5, application/json",
        std::string(",,;;=,")}) {
    EXPECT_FALSE(wants(accept)) << accept;
  }
}

}  // namespace
}  // namespace oauth
