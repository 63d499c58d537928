// FAPI 2.0 Message Signing: signed requests (RFC 9101) and signed responses (JARM), through the whole product.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;
using base::crypto::JwsAlgorithm;
using base::json::Value;

const auto kMustSign = [](oauth::NewClient& client) { client.require_signed_request_object = true; };

std::function<void(oauth::NewClient&)> answered_by(std::vector<std::string> modes) {
  return [modes](oauth::NewClient& client) { client.response_modes = modes; };
}

// The one parameter `response`, verified with the published keys as a client verifies it.
Value signed_answer(Gateway& gateway, const std::string& url) {
  EXPECT_TRUE(url.starts_with(std::string(kRedirect) + "?")) << url;
  const auto query = base::http::Parameters::parse(std::string_view(url).substr(url.find('?') + 1));
  EXPECT_EQ(query->list().size(), 1u) << url;
  const auto jws = base::crypto::parse_compact(query->only("response").value_or(""));
  const auto keys = base::crypto::JwkSet::parse(gateway.send("GET", "/jwks").body);
  const auto* key = keys && jws ? keys->select(jws->header.kid, JwsAlgorithm::es256) : nullptr;
  if (key == nullptr || !base::crypto::verify(*jws, *key)) {
    ADD_FAILURE() << "no response of ours: " << url;
    return Value::object();
  }
  const Value claims = Value::parse(jws->payload);
  EXPECT_EQ(claims.value("iss", ""), kIssuer);
  const auto life = claims.value("exp", std::int64_t{0}) - unix_seconds(gateway.clock().now());
  EXPECT_GT(life, 10);
  EXPECT_LE(life, 600);
  return claims;
}

Callback allow(Gateway& gateway, const Pushed& pushed) {
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  alice.allow();
  return Callback(alice.take_callback());
}

// [FAPI2-MS-FINAL-5.3.1-1] [RFC9101-10.5]
TEST(SignedRequests, AreDemandedOfClientsThatRegisteredSo) {
  Gateway gateway;
  Tpp tpp(gateway, "Signer", JwsAlgorithm::es256, kMustSign);
  const std::string consent = tpp.consent();
  const Answer unsigned_one = tpp.push(consent).answer;
  EXPECT_EQ(unsigned_one.status, 400);
  EXPECT_EQ(unsigned_one.error(), "invalid_request");
  EXPECT_NE(unsigned_one.at("/error_description").find("signed request object"), std::string::npos);
  EXPECT_EQ(tpp.push_signed(consent).answer.status, 201);
}

TEST(SignedRequests, LeadToTokensForAnyClient) {
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}) {
    Gateway gateway;
    Tpp tpp(gateway, "Anybody", algorithm);
    const Pushed pushed = tpp.push_signed(tpp.consent());
    ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    const Callback back = allow(gateway, pushed);
    EXPECT_EQ(back.state, pushed.state);
    const Tokens tokens = tpp.redeem(back.code, pushed);
    EXPECT_EQ(tokens.answer.status, 200) << tokens.answer.body;
    const Value id_token = Value::parse(base::crypto::parse_compact(tokens.id)->payload);
    EXPECT_EQ(id_token.value("nonce", ""), pushed.nonce);
  }
}

// [RFC9101-6.3]
TEST(SignedRequests, OnlyWhatIsSignedCounts) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string consent = tpp.consent();
  const Form contradictions{{"state", "outside"},         {"nonce", "outside"},
                            {"scope", "openid payments"}, {"redirect_uri", "https://evil.example/callback"},
                            {"response_type", "token"},   {"code_challenge", std::string(43, 'x')}};
  const Pushed pushed = tpp.push_signed(consent, {}, contradictions);
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  const Callback back = allow(gateway, pushed);
  EXPECT_EQ(back.state, pushed.state);
  EXPECT_TRUE(back.url.starts_with(kRedirect));
  const Tokens tokens = tpp.redeem(back.code, pushed);
  EXPECT_EQ(Value::parse(base::crypto::parse_compact(tokens.id)->payload).value("nonce", ""), pushed.nonce);
}

