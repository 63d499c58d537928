// A persona's decision without a browser: the same way as through the pages, with the same refusals.
#include <gtest/gtest.h>

#include "base/json/strict.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};

  Answer authorize(const std::string& body, const std::string& type = "application/json") {
    return gateway.send("POST", "/sandbox/authorize", {{"Content-Type", type}}, body);
  }
  Answer decide(const Pushed& pushed, const std::string& username = "alice", const std::string& decision = "allow",
                const std::string& more = "") {
    return authorize(R"({"client_id":")" + tpp.id() + R"(","request_uri":")" + pushed.request_uri +
                     R"(","username":")" + username + R"(","decision":")" + decision + "\"" + more + "}");
  }
  Pushed identity(const Form& changes = {}) { return tpp.push_form({{"scope", "openid test"}}, changes); }
};

TEST(SandboxAuthorize, LeadsFromThePushedRequestToTokensLikeThePages) {
  Stage stage;
  const std::string consent = stage.tpp.consent();
  const Pushed pushed = stage.tpp.push(consent);
  const Answer decided = stage.decide(pushed);
  ASSERT_EQ(decided.status, 200) << decided.body;
  const Callback back(decided.at("/redirect_to"));
  EXPECT_TRUE(back.url.starts_with(std::string(kRedirect) + "?code="));
  EXPECT_EQ(back.state, pushed.state);
  EXPECT_EQ(back.iss, kIssuer);
  const Tokens tokens = stage.tpp.redeem(back.code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(stage.tpp.obie("GET", "/accounts", tokens.access).count("/Data/Account"), 2u) << "all that can be shared";
  EXPECT_EQ(stage.tpp.consent_status(consent), "AUTH");
  EXPECT_EQ(stage.gateway.events_of(consent), (std::vector<std::string>{"consent.authorised"}));

  // The story says who decided.
  EXPECT_EQ(stage.gateway.one("SELECT actor || ' ' || (facts->>'decision') FROM base.audit WHERE action = "
                              "'sandbox.authorize'"),
            "sandbox allow");
  EXPECT_EQ(stage.gateway.one("SELECT count(*) FROM base.audit WHERE action IN ('psu.login', 'psu.one_time_code', "
                              "'grant.create') AND outcome = 'ok'"),
            "3");
  EXPECT_NE(stage.gateway
                .one("SELECT string_agg(shown, '') FROM consent.consent_history WHERE consent_id = '" + consent + "'")
                .find("decided by a program"),
            std::string::npos);
  EXPECT_EQ(stage.gateway.one("SELECT count(*) FROM consent.customer_session"), "0") << "no session is left behind";
}

TEST(SandboxAuthorize, SharesTheAccountsThatAreNamedAndNoOthers) {
  Stage stage;
  const Pushed first = stage.tpp.push(stage.tpp.consent());
  const Tokens all = stage.tpp.redeem(Callback(stage.decide(first).at("/redirect_to")).code, first);
  const std::string account = stage.tpp.obie("GET", "/accounts", all.access).at("/Data/Account/0/AccountId");
  const Pushed second = stage.tpp.push(stage.tpp.consent());
  const Answer decided = stage.decide(second, "alice", "allow", R"(,"accounts":[")" + account + "\"]");
  const Tokens one = stage.tpp.redeem(Callback(decided.at("/redirect_to")).code, second);
  EXPECT_EQ(stage.tpp.obie("GET", "/accounts", one.access).count("/Data/Account"), 1u);
  for (const std::string& accounts : {std::string(R"(,"accounts":[])"), std::string(R"(,"accounts":["another"])")}) {
    const Answer refused = stage.decide(stage.tpp.push(stage.tpp.consent()), "alice", "allow", accounts);
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(refused.at("/redirect_to"), "");
  }
}

