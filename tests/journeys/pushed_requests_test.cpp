// What may be pushed, and who may open it, where and how often.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

TEST(PushedRequests, EachFaultIsToldByItsName) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string consent = tpp.consent();
  const auto error = [&](const Form& changes) { return tpp.push(consent, changes).answer.error(); };
  EXPECT_EQ(error({}), "");
  EXPECT_EQ(error({{"response_type", ""}}), "invalid_request");
  EXPECT_EQ(error({{"response_type", "code id_token"}}), "unsupported_response_type");
  EXPECT_EQ(error({{"response_mode", "fragment"}}), "invalid_request");
  EXPECT_EQ(error({{"redirect_uri", ""}}), "invalid_request");
  EXPECT_EQ(error({{"redirect_uri", std::string(kRedirect) + "/"}}), "invalid_request");
  EXPECT_EQ(error({{"redirect_uri", "https://evil.example/callback"}}), "invalid_request");
  EXPECT_EQ(error({{"code_challenge", ""}}), "invalid_request");
  EXPECT_EQ(error({{"code_challenge_method", "plain"}}), "invalid_request");
  EXPECT_EQ(error({{"code_challenge_method", ""}}), "invalid_request");
  EXPECT_EQ(error({{"scope", ""}}), "invalid_scope");
  EXPECT_EQ(error({{"scope", "openid accounts everything"}}), "invalid_scope");
  EXPECT_EQ(error({{"scope", "openid"}}), "invalid_scope") << "a consent without its scope";
  EXPECT_EQ(error({{"scope", "openid payments"}}), "invalid_scope") << "another scope than the consent's";
  EXPECT_EQ(error({{"claims", ""}}), "invalid_request") << "the scope accounts without a consent";
  EXPECT_EQ(error({{"claims", "[]"}}), "invalid_request");
  EXPECT_EQ(error({{"claims", R"({"id_token":{"openbanking_intent_id":{"essential":true}}})"}}), "invalid_request");
  EXPECT_EQ(error({{"claims", R"({"id_token":{"a":1,"a":2}})"}}), "invalid_request");
  EXPECT_EQ(error({{"authorization_details", R"([{"type":"payment"}])"}}), "invalid_authorization_details");
  EXPECT_EQ(error({{"authorization_details", R"([{"type":"urn:aldgate:consent","consent_id":"another"}])"}}),
            "invalid_request");
  EXPECT_EQ(error({{"request", "a.b.c"}}), "invalid_request_object");
  EXPECT_EQ(error({{"request_uri", "urn:x"}}), "invalid_request");
  EXPECT_EQ(error({{"prompt", "fly"}}), "invalid_request");
  EXPECT_EQ(error({{"dpop_jkt", std::string(43, 'A')}}), "invalid_dpop_proof");
  EXPECT_EQ(error({{"nonce", std::string(513, 'n')}}), "invalid_request");
  EXPECT_EQ(error({{"nonce", std::string(64, 'n')}}), "");
}

TEST(PushedRequests, AnUnknownConsentIsRefused) {
  Gateway gateway;
  Tpp tpp(gateway);
  EXPECT_EQ(tpp.push("0192d3a0-0000-7000-8000-000000000000").answer.error(), "invalid_request");
  EXPECT_EQ(tpp.push("no id at all").answer.error(), "invalid_request");
  EXPECT_EQ(tpp.push_with_details("0192d3a0-0000-7000-8000-000000000000").answer.status, 400);
}

TEST(PushedRequests, AnothersConsentIsRefusedAsIfItDidNotExist) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  const std::string consent = tpp.consent();
  const Answer foreign = other.push(consent).answer;
  const Answer unknown = other.push("0192d3a0-0000-7000-8000-000000000000").answer;
  EXPECT_EQ(foreign.status, 400);
  EXPECT_EQ(foreign.body, unknown.body);
  EXPECT_EQ(tpp.consent_status(consent), "AWAU");
}

TEST(PushedRequests, AreTheirClientsAlone) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  const Pushed pushed = tpp.push(tpp.consent());
  Customer alice(gateway);
  alice.open("/authorize?" + base::http::form_encode({{"client_id", other.id()}, {"request_uri", pushed.request_uri}}));
  EXPECT_EQ(alice.page().status(), 404);
  EXPECT_TRUE(alice.page().has("error"));
  EXPECT_FALSE(alice.page().has("return")) << "nobody is sent anywhere by a request that is not genuine";
  EXPECT_TRUE(alice.open(pushed.url).has("username")) << "the right one still opens it";
}

