// Clients that are known by their certificate, and tokens that are bound to it (RFC 8705).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"
#include "tests/support/http_certificates.h"

namespace journeys {
namespace {

using base::http::Headers;

struct Stage {
  Gateway gateway;
  tests::CertificateFolder folder;
  tests::CertificateFiles own = folder.make("own");
  tests::CertificateFiles other = folder.make("other");
  std::string client;

  explicit Stage(const Gateway::Change& configure = {}) : gateway(configure) {
    auto& p = gateway.parts();
    const auto caller = gateway.caller();
    std::ostringstream pem;
    pem << std::ifstream(own.certificate_file).rdbuf();
    oauth::NewClient wanted;
    wanted.name = "Certificate App";
    wanted.auth_method = oauth::ClientAuthMethod::self_signed_tls_client_auth;
    wanted.binding = oauth::TokenBinding::mtls;
    wanted.redirect_uris = {kRedirect};
    wanted.certificate_pem = pem.str();
    const auto registered = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
      return p.authorization_server.clients().register_client(tx, caller, {base::db::ActorKind::staff, "journey"},
                                                              wanted);
    });
    if (!registered) throw std::runtime_error(registered.error().text);
    client = registered->id.str();
  }

  static base::http::Peer peer(const std::string& der) {
    base::http::Peer peer = Gateway::default_peer();
    peer.certificate_der = der;
    return peer;
  }
  Answer post(const std::string& path, Form form, const std::string& der, const std::string& base = kMtlsBase) {
    form.push_back({"client_id", client});
    return gateway.send("POST", base + path, {{"Content-Type", "application/x-www-form-urlencoded"}},
                        base::http::form_encode(form), peer(der));
  }
  Answer token(const std::string& der) {
    return post("/token", {{"grant_type", "client_credentials"}, {"scope", "accounts"}}, der);
  }
  Answer use(const std::string& access, const std::string& der, const std::string& base = kMtlsBase) {
    return gateway.send("GET", base + "/open-banking/v4.0/aisp/accounts", {{"Authorization", "Bearer " + access}}, "",
                        peer(der));
  }
};

TEST(Mtls, TheWholeWayWithACertificateInPlaceOfProofs) {
  Stage s;
  const Answer token = s.token(s.own.der);
  ASSERT_EQ(token.status, 200) << token.body;
  EXPECT_EQ(token.at("/token_type"), "Bearer");
  const Answer created =
      s.gateway.send("POST", std::string(kMtlsBase) + "/open-banking/v4.0/aisp/account-access-consents",
                     {{"Authorization", "Bearer " + token.at("/access_token")}, {"Content-Type", "application/json"}},
                     R"({"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}})", Stage::peer(s.own.der));
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_TRUE(created.at("/Links/Self").starts_with(kMtlsBase)) << created.body;

  const std::string verifier(64, 'v');
  const Answer pushed = s.post("/par",
                               {{"response_type", "code"},
                                {"redirect_uri", kRedirect},
                                {"scope", "openid accounts"},
                                {"state", "s-1"},
                                {"code_challenge", base::crypto::sha256_base64url(verifier)},
                                {"code_challenge_method", "S256"},
                                {"authorization_details", R"([{"type":"urn:aldgate:consent","consent_id":)" +
                                                              quoted(created.at("/Data/ConsentId")) + "}]"}},
                               s.own.der);
  ASSERT_EQ(pushed.status, 201) << pushed.body;
  Customer alice(s.gateway);
  alice.open("/authorize?" +
             base::http::form_encode({{"client_id", s.client}, {"request_uri", pushed.at("/request_uri")}}));
  alice.sign_in();
  alice.allow();
  const Callback callback(alice.take_callback());
  ASSERT_NE(callback.code, "");
  const Form redeem{{"grant_type", "authorization_code"},
                    {"code", callback.code},
                    {"redirect_uri", kRedirect},
                    {"code_verifier", verifier}};
  EXPECT_EQ(s.post("/token", redeem, s.other.der).error(), "invalid_client");
  const Answer tokens = s.post("/token", redeem, s.own.der);
  ASSERT_EQ(tokens.status, 200) << tokens.body;
  const std::string access = tokens.at("/access_token");
  EXPECT_EQ(s.use(access, s.own.der).status, 200);
  EXPECT_EQ(s.use(access, s.other.der).status, 401) << "another's certificate";
  EXPECT_EQ(s.use(access, "").status, 401) << "no certificate";
  const Answer dpop = s.gateway.send("GET", std::string(kMtlsBase) + "/open-banking/v4.0/aisp/accounts",
                                     {{"Authorization", "DPoP " + access}}, "", Stage::peer(s.own.der));
  EXPECT_EQ(dpop.status, 401) << "no DPoP-bound token";

  const auto userinfo = [&](const std::string& scheme, const std::string& der) {
    return s.gateway.send("GET", std::string(kMtlsBase) + "/userinfo", {{"Authorization", scheme + " " + access}}, "",
                          Stage::peer(der));
  };
  EXPECT_NE(userinfo("Bearer", s.own.der).at("/sub"), "");
  EXPECT_EQ(userinfo("Bearer", s.other.der).error(), "invalid_token");
  EXPECT_EQ(userinfo("Bearer", "").error(), "invalid_token");
  EXPECT_EQ(userinfo("DPoP", s.own.der).error(), "invalid_token") << "attack 18";
  const Answer told = s.post("/introspect", {{"token", access}}, s.own.der);
  EXPECT_EQ(told.at("/token_type"), "Bearer") << told.body;
  EXPECT_EQ(told.at("/cnf/x5t#S256"), base::crypto::sha256_base64url(s.own.der));
  EXPECT_EQ(told.count("/cnf"), 1u);
  EXPECT_EQ(s.post("/introspect", {{"token", access}}, s.other.der).error(), "invalid_client");
}