TEST(SandboxAuthorize, NeedsNoConsentForIdentityAndTheTestResource) {
  Stage stage;
  const Pushed pushed = stage.identity();
  const Tokens tokens = stage.tpp.redeem(Callback(stage.decide(pushed, "bob").at("/redirect_to")).code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(stage.tpp.resource("GET", "/sandbox/resource", tokens.access).status, 200);
}

TEST(SandboxAuthorize, ADenialLeadsBackWithAccessDenied) {
  Stage stage;
  const std::string consent = stage.tpp.consent();
  const Pushed pushed = stage.tpp.push(consent);
  const Callback back(stage.decide(pushed, "alice", "deny").at("/redirect_to"));
  EXPECT_EQ(back.error, "access_denied");
  EXPECT_EQ(back.state, pushed.state);
  EXPECT_EQ(back.iss, kIssuer);
  EXPECT_EQ(stage.tpp.consent_status(consent), "RJCT");
  const Callback none(stage.decide(stage.identity({{"prompt", "none"}})).at("/redirect_to"));
  EXPECT_EQ(none.error, "login_required");
}

TEST(SandboxAuthorize, IsRefusedWhereThePagesRefuse) {
  Stage stage;
  Tpp other(stage.gateway, "Other");
  const Pushed pushed = stage.identity();
  EXPECT_EQ(stage.decide(other.push_form({{"scope", "openid test"}}, {})).status, 404) << "another client's request";
  Pushed guessed = pushed;
  guessed.request_uri.back() = guessed.request_uri.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(stage.decide(guessed).status, 404);
  EXPECT_EQ(stage.decide(pushed, "carol").status, 403) << "approves on a device";
  EXPECT_EQ(stage.decide(pushed, "frank").status, 403) << "a second element that fails by design";
  EXPECT_EQ(stage.decide(pushed, "grace").status, 403) << "locked";
  EXPECT_EQ(stage.decide(pushed, "mallory").status, 404);
  EXPECT_EQ(stage.decide(stage.tpp.push(stage.tpp.consent()), "heidi").status, 400) << "no account to share";
  ASSERT_EQ(stage.decide(pushed).status, 200) << "none of it used the request up";
  EXPECT_EQ(stage.decide(pushed).status, 400) << "once";
  const Pushed late = stage.identity();
  stage.gateway.clock().advance(std::chrono::seconds(91));
  const Answer expired = stage.decide(late);
  EXPECT_EQ(expired.status, 400);
  EXPECT_EQ(expired.at("/type"), "urn:aldgate:problem:expired");

  // Bound to a browser, it belongs to that browser.
  const Pushed taken = stage.identity();
  Customer alice(stage.gateway);
  alice.open(taken.url);
  alice.sign_in();
  ASSERT_TRUE(alice.page().has("allow"));
  EXPECT_EQ(stage.decide(taken).status, 400);
  alice.press("allow");
  EXPECT_NE(Callback(alice.take_callback()).code, "");
  EXPECT_EQ(stage.gateway.one("SELECT count(*) FROM oauth.authorization_code"), "2");
}

TEST(SandboxAuthorize, BodiesAreReadStrictly) {
  Stage stage;
  const Pushed pushed = stage.identity();
  const std::string good = R"({"client_id":")" + stage.tpp.id() + R"(","request_uri":")" + pushed.request_uri +
                           R"(","username":"alice","decision":"allow")";
  for (const std::string& body :
       {std::string(), std::string("[]"), std::string("{}"), good, good + R"(,"decision":"deny"})",
        good + R"(,"password":"alice"})", good + R"(,"accounts":"all"})", good + R"(,"accounts":[1]})",
        std::string(R"({"client_id":"x","request_uri":"y","username":"alice","decision":"maybe"})")}) {
    EXPECT_EQ(stage.authorize(body).status, 400) << body;
  }
  EXPECT_EQ(stage.authorize(good + "}", "text/plain").status, 415);
  EXPECT_EQ(stage.authorize(good + "}", "application/json; charset=utf-8").status, 200);
}

TEST(SandboxAuthorize, DoesNotExistOutsideTheSandbox) {
  Gateway gateway([](gateway::Settings& settings) { settings.sandbox.reset(); });
  EXPECT_EQ(gateway.send("POST", "/sandbox/authorize", {{"Content-Type", "application/json"}}, "{}").status, 404);
}

}  // namespace
}  // namespace journeys
