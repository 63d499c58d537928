// The attack list, part two: clients, codes and tokens. docs/attacks.md names every number.
#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <thread>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/encoding.h"
#include "gateway/routes.h"
#include "gateway/wiring/parts.h"
#include "oauth/tokens/access_token.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;
using base::http::Headers;

void set_status(Gateway& gateway, const std::string& client, oauth::ClientStatus status) {
  auto& p = gateway.parts();
  const auto caller = gateway.caller();
  const auto done = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().set_status(tx, caller, {base::db::ActorKind::staff, "journey"},
                                                       base::ClientId(client), status);
  });
  ASSERT_TRUE(done.has_value());
}

// What a client-credentials token is made of, for signing with our own key after a change.
oauth::AccessToken own_token(Gateway& gateway, const Tpp& tpp) {
  oauth::AccessToken token;
  token.issuer = kIssuer;
  token.audience = kIssuer;
  token.jti = "made-by-a-test";
  token.client = base::ClientId(tpp.id());
  token.subject = tpp.id();
  token.scope = "accounts";
  token.issued_at = gateway.clock().now();
  token.expires_at = gateway.clock().now() + 60s;
  token.jkt = tpp.proof_key.public_key().thumbprint();
  return token;
}

// Disabled at each step of the way, and for as long as it is.
TEST(AttackList, F13_WhoIsDisabledMidFlowGetsNothingMore) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  Authorised done;
  const auto disable = [&] { set_status(gateway, tpp.id(), oauth::ClientStatus::disabled); };
  const auto enable = [&] { set_status(gateway, tpp.id(), oauth::ClientStatus::live); };
  done.consent = tpp.consent();
  done.pushed = tpp.push(done.consent);

  disable();
  EXPECT_EQ(tpp.push_form({{"scope", "openid"}}, {}).answer.error(), "invalid_client");
  alice.open(done.pushed.url);
  EXPECT_TRUE(alice.page().has("error"));
  EXPECT_EQ(alice.take_callback(), "");
  enable();
  alice.open(done.pushed.url);
  alice.sign_in();
  ASSERT_TRUE(alice.page().has("allow"));
  disable();
  alice.allow();
  EXPECT_EQ(alice.take_callback(), "") << "no code";
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_code"), "0");
  enable();
  alice.open(done.pushed.url);
  alice.allow();
  const std::string code = Callback(alice.take_callback()).code;
  ASSERT_NE(code, "");
  disable();
  EXPECT_EQ(tpp.redeem(code, done.pushed).answer.error(), "invalid_client");
  enable();
  done.tokens = tpp.redeem(code, done.pushed);
  ASSERT_EQ(done.tokens.answer.status, 200) << done.tokens.answer.body;
  disable();
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.error(), "invalid_client");
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 401);
  enable();
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.status, 200);

  // A customer whom the bank locks between the two steps does not come in.
  const Pushed pushed = tpp.push_form({{"scope", "openid test"}}, {});
  Customer erin(gateway);
  erin.open(pushed.url);
  erin.press("login", {{"username", "erin"}, {"password", "erin"}});
  ASSERT_TRUE(erin.page().has("otp"));
  gateway.sql("UPDATE connectors.customer SET locked = true");
  erin.press("verify", {{"otp", "123456"}});
  EXPECT_FALSE(erin.page().has("allow"));
  EXPECT_EQ(erin.take_callback(), "");
}

TEST(AttackList, F14_RegistrationTakesNoScriptsNoForeignSchemesAndNoMoreThanAPartnerMayHave) {
  Gateway gateway;
  Tpp tpp(gateway);
  auto& p = gateway.parts();
  const auto fault = [&](const std::function<void(oauth::NewClient&)>& change) {
    oauth::NewClient wanted;
    wanted.name = "Good";
    wanted.redirect_uris = {kRedirect};
    wanted.jwks = base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::es256, "k").public_key().to_jwk();
    change(wanted);
    const auto caller = gateway.caller();
    const auto made = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
      return p.authorization_server.clients().register_client(tx, caller, {base::db::ActorKind::staff, "journey"},
                                                              wanted);
    });
    return made ? std::string() : std::string(oauth::to_text(made.error().code));
  };
  EXPECT_EQ(fault([](auto&) {}), "");
  for (const char* uri : {"javascript:alert(1)", "data:text/html,x", "http://app.example/cb", "https://*.example/cb",
                          "https://app.example/cb#x", "https://user@app.example/cb"}) {
    EXPECT_EQ(fault([&](auto& wanted) { wanted.redirect_uris = {uri}; }), "invalid_redirect_uri") << uri;
  }
  EXPECT_EQ(fault([](auto& wanted) { wanted.scope = "openid admin"; }), "invalid_client_metadata");
  EXPECT_EQ(fault([&](auto& wanted) { wanted.jwks = std::string(tpp.key.to_private_jwk().reveal()); }),
            "invalid_client_metadata")
      << "a private key";
  EXPECT_EQ(fault([](auto& wanted) { wanted.jwks.clear(); }), "invalid_client_metadata");
  EXPECT_EQ(fault([](auto& wanted) { wanted.response_modes = {"fragment"}; }), "invalid_client_metadata");
}

