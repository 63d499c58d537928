// Who the customer is to a client (OpenID Connect Core sections 5.3, 5.5 and 8), and how an ID token stays between the
// two (section 16.14).
#include <gtest/gtest.h>

#include "base/crypto/jws.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using base::crypto::JwsAlgorithm;
using base::http::Headers;
using base::json::Value;

const std::string kUserinfo = std::string(kIssuer) + "/userinfo";

Answer userinfo(const Tpp& tpp, const std::string& token) { return tpp.resource("GET", kUserinfo, token); }

Value claims_of(const std::string& jwt) {
  const auto jws = base::crypto::parse_compact(jwt);
  return jws ? Value::parse(jws->payload) : Value();
}

// A way whose request asks for these claims beside its intent.
Tokens walk_asking(Tpp& tpp, Customer& customer, Value asked) {
  const std::string consent = tpp.consent();
  asked["id_token"]["openbanking_intent_id"] = {{"value", consent}, {"essential", true}};
  const Pushed pushed = tpp.push(consent, {{"claims", base::json::dump(asked)}});
  EXPECT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  customer.open(pushed.url);
  customer.sign_in();
  customer.allow();
  Tokens tokens = tpp.redeem(Callback(customer.take_callback()).code, pushed);
  EXPECT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  return tokens;
}

struct Userinfo : testing::Test {
  Gateway gateway;
  Tpp tpp{gateway};
  Customer alice{gateway};
};

// [OIDC-CORE-5.3.2]
TEST_F(Userinfo, TellsTheSubjectOfTheIdTokenByGetAndPost) {
  const Authorised done = walk(tpp, alice);
  for (const char* method : {"GET", "POST"}) {
    const Answer answer = tpp.resource(method, kUserinfo, done.tokens.access);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(Value::parse(answer.body), (Value{{"sub", claims_of(done.tokens.id)["sub"]}})) << "and nothing unasked";
  }
}

// [OIDC-CORE-5.5]
TEST_F(Userinfo, TellsWhatWasAskedForThere) {
  const Tokens tokens = walk_asking(tpp, alice,
                                    {{"userinfo",
                                      {{"acr", nullptr},
                                       {"auth_time", {{"essential", true}}},
                                       {"openbanking_intent_id", nullptr},
                                       {"email", {{"essential", true}}},
                                       {"scope", nullptr}}}});
  const Value id = claims_of(tokens.id);
  const Value told = Value::parse(userinfo(tpp, tokens.access).body);
  EXPECT_EQ(told.size(), 4u) << told.dump();
  for (const char* claim : {"sub", "acr", "auth_time", "openbanking_intent_id"}) {
    ASSERT_TRUE(told.contains(claim)) << claim;
    EXPECT_EQ(told[claim], id[claim]) << claim;
  }
  EXPECT_EQ(told["acr"], "urn:openbanking:psd2:sca");

  const Tokens other =
      walk_asking(tpp, alice, {{"userinfo", {{"acr", nullptr}}}, {"id_token", {{"auth_time", nullptr}}}});
  EXPECT_EQ(Value::parse(userinfo(tpp, other.access).body).size(), 2u);
  EXPECT_TRUE(claims_of(other.id).contains("auth_time"));
  const Tokens renewed = tpp.refresh(other.refresh);
  EXPECT_EQ(Value::parse(userinfo(tpp, renewed.access).body).size(), 2u) << "what was asked for stays asked for";
}

TEST_F(Userinfo, MalformedRequestsForClaimsAreRefused) {
  const std::string consent = tpp.consent();
  for (const char* claims :
       {"[]", "{", R"({"userinfo":[]})", R"({"userinfo":{"acr":null},"userinfo":{}})",
        R"({"userinfo":{"openbanking_intent_id":{"value":7}}})", R"({"userinfo":{"openbanking_intent_id":"x"}})"}) {
    EXPECT_EQ(tpp.push(consent, {{"claims", claims}}).answer.error(), "invalid_request") << claims;
  }
}