TEST(SignedRequests, AStateThatStandsOnlyOutsideIsNone) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Pushed pushed = tpp.push_signed(tpp.consent(), {{"state", ""}}, {{"state", "outside"}});
  const Callback back = allow(gateway, pushed);
  EXPECT_NE(back.code, "");
  EXPECT_EQ(back.url.find("state="), std::string::npos);
  const Tokens tokens = tpp.redeem(back.code, pushed);
  EXPECT_FALSE(Value::parse(base::crypto::parse_compact(tokens.id)->payload).contains("s_hash"));
}

TEST(SignedRequests, WhatIsMissingInsideIsNotTakenFromOutside) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string consent = tpp.consent();
  for (const auto& [name, value] : Form{{"redirect_uri", kRedirect},
                                        {"code_challenge", std::string(43, 'x')},
                                        {"code_challenge_method", "S256"},
                                        {"response_type", "code"}}) {
    const Answer answer = tpp.push_signed(consent, {{name, ""}}, {{name, value}}).answer;
    EXPECT_EQ(answer.error(), "invalid_request") << name;
    EXPECT_NE(answer.at("/error_description").find(name), std::string::npos) << answer.body;
  }
  EXPECT_EQ(tpp.push_signed(consent, {{"scope", ""}}, {{"scope", "openid accounts"}}).answer.error(), "invalid_scope");
}

TEST(SignedRequests, EachFaultIsToldByItsName) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  const std::string consent = tpp.consent();
  const auto now = unix_seconds(gateway.clock().now());
  const auto told = [&](const Claims& changes) {
    const Answer answer = tpp.push_signed(consent, changes).answer;
    EXPECT_EQ(answer.error(), "invalid_request_object") << answer.body;
    return answer.at("/error_description");
  };
  EXPECT_NE(told({{"exp", ""}}).find("exp is missing"), std::string::npos);
  EXPECT_NE(told({{"nbf", ""}}).find("nbf is missing"), std::string::npos);
  EXPECT_NE(told({{"aud", quoted("https://other.example")}}).find("aud must be"), std::string::npos);
  EXPECT_NE(told({{"exp", std::to_string(now + 4200)}}).find("at most 3600 s"), std::string::npos);
  EXPECT_NE(told({{"nbf", std::to_string(now - 4200)}}).find("at most 3600 s"), std::string::npos);
  EXPECT_NE(told({{"request_uri", quoted("urn:x")}}).find("request_uri must not"), std::string::npos);
  EXPECT_NE(told({{"iss", quoted(other.id())}}).find("iss must be"), std::string::npos);
  const auto error = [&](const std::string& object, const Form& outside = {}) {
    Form form{{"client_id", tpp.id()}, {"request", object}};
    form.insert(form.end(), outside.begin(), outside.end());
    return tpp.call("/par", form).error();
  };
  Pushed unused;
  const Form parameters = tpp.authorization_parameters(consent, unused);
  const std::string good = tpp.request_object(parameters);
  EXPECT_EQ(error(good, {{"request_uri", "urn:x"}}), "invalid_request");
  EXPECT_EQ(error(tpp.request_object(parameters, {}, {{"alg", quoted("none")}})), "invalid_request_object");
  EXPECT_EQ(error(tpp.request_object(parameters, {}, {{"alg", quoted("RS256")}})), "invalid_request_object");
  EXPECT_EQ(error(other.request_object(parameters, {{"iss", quoted(tpp.id())}})), "invalid_request_object")
      << "signed by another client";
  EXPECT_EQ(error(tpp.assertion()), "invalid_request_object") << "a client assertion";
  EXPECT_EQ(error(tpp.assertion({{"nbf", std::to_string(now)}, {"client_id", quoted(tpp.id())}})),
            "invalid_request_object");
  EXPECT_EQ(error(tpp.proof({.method = "POST", .url = std::string(kIssuer) + "/par", .token = "", .nonce = ""})),
            "invalid_request_object");
  EXPECT_EQ(error("a.b.c.d.e"), "invalid_request_object");
  EXPECT_EQ(error(""), "invalid_request_object");
  EXPECT_EQ(error(good), "") << "none of this used it up";
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.signed_request"), "1") << "what is refused is no evidence";
}

