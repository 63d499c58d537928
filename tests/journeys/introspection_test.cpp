// What the gateway tells of a token, and to whom (RFC 7662, RFC 9701).
#include <gtest/gtest.h>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using base::crypto::JwsAlgorithm;
using base::json::Value;

constexpr const char* kSigned = "application/token-introspection+jwt";
constexpr const char* kInactive = R"({"active":false})";

void as_resource_server(oauth::NewClient& client) {
  client.redirect_uris.clear();
  client.scope = "introspection";
}

struct Introspection : testing::Test {
  Gateway gateway;
  Tpp tpp{gateway};
  Tpp other{gateway, "Other"};
  Tpp bank{gateway, "Accounts Server", JwsAlgorithm::es256, as_resource_server};
  Customer alice{gateway};

  void expect_inactive(const Answer& answer) const {
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, kInactive);
  }
  // Whoever could be told of it is told that it is over.
  void expect_over(const std::string& token) const {
    expect_inactive(bank.introspect(token));
    expect_inactive(tpp.introspect(token));
  }
};

// [RFC7662-2.2] [RFC9396-9.2] [RFC9449-6.2]
TEST_F(Introspection, TellsClientAndResourceServerOfALiveAccessToken) {
  const Authorised done = walk(tpp, alice);
  for (const Tpp* caller : {&tpp, &bank}) {
    const Answer answer = caller->introspect(done.tokens.access);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.at("/active"), "true");
    EXPECT_EQ(answer.at("/scope"), "openid accounts");
    EXPECT_EQ(answer.at("/client_id"), tpp.id());
    EXPECT_EQ(answer.at("/sub"), gateway.one("SELECT psu_id FROM oauth.authorization_grant"));
    EXPECT_EQ(answer.at("/iss"), kIssuer);
    EXPECT_EQ(answer.at("/aud"), kIssuer);
    EXPECT_EQ(std::stoll(answer.at("/exp")) - std::stoll(answer.at("/iat")), 300);
    EXPECT_NE(answer.at("/jti"), "");
    EXPECT_EQ(answer.at("/token_type"), "DPoP");
    EXPECT_EQ(answer.at("/cnf/jkt"), tpp.proof_key.public_key().thumbprint());
    EXPECT_EQ(answer.at("/consent_id"), done.consent);
    EXPECT_EQ(answer.at("/acr"), "urn:openbanking:psd2:sca");
    EXPECT_LE(std::stoll(answer.at("/auth_time")), std::stoll(answer.at("/iat")));
  }
  gateway.flush_journal();
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE action LIKE '%introspect%'"), "0") << "a read";
}

TEST_F(Introspection, TellsOnlyTheClientOfItsRefreshToken) {
  const Authorised done = walk(tpp, alice);
  const Answer answer = tpp.introspect(done.tokens.refresh);
  EXPECT_EQ(answer.at("/active"), "true") << answer.body;
  EXPECT_EQ(answer.at("/client_id"), tpp.id());
  EXPECT_EQ(answer.at("/consent_id"), done.consent);
  EXPECT_EQ(answer.at("/scope"), "openid accounts");
  EXPECT_EQ(answer.at("/exp"), "") << "it lives as long as its consent";
  EXPECT_EQ(answer.at("/token_type"), "") << "that is a kind of access token";
  expect_inactive(bank.introspect(done.tokens.refresh));
  expect_inactive(other.introspect(done.tokens.refresh));
}

TEST_F(Introspection, TellsOfAClientsOwnToken) {
  const std::string token = tpp.client_token();
  for (const Tpp* caller : {&tpp, &bank}) {
    const Answer answer = caller->introspect(token);
    EXPECT_EQ(answer.at("/active"), "true") << answer.body;
    EXPECT_EQ(answer.at("/sub"), tpp.id());
    EXPECT_EQ(answer.at("/consent_id"), "");
    EXPECT_EQ(answer.at("/acr"), "");
  }
  expect_inactive(other.introspect(token));
  EXPECT_EQ(tpp.revoke(token).status, 200);
  expect_over(token);
}

