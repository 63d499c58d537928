#include "oauth/rar/authorization_details.h"

#include <gtest/gtest.h>

namespace oauth {
namespace {

Settings settings(SandboxFeatures sandbox) {
  Settings settings;
  settings.issuer = "https://as.example";
  settings.mtls_base = "https://mtls.example";
  settings.sandbox = sandbox;
  return settings;
}

const DetailTypes& types() {
  static const DetailTypes kTypes(settings(SandboxFeatures::yes));
  return kTypes;
}

std::string consent(const std::string& id) { return R"({"type":"urn:aldgate:consent","consent_id":")" + id + "\"}"; }
std::string test(const std::string& rest) { return R"({"type":"urn:aldgate:sandbox:test",)" + rest + "}"; }

bool reads(const std::string& json) { return types().read(json).has_value(); }

TEST(AuthorizationDetails, AreReadAsValuesInOneSpelling) {
  const auto read =
      types().read("[ " + test(R"("note":"Für Sie","actions":["read","write"],"locations":["https://as.example"])") +
                   ", " + consent("c-1") + " ]");
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->canonical,
            R"([{"actions":["read","write"],"locations":["https://as.example"],"note":"Für Sie",)"
            R"("type":"urn:aldgate:sandbox:test"},{"consent_id":"c-1","type":"urn:aldgate:consent"}])");
  ASSERT_EQ(read->list.size(), 2u);
  EXPECT_EQ(read->list[0].type, DetailType::sandbox_test);
  EXPECT_EQ(read->list[0].actions, (std::vector<std::string>{"read", "write"}));
  EXPECT_EQ(read->list[0].locations, (std::vector<std::string>{"https://as.example"}));
  EXPECT_EQ(read->list[0].note, "Für Sie");
  EXPECT_EQ(read->list[1].consent.str(), "c-1");
  EXPECT_EQ(details_of(read->canonical).size(), 2u);
  EXPECT_TRUE(details_of("").empty());
}

// [RFC9396-5]
TEST(AuthorizationDetails, ThatAreUnknownOrNotAsDescribedAreRefused) {
  const std::string good = test(R"("actions":["read"])");
  ASSERT_TRUE(reads("[" + good + "]"));
  for (const std::string& json :
       {std::string(),
        std::string("{}"),
        std::string("[]"),
        std::string("null"),
        std::string("[1]"),
        good,
        "[" + good + "," + good + "]",
        "[" + consent("a") + "," + consent("b") + "]",
        std::string("[{}]"),
        std::string(R"([{"type":1}])"),
        std::string(R"([{"type":"payment_initiation"}])"),
        std::string(R"([{"type":"urn:aldgate:Consent","consent_id":"x"}])"),
        std::string(R"([{"type":"urn:aldgate:consent "}])"),
        std::string(R"([{"type":"urn:\u0430ldgate:consent","consent_id":"x"}])"),
        std::string(R"([{"type":"urn:aldgate:consent"}])"),
        std::string(R"([{"type":"urn:aldgate:consent","consent_id":7}])"),
        std::string(R"([{"type":"urn:aldgate:consent","consent_id":""}])"),
        "[" + consent(std::string(129, 'x')) + "]",
        std::string(R"([{"type":"urn:aldgate:consent","consent_id":"x","consent_id":"y"}])"),
        std::string(R"([{"type":"urn:aldgate:consent","consent_id":"x","amount":1e3}])"),
        std::string(R"([{"type":"urn:aldgate:consent","consent_id":"x","instructedAmount":{"amount":12.5}}])"),
        std::string(R"([{"type":"urn:aldgate:consent","сonsent_id":"x"}])"),
        "[" + test(R"("actions":[])") + "]",
        "[" + test(R"("actions":["delete"])") + "]",
        "[" + test(R"("actions":["read","read"])") + "]",
        "[" + test(R"("actions":["read"],"locations":[])") + "]",
        "[" + test(R"("actions":["read"],"locations":["https://as.example/"])") + "]",
        "[" + test(R"("actions":["read"],"locations":["https://evil.example"])") + "]",
        "[" + test(R"("actions":["read"],"note":"")") + "]",
        "[" + test(R"("actions":["read"],"note":")" + std::string(141, 'n') + "\"") + "]",
        "[" + test(R"("actions":["read"],"note":"p\u0430y")") + "]",
        "[" + test(R"("actions":["read"],"note":"\u202eyap")") + "]",
        "[" + test(R"("actions":["read"],"note":5)") + "]",
        std::string(9 * 1024, '[')}) {
    EXPECT_FALSE(reads(json)) << json.substr(0, 200);
  }
  std::string many;
  for (int i = 0; i < 6; ++i) {
    many += (many.empty() ? "" : ",") + test(R"("actions":["read"],"note":"n)" + std::to_string(i) + "\"");
    EXPECT_EQ(reads("[" + many + "]"), i < 5) << i;
  }
}

TEST(AuthorizationDetails, OfTheSandboxAreUnknownOutsideIt) {
  const DetailTypes production(settings(SandboxFeatures::no));
  EXPECT_EQ(production.names(), (std::vector<std::string>{"urn:aldgate:consent"}));
  EXPECT_EQ(types().names(), (std::vector<std::string>{"urn:aldgate:consent", "urn:aldgate:sandbox:test"}));
  EXPECT_TRUE(production.read("[" + consent("x") + "]").has_value());
  EXPECT_FALSE(production.read("[" + test(R"("actions":["read"])") + "]").has_value());
}

// [RFC9396-6]
TEST(AuthorizationDetails, AreNarrowedAndNeverWidened) {
  const auto fault = [](const std::string& granted, const std::string& asked) {
    const auto all = types().read(granted);
    const auto some = types().read(asked);
    return narrowing_fault(all->canonical, *some).value_or("");
  };
  const std::string both = R"("actions":["read","write"])";
  const std::string c = consent("c");
  const std::string here = R"(,"locations":["https://as.example"])";
  const std::string everywhere = R"(,"locations":["https://mtls.example","https://as.example"])";
  EXPECT_EQ(fault("[" + test(both) + "]", "[" + test(both) + "]"), "");
  EXPECT_EQ(fault("[" + test(both) + "]", "[" + test(R"("actions":["write"])") + "]"), "");
  EXPECT_EQ(fault("[" + test(both) + "]", "[" + test(both + here) + "]"), "");
  EXPECT_EQ(fault("[" + test(both + everywhere) + "]", "[" + test(both + here) + "]"), "");
  EXPECT_EQ(fault("[" + c + "," + test(both) + "]", "[" + c + "]"), "");
  EXPECT_NE(fault("[" + test(R"("actions":["read"])") + "]", "[" + test(both) + "]"), "");
  EXPECT_NE(fault("[" + test(both + here) + "]", "[" + test(both) + "]"), "");
  EXPECT_NE(fault("[" + test(both + here) + "]", "[" + test(both + everywhere) + "]"), "");
  EXPECT_NE(fault("[" + test(both) + "]", "[" + test(both + R"(,"note":"more")") + "]"), "");
  EXPECT_NE(fault("[" + c + "]", "[" + consent("d") + "]"), "");
  EXPECT_NE(fault("[" + c + "]", "[" + c + "," + test(both) + "]"), "");
  EXPECT_NE(fault("[" + c + "," + test(both) + "]", "[" + test(both) + "]"), "") << "a token of a consent names it";
  const auto nothing = types().read("[" + c + "]");
  EXPECT_TRUE(narrowing_fault("", *nothing).has_value()) << "a grant without details";
}

}  // namespace
}  // namespace oauth