TEST(AttackList, F15_MetricsHaveNoMoreLabelsForMoreCallers) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto series = [&] {
    const std::string text = gateway.send("GET", std::string(kOperationsBase) + "/metrics").body;
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto strangers = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      const std::string n = std::to_string(i);
      gateway.send("GET", "/nowhere/" + n);
      gateway.send("GET", "/interaction/" + n);
      gateway.send("GET", "/authorize?client_id=c" + n + "&request_uri=urn%3Ax" + n);
      gateway.send("GET", "/open-banking/v4.0/aisp/accounts/" + n, {{"Authorization", "DPoP t" + n}});
      gateway.send("BREW" + n, "/token");
      tpp.post("/token", {{"client_id", "c" + n}, {"grant_type", "g" + n}, {"scope", "s" + n}}, {});
    }
  };
  strangers(0, 5);
  const auto before = series();
  strangers(5, 300);
  // The server's own series may still appear one by one; none may come of a name that a stranger made up.
  EXPECT_LT(series(), before + 10);
  const std::string text = gateway.send("GET", std::string(kOperationsBase) + "/metrics").body;
  for (const char* made_up : {"c299", "BREW", "g299", "/nowhere", "t299", "s299"}) {
    EXPECT_EQ(text.find(made_up), std::string::npos) << made_up;
  }
}

// [RFC9449-7.1] [RFC8705-3]
TEST(AttackList, F18_ATokenWithoutItsProofOpensNothing) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp thief(gateway, "Thief");
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  int protected_routes = 0;
  for (const auto& route : gateway::routes()) {
    if (route.needs != gateway::Needs::access_token) continue;
    ++protected_routes;
    std::string path(route.pattern);
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      path.replace(open, path.find('}') - open + 1, "x");
    }
    const std::string method(base::http::to_text(route.method));
    const std::string& token = done.tokens.access;
    const auto refused = [&](const std::string& base, const Headers& headers, const std::string& why) {
      const Answer answer = gateway.send(method, base + path, headers);
      EXPECT_EQ(answer.status, 401) << method << " " << path << ": " << why;
      EXPECT_NE(answer.header("WWW-Authenticate"), "") << path;
    };
    const std::string url = kIssuer + path;
    const ProofOptions proof{.method = method, .url = url, .token = token};
    refused(kIssuer, {{"Authorization", "Bearer " + token}}, "as a bearer token");
    refused(kIssuer, {{"Authorization", "Bearer " + token}, {"DPoP", tpp.proof(proof)}},
            "as a bearer token with proof");
    refused(kIssuer, {{"Authorization", "DPoP " + token}}, "without a proof");
    refused(kIssuer, {{"Authorization", "DPoP " + token}, {"DPoP", thief.proof(proof)}}, "with another key's proof");
    refused(kMtlsBase, {{"Authorization", "Bearer " + token}}, "at the other listener");
    base::http::Peer peer = Gateway::default_peer();
    peer.certificate_der = "not the certificate of anybody";
    EXPECT_EQ(gateway.send(method, kMtlsBase + path, {{"Authorization", "Bearer " + token}}, "", peer).status, 401);
  }
  EXPECT_GT(protected_routes, 10);

  // A token of both kinds, and of neither, signed with our own key.
  auto& p = gateway.parts();
  oauth::AccessToken made = own_token(gateway, tpp);
  made.jkt.reset();
  const auto keys = p.authorization_server.keys().current();
  const auto use = [&] {
    return tpp.obie("GET", "/accounts", oauth::sign_access_token(made, keys->signing_key(gateway.clock().now())))
        .status;
  };
  EXPECT_EQ(use(), 401) << "neither";
  made.jkt = tpp.proof_key.public_key().thumbprint();
  EXPECT_EQ(use(), 403) << "one: known, but a client's own";
  made.x5t = std::string(43, 'A');
  EXPECT_EQ(use(), 401) << "both";
}