TEST(PushedRequests, OnlyPushedRequestsAreAuthorized) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Pushed pushed = tpp.push(tpp.consent());
  Customer alice(gateway);
  const std::string client = "client_id=" + tpp.id();
  const std::string uri = "request_uri=" + base::http::form_encode({{"x", pushed.request_uri}}).substr(2);
  for (const std::string& query :
       {client + "&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Flocalhost%3A9443%2Fcallback", client, uri,
        client + "&" + uri + "&" + uri, client + "&" + client + "&" + uri, client + "&" + uri + "&request=a.b.c",
        client + "&request_uri=https%3A%2F%2Fevil.example%2Fr", client + "&" + uri + "x"}) {
    alice.open("/authorize?" + query);
    EXPECT_TRUE(alice.page().has("error")) << query;
    EXPECT_FALSE(alice.page().has("username")) << query;
    EXPECT_EQ(alice.take_callback(), "");
  }
  EXPECT_TRUE(alice.open(pushed.url + "&scope=everything&redirect_uri=https%3A%2F%2Fevil.example").has("username"))
      << "what stands beside a pushed request is ignored";
}

TEST(PushedRequests, LiveNinetySeconds) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Pushed pushed = tpp.push(tpp.consent());
  gateway.clock().advance(91s);
  Customer alice(gateway);
  alice.open(pushed.url);
  EXPECT_EQ(alice.page().status(), 400);
  const Callback back(alice.page().link("return"));
  EXPECT_EQ(back.error, "access_denied");
  EXPECT_EQ(back.state, pushed.state);
  EXPECT_EQ(back.iss, kIssuer);
}

TEST(PushedRequests, MayBeOpenedAgainBeforeTheLoginInAnyBrowser) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Pushed pushed = tpp.push(tpp.consent());
  Customer first(gateway);
  Customer second(gateway);
  EXPECT_TRUE(first.open(pushed.url).has("username"));
  EXPECT_TRUE(first.open(pushed.url).has("username"));
  EXPECT_TRUE(second.open(pushed.url).has("username"));
  second.sign_in();
  second.allow();
  EXPECT_EQ(tpp.redeem(Callback(second.take_callback()).code, pushed).answer.status, 200);
}

TEST(PushedRequests, BelongToTheBrowserThatLoggedIn) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Pushed pushed = tpp.push(tpp.consent());
  Customer alice(gateway);
  Customer victim(gateway);
  alice.open(pushed.url);
  victim.open(pushed.url);
  const std::string interaction = alice.page().path;
  alice.sign_in();
  ASSERT_TRUE(alice.page().has("allow"));

  Customer late(gateway);
  late.open(pushed.url);
  EXPECT_TRUE(late.page().has("error")) << "the request_uri is spent";
  EXPECT_FALSE(late.page().has("username"));
  // The interaction's own address leads no further than the login, and the login ends there, whoever it is.
  for (const char* who : {"erin", "alice"}) {
    Customer elsewhere(gateway);
    Customer& browser = std::string(who) == "erin" ? victim : elsewhere;
    browser.open(interaction);
    browser.sign_in(who);
    EXPECT_EQ(browser.page().status(), 403) << who;
    EXPECT_TRUE(browser.page().has("error"));
    EXPECT_EQ(browser.take_callback(), "");
    EXPECT_FALSE(browser.open(interaction).has("allow"));
  }

  EXPECT_TRUE(alice.open(pushed.url).has("allow")) << "the same browser may come again";
  alice.allow();
  EXPECT_NE(Callback(alice.take_callback()).code, "");
}

TEST(PushedRequests, AreOverOnceAnswered) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  alice.open(done.pushed.url);
  EXPECT_EQ(alice.take_callback(), "") << "never a second code";
  EXPECT_TRUE(alice.page().has("error"));
  EXPECT_EQ(Callback(alice.page().link("return")).code, "");
  Customer other(gateway);
  EXPECT_TRUE(other.open(done.pushed.url).has("error"));
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_code"), "1");
}

TEST(PushedRequests, WithPromptNoneAreAnsweredLoginRequired) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Pushed pushed = tpp.push(tpp.consent(), {{"prompt", "none"}});
  ASSERT_EQ(pushed.answer.status, 201);
  Customer alice(gateway);
  alice.open(pushed.url);
  const Callback callback(alice.take_callback());
  EXPECT_EQ(callback.error, "login_required");
  EXPECT_EQ(callback.state, pushed.state);
}

TEST(PushedRequests, OfAConsentThatEndedMeanwhileOfferTheWayBack) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const std::string consent = tpp.consent();
  const Pushed pushed = tpp.push(consent);
  alice.open(pushed.url);
  alice.sign_in();
  ASSERT_TRUE(alice.page().has("allow"));
  ASSERT_EQ(tpp.obie("DELETE", "/account-access-consents/" + consent, tpp.client_token()).status, 204);
  alice.allow();
  EXPECT_EQ(alice.take_callback(), "");
  EXPECT_EQ(alice.page().status(), 400);
  EXPECT_EQ(Callback(alice.page().link("return")).error, "access_denied");
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_grant"), "0");
  EXPECT_EQ(tpp.push(consent).answer.error(), "invalid_request");
}

}  // namespace
}  // namespace journeys