// Attack 9: a caller that is not the audience learns nothing, signed or not.
TEST_F(Introspection, TellsStrangersNothing) {
  const Authorised done = walk(tpp, alice);
  expect_inactive(other.introspect(done.tokens.access));
  const Answer answer = other.introspect(done.tokens.access, kSigned);
  const auto jws = base::crypto::parse_compact(answer.body);
  ASSERT_TRUE(jws) << answer.body;
  EXPECT_EQ(Value::parse(jws->payload)["token_introspection"].dump(), kInactive);
}

// Attacks 10, 25, 26: what is no access token of ours, or only looks like one.
TEST_F(Introspection, KnowsWhatIsNoToken) {
  const Authorised done = walk(tpp, alice);
  const auto jws = base::crypto::parse_compact(done.tokens.access);
  ASSERT_TRUE(jws);
  Value claims = Value::parse(jws->payload);
  const auto& keys = *gateway.parts().authorization_server.keys().current();
  const auto& key = keys.signing_key(gateway.clock().now());
  const auto sign = [&](const Value& changed, const std::string& typ, const base::crypto::PrivateKey& by) {
    return base::crypto::sign_compact({.typ = typ, .kid = key.kid(), .jwk = ""}, base::json::dump(changed), by);
  };
  EXPECT_EQ(bank.introspect(sign(claims, "at+jwt", key)).at("/active"), "true") << "the stage itself";
  Value audience = claims;
  audience["aud"] = "https://other.example";
  Value both = claims;
  both["cnf"]["x5t#S256"] = tpp.proof_key.public_key().thumbprint();
  Value unbound = claims;
  unbound.erase("cnf");
  Value foreign = claims;
  foreign["client_id"] = other.id();
  Value renamed = claims;
  renamed["sub"] = "0192d3a0-0000-7000-8000-00000000ffff";
  Value reworded = claims;
  reworded["openbanking_intent_id"] = "another";
  std::string broken = done.tokens.access;
  broken[broken.size() - 10] = broken[broken.size() - 10] == 'A' ? 'B' : 'A';
  for (const std::string& token :
       {std::string("x"), std::string("a.b.c"), std::string("..."), std::string(5000, '.'), done.tokens.id, broken,
        tpp.assertion(), sign(claims, "JWT", key), sign(claims, "at+jwt", tpp.key), sign(audience, "at+jwt", key),
        sign(both, "at+jwt", key), sign(unbound, "at+jwt", key), sign(foreign, "at+jwt", key),
        sign(renamed, "at+jwt", key), sign(reworded, "at+jwt", key)}) {
    expect_inactive(bank.introspect(token));
  }
}

TEST_F(Introspection, OfAnExpiredTokenTellsNothing) {
  const Authorised done = walk(tpp, alice);
  gateway.clock().advance(std::chrono::seconds(299));
  EXPECT_EQ(bank.introspect(done.tokens.access).at("/active"), "true");
  gateway.clock().advance(std::chrono::seconds(2));
  expect_over(done.tokens.access);
  EXPECT_EQ(tpp.introspect(done.tokens.refresh).at("/active"), "true");
}

// Attack 10: every way in which the ground of a token goes, at once.
TEST_F(Introspection, OfARevokedGrantTellsNothing) {
  const Authorised done = walk(tpp, alice);
  EXPECT_EQ(tpp.revoke(done.tokens.refresh).status, 200);
  expect_over(done.tokens.access);
  expect_over(done.tokens.refresh);
}

TEST_F(Introspection, OfARevokedConsentTellsNothing) {
  const Authorised done = walk(tpp, alice);
  alice.dashboard();
  alice.revoke(done.consent);
  expect_over(done.tokens.access);
  expect_over(done.tokens.refresh);
}

TEST_F(Introspection, OfAConsentWhoseTimeIsOverTellsNothingBeforeAnySweep) {
  const Authorised done = walk(tpp, alice);
  gateway.advance_business("P91D");
  EXPECT_EQ(gateway.one("SELECT status FROM oauth.authorization_grant"), "live") << "nobody has swept";
  expect_over(done.tokens.access);
  expect_over(done.tokens.refresh);
}