TEST_F(Userinfo, IsSignedForClientsThatRegisteredSo) {
  Tpp wants(gateway, "Signed", JwsAlgorithm::es256,
            [](oauth::NewClient& client) { client.userinfo_signed_response_alg = "ES256"; });
  const Authorised done = walk(wants, alice);
  const Answer answer = userinfo(wants, done.tokens.access);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.header("Content-Type"), "application/jwt");
  const auto jws = base::crypto::parse_compact(answer.body);
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->header.typ, "JWT");
  const auto keys = base::crypto::JwkSet::parse(gateway.send("GET", "/jwks").body);
  const auto* key = keys->by_kid(jws->header.kid.value_or(""));
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(base::crypto::verify(*jws, *key));
  const Value claims = Value::parse(jws->payload);
  EXPECT_EQ(claims["iss"], kIssuer);
  EXPECT_EQ(claims["aud"], wants.id());
  EXPECT_EQ(claims["sub"], claims_of(done.tokens.id)["sub"]);
  EXPECT_EQ(wants.obie("GET", "/accounts", answer.body).status, 401) << "no access token";
  EXPECT_THROW(Tpp(gateway, "None", JwsAlgorithm::es256,
                   [](oauth::NewClient& client) { client.userinfo_signed_response_alg = "none"; }),
               std::runtime_error);
}

// Attacks 18, 26, 39, and what every resource refuses.
TEST_F(Userinfo, ServesNoTokenThatIsNotWhollyGood) {
  const Authorised done = walk(tpp, alice);
  const std::string& token = done.tokens.access;
  const auto proof = [&](const std::string& of) {
    return tpp.proof({.method = "GET", .url = kUserinfo, .token = of, .nonce = ""});
  };
  const auto get = [&](const Headers& headers) { return gateway.send("GET", "/userinfo", headers); };
  EXPECT_EQ(get({}).status, 401);
  EXPECT_EQ(get({{"Authorization", "DPoP " + token}}).error(), "invalid_dpop_proof");
  EXPECT_EQ(get({{"Authorization", "Bearer " + token}}).error(), "invalid_token") << "a bound token as bearer";
  EXPECT_EQ(get({{"Authorization", "Bearer " + token}, {"DPoP", proof(token)}}).error(), "invalid_token");
  EXPECT_EQ(get({{"Authorization", "DPoP " + done.tokens.id}, {"DPoP", proof(done.tokens.id)}}).error(),
            "invalid_token");
  const std::string assertion = tpp.assertion();
  EXPECT_EQ(get({{"Authorization", "DPoP " + assertion}, {"DPoP", proof(assertion)}}).error(), "invalid_token");

  const auto& keys = *gateway.parts().authorization_server.keys().current();
  const auto& key = keys.signing_key(gateway.clock().now());
  Value both = claims_of(token);
  both["cnf"]["x5t#S256"] = tpp.proof_key.public_key().thumbprint();
  Value someone = claims_of(token);
  someone["sub"] = "0192d3a0-0000-7000-8000-00000000ffff";
  Value client = claims_of(token);
  client["sub"] = tpp.id();
  for (const Value& changed : {both, someone, client}) {
    const std::string forged =
        base::crypto::sign_compact({.typ = "at+jwt", .kid = key.kid(), .jwk = ""}, base::json::dump(changed), key);
    EXPECT_EQ(get({{"Authorization", "DPoP " + forged}, {"DPoP", proof(forged)}}).error(), "invalid_token");
  }
}