TEST(SignedRequests, ARequestObjectIsPushedOnce) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  Pushed pushed;
  const Form parameters = tpp.authorization_parameters(tpp.consent(), pushed);
  const std::string object = tpp.request_object(parameters, {{"jti", quoted("one-jti")}});
  const Form form{{"client_id", tpp.id()}, {"request", object}};
  // A refusal after the object's own checks leaves its jti unused.
  EXPECT_EQ(tpp.post("/par", tpp.authenticated(form), {{"DPoP", "no proof"}}).error(), "invalid_dpop_proof");
  EXPECT_EQ(tpp.call("/par", form).status, 201);
  const Answer again = tpp.call("/par", form);
  EXPECT_EQ(again.error(), "invalid_request_object");
  EXPECT_NE(again.at("/error_description").find("jti"), std::string::npos);
  gateway.clock().advance(200s);
  EXPECT_EQ(tpp.call("/par", form).error(), "invalid_request_object");
  // The same jti of another client, and as another kind of JWT, is another.
  Pushed others;
  const Form others_parameters = other.authorization_parameters(other.consent(), others);
  EXPECT_EQ(other
                .call("/par", {{"client_id", other.id()},
                               {"request", other.request_object(others_parameters, {{"jti", quoted("one-jti")}})}})
                .status,
            201);
  EXPECT_EQ(tpp.post("/par",
                     {{"client_id", tpp.id()},
                      {"request", tpp.request_object(parameters)},
                      {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                      {"client_assertion", tpp.assertion({{"jti", quoted("one-jti")}})}},
                     {})
                .status,
            201);
}

TEST(SignedRequests, WithoutAJtiMayBePushedAgain) {
  Gateway gateway;
  Tpp tpp(gateway);
  Pushed pushed;
  const std::string object = tpp.request_object(tpp.authorization_parameters(tpp.consent(), pushed), {{"jti", ""}});
  const Form form{{"client_id", tpp.id()}, {"request", object}};
  EXPECT_EQ(tpp.call("/par", form).status, 201);
  EXPECT_EQ(tpp.call("/par", form).status, 201);
}

// Attack 19.
TEST(SignedRequests, HaveOneWinnerAmong64Threads) {
  constexpr int kThreads = 64;
  Gateway gateway;
  Tpp tpp(gateway);
  Pushed pushed;
  const std::string object = tpp.request_object(tpp.authorization_parameters(tpp.consent(), pushed));
  std::vector<Form> forms;
  for (int i = 0; i < kThreads; ++i) {
    forms.push_back(tpp.authenticated({{"client_id", tpp.id()}, {"request", object}}));
  }
  std::atomic<int> created{0};
  std::atomic<int> refused{0};
  std::barrier start(kThreads);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      const Answer answer = tpp.post("/par", forms[static_cast<std::size_t>(i)], {});
      if (answer.status == 201) ++created;
      if (answer.error() == "invalid_request_object") ++refused;
    });
  }
  threads.clear();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(refused, kThreads - 1);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.signed_request"), "1");
}

// NR1: the original, byte for byte, under the request that came of it.
TEST(SignedRequests, AreKeptAsTheyCame) {
  Gateway gateway;
  Tpp tpp(gateway);
  Pushed pushed;
  const std::string object = tpp.request_object(tpp.authorization_parameters(tpp.consent(), pushed));
  const Answer answer = tpp.call("/par", {{"client_id", tpp.id()}, {"request", object}});
  ASSERT_EQ(answer.status, 201);
  const auto rows = gateway.sql(
      "SELECT s.request_object, s.client_id, s.interaction FROM oauth.signed_request s"
      " JOIN oauth.pushed_request p ON p.request_hash = s.request_hash AND p.client_id = s.client_id");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0], object);
  EXPECT_EQ(rows[0][1], tpp.id());
  EXPECT_EQ(rows[0][2], answer.interaction());
}