TEST(AttackList, F19_SixtyFourRedemptionsOfOneCodeYieldTokensOnce) {
  constexpr int kThreads = 64;
  Gateway gateway([](gateway::Settings& s) { s.database.connections = 32; });
  Tpp tpp(gateway);
  Customer alice(gateway);
  Authorised done;
  const std::string code = authorise(tpp, alice, done);
  struct Ready {
    Form form;
    std::string proof;
  };
  std::vector<Ready> requests;
  const std::string url = std::string(kIssuer) + "/token";
  const std::string nonce =
      tpp.post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
               {{"DPoP", tpp.proof({.url = url, .token = "", .nonce = "AAAA"})}})
          .header("DPoP-Nonce");
  for (int i = 0; i < kThreads; ++i) {
    requests.push_back(
        {tpp.authenticated(tpp.code_form(code, done.pushed)), tpp.proof({.url = url, .token = "", .nonce = nonce})});
  }
  std::vector<Answer> answers(kThreads);
  std::barrier begin(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        begin.arrive_and_wait();
        answers[i] = tpp.post("/token", requests[i].form, {{"DPoP", requests[i].proof}});
      });
    }
  }
  int granted = 0;
  for (const Answer& answer : answers) {
    if (answer.status == 200) {
      ++granted;
      EXPECT_EQ(tpp.obie("GET", "/accounts", answer.at("/access_token")).status, 401) << "the grant has ended";
      continue;
    }
    EXPECT_EQ(answer.error(), "invalid_grant") << answer.body;
  }
  EXPECT_EQ(granted, 1);
  EXPECT_EQ(gateway.one("SELECT status FROM oauth.authorization_grant"), "ended");
  EXPECT_NE(gateway.one("SELECT count(*) FROM base.audit WHERE reason LIKE '%code used twice%'"), "0");
}

TEST(AttackList, F21_NoVerifierIsNoDowngrade) {
  Gateway gateway;
  Tpp tpp(gateway);
  for (const Form& changes : {Form{{"code_challenge", ""}}, Form{{"code_challenge", ""}, {"code_challenge_method", ""}},
                              Form{{"code_challenge_method", "plain"}}, Form{{"code_challenge_method", ""}},
                              Form{{"code_challenge", "short"}}}) {
    EXPECT_EQ(tpp.push_form({{"scope", "openid test"}}, changes).answer.error(), "invalid_request");
  }
  Customer alice(gateway);
  const Pushed pushed = tpp.push_form({{"scope", "openid test"}}, {});
  alice.open(pushed.url);
  alice.sign_in();
  alice.press("allow");
  const std::string code = Callback(alice.take_callback()).code;
  for (const std::string& verifier :
       {std::string(), pushed.verifier.substr(1), pushed.verifier + "A", std::string(42, 'a'), std::string(129, 'a'),
        base::crypto::sha256_base64url(pushed.verifier), std::string(64, 'a'), std::string(64, '=')}) {
    Form form = tpp.code_form(code, pushed, {{"code_verifier", verifier}});
    EXPECT_EQ(tpp.call("/token", form).error(), "invalid_grant") << verifier;
    if (verifier.empty()) {
      form.push_back({"code_verifier", ""});
      EXPECT_EQ(tpp.call("/token", form).error(), "invalid_grant") << "empty";
    }
  }
  EXPECT_EQ(tpp.redeem(code, pushed).answer.status, 200) << "none of it burnt the code";
}