// [RFC6750-2.2] [RFC6750-2.3]
TEST_F(Userinfo, TakesTheTokenFromTheHeaderOnly) {
  const Authorised done = walk(tpp, alice);
  const std::string form = "access_token=" + done.tokens.access;
  const Answer in_query = gateway.send("GET", "/userinfo?" + form);
  EXPECT_EQ(in_query.status, 400);
  EXPECT_EQ(in_query.error(), "invalid_request");
  const Answer in_body =
      gateway.send("POST", "/userinfo", {{"Content-Type", "application/x-www-form-urlencoded"}}, form);
  EXPECT_EQ(in_body.status, 400);
  EXPECT_EQ(in_body.error(), "invalid_request");
  const Answer twice = gateway.send("POST", "/userinfo",
                                    {{"Content-Type", "Application/x-www-form-urlencoded; charset=utf-8"},
                                     {"Authorization", "DPoP " + done.tokens.access},
                                     {"DPoP", tpp.proof({.url = kUserinfo, .token = done.tokens.access, .nonce = ""})}},
                                    form);
  EXPECT_EQ(twice.error(), "invalid_request") << "[RFC6750-2] more than one method";
}

// [OIDC-CORE-5.3.1] [RFC6750-3.1]
TEST_F(Userinfo, NeedsOpenidAndACustomer) {
  const Answer own = userinfo(tpp, tpp.client_token());
  EXPECT_EQ(own.status, 403);
  EXPECT_EQ(own.error(), "insufficient_scope");
  EXPECT_NE(own.header("WWW-Authenticate").find("scope=\"openid\""), std::string::npos);

  const Pushed pushed = tpp.push_with_details(tpp.consent());
  alice.open(pushed.url);
  alice.sign_in();
  alice.allow();
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(userinfo(tpp, tokens.access).error(), "insufficient_scope") << "accounts is not openid";
}

// Attack 10.
TEST_F(Userinfo, EndsWithTheConsentAtOnce) {
  const Authorised first = walk(tpp, alice);
  const Authorised second = walk(tpp, alice);
  alice.dashboard();
  alice.revoke(first.consent);
  EXPECT_EQ(userinfo(tpp, first.tokens.access).error(), "invalid_token");
  EXPECT_EQ(userinfo(tpp, second.tokens.access).status, 200);
  gateway.advance_business("P91D");
  const Answer over = userinfo(tpp, second.tokens.access);
  EXPECT_EQ(over.status, 401) << "before any sweep";
  EXPECT_EQ(over.error(), "invalid_token");
  EXPECT_NE(over.header("WWW-Authenticate").find("invalid_token"), std::string::npos);
}

// [OIDC-CORE-8.1]
TEST_F(Userinfo, APairwiseCustomerHasOneNameInASectorAndAnotherInTheNext) {
  const auto pairwise = [](const std::string& sector) {
    return [sector](oauth::NewClient& client) {
      client.subject_type = oauth::SubjectType::pairwise;
      client.sector = sector;
    };
  };
  Tpp one(gateway, "One", JwsAlgorithm::es256, pairwise(""));  // of its redirect URIs: localhost
  Tpp sister(gateway, "Sister", JwsAlgorithm::es256, pairwise("localhost"));
  Tpp far(gateway, "Far", JwsAlgorithm::es256, pairwise("tpp.example"));
  const std::string psu = claims_of(walk(tpp, alice).tokens.id)["sub"];
  std::map<const Tpp*, std::string> names;
  for (Tpp* client : {&one, &sister, &far}) {
    const Authorised done = walk(*client, alice);
    const std::string name = claims_of(done.tokens.id)["sub"];
    names[client] = name;
    EXPECT_EQ(claims_of(done.tokens.access)["sub"], name);
    EXPECT_EQ(userinfo(*client, done.tokens.access).at("/sub"), name);
    EXPECT_EQ(client->introspect(done.tokens.access).at("/sub"), name);
    EXPECT_EQ(client->introspect(done.tokens.refresh).at("/sub"), name);
    EXPECT_FALSE(base::is_uuid(name));
    EXPECT_EQ(done.tokens.access.find(psu), std::string::npos);
    EXPECT_EQ(base::json::dump(claims_of(done.tokens.access)).find(psu), std::string::npos);
    EXPECT_EQ(client->obie("GET", "/accounts", done.tokens.access).status, 200) << "the bank knows who it is";
    EXPECT_EQ(client->refresh(done.tokens.refresh).answer.status, 200);
  }
  EXPECT_EQ(names[&one], names[&sister]);
  EXPECT_NE(names[&one], names[&far]);

  Customer ivan(gateway);
  EXPECT_NE(claims_of(walk(one, ivan, {.username = "ivan"}).tokens.id)["sub"], names[&one]);
  for (const char* sector : {"a b", "https://tpp.example", "tpp.example/x", "TPP.example"}) {
    EXPECT_THROW(Tpp(gateway, "Bad", JwsAlgorithm::es256, pairwise(sector)), std::runtime_error) << sector;
  }
}