TEST(ResponseModes, AreThoseThatTheClientRegistered) {
  Gateway gateway;
  Tpp plain(gateway);
  Tpp signing(gateway, "Signing", JwsAlgorithm::es256, answered_by({"query.jwt", "query"}));
  Tpp posting(gateway, "Posting", JwsAlgorithm::es256, answered_by({"form_post.jwt"}));
  const auto error = [](const Tpp& tpp, const std::string& mode) {
    return tpp.push(tpp.consent(), {{"response_mode", mode}}).answer.error();
  };
  EXPECT_EQ(error(plain, "query"), "");
  for (const char* mode : {"jwt", "query.jwt", "form_post.jwt", "form_post", "fragment", "fragment.jwt", "other"}) {
    EXPECT_EQ(error(plain, mode), "invalid_request") << mode;
  }
  for (const char* mode : {"jwt", "query.jwt", "query"}) EXPECT_EQ(error(signing, mode), "") << mode;
  for (const char* mode : {"form_post.jwt", "form_post", "fragment"}) {
    EXPECT_EQ(error(signing, mode), "invalid_request") << mode;
  }
  EXPECT_EQ(error(posting, "form_post.jwt"), "");
  for (const char* mode : {"jwt", "query"}) EXPECT_EQ(error(posting, mode), "invalid_request") << mode;
}

// [JARM-2.1] [FAPI2-MS-FINAL-5.4.1-1]
TEST(SignedResponses, CarryTheCode) {
  Gateway gateway;
  Tpp tpp(gateway, "Signing", JwsAlgorithm::es256, [](oauth::NewClient& client) {
    client.require_signed_request_object = true;
    client.response_modes = {"jwt", "query.jwt"};
  });
  EXPECT_EQ(gateway.one("SELECT response_modes FROM oauth.client WHERE client_id = '" + tpp.id() + "'"), "{query.jwt}");
  const Pushed pushed = tpp.push_signed(tpp.consent());
  const Callback back = allow(gateway, pushed);
  const Value claims = signed_answer(gateway, back.url);
  EXPECT_EQ(claims.size(), 5u);
  EXPECT_EQ(claims.value("aud", ""), tpp.id());
  EXPECT_EQ(claims.value("state", ""), pushed.state);
  EXPECT_EQ(tpp.redeem(claims.value("code", ""), pushed).answer.status, 200);
}

TEST(SignedResponses, CarryTheCustomersNo) {
  Gateway gateway;
  Tpp tpp(gateway, "Signing", JwsAlgorithm::es256, answered_by({"query.jwt"}));
  const Pushed at_the_door = tpp.push(tpp.consent());
  Customer alice(gateway);
  alice.open(at_the_door.url);
  alice.press("cancel");
  Value claims = signed_answer(gateway, alice.take_callback());
  EXPECT_EQ(claims.value("error", ""), "access_denied");
  EXPECT_EQ(claims.value("state", ""), at_the_door.state);
  EXPECT_FALSE(claims.contains("code"));
  const Pushed at_the_end = tpp.push(tpp.consent());
  alice.open(at_the_end.url);
  alice.sign_in();
  alice.press("deny");
  claims = signed_answer(gateway, alice.take_callback());
  EXPECT_EQ(claims.value("error", ""), "access_denied");
  EXPECT_EQ(claims.value("state", ""), at_the_end.state);
}

TEST(SignedResponses, CarryErrorsAndLeadBackFromErrorPages) {
  Gateway gateway;
  Tpp tpp(gateway, "Signing", JwsAlgorithm::es256, answered_by({"jwt", "query"}));
  Customer alice(gateway);
  alice.open(tpp.push(tpp.consent(), {{"prompt", "none"}}).url);
  EXPECT_EQ(signed_answer(gateway, alice.take_callback()).value("error", ""), "login_required");
  const Pushed late = tpp.push(tpp.consent());
  const Pushed late_and_plain = tpp.push(tpp.consent(), {{"response_mode", "query"}});
  gateway.clock().advance(91s);
  alice.open(late.url);
  EXPECT_EQ(alice.page().status(), 400);
  EXPECT_EQ(signed_answer(gateway, alice.page().link("return")).value("state", ""), late.state);
  alice.open(late_and_plain.url);
  EXPECT_EQ(Callback(alice.page().link("return")).iss, kIssuer) << "the mode is the request's";
}