TEST(AttackList, F22_ExpensiveTokensAreRefusedBeforeTheyCost) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto authenticate = [&](const Claims& header, const Claims& claims = {}) {
    return tpp
        .post("/token",
              {{"grant_type", "client_credentials"},
               {"scope", "accounts"},
               {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
               {"client_assertion", tpp.assertion(claims, header)}},
              {{"DPoP", tpp.proof({.url = std::string(kIssuer) + "/token"})}})
        .error();
  };
  EXPECT_EQ(authenticate({{"alg", quoted("PBES2-HS256+A128KW")}, {"p2c", "2147483647"}, {"p2s", quoted("AAAA")}}),
            "invalid_client");
  EXPECT_EQ(authenticate({{"zip", quoted("DEF")}}), "invalid_client");
  EXPECT_EQ(authenticate({}, {{"pad", quoted(std::string(40'000, 'a'))}}), "invalid_client");
  EXPECT_EQ(authenticate({{"pad", quoted(std::string(10'000, 'a'))}}), "invalid_client");
  std::string deep(2000, '[');
  deep += std::string(2000, ']');
  EXPECT_EQ(authenticate({}, {{"deep", deep}}), "invalid_client");
  const auto prove = [&](const std::string& jwk, const std::string& alg) {
    return tpp
        .post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
              {{"DPoP", tpp.proof({.url = std::string(kIssuer) + "/token",
                                   .token = "",
                                   .nonce = "",
                                   .claims = {},
                                   .header = {{"jwk", jwk}, {"alg", quoted(alg)}}})}})
        .error();
  };
  const std::string modulus = base::base64url_encode(std::string(2048, '\xff'));
  EXPECT_EQ(prove(R"({"kty":"RSA","e":"AQAB","n":")" + modulus + "\"}", "PS256"), "invalid_dpop_proof") << "16384 bits";
  const std::string small = base::base64url_encode(std::string(256, '\xff'));
  EXPECT_EQ(prove(R"({"kty":"RSA","e":"AQAAAAAAAAAAAAAB","n":")" + small + "\"}", "PS256"), "invalid_dpop_proof");
}

// [RFC8725-3.11] [RFC8725-3.12]
TEST(AttackList, F26_NoTokenPassesForAnotherKind) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const std::string url = std::string(kIssuer) + "/token";
  const auto as_assertion = [&](const std::string& jwt) {
    return tpp
        .post("/token",
              {{"grant_type", "client_credentials"},
               {"scope", "accounts"},
               {"client_id", tpp.id()},
               {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
               {"client_assertion", jwt}},
              {{"DPoP", tpp.proof({.url = url})}})
        .error();
  };
  for (const std::string& jwt :
       {done.tokens.id, done.tokens.access, tpp.proof({.url = url}), tpp.assertion({}, {{"typ", quoted("dpop+jwt")}}),
        tpp.assertion({}, {{"typ", quoted("oauth-authz-req+jwt")}}), tpp.assertion({}, {{"typ", quoted("at+jwt")}}),
        tpp.assertion({}, {{"typ", quoted("logout+jwt")}})}) {
    EXPECT_EQ(as_assertion(jwt), "invalid_client") << jwt.substr(0, 60);
  }
  const std::string resource = std::string(kIssuer) + "/open-banking/v4.0/aisp/accounts";
  for (const std::string& jwt : {done.tokens.id, tpp.assertion(), tpp.proof({.method = "GET", .url = resource}),
                                 tpp.assertion({}, {{"typ", quoted("at+jwt")}}), done.tokens.refresh}) {
    EXPECT_EQ(tpp.obie("GET", "/accounts", jwt).status, 401) << jwt.substr(0, 60);
  }
  for (const std::string& jwt :
       {tpp.assertion(), done.tokens.access, done.tokens.id,
        tpp.proof({.url = url, .token = "", .nonce = "", .claims = {}, .header = {{"typ", quoted("JWT")}}})}) {
    EXPECT_EQ(tpp.post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
                       {{"DPoP", jwt}})
                  .error(),
              "invalid_dpop_proof")
        << jwt.substr(0, 60);
  }
  for (const std::string& jwt : {done.tokens.id, done.tokens.access, tpp.assertion()}) {
    EXPECT_EQ(tpp.refresh(jwt).answer.error(), "invalid_grant");
    EXPECT_EQ(tpp.redeem(jwt, done.pushed).answer.error(), "invalid_grant");
  }
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.status, 200);
}

TEST(AttackList, F30_ACodeWorksOnlyInTheSessionItWasMadeFor) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer victim(gateway);
  const auto thumbprint = tpp.proof_key.public_key().thumbprint();
  const Pushed theirs = tpp.push_form({{"scope", "openid test"}}, {{"dpop_jkt", thumbprint}});
  const Pushed attackers = tpp.push_form({{"scope", "openid test"}}, {});
  victim.open(theirs.url);
  victim.sign_in();
  victim.press("allow");
  const std::string code = Callback(victim.take_callback()).code;
  EXPECT_EQ(tpp.redeem(code, attackers).answer.error(), "invalid_grant") << "the attacker's verifier";
  // The challenge chosen by the attacker, but not the key: the code is bound to the one that was announced.
  base::crypto::PrivateKey other = base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::es256);
  std::swap(tpp.proof_key, other);
  EXPECT_EQ(tpp.redeem(code, theirs).answer.error(), "invalid_grant") << "another DPoP key";
  EXPECT_EQ(tpp.push_form({{"scope", "openid test"}}, {{"dpop_jkt", thumbprint}}).answer.error(), "invalid_dpop_proof");
  std::swap(tpp.proof_key, other);
  EXPECT_EQ(tpp.redeem(code, theirs).answer.status, 200);
}

TEST(AttackList, F31_ATokenOfAnotherIssuerOrForAnotherResourceIsNoToken) {
  Gateway ours;
  Gateway theirs;
  Tpp tpp(ours);
  Tpp same_software(theirs);
  const std::string path = "/account-access-consents/0192d3a0-0000-7000-8000-000000000000";
  std::swap(tpp.proof_key, same_software.proof_key);
  const std::string token = same_software.client_token();
  std::swap(tpp.proof_key, same_software.proof_key);
  EXPECT_EQ(tpp.obie("GET", path, token).status, 401) << "the same issuer name, other keys";

  auto& p = ours.parts();
  oauth::AccessToken made = own_token(ours, tpp);
  const auto use = [&] {
    const auto keys = p.authorization_server.keys().current();
    return tpp.obie("GET", path, oauth::sign_access_token(made, keys->signing_key(ours.clock().now()))).status;
  };
  EXPECT_EQ(use(), 400) << "as it should be: an unknown consent";
  for (const std::string other : {"https://evil.example", "https://localhost:8443/", "https://LOCALHOST:8443", ""}) {
    made.issuer = other;
    EXPECT_EQ(use(), 401) << "iss " << other;
    made.issuer = kIssuer;
    made.audience = other;
    EXPECT_EQ(use(), 401) << "aud " << other;
    made.audience = kIssuer;
  }
}

// [FAPI2-SP-FINAL-6.7]
TEST(AttackList, F39_AClientNeverPassesForACustomer) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const std::string sub = gateway.one("SELECT psu_id FROM oauth.authorization_grant");
  auto& p = gateway.parts();
  oauth::NewClient wanted;
  wanted.id = base::ClientId(sub);
  wanted.name = "Looks like alice";
  wanted.redirect_uris = {kRedirect};
  wanted.jwks = tpp.key.public_key().to_jwk();
  const auto caller = gateway.caller();
  const auto registered = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().register_client(tx, caller, {base::db::ActorKind::staff, "journey"},
                                                            wanted);
  });
  EXPECT_FALSE(registered.has_value()) << "an id of a customer's form is no client's";

  const std::string own = tpp.client_token("accounts");
  EXPECT_EQ(tpp.obie("GET", "/accounts", own).status, 403);
  const Answer resource = tpp.resource("GET", "/sandbox/resource", tpp.client_token("test"));
  EXPECT_EQ(resource.status, 200);
  EXPECT_EQ(resource.at("/sub"), "");
  // Signed with our own key, a client's token that names a customer is refused.
  oauth::AccessToken made = own_token(gateway, tpp);
  made.subject = sub;
  made.consent = base::ConsentId(done.consent);
  const auto keys = p.authorization_server.keys().current();
  EXPECT_EQ(
      tpp.obie("GET", "/accounts", oauth::sign_access_token(made, keys->signing_key(gateway.clock().now()))).status,
      401);
}

// The exact borders stand in the unit tests of assertions and proofs, where time stands still; here with a margin for a
// slow machine.
TEST(AttackList, F40_DatesOutsideTheWindowOrOfOddFormsAreRefused) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string url = std::string(kIssuer) + "/token";
  const auto now = [&] { return unix_seconds(gateway.clock().now()); };
  const auto assertion = [&](const Claims& claims) {
    return tpp
        .post("/token",
              {{"grant_type", "client_credentials"},
               {"scope", "accounts"},
               {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
               {"client_assertion", tpp.assertion(claims)}},
              {{"DPoP", tpp.proof({.url = url})}})
        .error();
  };
  const auto at = [&](std::int64_t offset) { return std::to_string(now() + offset); };
  for (const std::int64_t ahead : {0, 8, 10}) {
    EXPECT_EQ(assertion({{"iat", at(ahead)}, {"nbf", at(ahead)}, {"exp", at(ahead + 60)}}), "") << ahead;
  }
  EXPECT_EQ(assertion({{"iat", at(-30)}}), "");
  EXPECT_EQ(assertion({{"nbf", at(120)}}), "invalid_client");
  EXPECT_EQ(assertion({{"iat", at(120)}, {"exp", at(180)}}), "invalid_client");
  EXPECT_EQ(assertion({{"exp", at(-60)}}), "invalid_client");
  EXPECT_EQ(assertion({{"exp", at(-300)}}), "invalid_client");
  EXPECT_EQ(assertion({{"exp", at(3600)}}), "invalid_client") << "its id would have to be kept too long";
  EXPECT_EQ(assertion({{"exp", "4102444800"}}), "invalid_client") << "2100";
  for (const std::string odd :
       {"-1", "1e300", "1e18", "99999999999999999999", "\"soon\"", "null", "[]", "true", "253402300800"}) {
    EXPECT_EQ(assertion({{"exp", odd}}), "invalid_client") << odd;
  }
  EXPECT_EQ(assertion({{"exp", quoted(at(60))}}), "invalid_client") << "a number in quotes is none";
  EXPECT_EQ(assertion({{"exp", at(60) + ".5"}}), "") << "[RFC7519-2] a NumericDate may have a fraction";

  const auto prove = [&](const std::string& iat, const std::string& nonce) {
    return tpp.post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
                    {{"DPoP", tpp.proof({.url = url, .token = "", .nonce = nonce, .claims = {{"iat", iat}}})}});
  };
  const auto proof = [&](const std::string& iat) {
    const Answer first = prove(iat, "");
    // What is older than Redis's memory needs a nonce (DESIGN decision 7); the date must stand all the same.
    return first.error() == "use_dpop_nonce" ? prove(iat, first.header("DPoP-Nonce")).error() : first.error();
  };
  for (const std::int64_t offset : {0, 10, -10}) EXPECT_EQ(proof(at(offset)), "") << offset;
  for (const std::int64_t offset : {120, 3600, -120, -3600})
    EXPECT_EQ(proof(at(offset)), "invalid_dpop_proof") << offset;
  for (const std::string odd : {"-1", "0", "1e300", "1e18", "\"now\"", "null", "[]", "4102444800"}) {
    EXPECT_EQ(proof(odd), "invalid_dpop_proof") << odd;
  }
}

TEST(AttackList, F41_AStolenRefreshTokenYieldsNothing) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp thief(gateway, "Thief");
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const Form form{{"grant_type", "refresh_token"}, {"refresh_token", done.tokens.refresh}};
  EXPECT_EQ(thief.refresh(done.tokens.refresh).answer.error(), "invalid_grant") << "another client";
  Form named = form;
  named.push_back({"client_id", tpp.id()});
  const std::string url = std::string(kIssuer) + "/token";
  EXPECT_EQ(tpp.post("/token", named, {{"DPoP", tpp.proof({.url = url})}}).error(), "invalid_client")
      << "without authentication";
  EXPECT_EQ(thief.post("/token", thief.authenticated(named), {{"DPoP", thief.proof({.url = url})}}).status, 401)
      << "in another's name";
  EXPECT_EQ(tpp.post("/token", tpp.authenticated(form), {}).error(), "invalid_dpop_proof") << "without a proof";
  for (const std::string& near : {done.tokens.refresh + "A", done.tokens.refresh.substr(1), done.tokens.refresh + "=",
                                  std::string("\xc3\xa9"), std::string(9000, 'a')}) {
    EXPECT_EQ(tpp.refresh(near).answer.error(), "invalid_grant");
  }
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.status, 200) << "its owner's still";
  alice.dashboard();
  alice.revoke(done.consent);
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.error(), "invalid_grant") << "after the customer's revocation";
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 401);
}

}  // namespace
}  // namespace journeys