constexpr const char* kEncryptionKey =
    R"({"kty":"EC","crv":"P-256","use":"enc","kid":"e1","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"})";

auto encrypting(const std::string& keys, const std::string& alg = "ECDH-ES", const std::string& enc = "A256GCM") {
  return [=](oauth::NewClient& client) {
    client.jwks = R"({"keys":[)" + client.jwks + keys + "]}";
    client.id_token_encrypted_response_alg = alg;
    client.id_token_encrypted_response_enc = enc;
  };
}

// [OIDC-CORE-16.14] [RFC7519-5.2]; that its holder can read it is shown in base/crypto and tests/end_to_end
TEST_F(Userinfo, AnIdTokenIsEncryptedForClientsThatRegisteredSo) {
  Tpp wants(gateway, "Encrypted", JwsAlgorithm::es256, encrypting(std::string(",") + kEncryptionKey));
  const Authorised done = walk(wants, alice);
  EXPECT_EQ(std::count(done.tokens.id.begin(), done.tokens.id.end(), '.'), 4) << done.tokens.id;
  const Value header = Value::parse(*base::base64url_decode(done.tokens.id.substr(0, done.tokens.id.find('.'))));
  EXPECT_EQ(header["alg"], "ECDH-ES");
  EXPECT_EQ(header["enc"], "A256GCM");
  EXPECT_EQ(header["cty"], "JWT");
  EXPECT_EQ(header["kid"], "e1");
  EXPECT_EQ(userinfo(wants, done.tokens.access).status, 200) << "access tokens are not for the client to read";
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.client_key WHERE client_id = '" + wants.id() + "'"), "1")
      << "a key for encryption signs nothing";
}

TEST_F(Userinfo, EncryptionIsRegisteredSoundlyOrNotAtAll) {
  const std::string key = std::string(",") + kEncryptionKey;
  const std::string with_private_half =
      "," + Value::parse(kEncryptionKey).dump().insert(1, R"("d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",)");
  std::string second = key;
  second.replace(second.find("e1"), 2, "e2");
  const auto refused = [&](const std::function<void(oauth::NewClient&)>& change) {
    EXPECT_THROW(Tpp(gateway, "Bad", JwsAlgorithm::es256, change), std::runtime_error);
  };
  refused(encrypting(""));
  refused(encrypting(key, "RSA-OAEP-256"));
  refused(encrypting(key, "RSA1_5"));
  refused(encrypting(key, "RSA-OAEP"));
  refused(encrypting(key, "dir"));
  refused(encrypting(key, "ECDH-ES", "A128CBC-HS256"));
  refused(encrypting(key, "ECDH-ES", ""));
  refused(encrypting(key, "", "A256GCM"));
  refused(encrypting(key + second));
  refused(encrypting(with_private_half));
  Tpp plain(gateway, "Plain", JwsAlgorithm::es256, encrypting(key, "", ""));
  const std::string id = walk(plain, alice).tokens.id;
  EXPECT_EQ(std::count(id.begin(), id.end(), '.'), 2) << "a key alone asks for nothing";
}

}  // namespace
}  // namespace journeys
