// Clients that publish their keys: fetched over TLS through the egress guard, cached, and believed no longer than that.
#include <gtest/gtest.h>

#include <future>

#include "base/crypto/jwk.h"
#include "base/encoding.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"
#include "tests/journeys/support/publisher.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;
using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;

std::string set_of(const std::vector<PrivateKey>& keys) {
  std::vector<base::crypto::PublicKey> all;
  for (const auto& key : keys) all.push_back(key.public_key());
  return base::crypto::JwkSet::from_keys(std::move(all))->to_json();
}

base::http::Response page(std::string body, const std::string& cache_control = "max-age=600") {
  return {200, {{"Content-Type", "application/jwk-set+json"}, {"Cache-Control", cache_control}}, std::move(body)};
}

struct Stage {
  explicit Stage(const Gateway::Change& change = {})
      : gateway([&](gateway::Settings& settings) {
          settings.outgoing.tls.ca_file = publisher.authority_file();
          if (change) change(settings);
        }) {
    publisher.put("/jwks", page(set_of({tpp.key})));
    use("/jwks");
  }
  void use(const std::string& path) {
    gateway.sql("UPDATE oauth.client SET jwks_uri = '" + publisher.url(path) + "' WHERE client_id = '" + tpp.id() +
                "'");
    gateway.sql("DELETE FROM oauth.client_key WHERE client_id = '" + tpp.id() + "'");
  }
  Answer token() { return tpp.call("/token", {{"grant_type", "client_credentials"}, {"scope", "accounts"}}); }

  Publisher publisher;
  Gateway gateway;
  Tpp tpp{gateway};
};

// [RFC7591-2]
TEST(JwksUri, APublishedKeyAuthenticatesAndIsFetchedOnce) {
  Stage s;
  EXPECT_EQ(s.token().status, 200);
  EXPECT_EQ(s.token().status, 200);
  EXPECT_EQ(s.publisher.asked().size(), 1u);
  s.gateway.clock().advance(600s);
  EXPECT_EQ(s.token().status, 200);
  EXPECT_EQ(s.publisher.asked().size(), 2u);
}

TEST(JwksUri, ANewKeyWorksAfterABoundedTimeAndATakenOneStops) {
  Stage s;
  ASSERT_EQ(s.token().status, 200);
  const PrivateKey first = s.tpp.key;
  s.tpp.key = PrivateKey::generate(JwsAlgorithm::es256, "key-2");
  s.publisher.put("/jwks", page(set_of({s.tpp.key})));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(s.token().error(), "invalid_client");
  EXPECT_EQ(s.publisher.asked().size(), 1u) << "an unknown kid is no way to make the server send requests";
  s.gateway.clock().advance(31s);
  EXPECT_EQ(s.token().status, 200);
  s.tpp.key = first;
  EXPECT_EQ(s.token().error(), "invalid_client");
}

constexpr const char* kEncryptionKey =
    R"({"kty":"EC","crv":"P-256","use":"enc","kid":"e1","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"})";