TEST_F(Introspection, OfADisabledClientTellsNothing) {
  const Authorised done = walk(tpp, alice);
  gateway.sql("UPDATE oauth.client SET status = 'disabled' WHERE client_id = '" + tpp.id() + "'");
  expect_inactive(bank.introspect(done.tokens.access));
  EXPECT_EQ(tpp.introspect(done.tokens.access).error(), "invalid_client");
  gateway.sql("UPDATE oauth.client SET status = 'disabled' WHERE client_id = '" + bank.id() + "'");
  EXPECT_EQ(bank.introspect(done.tokens.access).error(), "invalid_client");
}

TEST_F(Introspection, OfACompromisedKeyTellsNothing) {
  const Authorised done = walk(tpp, alice);
  auto& keys = gateway.parts().authorization_server.keys();
  const std::string kid = keys.current()->signing_key(gateway.clock().now()).kid();
  ASSERT_TRUE(keys.emergency(gateway.caller(), "journey", kid).has_value());
  expect_over(done.tokens.access);
}

// [RFC9701-5]; attack 9: for the caller and nobody else
TEST_F(Introspection, SignsForTheCallerAlone) {
  const Authorised done = walk(tpp, alice);
  const auto keys = base::crypto::JwkSet::parse(gateway.send("GET", "/jwks").body);
  ASSERT_TRUE(keys);
  for (const Tpp* caller : {&tpp, &bank}) {
    const Answer answer = caller->introspect(done.tokens.access, std::string(kSigned) + ", application/json;q=0.1");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), kSigned);
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    const auto jws = base::crypto::parse_compact(answer.body);
    ASSERT_TRUE(jws);
    EXPECT_EQ(jws->header.typ, "token-introspection+jwt");
    const auto* key = keys->by_kid(jws->header.kid.value_or(""));
    ASSERT_NE(key, nullptr);
    EXPECT_TRUE(base::crypto::verify(*jws, *key));
    const Value claims = Value::parse(jws->payload);
    EXPECT_EQ(claims["iss"], kIssuer);
    EXPECT_EQ(claims["aud"], caller->id());
    EXPECT_LE(std::abs(claims["iat"].get<std::int64_t>() - unix_seconds(gateway.clock().now())), 60);
    EXPECT_EQ(claims.size(), 4u) << "nothing of the token stands outside token_introspection";
    EXPECT_EQ(claims["token_introspection"]["active"], true);
    EXPECT_EQ(claims["token_introspection"]["client_id"], tpp.id());
    EXPECT_EQ(claims["token_introspection"]["aud"], kIssuer);
  }
  EXPECT_EQ(bank.introspect(done.tokens.access, "application/json").header("Content-Type"), "application/json");
  EXPECT_EQ(bank.introspect(done.tokens.access, "image/png").header("Content-Type"), "application/json");
}

// A signed answer is no access token, and no answer is an assertion.
TEST_F(Introspection, ItsAnswersAreGoodForNothingElse) {
  const Authorised done = walk(tpp, alice);
  const std::string answer = tpp.introspect(done.tokens.access, kSigned).body;
  EXPECT_EQ(tpp.obie("GET", "/accounts", answer).status, 401);
  expect_inactive(tpp.introspect(answer));
}

// [RFC7662-2.1] the caller authenticates as at the token endpoint, with an assertion that is good once
TEST_F(Introspection, ServesNobodyWhoIsNotAuthenticated) {
  const std::string token = tpp.client_token();
  const Answer bare = tpp.post("/introspect", {{"token", token}}, {});
  EXPECT_EQ(bare.status, 401);
  EXPECT_EQ(bare.error(), "invalid_client");
  EXPECT_EQ(tpp.post("/introspect", {{"token", token}, {"client_id", tpp.id()}}, {}).error(), "invalid_client");
  EXPECT_EQ(tpp.post("/introspect", tpp.authenticated({{"token", token}, {"client_id", other.id()}}), {}).error(),
            "invalid_client");
  EXPECT_EQ(tpp.post("/introspect", {{"token", token}}, {{"Authorization", "Basic dHBwOnNlY3JldA=="}}).error(),
            "invalid_client");
  EXPECT_EQ(tpp.post("/introspect", {{"token", token}}, {{"Authorization", "Bearer " + token}}).error(),
            "invalid_client")
      << "no token authenticates here";
  const Form once = tpp.authenticated({{"token", token}});
  EXPECT_EQ(tpp.post("/introspect", once, {}).at("/active"), "true");
  const Answer replayed = tpp.post("/introspect", once, {});
  EXPECT_EQ(replayed.status, 401);
  EXPECT_EQ(replayed.error(), "invalid_client");
  EXPECT_EQ(tpp.post("/token", once, {}).error(), "invalid_request") << "before the assertion is looked at again";
}