// [OAUTH-FORM-POST-2]
TEST(PostedResponses, ComeInAFormThatWorksWithoutScripts) {
  Gateway gateway;
  Tpp tpp(gateway, "Posting <b>", JwsAlgorithm::es256, answered_by({"form_post.jwt"}));
  const Pushed pushed = tpp.push(tpp.consent());
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  alice.allow();
  EXPECT_EQ(alice.take_callback(), "") << "no redirect";
  const Answer page = alice.page().answer;
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.header("Cache-Control"), "no-store");
  const std::string policy = page.header("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("form-action 'self' https://localhost:9443;"), std::string::npos) << policy;
  EXPECT_EQ(page.body.find("<b>"), std::string::npos) << "names are escaped";
  EXPECT_EQ(page.body.find("<script>"), std::string::npos) << "nothing inline";
  const FormOnPage form = alice.page().form("continue");
  EXPECT_EQ(form.action, kRedirect);
  ASSERT_EQ(form.fields.size(), 1u);
  EXPECT_EQ(form.fields[0].name, "response");
  alice.press("continue");
  const Value claims = signed_answer(gateway, alice.take_callback());
  EXPECT_EQ(claims.value("state", ""), pushed.state);
  EXPECT_EQ(tpp.redeem(claims.value("code", ""), pushed).answer.status, 200);

  const Answer script = gateway.send("GET", "/assets/form_post.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(page.body.find("src=\"/assets/form_post.js\""), std::string::npos);
}

TEST(PostedResponses, CarryTheCustomersNoAndErrors) {
  Gateway gateway;
  Tpp tpp(gateway, "Posting", JwsAlgorithm::es256, answered_by({"form_post.jwt"}));
  Customer alice(gateway);
  const Pushed pushed = tpp.push(tpp.consent());
  alice.open(pushed.url);
  EXPECT_EQ(alice.page().answer.body.find("form_post.js"), std::string::npos)
      << "only the page that needs a script loads it";
  alice.press("cancel");
  alice.press("continue");
  EXPECT_EQ(signed_answer(gateway, alice.take_callback()).value("error", ""), "access_denied");
  alice.open(tpp.push(tpp.consent(), {{"prompt", "none"}}).url);
  alice.press("continue");
  EXPECT_EQ(signed_answer(gateway, alice.take_callback()).value("error", ""), "login_required");
  // An error page offers a button; it sends nobody anywhere by itself.
  alice.open(pushed.url);
  EXPECT_TRUE(alice.page().has("error"));
  EXPECT_EQ(alice.page().answer.body.find("<script"), std::string::npos);
  EXPECT_NE(alice.page().answer.header("Content-Security-Policy").find("https://localhost:9443"), std::string::npos);
  alice.press("return");
  EXPECT_EQ(signed_answer(gateway, alice.take_callback()).value("state", ""), pushed.state);
}

TEST(MessageSigning, IsToldInTheMetadata) {
  Gateway gateway;
  const Value metadata = Value::parse(gateway.send("GET", "/.well-known/openid-configuration").body);
  EXPECT_EQ(metadata["request_parameter_supported"], true);
  EXPECT_EQ(metadata["request_uri_parameter_supported"], false);
  EXPECT_EQ(metadata["request_object_signing_alg_values_supported"], Value({"PS256", "ES256", "EdDSA"}));
  EXPECT_EQ(metadata["response_modes_supported"], Value({"query", "query.jwt", "form_post.jwt", "jwt"}));
  EXPECT_EQ(metadata["authorization_signing_alg_values_supported"], Value({"ES256"}));
  EXPECT_FALSE(metadata.contains("require_signed_request_object")) << "some clients must, not all";
}

}  // namespace
}  // namespace journeys