TEST(Mtls, WithoutItsCertificateNobodyIsTheClient) {
  Stage s;
  EXPECT_EQ(s.token("").error(), "invalid_client");
  EXPECT_EQ(s.token(s.other.der).error(), "invalid_client");
  EXPECT_EQ(s.token("not a certificate").error(), "invalid_client");
  Tpp tpp(s.gateway);
  const std::string url = std::string(kMtlsBase) + "/token";
  Form form = tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}});
  form.push_back({"client_id", s.client});
  EXPECT_EQ(s.gateway
                .send("POST", url, {{"Content-Type", "application/x-www-form-urlencoded"}},
                      base::http::form_encode(form), Stage::peer(s.own.der))
                .error(),
            "invalid_client")
      << "an assertion of another client";
}

// [RFC9440-2.4] Attack 17: the header means something only from the configured edge.
TEST(Mtls, ACertificateThatTheEdgeForwardsIsTheClients) {
  const auto ask = [](Stage& s, const std::string& from, const std::string& header, const std::string& handshake) {
    base::http::Peer peer = Stage::peer(handshake);
    peer.address = from;
    Headers headers{{"Content-Type", "application/x-www-form-urlencoded"}};
    if (!header.empty()) headers.add("Client-Cert", header);
    return s.gateway.send(
        "POST", std::string(kMtlsBase) + "/token", headers,
        base::http::form_encode({{"grant_type", "client_credentials"}, {"scope", "accounts"}, {"client_id", s.client}}),
        peer);
  };
  Stage s([](gateway::Settings& settings) { settings.trusted_peers = {*base::net::Cidr::parse("10.1.0.0/28")}; });
  const std::string own = ":" + base::base64_encode(s.own.der) + ":";
  const std::string other = ":" + base::base64_encode(s.other.der) + ":";
  EXPECT_EQ(ask(s, "10.1.0.1", own, "").status, 200);
  EXPECT_EQ(ask(s, "10.1.0.1", own, s.other.der).status, 200) << "the edge's own certificate is not asked";
  EXPECT_EQ(ask(s, "10.1.0.1", other, "").error(), "invalid_client");
  EXPECT_EQ(ask(s, "10.1.0.1", "", s.own.der).error(), "invalid_client");
  EXPECT_EQ(ask(s, "10.1.0.1", "rubbish", s.own.der).status, 400);
  EXPECT_EQ(ask(s, "10.1.0.16", own, "").error(), "invalid_client") << "next to the edge";
  EXPECT_EQ(ask(s, "10.1.0.16", other, s.own.der).status, 200) << "what the handshake proved";
  Stage without;
  EXPECT_EQ(ask(without, "10.1.0.1", ":" + base::base64_encode(without.own.der) + ":", "").error(), "invalid_client");
}

TEST(Mtls, ProofsAndAssertionsDoNotMixIn) {
  Stage s;
  Tpp tpp(s.gateway);
  Headers headers{{"Content-Type", "application/x-www-form-urlencoded"},
                  {"DPoP", tpp.proof({.url = std::string(kMtlsBase) + "/token", .token = "", .nonce = ""})}};
  const Form form{{"grant_type", "client_credentials"}, {"scope", "accounts"}, {"client_id", s.client}};
  const Answer mixed = s.gateway.send("POST", std::string(kMtlsBase) + "/token", headers, base::http::form_encode(form),
                                      Stage::peer(s.own.der));
  EXPECT_EQ(mixed.error(), "invalid_dpop_proof");
}

}  // namespace
}  // namespace journeys
