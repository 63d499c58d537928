// Rich authorization requests (RFC 9396): what is asked for is shown, granted, told, and narrowed.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

constexpr const char* kTest =
    R"({"type":"urn:aldgate:sandbox:test","actions":["read","write"],"note":"For the <b>test</b> & you"})";
constexpr const char* kRead =
    R"({"type":"urn:aldgate:sandbox:test","actions":["read"],"note":"For the <b>test</b> & you"})";

Form details(const std::string& elements, const std::string& scope = "test") {
  return {{"scope", scope}, {"authorization_details", "[" + elements + "]"}};
}

std::string consent_detail(const std::string& consent) {
  return R"({"type":"urn:aldgate:consent","consent_id":")" + consent + "\"}";
}

TEST(RichAuthorization, WithoutAConsentIsShownGrantedAndTold) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string lead[] = {"Read the test resource", "Die Testressource dieser Testumgebung lesen",
                              "Lire la ressource de test"};
  const std::string languages[] = {"en", "de", "fr"};
  for (std::size_t i = 0; i < 3; ++i) {
    Customer alice(gateway);
    const Pushed pushed = tpp.push_form(details(kTest), {{"ui_locales", languages[i]}});
    ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    alice.open(pushed.url);
    alice.sign_in();
    ASSERT_TRUE(alice.page().has("details")) << alice.page().text();
    const std::string shown = alice.page().text_of("detail-lines");
    EXPECT_NE(shown.find(lead[i]), std::string::npos) << shown;
    EXPECT_NE(shown.find("For the <b>test</b> & you"), std::string::npos) << "as text: " << shown;
    EXPECT_EQ(alice.page().answer.body.find("<b>"), std::string::npos);
    alice.press("allow");
    const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
    ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
    EXPECT_EQ(tokens.answer.at("/authorization_details"),
              R"([{"actions":["read","write"],"note":"For the <b>test</b> & you","type":"urn:aldgate:sandbox:test"}])");
    EXPECT_EQ(tpp.resource("GET", "/sandbox/resource", tokens.access).status, 200);
  }
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE action = 'grant.create' AND "
                        "facts::text LIKE '%authorization_details_sha256%'"),
            "3");
}

TEST(RichAuthorization, BesideAConsentIsShownWithItAndPartOfTheEvidence) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const std::string consent = tpp.consent();
  const Pushed pushed = tpp.push_form(details(consent_detail(consent) + "," + kTest, "accounts test"), {});
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  alice.open(pushed.url);
  alice.sign_in();
  ASSERT_TRUE(alice.page().has("details"));
  alice.allow();
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(tokens.answer.at("/authorization_details/0/consent_id"), consent);
  EXPECT_EQ(tokens.answer.at("/authorization_details/1/type"), "urn:aldgate:sandbox:test");
  EXPECT_NE(
      gateway.one("SELECT string_agg(shown, '') FROM consent.consent_history WHERE consent_id = '" + consent + "'")
          .find("Change the test resource"),
      std::string::npos);

  // Narrowing at refresh, and back: the grant itself stays as it was given.
  const auto refresh = [&](const std::string& asked) {
    Form form{{"grant_type", "refresh_token"}, {"refresh_token", tokens.refresh}};
    if (!asked.empty()) form.push_back({"authorization_details", asked});
    return tpp.call("/token", form);
  };
  const Answer narrowed = refresh("[" + consent_detail(consent) + "," + kRead + "]");
  ASSERT_EQ(narrowed.status, 200) << narrowed.body;
  EXPECT_EQ(narrowed.at("/authorization_details/1/actions"), R"(["read"])");
  EXPECT_EQ(refresh("[" + consent_detail(consent) + "]").count("/authorization_details"), 1u);
  EXPECT_EQ(refresh("").count("/authorization_details"), 2u);
  const std::string another = tpp.consent();
  for (const std::string& asked :
       {"[" + consent_detail(another) + "]", "[" + consent_detail(consent) + "," + consent_detail(another) + "]",
        "[" + std::string(kTest) + "]",
        "[" + consent_detail(consent) + R"(,{"type":"urn:aldgate:sandbox:test","actions":["read"]}])",
        "[" + consent_detail(consent) + R"(,{"type":"payment"}])", std::string("[]"), std::string("{"),
        "[" + consent_detail(consent) + R"(,{"type":"urn:aldgate:sandbox:test","actions":["read"],"amount":1e3}])"}) {
    const Answer refused = refresh(asked);
    EXPECT_EQ(refused.status, 400) << asked;
    EXPECT_EQ(refused.error(), "invalid_authorization_details") << asked;
  }
  EXPECT_EQ(refresh("").status, 200) << "a refusal costs nothing";
}

TEST(RichAuthorization, ACodeMayBeRedeemedForLessAndIsNotBurntByAskingForMore) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Pushed pushed = tpp.push_form(details(kRead), {});
  alice.open(pushed.url);
  alice.sign_in();
  alice.press("allow");
  const std::string code = Callback(alice.take_callback()).code;
  EXPECT_EQ(tpp.redeem(code, pushed, {{"authorization_details", "[" + std::string(kTest) + "]"}}).answer.error(),
            "invalid_authorization_details");
  const Tokens tokens = tpp.redeem(code, pushed, {{"authorization_details", "[" + std::string(kRead) + "]"}});
  EXPECT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(tokens.answer.at("/authorization_details/0/actions"), R"(["read"])");
}

TEST(RichAuthorization, NeedsItsScopeAndACustomer) {
  Gateway gateway;
  Tpp tpp(gateway);
  EXPECT_EQ(tpp.push_form(details(kTest, "openid"), {}).answer.error(), "invalid_scope");
  EXPECT_EQ(tpp.push_form(details(kTest, "accounts"), {}).answer.error(), "invalid_scope");
  EXPECT_EQ(tpp.push_form(details(consent_detail(tpp.consent()), "test"), {}).answer.error(), "invalid_scope");
  const Answer own = tpp.call("/token", {{"grant_type", "client_credentials"},
                                         {"scope", "test"},
                                         {"authorization_details", "[" + std::string(kTest) + "]"}});
  EXPECT_EQ(own.error(), "invalid_authorization_details");
}

TEST(RichAuthorization, OfTheSandboxDoesNotExistOutsideIt) {
  Gateway gateway([](gateway::Settings& settings) { settings.sandbox.reset(); });
  const Answer metadata = gateway.send("GET", "/.well-known/oauth-authorization-server");
  EXPECT_EQ(metadata.at("/authorization_details_types_supported"), R"(["urn:aldgate:consent"])");
  Gateway sandbox;
  EXPECT_EQ(sandbox.send("GET", "/.well-known/oauth-authorization-server").at("/authorization_details_types_supported"),
            R"(["urn:aldgate:consent","urn:aldgate:sandbox:test"])");
}

}  // namespace
}  // namespace journeys