// [OIDC-CORE-10.2.1] that the holder can read it is shown in base/crypto and tests/end_to_end
TEST(JwksUri, AnIdTokenIsEncryptedToThePublishedKeyOrNotGivenAtAll) {
  Stage s;
  const std::string signing = s.tpp.key.public_key().to_jwk();
  s.gateway.sql(
      "UPDATE oauth.client SET id_token_encrypted_response_alg = 'ECDH-ES', id_token_encrypted_response_enc ="
      " 'A256GCM' WHERE client_id = '" +
      s.tpp.id() + "'");
  Customer alice(s.gateway);
  Authorised done;
  const std::string code = authorise(s.tpp, alice, done);
  const Tokens none = s.tpp.redeem(code, done.pushed);
  EXPECT_EQ(none.answer.error(), "invalid_request") << none.answer.body;
  EXPECT_EQ(none.id, "");

  // The code was not burned: the client publishes its key and asks again.
  s.publisher.put("/jwks", page(R"({"keys":[)" + signing + "," + kEncryptionKey + "]}"));
  s.gateway.clock().advance(31s);
  const Tokens tokens = s.tpp.redeem(code, done.pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(std::count(tokens.id.begin(), tokens.id.end(), '.'), 4) << tokens.id;
  const Answer header{200, {}, *base::base64url_decode(tokens.id.substr(0, tokens.id.find('.')))};
  EXPECT_EQ(header.at("/kid"), "e1");
  EXPECT_EQ(header.at("/cty"), "JWT");

  // Without openid there is nothing to encrypt, whatever became of the key.
  s.publisher.put("/jwks", page(set_of({s.tpp.key})));
  s.gateway.clock().advance(700s);
  const Pushed plain = s.tpp.push_with_details(s.tpp.consent());
  ASSERT_EQ(plain.answer.status, 201) << plain.answer.body;
  alice.open(plain.url);
  alice.sign_in();
  alice.allow();
  EXPECT_EQ(s.tpp.redeem(Callback(alice.take_callback()).code, plain).answer.status, 200);
}

TEST(JwksUri, APublisherThatIsAwayIsBridgedForTheGraceAndNoLonger) {
  Stage s;
  ASSERT_EQ(s.token().status, 200);
  s.publisher.put("/jwks", {500, {}, ""});
  s.gateway.clock().advance(600s);
  EXPECT_EQ(s.token().status, 200);
  s.gateway.clock().advance(301s);
  const Answer refused = s.token();
  EXPECT_EQ(refused.error(), "invalid_client");
  EXPECT_EQ(refused.at("/error_description"),
            "client authentication failed: the client's keys cannot be had from its jwks_uri");
  s.publisher.put("/jwks", page(set_of({s.tpp.key})));
  s.gateway.clock().advance(31s);
  EXPECT_EQ(s.token().status, 200);
}

// [FAPI2-SP-FINAL-5.4.2] Attack 11.
TEST(JwksUri, NothingIsFollowedNothingIsSwallowedWhole) {
  Stage s;
  s.publisher.put("/elsewhere", {302, {{"Location", s.publisher.url("/jwks")}}, ""});
  std::string huge = set_of({s.tpp.key});
  huge.insert(1, std::string(70'000, ' '));
  s.publisher.put("/huge", page(huge));
  s.publisher.put("/private", page(R"({"keys":[)" + std::string(s.tpp.key.to_private_jwk().reveal()) + "]}"));
  for (const std::string path : {"/elsewhere", "/huge", "/private", "/absent"}) {
    s.use(path);
    EXPECT_EQ(s.token().error(), "invalid_client") << path;
    EXPECT_EQ(s.publisher.asked().back(), path);
  }
  EXPECT_EQ(s.publisher.asked().size(), 4u);
}

// Attack 11: what may not be reached is not asked, also when it stands in the database.
TEST(JwksUri, WithoutLeaveNoPrivateAddressIsAsked) {
  Stage s([](gateway::Settings& settings) { settings.egress = {}; });
  EXPECT_EQ(s.token().error(), "invalid_client");
  EXPECT_TRUE(s.publisher.asked().empty());
}

TEST(JwksUri, ASlowPublisherCostsNoMoreThanTheDeadline) {
  Stage s([](gateway::Settings& settings) { settings.request_deadline = 1500ms; });
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  s.publisher.during([released] { released.wait(); });
  EXPECT_EQ(s.token().error(), "invalid_client");
  release.set_value();
}

TEST(JwksUri, NoDatabaseConnectionIsHeldMeanwhile) {
  Stage s([](gateway::Settings& settings) { settings.database.connections = 1; });
  std::atomic<bool> answered{false};
  s.publisher.during([&] {
    auto& p = s.gateway.parts();
    p.database.ping({p.monotonic.now() + 2s});  // throws when nobody gives the only connection back
    answered = true;
  });
  EXPECT_EQ(s.token().status, 200);
  EXPECT_TRUE(answered);
  s.publisher.during({});
}

TEST(JwksUri, RegistrationTakesOnlyWhatCanBeFetchedAndKeysAreChangedThere) {
  Stage s;
  auto& p = s.gateway.parts();
  const auto caller = s.gateway.caller();
  const oauth::Operator by{base::db::ActorKind::staff, "journey"};
  const auto change = [&](auto&& work) {
    return base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
      return work(p.authorization_server.clients(), tx);
    });
  };
  const auto register_with = [&](const oauth::NewClient& client) {
    return change([&](auto& clients, auto& tx) { return clients.register_client(tx, caller, by, client); });
  };
  oauth::NewClient client;
  client.name = "Publishing App";
  client.redirect_uris = {kRedirect};
  for (const std::string uri :
       {"http://localhost:1234/jwks", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/jwks",
        "https://user@tpp.example/jwks", "https://tpp.example/jwks#a", "file:///etc/passwd", "gopher://tpp.example/",
        "https://2130706433/jwks", "jwks"}) {
    client.jwks_uri = uri;
    EXPECT_FALSE(register_with(client).has_value()) << uri;
  }
  client.jwks_uri = "https://tpp.example/jwks";
  client.jwks = s.tpp.key.public_key().to_jwk();
  EXPECT_FALSE(register_with(client).has_value()) << "both";
  client.jwks.clear();
  const auto registered = register_with(client);
  ASSERT_TRUE(registered.has_value()) << registered.error().text;
  EXPECT_TRUE(registered->keys.empty());
  const auto added = change([&](auto& clients, auto& tx) {
    return clients.add_key(tx, caller, by, registered->id, s.tpp.key.public_key().to_jwk());
  });
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, oauth::RegistrationErrorCode::keys_published);
  const auto retired =
      change([&](auto& clients, auto& tx) { return clients.retire_key(tx, caller, by, registered->id, "key-1"); });
  ASSERT_FALSE(retired.has_value());
  EXPECT_EQ(retired.error().code, oauth::RegistrationErrorCode::keys_published);
}

}  // namespace
}  // namespace journeys
