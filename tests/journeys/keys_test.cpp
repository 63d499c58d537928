// Keys change under traffic: the server's own, and the partners'.
#include <gtest/gtest.h>

#include "base/crypto/jws.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

void short_schedule(gateway::Settings& s) {
  s.key_schedule.jwks_max_age = 10s;
  s.key_schedule.refresh_period = 1s;
  s.key_schedule.publish_lead = 20s;
  s.key_schedule.overlap = 900s;
}

std::string jwks(Gateway& gateway) { return gateway.send("GET", "/jwks").body; }

void refresh(Gateway& gateway) {
  auto& keys = gateway.parts().authorization_server.keys();
  keys.tick(gateway.caller());
  keys.refresh(gateway.caller());
}

TEST(Keys, ARotationIsPublishedBeforeItSignsAndTheOldTokensLiveOn) {
  Gateway gateway(short_schedule);
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  auto& keys = gateway.parts().authorization_server.keys();
  const std::string old_kid = keys.list(gateway.caller()).at(0).dates.kid;
  const std::string next = keys.rotate(gateway.caller(), "journey", base::crypto::JwsAlgorithm::es256);
  EXPECT_NE(next, old_kid);
  refresh(gateway);
  EXPECT_NE(jwks(gateway).find(next), std::string::npos) << "published at once";
  EXPECT_NE(jwks(gateway).find(old_kid), std::string::npos);
  const Tokens before = tpp.refresh(done.tokens.refresh);
  gateway.clock().advance(25s);
  refresh(gateway);
  const Tokens after = tpp.refresh(done.tokens.refresh);
  ASSERT_EQ(after.answer.status, 200) << after.answer.body;
  const auto kid_of = [](const std::string& token) {
    return base::crypto::parse_compact(token)->header.kid.value_or("");
  };
  EXPECT_EQ(kid_of(before.access), old_kid);
  EXPECT_EQ(kid_of(after.access), next);
  for (const Tokens* tokens : {&done.tokens, &before, &after}) {
    EXPECT_EQ(tpp.obie("GET", "/accounts", tokens->access).status, 200);
  }
  EXPECT_FALSE(keys.retire(gateway.caller(), "journey", old_kid).has_value()) << "its tokens may live";
  gateway.clock().advance(1000s);
  refresh(gateway);
  EXPECT_EQ(jwks(gateway).find(old_kid), std::string::npos) << "gone when its tokens are";
  EXPECT_EQ(tpp.obie("GET", "/accounts", tpp.refresh(done.tokens.refresh).access).status, 200);
}

TEST(Keys, AnEmergencyRefusesTheOldKeysTokensAtOnceAndANewKeySigns) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  auto& keys = gateway.parts().authorization_server.keys();
  const std::string old_kid = keys.list(gateway.caller()).at(0).dates.kid;
  const auto fresh = keys.emergency(gateway.caller(), "journey", old_kid);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 401);
  EXPECT_EQ(jwks(gateway).find(old_kid), std::string::npos);
  EXPECT_NE(jwks(gateway).find(*fresh), std::string::npos);
  const Tokens again = tpp.refresh(done.tokens.refresh);
  ASSERT_EQ(again.answer.status, 200) << again.answer.body;
  EXPECT_EQ(tpp.obie("GET", "/accounts", again.access).status, 200);
  EXPECT_FALSE(keys.emergency(gateway.caller(), "journey", "unknown").has_value());
}

TEST(Keys, APartnersKeysOverlapUntilOneIsRetired) {
  Gateway gateway;
  Tpp tpp(gateway);
  auto& p = gateway.parts();
  const oauth::Operator by{base::db::ActorKind::staff, "journey"};
  const auto first = tpp.key;
  const auto second = base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::es256, "key-2");
  const auto change = [&](auto work) {
    const auto caller = gateway.caller();
    return base::db::in_transaction(p.database, caller.deadline,
                                    [&](base::db::Transaction& tx) { return work(tx, caller); });
  };
  auto& clients = p.authorization_server.clients();
  const base::ClientId client(tpp.id());
  ASSERT_TRUE(change([&](auto& tx, const auto& caller) {
    return clients.add_key(tx, caller, by, client, second.public_key().to_jwk());
  }));
  for (const auto& key : {first, second}) {
    tpp.key = key;
    EXPECT_NE(tpp.client_token(), "");
  }
  ASSERT_TRUE(
      change([&](auto& tx, const auto& caller) { return clients.retire_key(tx, caller, by, client, "key-1"); }));
  EXPECT_NE(tpp.client_token(), "");
  tpp.key = first;
  EXPECT_EQ(tpp.call("/token", {{"grant_type", "client_credentials"}, {"scope", "accounts"}}).error(),
            "invalid_client");
  EXPECT_FALSE(change([&](auto& tx, const auto& caller) {
    return clients.retire_key(tx, caller, by, client, "key-2");
  })) << "the last key stays";
  EXPECT_NE(gateway.explain("client", tpp.id()).find("key-1"), std::string::npos);
}

TEST(Keys, TheMetadataNamesWhatIsServed) {
  Gateway gateway;
  for (const char* path : {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
    const Answer metadata = gateway.send("GET", path);
    ASSERT_EQ(metadata.status, 200);
    EXPECT_EQ(metadata.at("/issuer"), kIssuer);
    EXPECT_EQ(metadata.at("/require_pushed_authorization_requests"), "true");
    EXPECT_EQ(metadata.at("/mtls_endpoint_aliases/token_endpoint"), std::string(kMtlsBase) + "/token");
    EXPECT_EQ(metadata.at("/code_challenge_methods_supported/0"), "S256");
  }
  const Answer keys = gateway.send("GET", "/jwks");
  EXPECT_EQ(keys.status, 200);
  EXPECT_EQ(keys.at("/keys/0/d"), "") << "never the private half";
  EXPECT_NE(keys.header("Cache-Control").find("max-age"), std::string::npos);
}

}  // namespace
}  // namespace journeys