// Attack 6.
TEST_F(Introspection, RefusesWhatIsNoRequest) {
  const std::string token = tpp.client_token();
  EXPECT_EQ(tpp.post("/introspect", tpp.authenticated({}), {}).error(), "invalid_request");
  EXPECT_EQ(tpp.post("/introspect", tpp.authenticated({{"token", ""}}), {}).error(), "invalid_request");
  EXPECT_EQ(tpp.introspect(std::string(17 * 1024, 'a')).error(), "invalid_request");
  EXPECT_EQ(tpp.post("/introspect", tpp.authenticated({{"token", token}, {"token", token}}), {}).error(),
            "invalid_request");
  EXPECT_EQ(tpp.post("/introspect",
                     tpp.authenticated({{"token", token}, {"token_type_hint", "a"}, {"token_type_hint", "b"}}), {})
                .error(),
            "invalid_request");
  EXPECT_EQ(tpp.post("/introspect?token=" + token, tpp.authenticated({}), {}).error(), "invalid_request");
  EXPECT_EQ(gateway.send("GET", "/introspect").status, 405);
  EXPECT_EQ(gateway.send("POST", "/introspect", {{"Content-Type", "application/json"}}, R"({"token":"x"})").error(),
            "invalid_request");
}

// [RFC7662-2.1] "token_type_hint … If the server is unable to locate the token using the given hint, it MUST extend its
// search"
TEST_F(Introspection, IsNotMisledByAHint) {
  const Authorised done = walk(tpp, alice);
  for (const std::string& token : {done.tokens.access, done.tokens.refresh}) {
    for (const char* hint : {"access_token", "refresh_token", "no such kind"}) {
      EXPECT_EQ(
          tpp.post("/introspect", tpp.authenticated({{"token", token}, {"token_type_hint", hint}}), {}).at("/active"),
          "true")
          << hint;
    }
  }
}

// [RFC9396-9.1] [RFC9396-9.2]
TEST_F(Introspection, ShowsWhatWasGrantedInDetail) {
  const std::string consent = tpp.consent();
  const Pushed pushed = tpp.push_with_details(consent);
  alice.open(pushed.url);
  alice.sign_in();
  alice.allow();
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  const Value wanted = Value::array({{{"type", "urn:aldgate:consent"}, {"consent_id", consent}}});
  EXPECT_EQ(Value::parse(tokens.answer.body)["authorization_details"], wanted);
  for (const std::string& access : {tokens.access, tpp.refresh(tokens.refresh).access}) {
    const auto jws = base::crypto::parse_compact(access);
    ASSERT_TRUE(jws);
    EXPECT_EQ(Value::parse(jws->payload)["authorization_details"], wanted);
    EXPECT_EQ(Value::parse(bank.introspect(access).body)["authorization_details"], wanted);
  }
  EXPECT_EQ(Value::parse(tpp.introspect(tokens.refresh).body)["authorization_details"], wanted);
}

// The right to introspect is no right to tokens.
TEST_F(Introspection, AResourceServerHasNoTokensOfItsOwn) {
  for (const char* scope : {"introspection", "accounts", "openid"}) {
    EXPECT_EQ(bank.call("/token", {{"grant_type", "client_credentials"}, {"scope", scope}}).error(), "invalid_scope");
    EXPECT_EQ(tpp.call("/token", {{"grant_type", "client_credentials"}, {"scope", "introspection"}}).error(),
              "invalid_scope");
  }
  EXPECT_THROW(Tpp(gateway, "Greedy", JwsAlgorithm::es256,
                   [](oauth::NewClient& client) { client.scope = "accounts introspection"; }),
               std::runtime_error);
  EXPECT_EQ(gateway.send("GET", "/.well-known/openid-configuration").body.find("\"introspection\""), std::string::npos)
      << "no scope to ask for";
}

}  // namespace
}  // namespace journeys
