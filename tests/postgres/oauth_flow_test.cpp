// The authorization server on the real database: the whole flow, its races, and the attacks that need memory.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/db/audit_store.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "base/migrations.h"
#include "base/system_clock.h"
#include "oauth/authorization_server.h"
#include "oauth/migrations.h"
#include "tests/support/database.h"
#include "tests/support/fake_jwks.h"
#include "tests/support/http_certificates.h"

namespace {

using namespace std::chrono_literals;
using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;
using base::http::Call;
using base::http::Parameter;
using base::http::Request;
using base::http::Response;
using base::json::Value;

constexpr const char* kIssuer = "https://localhost:8443";
constexpr const char* kMtls = "https://localhost:8444";
constexpr const char* kRedirect = "https://localhost:9443/callback";
const base::Instant kStart{std::chrono::seconds(1'790'000'000)};
const std::string kBrowser(32, 'b');
const std::string kOtherBrowser(32, 'o');
const base::PsuId kAlice("0192d3a0-0000-7000-8000-00000000a11c");
const base::PsuId kBob("0192d3a0-0000-7000-8000-000000000b0b");

class FakeConsents final : public oauth::ConsentGate {
 public:
  base::Result<oauth::Intent, oauth::IntentRefusal> intent(base::db::Transaction&, const base::Caller&,
                                                           const base::ClientId& client,
                                                           const base::ConsentId& consent) override {
    const std::lock_guard lock(mutex);
    const auto found = owners.find(consent.str());
    if (found == owners.end() || found->second != client.str()) return base::failure(oauth::IntentRefusal::unknown);
    if (ended.contains(consent.str())) return base::failure(oauth::IntentRefusal::not_authorisable);
    return oauth::Intent{consent, "accounts", true};
  }
  bool authorised(base::db::Transaction&, const base::Caller&, const base::ConsentId& consent,
                  oauth::ConsentLock) override {
    const std::lock_guard lock(mutex);
    return owners.contains(consent.str()) && !ended.contains(consent.str());
  }
  void demand_authorised(base::db::Transaction& tx, const base::Caller& caller,
                         const base::ConsentId& consent) override {
    if (!authorised(tx, caller, consent, oauth::ConsentLock::share)) {
      throw base::db::Unmet("fake.consent", base::db::Unmet::Why::missing);
    }
  }
  std::mutex mutex;
  std::map<std::string, std::string> owners{{"consent-1", "app"}, {"consent-2", "app"}, {"consent-x", "other"}};
  std::set<std::string> ended;
};

class FakeMemory final : public base::cache::ReplaySet {
 public:
  Outcome insert(std::string_view, std::string_view owner, std::string_view jti, std::chrono::milliseconds) override {
    const std::lock_guard lock(mutex_);
    if (away) return Outcome::unavailable;
    return seen_.insert(std::string(owner) + std::string(jti)).second ? Outcome::fresh : Outcome::replayed;
  }
  base::Instant remembers_since() const override { return since; }
  void lose(base::Instant now) {
    const std::lock_guard lock(mutex_);
    seen_.clear();
    since = now;
  }
  std::atomic<bool> away{false};
  base::Instant since = kStart - 1h;

 private:
  std::mutex mutex_;
  std::set<std::string> seen_;
};

class NoLimits final : public base::http::AfterAuthentication {
 public:
  std::optional<Response> refuse(Call&, const base::ClientId&) override { return std::nullopt; }
};

std::vector<base::db::Migration> all_migrations() {
  auto all = base::migrations();
  for (auto& migration : oauth::migrations()) all.push_back(std::move(migration));
  return all;
}

std::vector<base::db::Statement> all_statements() {
  auto all = oauth::statements();
  const auto audit = base::db::AuditStore::statements();
  all.insert(all.end(), audit.begin(), audit.end());
  return all;
}

std::int64_t seconds(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

Value json_of(const Response& response) { return response.body.empty() ? Value() : Value::parse(response.body); }
std::string error_of(const Response& response) { return json_of(response).value("error", ""); }

std::string parameter_of(const std::string& url, const std::string& name) {
  const auto query = base::http::Parameters::parse(std::string_view(url).substr(url.find('?') + 1));
  return std::string(query->only(name).value_or(""));
}

// One TPP software: signs assertions and proofs.
struct Tpp {
  std::string id;
  PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256, "k1");
  PrivateKey dpop = PrivateKey::generate(JwsAlgorithm::es256);
};

class OAuthFlow : public testing::Test {
 protected:
  OAuthFlow() : database_(all_migrations()) {
    database_.sql("INSERT INTO base.brand VALUES ('aldgate')");
    database_.sql("INSERT INTO base.bank VALUES ('aldgate', 'sandbox')");
    pool_ = database_.pool(all_statements(), 34);
    start_server();
    register_tpp(app_);
    register_tpp(other_);
  }

  void start_server() {
    settings_.tenant = caller().tenant;
    settings_.issuer = kIssuer;
    settings_.mtls_base = kMtls;
    settings_.resource_audience = kIssuer;
    settings_.sandbox = oauth::SandboxFeatures::yes;
    server_ = std::make_unique<oauth::AuthorizationServer>(
        oauth::AuthorizationServerDeps{
            settings_, {}, *pool_, audit_, entropy_, memory_, consents_, kek_, jwks_, monotonic_, std::nullopt},
        caller());
  }

  void register_tpp(const Tpp& tpp) {
    oauth::NewClient client;
    client.id = base::ClientId(tpp.id);
    client.name = "App";
    client.redirect_uris = {kRedirect, std::string(kRedirect) + "?dummy1=lorem"};
    client.jwks = tpp.key.public_key().to_jwk();
    const auto done = base::db::in_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) {
      return server_->clients().register_client(tx, caller(), {}, client);
    });
    ASSERT_TRUE(done.has_value()) << done.error().text;
  }

  base::Caller caller() const {
    return {{base::BrandId("aldgate"), base::BankId("sandbox")},
            {now_, now_},
            base::InteractionId("11111111-2222-4333-8444-555555555555"),
            database_.deadline(30s)};
  }

  std::string unique() { return "jti-" + std::to_string(++counter_); }

  std::string assertion(const Tpp& tpp) { return assertion(tpp, unique()); }
  std::string assertion(const Tpp& tpp, const std::string& jti) {
    const Value claims = {
        {"iss", tpp.id},       {"sub", tpp.id}, {"aud", kIssuer}, {"jti", jti}, {"exp", seconds(now_) + 60},
        {"iat", seconds(now_)}};
    return base::crypto::sign_compact({.typ = "JWT", .kid = "", .jwk = ""}, claims.dump(), tpp.key);
  }

  std::string proof(const PrivateKey& key, const std::string& method, const std::string& path,
                    const std::string& access_token = "", const std::string& nonce = "") {
    Value claims = {{"jti", unique()}, {"htm", method}, {"htu", kIssuer + path}, {"iat", seconds(now_)}};
    if (!access_token.empty()) claims["ath"] = base::crypto::sha256_base64url(access_token);
    if (!nonce.empty()) claims["nonce"] = nonce;
    return base::crypto::sign_compact({.typ = "dpop+jwt", .kid = "", .jwk = key.public_key().to_jwk()}, claims.dump(),
                                      key);
  }

  using Endpoint = Response (oauth::AuthorizationServer::*)(Call&);

  Request form_request(const std::string& path, const std::vector<Parameter>& form, const std::string& dpop) {
    Request request;
    request.method = base::http::Method::post;
    request.method_text = "POST";
    request.path = path;
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    if (!dpop.empty()) request.headers.add("DPoP", dpop);
    request.body = base::http::form_encode(form);
    return request;
  }

  Response send(Endpoint endpoint, const Request& request) {
    base::observe::RequestEvent event;
    NoLimits limits;
    Call call{request, caller(), {}, event, limits};
    Response response = (*server_.*endpoint)(call);
    last_reason_ = event.reason;
    return response;
  }

  std::vector<Parameter> authenticated(const Tpp& tpp, std::vector<Parameter> form) {
    form.push_back({"client_assertion_type", std::string("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")});
    form.push_back({"client_assertion", assertion(tpp)});
    return form;
  }

  std::vector<Parameter> par_form(const std::string& consent = "consent-1") {
    return {{"response_type", "code"},
            {"redirect_uri", kRedirect},
            {"scope", "openid accounts"},
            {"state", "a state"},
            {"nonce", "a nonce"},
            {"code_challenge", base::crypto::sha256_base64url(verifier_)},
            {"code_challenge_method", "S256"},
            {"claims", R"({"id_token":{"openbanking_intent_id":{"value":")" + consent + R"(","essential":true}}})"}};
  }

  Response push(const Tpp& tpp, const std::vector<Parameter>& form, const std::string& dpop = "") {
    return send(&oauth::AuthorizationServer::pushed_authorization,
                form_request("/par", authenticated(tpp, form), dpop));
  }

  std::string request_uri_of(const Response& response) { return json_of(response).value("request_uri", ""); }

  base::Result<oauth::InteractionView, oauth::InteractionError> open(const std::string& client,
                                                                     const std::string& request_uri,
                                                                     const std::optional<std::string>& browser = {}) {
    Request request;
    request.method = base::http::Method::get;
    request.method_text = "GET";
    request.path = "/authorize";
    request.has_query = true;
    request.raw_query = base::http::form_encode({{"client_id", client}, {"request_uri", request_uri}});
    base::observe::RequestEvent event;
    NoLimits limits;
    Call call{request, caller(), {}, event, limits};
    return server_->interactions().open(call, browser);
  }

  base::Result<oauth::InteractionView, oauth::InteractionError> bind(const std::string& handle,
                                                                     const std::string& browser,
                                                                     const base::PsuId& psu = kAlice) {
    return base::db::in_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) {
      return server_->interactions().bind(tx, caller(), handle, browser, psu);
    });
  }

  base::Result<oauth::AuthorizationResponse, oauth::InteractionError> grant(const std::string& handle,
                                                                            const std::string& browser = kBrowser,
                                                                            const std::string& consent = "consent-1",
                                                                            const base::PsuId& psu = kAlice) {
    const oauth::GrantDecision decision{browser, psu, base::ConsentId(consent), now_, "urn:openbanking:psd2:sca"};
    return base::db::in_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) {
      return server_->interactions().grant(tx, caller(), handle, decision);
    });
  }

  // PAR to redirect: the code.
  std::string code_for(const std::string& consent = "consent-1", const std::string& dpop = "") {
    const Response pushed = push(app_, par_form(consent), dpop);
    EXPECT_EQ(pushed.status, 201) << pushed.body;
    const auto view = open(app_.id, request_uri_of(pushed));
    EXPECT_TRUE(view.has_value()) << view.error().log_text;
    EXPECT_TRUE(bind(view->handle, kBrowser).has_value());
    const auto url = grant(view->handle, kBrowser, consent);
    EXPECT_TRUE(url.has_value()) << url.error().log_text;
    return parameter_of(url->url, "code");
  }

  std::vector<Parameter> code_form(const std::string& code) {
    return {{"grant_type", "authorization_code"},
            {"code", code},
            {"redirect_uri", kRedirect},
            {"code_verifier", verifier_}};
  }

  Response token(const Tpp& tpp, const std::vector<Parameter>& form) {
    return send(&oauth::AuthorizationServer::token,
                form_request("/token", authenticated(tpp, form), proof(tpp.dpop, "POST", "/token")));
  }
  Response refresh(const Tpp& tpp, const std::string& refresh_token) {
    return token(tpp, {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}});
  }
  Response revoke(const Tpp& tpp, const std::string& what) {
    return send(&oauth::AuthorizationServer::revocation,
                form_request("/revoke", authenticated(tpp, {{"token", what}}), ""));
  }

  Request resource_request(const std::string& access_token, const std::string& dpop,
                           const std::string& scheme = "DPoP") {
    Request request;
    request.method = base::http::Method::get;
    request.method_text = "GET";
    request.path = "/sandbox/resource";
    request.headers.add("Authorization", scheme + " " + access_token);
    if (!dpop.empty()) request.headers.add("DPoP", dpop);
    return request;
  }
  base::Result<oauth::PresentedAccess, oauth::AccessRefusal> present(const Request& request) {
    base::observe::RequestEvent event;
    NoLimits limits;
    Call call{request, caller(), {}, event, limits};
    auto access = server_->resource_server().authenticate(call);
    last_reason_ = event.reason;
    return access;
  }
  base::Result<oauth::PresentedAccess, oauth::AccessRefusal> use(const Tpp& tpp, const std::string& access_token) {
    return present(resource_request(access_token, proof(tpp.dpop, "GET", "/sandbox/resource", access_token)));
  }

  std::string sql_value(const std::string& query) { return database_.sql(query).at(0).at(0); }

  tests::Database database_;
  oauth::Settings settings_;
  std::unique_ptr<base::db::PostgresPool> pool_;
  base::db::AuditStore audit_;
  base::SystemEntropy entropy_;
  FakeMemory memory_;
  tests::FakeJwks jwks_;
  base::SystemMonotonicClock monotonic_;
  FakeConsents consents_;
  base::crypto::KeyEncryptionKey kek_ =
      base::crypto::KeyEncryptionKey::from_bytes(base::Secret::copy_of("0123456789abcdef0123456789abcdef"));
  base::Instant now_ = kStart;
  std::atomic<int> counter_{0};
  const std::string verifier_ = "a-code-verifier-of-at-least-forty-three-characters";
  Tpp app_{.id = "app"};
  Tpp other_{.id = "other"};
  std::unique_ptr<oauth::AuthorizationServer> server_;
  std::string last_reason_;
};

// [RFC9126-2.2] [RFC6749-5.1] [RFC6749-6] [RFC9449-5] [RFC9207-2] [RFC7009-2.1]
TEST_F(OAuthFlow, FromPushedRequestToResourceAndEnd) {
  const Response pushed = push(app_, par_form(), proof(app_.dpop, "POST", "/par"));
  ASSERT_EQ(pushed.status, 201) << pushed.body << last_reason_;
  EXPECT_EQ(json_of(pushed)["expires_in"], 90);
  EXPECT_EQ(pushed.headers.only("Cache-Control"), "no-store");

  const auto view = open(app_.id, request_uri_of(pushed));
  ASSERT_TRUE(view.has_value()) << view.error().log_text;
  EXPECT_EQ(view->client_name, "App");
  EXPECT_EQ(view->redirect_origin, "https://localhost:9443");
  EXPECT_EQ(view->consent.str(), "consent-1");
  EXPECT_EQ(parameter_of(view->way_back.url, "error"), "access_denied");
  ASSERT_TRUE(bind(view->handle, kBrowser).has_value());
  const auto url = grant(view->handle);
  ASSERT_TRUE(url.has_value()) << url.error().log_text;
  EXPECT_TRUE(url->url.starts_with(std::string(kRedirect) + "?"));
  // [RFC9207-2] attack 29
  EXPECT_EQ(parameter_of(url->url, "iss"), kIssuer);
  EXPECT_EQ(parameter_of(url->url, "state"), "a state");

  const Response tokens = token(app_, code_form(parameter_of(url->url, "code")));
  ASSERT_EQ(tokens.status, 200) << tokens.body << last_reason_;
  const Value body = json_of(tokens);
  EXPECT_EQ(body["token_type"], "DPoP");
  EXPECT_EQ(body["expires_in"], 300);
  EXPECT_EQ(body["scope"], "openid accounts");
  EXPECT_EQ(tokens.headers.only("Cache-Control"), "no-store");

  const auto id_token = base::crypto::parse_compact(body["id_token"].get<std::string>());
  const Value claims = Value::parse(id_token->payload);
  EXPECT_EQ(claims["aud"], "app");
  EXPECT_EQ(claims["nonce"], "a nonce");
  EXPECT_EQ(claims["openbanking_intent_id"], "consent-1");
  EXPECT_EQ(claims["acr"], "urn:openbanking:psd2:sca");
  EXPECT_EQ(claims["at_hash"],
            base::base64url_encode(base::crypto::sha256(body["access_token"].get<std::string>()).substr(0, 16)));
  EXPECT_EQ(claims["s_hash"], base::base64url_encode(base::crypto::sha256("a state").substr(0, 16)));

  const auto access = use(app_, body["access_token"]);
  ASSERT_TRUE(access.has_value()) << access.error().log_text;
  EXPECT_EQ(access->psu(), kAlice);
  EXPECT_EQ(access->consent().str(), "consent-1");
  EXPECT_TRUE(access->has_scope("accounts"));
  EXPECT_FALSE(access->has_scope("account"));

  // [FAPI2-SP-FINAL-5.3.2.1-9] the refresh token is not rotated, and writes nothing but the id and the evidence
  const Response refreshed = refresh(app_, body["refresh_token"]);
  ASSERT_EQ(refreshed.status, 200) << refreshed.body << last_reason_;
  EXPECT_FALSE(json_of(refreshed).contains("refresh_token"));
  EXPECT_EQ(refresh(app_, body["refresh_token"]).status, 200);
  EXPECT_EQ(sql_value("SELECT count(*) FROM oauth.refresh_token"), "1");

  // RFC 7009: the refresh token's end is the grant's end, from the next request on
  EXPECT_EQ(revoke(app_, body["refresh_token"]).status, 200);
  for (const std::string& gone :
       {body["access_token"].get<std::string>(), json_of(refreshed)["access_token"].get<std::string>()}) {
    const auto refused = use(app_, gone);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().status, 401);
    EXPECT_EQ(refused.error().code, "invalid_token");
  }
  EXPECT_EQ(error_of(refresh(app_, body["refresh_token"])), "invalid_grant");
  EXPECT_EQ(sql_value("SELECT string_agg(action, ' ' ORDER BY seq) FROM base.audit WHERE object_kind = 'grant'"),
            "grant.create token.issue token.refresh token.refresh grant.end");
}

// Attack 19: one code, 32 threads: exactly one answer with tokens, and the grant ended.
TEST_F(OAuthFlow, ThirtyTwoRedemptionsOfOneCodeYieldOneAnswerAndEndTheGrant) {
  const std::string code = code_for();
  constexpr int kThreads = 32;
  std::vector<Request> requests;
  for (int i = 0; i < kThreads; ++i) {
    requests.push_back(
        form_request("/token", authenticated(app_, code_form(code)), proof(app_.dpop, "POST", "/token")));
  }
  std::vector<Response> responses(kThreads);
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      base::observe::RequestEvent event;
      NoLimits limits;
      Call call{requests[i], caller(), {}, event, limits};
      start.arrive_and_wait();
      responses[i] = server_->token(call);
    });
  }
  for (auto& thread : threads) thread.join();
  int good = 0;
  std::string access_token;
  for (const auto& response : responses) {
    if (response.status == 200) {
      ++good;
      access_token = json_of(response)["access_token"];
    } else {
      EXPECT_EQ(error_of(response), "invalid_grant") << response.body;
    }
  }
  EXPECT_EQ(good, 1);
  EXPECT_EQ(sql_value("SELECT status FROM oauth.authorization_grant"), "ended");
  EXPECT_EQ(sql_value("SELECT count(*) FROM base.audit WHERE action = 'grant.end'"), "1");
  const auto refused = use(app_, access_token);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().status, 401);
}

// [RFC6749-4.1.2]
TEST_F(OAuthFlow, ACodeUsedTwiceEndsItsGrant) {
  const std::string code = code_for();
  const Value first = json_of(token(app_, code_form(code)));
  ASSERT_TRUE(use(app_, first["access_token"]).has_value());
  const Response second = token(app_, code_form(code));
  EXPECT_EQ(second.status, 400);
  EXPECT_EQ(error_of(second), "invalid_grant");
  EXPECT_FALSE(use(app_, first["access_token"]).has_value());
  EXPECT_EQ(error_of(refresh(app_, first["refresh_token"])), "invalid_grant");
}

// Attacks 21, 30: who stole a code cannot spend it, nor burn it.
// [RFC7636-4.1] [RFC7636-4.5] [RFC7636-4.6] [RFC6749-4.1.3] [RFC9449-10]
TEST_F(OAuthFlow, AWrongRedemptionIsRefusedAndDoesNotBurnTheCode) {
  const std::string code = code_for("consent-1", proof(app_.dpop, "POST", "/par"));
  auto wrong_verifier = code_form(code);
  wrong_verifier[3].value = std::string(43, 'x');
  EXPECT_EQ(error_of(token(app_, wrong_verifier)), "invalid_grant");
  auto no_verifier = code_form(code);
  no_verifier.pop_back();
  EXPECT_EQ(error_of(token(app_, no_verifier)), "invalid_grant");
  auto short_verifier = code_form(code);
  short_verifier[3].value = "short";
  EXPECT_EQ(error_of(token(app_, short_verifier)), "invalid_grant");
  auto wrong_redirect = code_form(code);
  wrong_redirect[2].value = std::string(kRedirect) + "?dummy1=lorem";
  EXPECT_EQ(error_of(token(app_, wrong_redirect)), "invalid_grant");
  EXPECT_EQ(error_of(token(other_, code_form(code))), "invalid_grant");
  Tpp other_key = app_;
  other_key.dpop = PrivateKey::generate(JwsAlgorithm::es256);
  EXPECT_EQ(error_of(token(other_key, code_form(code))), "invalid_grant");
  EXPECT_EQ(error_of(token(app_, code_form(code + "x"))), "invalid_grant");
  EXPECT_EQ(error_of(token(app_, code_form("ffffffffff." + std::string(43, 'A')))), "invalid_grant");
  EXPECT_EQ(sql_value("SELECT status FROM oauth.authorization_grant"), "live");
  EXPECT_EQ(token(app_, code_form(code)).status, 200);
}

// [FAPI2-SP-FINAL-5.3.2.1-11]
TEST_F(OAuthFlow, ACodeLivesSixtySeconds) {
  const std::string good = code_for();
  const std::string late = code_for("consent-2");
  now_ += 59s;
  EXPECT_EQ(token(app_, code_form(good)).status, 200);
  now_ += 1s;
  EXPECT_EQ(error_of(token(app_, code_form(late))), "invalid_grant");
}

// Attack 20: at the same and at another endpoint, and after a restart (attack 5).
// [RFC7523-3-7]
TEST_F(OAuthFlow, AnAssertionIsUsedOnce) {
  const std::string same = assertion(app_);
  const auto with = [&](std::vector<Parameter> form) {
    form.push_back({"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"});
    form.push_back({"client_assertion", same});
    return form;
  };
  const auto ask = [&](const std::vector<Parameter>& form) {
    return send(&oauth::AuthorizationServer::token,
                form_request("/token", with(form), proof(app_.dpop, "POST", "/token")));
  };
  const std::vector<Parameter> credentials{{"grant_type", "client_credentials"}, {"scope", "accounts"}};
  EXPECT_EQ(ask(credentials).status, 200);
  EXPECT_EQ(error_of(ask(credentials)), "invalid_client");
  EXPECT_EQ(ask(credentials).status, 401);
  EXPECT_EQ(
      error_of(send(&oauth::AuthorizationServer::pushed_authorization, form_request("/par", with(par_form()), ""))),
      "invalid_client");
  start_server();
  memory_.lose(kStart - 1h);
  EXPECT_EQ(error_of(ask(credentials)), "invalid_client");
}

TEST_F(OAuthFlow, SixteenUsesOfOneAssertionYieldOneToken) {
  constexpr int kThreads = 16;
  std::vector<Request> requests;
  const std::string same = assertion(app_);
  for (int i = 0; i < kThreads; ++i) {
    requests.push_back(
        form_request("/token",
                     {{"grant_type", "client_credentials"},
                      {"scope", "accounts"},
                      {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                      {"client_assertion", same}},
                     proof(app_.dpop, "POST", "/token")));
  }
  std::atomic<int> good{0};
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      base::observe::RequestEvent event;
      NoLimits limits;
      Call call{requests[i], caller(), {}, event, limits};
      start.arrive_and_wait();
      if (server_->token(call).status == 200) ++good;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 1);
}

// Attack 32; conformance: the same request_uri opened twice before login must finish.
// [RFC9126-7.3] [FAPI2-SP-FINAL-6.5]
TEST_F(OAuthFlow, ARequestIsOpenUntilLoginAndThenBelongsToOneBrowser) {
  const std::string request_uri = request_uri_of(push(app_, par_form()));
  const auto first = open(app_.id, request_uri);
  const auto second = open(app_.id, request_uri);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->handle, second->handle);
  ASSERT_TRUE(bind(second->handle, kBrowser).has_value());
  EXPECT_TRUE(bind(second->handle, kBrowser).has_value());
  const auto thief = bind(first->handle, kOtherBrowser);
  ASSERT_FALSE(thief.has_value());
  EXPECT_EQ(thief.error().code, oauth::InteractionErrorCode::other_browser);
  const auto other_psu = bind(first->handle, kBrowser, kBob);
  ASSERT_FALSE(other_psu.has_value());
  EXPECT_EQ(other_psu.error().code, oauth::InteractionErrorCode::other_customer);
  const auto reopened = open(app_.id, request_uri);
  ASSERT_FALSE(reopened.has_value());
  EXPECT_EQ(reopened.error().code, oauth::InteractionErrorCode::spent);
  EXPECT_TRUE(open(app_.id, request_uri, kBrowser).has_value());
  EXPECT_EQ(grant(first->handle, kOtherBrowser).error().code, oauth::InteractionErrorCode::other_browser);
  EXPECT_EQ(grant(first->handle, kBrowser, "consent-2").error().code, oauth::InteractionErrorCode::intent_refused);
  EXPECT_EQ(grant(first->handle, kBrowser, "consent-1", kBob).error().code,
            oauth::InteractionErrorCode::other_customer);
  ASSERT_TRUE(grant(first->handle).has_value());
  // A reload tells how it ended and gives no second code.
  const auto again = grant(first->handle);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, oauth::InteractionErrorCode::already_granted);
  EXPECT_TRUE(again.error().way_back->url.starts_with(kRedirect));
  EXPECT_EQ(sql_value("SELECT count(*) FROM oauth.authorization_code"), "1");
  EXPECT_EQ(open(app_.id, request_uri, kBrowser).error().code, oauth::InteractionErrorCode::already_granted);
}

TEST_F(OAuthFlow, OneOfManyBrowsersGetsTheInteraction) {
  const auto view = open(app_.id, request_uri_of(push(app_, par_form())));
  ASSERT_TRUE(view.has_value());
  constexpr int kThreads = 16;
  std::atomic<int> won{0};
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      if (bind(view->handle, std::string(32, static_cast<char>('a' + i))).has_value()) ++won;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

// Attack 33: no redirect for what is not known to be genuine.
// [RFC9126-4] [FAPI2-SP-FINAL-5.3.2.2-4] [FAPI2-SP-FINAL-5.3.2.2-12]
TEST_F(OAuthFlow, OnlyItsOwnClientOpensAPushedRequestAndOnlyInTime) {
  const std::string request_uri = request_uri_of(push(app_, par_form()));
  for (const auto& [client, uri] :
       std::vector<std::pair<std::string, std::string>>{{"other", request_uri},
                                                        {"app", request_uri + "x"},
                                                        {"app", "urn:ietf:params:oauth:request_uri:guess"},
                                                        {"app", "https://evil.example/request"},
                                                        {"nobody", request_uri}}) {
    const auto refused = open(client, uri);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, oauth::InteractionErrorCode::unknown);
    EXPECT_FALSE(refused.error().way_back.has_value());
  }
  const auto view = open(app_.id, request_uri);
  ASSERT_TRUE(view.has_value());
  now_ += 90s;
  EXPECT_EQ(open(app_.id, request_uri).error().code, oauth::InteractionErrorCode::expired);
  // Its life does not cap the login that began in time.
  EXPECT_TRUE(bind(view->handle, kBrowser).has_value());
  now_ += 1800s;
  const auto late = grant(view->handle);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, oauth::InteractionErrorCode::expired);
}

// [RFC6749-3.1] [RFC9101-5] [OIDC-CORE-3.1.2.6]; outer parameters are never used.
TEST_F(OAuthFlow, OnlyThePushedParametersCount) {
  const std::string request_uri = request_uri_of(push(app_, par_form()));
  const auto ask = [&](const std::string& query) {
    Request request;
    request.method = base::http::Method::get;
    request.raw_query = query;
    base::observe::RequestEvent event;
    NoLimits limits;
    Call call{request, caller(), {}, event, limits};
    return server_->interactions().open(call);
  };
  const std::string good = base::http::form_encode({{"client_id", "app"}, {"request_uri", request_uri}});
  for (const std::string& query :
       {std::string(), std::string("client_id=app"), good + "&client_id=app", good + "&request=eyJ.a.b",
        good + "&%zz=1", base::http::form_encode(par_form()) + "&client_id=app"}) {
    const auto refused = ask(query);
    ASSERT_FALSE(refused.has_value()) << query;
    EXPECT_EQ(refused.error().code, oauth::InteractionErrorCode::invalid_request) << query;
    EXPECT_FALSE(refused.error().way_back.has_value());
  }
  const auto view = ask(good + "&state=outer&nonce=outer&scope=payments&redirect_uri=https%3A%2F%2Fevil.example");
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->scope, "openid accounts");
  EXPECT_EQ(parameter_of(view->way_back.url, "state"), "a state");
  auto silent = par_form();
  silent.push_back({"prompt", "none"});
  const auto page_needed = open(app_.id, request_uri_of(push(app_, silent)));
  ASSERT_FALSE(page_needed.has_value());
  EXPECT_EQ(page_needed.error().code, oauth::InteractionErrorCode::login_required);
  EXPECT_EQ(parameter_of(page_needed.error().way_back->url, "error"), "login_required");
  EXPECT_EQ(parameter_of(page_needed.error().way_back->url, "iss"), kIssuer);
}

// [RFC6749-4.1.2.1] [RFC9207-2]
TEST_F(OAuthFlow, ARefusalEndsTheInteractionWithErrorStateAndIssuer) {
  const auto view = open(app_.id, request_uri_of(push(app_, par_form())));
  const auto refuse = [&](const std::optional<std::string>& browser) {
    return base::db::in_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) {
      return server_->interactions().refuse(tx, caller(), view->handle, browser,
                                            oauth::InteractionRefusal::access_denied);
    });
  };
  ASSERT_TRUE(bind(view->handle, kBrowser).has_value());
  EXPECT_FALSE(refuse(std::nullopt).has_value());
  EXPECT_FALSE(refuse(kOtherBrowser).has_value());
  const auto url = refuse(kBrowser);
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(parameter_of(url->url, "error"), "access_denied");
  EXPECT_EQ(parameter_of(url->url, "state"), "a state");
  EXPECT_EQ(parameter_of(url->url, "iss"), kIssuer);
  EXPECT_EQ(refuse(kBrowser).error().code, oauth::InteractionErrorCode::already_refused);
  EXPECT_EQ(grant(view->handle).error().code, oauth::InteractionErrorCode::already_refused);
}

// Conformance: no state sent, none returned; a registered query is kept; a long nonce comes back whole.
TEST_F(OAuthFlow, StateIsOptionalAndAQueryInTheRedirectUriStays) {
  auto form = par_form();
  std::erase_if(form,
                [](const Parameter& p) { return p.name == "state" || p.name == "redirect_uri" || p.name == "nonce"; });
  form.push_back({"redirect_uri", std::string(kRedirect) + "?dummy1=lorem"});
  form.push_back({"nonce", std::string(384, 'n')});
  const auto view = open(app_.id, request_uri_of(push(app_, form)));
  ASSERT_TRUE(view.has_value());
  ASSERT_TRUE(bind(view->handle, kBrowser).has_value());
  const auto url = grant(view->handle);
  ASSERT_TRUE(url.has_value());
  EXPECT_TRUE(url->url.starts_with(std::string(kRedirect) + "?dummy1=lorem&code=")) << url->url;
  EXPECT_EQ(url->url.find("state="), std::string::npos);
  auto redeem = code_form(parameter_of(url->url, "code"));
  redeem[2].value = std::string(kRedirect) + "?dummy1=lorem";
  const Value body = json_of(token(app_, redeem));
  const Value claims = Value::parse(base::crypto::parse_compact(body["id_token"].get<std::string>())->payload);
  EXPECT_EQ(claims["nonce"], std::string(384, 'n'));
  EXPECT_FALSE(claims.contains("s_hash"));
}

// RFC 9126, RFC 7636, RFC 9396, UK intents; attacks 6, 33, 38, 42, 44, 45.
// [RFC9126-2.1] [OIDC-CORE-6.1] [OIDC-CORE-3.1.2.1] [OIDC-CORE-5.5] [RFC6749-3.1.2.3] [RFC6749-3.2] [RFC6749-3.3]
// [RFC9396-5] [RFC7521-4.2] [FAPI2-SP-FINAL-5.3.2.1-6] [FAPI2-SP-FINAL-5.3.2.2-1] [FAPI2-SP-FINAL-5.3.2.2-5]
// [FAPI2-SP-FINAL-5.3.2.2-6] [FAPI2-SP-FINAL-5.3.2.2-14]
TEST_F(OAuthFlow, APushedRequestIsRefusedForEachThingThatIsWrong) {
  struct Case {
    const char* name;
    std::function<void(std::vector<Parameter>&)> change;
    const char* error;
  };
  const auto set = [](std::string name, std::string value) {
    return [name, value](std::vector<Parameter>& form) {
      std::erase_if(form, [&](const Parameter& p) { return p.name == name; });
      form.push_back({name, value});
    };
  };
  const auto without = [](std::string name) {
    return [name](std::vector<Parameter>& form) {
      std::erase_if(form, [&](const Parameter& p) { return p.name == name; });
    };
  };
  const auto intent = [](const std::string& id) {
    return R"({"id_token":{"openbanking_intent_id":{"value":")" + id + R"("}}})";
  };
  const std::vector<Case> cases = {
      {"request_uri", set("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"},
      {"request object", set("request", "eyJ.a.b"), "invalid_request_object"},
      {"registration", set("registration", "{}"), "registration_not_supported"},
      {"repeated",
       [](auto& form) {
         form.push_back({"scope", "openid"});
       },
       "invalid_request"},
      {"no response_type", without("response_type"), "invalid_request"},
      {"response_type token", set("response_type", "token"), "unsupported_response_type"},
      {"response_type code id_token", set("response_type", "code id_token"), "unsupported_response_type"},
      {"response_mode fragment", set("response_mode", "fragment"), "invalid_request"},
      {"no redirect_uri", without("redirect_uri"), "invalid_request"},
      {"redirect_uri of a sister", set("redirect_uri", std::string(kRedirect) + "/"), "invalid_request"},
      {"redirect_uri in other case", set("redirect_uri", "https://LOCALHOST:9443/callback"), "invalid_request"},
      {"redirect_uri with line end", set("redirect_uri", std::string(kRedirect) + "\r\nX: y"), "invalid_request"},
      {"no challenge", without("code_challenge"), "invalid_request"},
      {"plain challenge", set("code_challenge_method", "plain"), "invalid_request"},
      {"no challenge method", without("code_challenge_method"), "invalid_request"},
      {"short challenge", set("code_challenge", "abc"), "invalid_request"},
      {"no scope", without("scope"), "invalid_scope"},
      {"unknown scope", set("scope", "openid accounts admin"), "invalid_scope"},
      {"webhooks scope", set("scope", "openid accounts webhooks"), "invalid_scope"},
      {"payments with an accounts consent", set("scope", "openid payments"), "invalid_scope"},
      {"two intent scopes", set("scope", "accounts payments"), "invalid_scope"},
      {"many scopes",
       set("scope",
           [] {
             std::string s = "openid";
             for (int i = 0; i < 1000; ++i) s += " x" + std::to_string(i);
             return s;
           }()),
       "invalid_scope"},
      {"state too long", set("state", std::string(4097, 's')), "invalid_request"},
      {"nonce too long", set("nonce", std::string(513, 'n')), "invalid_request"},
      {"prompt unknown", set("prompt", "sometimes"), "invalid_request"},
      {"prompt none and login", set("prompt", "none login"), "invalid_request"},
      {"no intent", without("claims"), "invalid_request"},
      {"claims no JSON", set("claims", "{"), "invalid_request"},
      {"claims with a member twice", set("claims", R"({"id_token":{},"id_token":{}})"), "invalid_request"},
      {"intent of another TPP", set("claims", intent("consent-x")), "invalid_request"},
      {"intent unknown", set("claims", intent("consent-0")), "invalid_request"},
      {"intent a number", set("claims", R"({"id_token":{"openbanking_intent_id":{"value":1}}})"), "invalid_request"},
      {"acr that cannot be",
       set("claims",
           R"({"id_token":{"acr":{"essential":true,"value":"x"},"openbanking_intent_id":{"value":"consent-1"}}})"),
       "invalid_request"},
      {"details of unknown type", set("authorization_details", R"([{"type":"x"}])"), "invalid_authorization_details"},
      {"details with more",
       set("authorization_details", R"([{"type":"urn:aldgate:consent","consent_id":"consent-1","x":1}])"),
       "invalid_authorization_details"},
      {"details twice",
       set("authorization_details",
           R"([{"type":"urn:aldgate:consent","consent_id":"consent-1"},{"type":"urn:aldgate:consent","consent_id":"consent-1"}])"),
       "invalid_authorization_details"},
      {"details of another consent",
       set("authorization_details", R"([{"type":"urn:aldgate:consent","consent_id":"consent-2"}])"), "invalid_request"},
      {"dpop_jkt malformed", set("dpop_jkt", "x"), "invalid_request"},
      {"client_id of another", set("client_id", "other"), "invalid_client"},
      {"client_secret", set("client_secret", "x"), "invalid_client"},
  };
  for (const auto& c : cases) {
    auto form = par_form();
    c.change(form);
    const Response response = push(app_, form);
    EXPECT_EQ(error_of(response), c.error) << c.name << ": " << response.body << " / " << last_reason_;
    EXPECT_TRUE(response.status == 400 || response.status == 401) << c.name;
  }
  EXPECT_EQ(sql_value("SELECT count(*) FROM oauth.pushed_request"), "0");
  consents_.ended.insert("consent-1");
  EXPECT_EQ(error_of(push(app_, par_form())), "invalid_request");
}

// [RFC9449-10] [RFC9449-10.1]
TEST_F(OAuthFlow, DpopJktAndProofAtParBindTheCode) {
  auto form = par_form();
  form.push_back({"dpop_jkt", app_.dpop.public_key().thumbprint()});
  EXPECT_EQ(error_of(push(app_, form, proof(other_.dpop, "POST", "/par"))), "invalid_dpop_proof");
  const Response pushed = push(app_, form, proof(app_.dpop, "POST", "/par"));
  ASSERT_EQ(pushed.status, 201) << pushed.body;
  const Response by_parameter = push(app_, form);
  const auto view = open(app_.id, request_uri_of(by_parameter));
  ASSERT_TRUE(bind(view->handle, kBrowser).has_value());
  const std::string code = parameter_of(grant(view->handle)->url, "code");
  Tpp thief = app_;
  thief.dpop = other_.dpop;
  EXPECT_EQ(error_of(token(thief, code_form(code))), "invalid_grant");
  EXPECT_EQ(token(app_, code_form(code)).status, 200);
}

// [RFC9396-7]
TEST_F(OAuthFlow, AuthorizationDetailsAreEchoedAndNeedNoOpenid) {
  auto form = par_form();
  std::erase_if(form, [](const Parameter& p) { return p.name == "claims" || p.name == "scope"; });
  form.push_back({"scope", "accounts"});
  form.push_back({"authorization_details", R"([ {"type": "urn:aldgate:consent", "consent_id": "consent-1"} ])"});
  const auto view = open(app_.id, request_uri_of(push(app_, form)));
  ASSERT_TRUE(view.has_value());
  ASSERT_TRUE(bind(view->handle, kBrowser).has_value());
  const Value body = json_of(token(app_, code_form(parameter_of(grant(view->handle)->url, "code"))));
  EXPECT_EQ(body["authorization_details"][0]["consent_id"], "consent-1");
  EXPECT_FALSE(body.contains("id_token"));
}

// Attacks 6, 21, 41 and the grant types.
// [RFC6749-2.3] [RFC6749-2.3.1] [RFC6749-3.2] [RFC6749-5.2] [RFC6749-6] [FAPI2-SP-FINAL-5.3.2.1-2]
// [FAPI2-SP-FINAL-5.3.2.1-4] [FAPI2-SP-FINAL-5.3.2.1-14] [RFC7009-2.1]
TEST_F(OAuthFlow, ATokenRequestIsRefusedForEachThingThatIsWrong) {
  const auto ask = [&](const Request& request) { return error_of(send(&oauth::AuthorizationServer::token, request)); };
  const auto good = [&] {
    return form_request("/token", authenticated(app_, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
                        proof(app_.dpop, "POST", "/token"));
  };
  EXPECT_EQ(ask(good()), "");
  Request r = good();
  r.raw_query = "grant_type=client_credentials";
  EXPECT_EQ(ask(r), "invalid_request");
  r = good();
  r.body += "&scope=payments";
  EXPECT_EQ(ask(r), "invalid_request");
  r = good();
  r.headers.set("Content-Type", "application/json");
  EXPECT_EQ(ask(r), "invalid_request");
  r = good();
  r.headers.add("Authorization", "Basic YTpi");
  const Response basic = send(&oauth::AuthorizationServer::token, r);
  EXPECT_EQ(basic.status, 401);
  EXPECT_EQ(basic.headers.only("WWW-Authenticate"), "Basic realm=\"oauth\"");
  r = good();
  r.headers.add("DPoP", proof(app_.dpop, "POST", "/token"));
  EXPECT_EQ(ask(r), "invalid_dpop_proof");
  EXPECT_EQ(ask(form_request("/token",
                             authenticated(app_, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}), "")),
            "invalid_dpop_proof");
  EXPECT_EQ(ask(form_request("/token", {{"grant_type", "client_credentials"}, {"client_id", "app"}}, "")),
            "invalid_client");
  EXPECT_EQ(ask(form_request("/token", {{"grant_type", "client_credentials"}}, "")), "invalid_client");
  EXPECT_EQ(error_of(token(app_, {{"grant_type", "password"}})), "unsupported_grant_type");
  EXPECT_EQ(error_of(token(app_, {{"scope", "accounts"}})), "invalid_request");
  EXPECT_EQ(error_of(token(app_, {{"grant_type", "client_credentials"}})), "invalid_scope");
  EXPECT_EQ(error_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "openid"}})), "invalid_scope");
  EXPECT_EQ(error_of(token(app_, {{"grant_type", "authorization_code"}})), "invalid_request");
  EXPECT_EQ(error_of(token(app_, {{"grant_type", "refresh_token"}})), "invalid_request");
  EXPECT_EQ(error_of(refresh(app_, "unknown")), "invalid_grant");
  // another client's refresh token, and a wider scope
  const Value body = json_of(token(app_, code_form(code_for())));
  EXPECT_EQ(error_of(refresh(other_, body["refresh_token"])), "invalid_grant");
  EXPECT_EQ(error_of(token(app_, {{"grant_type", "refresh_token"},
                                  {"refresh_token", body["refresh_token"]},
                                  {"scope", "accounts payments"}})),
            "invalid_scope");
  EXPECT_EQ(json_of(token(app_, {{"grant_type", "refresh_token"},
                                 {"refresh_token", body["refresh_token"]},
                                 {"scope", "accounts"}}))["scope"],
            "accounts");
  EXPECT_EQ(error_of(revoke(other_, body["refresh_token"])), "unauthorized_client");
  EXPECT_EQ(error_of(revoke(other_, body["access_token"])), "unauthorized_client");
  EXPECT_TRUE(use(app_, body["access_token"]).has_value());
}

// RFC 7009: a token without a grant.
// [RFC7009-2.1] [RFC7009-2.2] [RFC6749-4.4.3]
TEST_F(OAuthFlow, AClientsOwnTokenIsRevokedByItsId) {
  const Value body = json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "accounts webhooks"}}));
  const Value kept = json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}));
  const auto access = use(app_, body["access_token"]);
  ASSERT_TRUE(access.has_value());
  EXPECT_FALSE(access->has_customer());
  EXPECT_TRUE(access->grant().empty());
  EXPECT_FALSE(body.contains("refresh_token"));
  EXPECT_EQ(revoke(app_, "garbage").status, 200);
  EXPECT_EQ(revoke(app_, body["access_token"]).status, 200);
  EXPECT_EQ(revoke(app_, body["access_token"]).status, 200);
  EXPECT_EQ(use(app_, body["access_token"]).error().status, 401);
  EXPECT_TRUE(use(app_, kept["access_token"]).has_value());
}

// Attack 18; the conformance suite's checks at the resource.
// [RFC9449-7.1] [RFC6750-3.1] [RFC9110-11.1] [FAPI2-SP-FINAL-5.3.4-1] [FAPI2-SP-FINAL-5.3.4-2]
TEST_F(OAuthFlow, TheResourceRefusesWhatIsNotSenderConstrained) {
  const std::string access =
      json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
  const std::string path = "/sandbox/resource";
  EXPECT_TRUE(present(resource_request(access, proof(app_.dpop, "GET", path, access), "dPoP")).has_value());
  const auto status = [&](const Request& request) {
    const auto got = present(request);
    return got ? 200 : got.error().status;
  };
  EXPECT_EQ(status(resource_request(access, "")), 401);
  EXPECT_EQ(status(resource_request(access, proof(app_.dpop, "GET", path))), 401);            // no ath
  EXPECT_EQ(status(resource_request(access, proof(other_.dpop, "GET", path, access))), 401);  // another key
  EXPECT_EQ(status(resource_request(access, proof(app_.dpop, "POST", path, access))), 401);
  EXPECT_EQ(status(resource_request(access, proof(app_.dpop, "GET", path, access), "Bearer")), 401);
  EXPECT_EQ(status(resource_request(access + "x", proof(app_.dpop, "GET", path, access + "x"))), 401);
  EXPECT_EQ(status(resource_request("", "")), 401);
  Request two = resource_request(access, proof(app_.dpop, "GET", path, access));
  two.headers.add("Authorization", "DPoP " + access);
  EXPECT_EQ(status(two), 400);
  Request query = resource_request(access, proof(app_.dpop, "GET", path, access));
  query.raw_query = "access_token=" + access;
  EXPECT_EQ(status(query), 400);
  Request none;
  none.path = path;
  const auto challenge = present(none);
  // [RFC9728-5.1] and the way to what the resource wants
  EXPECT_EQ(challenge.error().www_authenticate,
            "DPoP algs=\"PS256 ES256 EdDSA\", "
            "resource_metadata=\"https://localhost:8443/.well-known/oauth-protected-resource\"");
  // Attack 26: an ID token and an assertion are no access tokens.
  const Value body = json_of(token(app_, code_form(code_for())));
  for (const std::string& text : {body["id_token"].get<std::string>(), assertion(app_)}) {
    EXPECT_EQ(status(resource_request(text, proof(app_.dpop, "GET", path, text))), 401);
  }
  now_ += 300s;
  EXPECT_EQ(status(resource_request(access, proof(app_.dpop, "GET", path, access))), 401);
  base::observe::RequestEvent event;
  NoLimits limits;
  const auto scope_missing = oauth::insufficient_scope(Call{none, caller(), {}, event, limits}, "accounts");
  EXPECT_EQ(scope_missing.status, 403);
  EXPECT_NE(scope_missing.www_authenticate.find("scope=\"accounts\""), std::string::npos);
}

// DESIGN decision 7: Redis away. PostgreSQL is the record; a nonce is demanded.
TEST_F(OAuthFlow, WithoutRedisProofsNeedANonceAndAreRecordedInPostgres) {
  const std::string access =
      json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
  const std::string path = "/sandbox/resource";
  memory_.away = true;
  const auto refused = present(resource_request(access, proof(app_.dpop, "GET", path, access)));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "use_dpop_nonce");
  const std::string nonce = refused.error().dpop_nonce;
  ASSERT_FALSE(nonce.empty());
  const Request with_nonce = resource_request(access, proof(app_.dpop, "GET", path, access, nonce));
  EXPECT_TRUE(present(with_nonce).has_value());
  EXPECT_EQ(present(with_nonce).error().code, "invalid_dpop_proof");
  // Redis is back and remembers everything it was told, which this proof was not: PostgreSQL knows it.
  memory_.away = false;
  EXPECT_EQ(present(with_nonce).error().code, "invalid_dpop_proof");
  // A nonce grows old.
  memory_.away = true;
  now_ += 301s;
  const auto old_nonce = present(resource_request(access, proof(app_.dpop, "GET", path, access, nonce)));
  EXPECT_FALSE(old_nonce.has_value());
}

// Attack 5 and 28: Redis restarted empty.
TEST_F(OAuthFlow, AProofFromBeforeALossOfMemoryIsNotTakenAgain) {
  const std::string access =
      json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
  const std::string path = "/sandbox/resource";
  const Request used = resource_request(access, proof(app_.dpop, "GET", path, access));
  ASSERT_TRUE(present(used).has_value());
  now_ += 10s;
  memory_.lose(now_);
  now_ += 1s;
  const auto replayed = present(used);
  ASSERT_FALSE(replayed.has_value());
  EXPECT_EQ(replayed.error().code, "use_dpop_nonce");
  EXPECT_TRUE(present(resource_request(access, proof(app_.dpop, "GET", path, access, replayed.error().dpop_nonce)))
                  .has_value());
  // Once the old window has passed, no nonce is needed.
  now_ += 91s;
  EXPECT_TRUE(use(app_, access).has_value());
}

// Attack 10, 13.
TEST_F(OAuthFlow, ARetiredKeyADisabledClientAndAnEndedConsentStopAtOnce) {
  const Value body = json_of(token(app_, code_form(code_for())));
  auto& clients = server_->clients();
  const auto change = [&](auto&& fn) {
    return base::db::in_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) { return fn(tx); });
  };
  const base::ClientId id("app");
  EXPECT_EQ(change([&](auto& tx) { return clients.retire_key(tx, caller(), {}, id, "k1"); }).error().code,
            oauth::RegistrationErrorCode::last_key);
  Tpp rotated = app_;
  rotated.key = PrivateKey::generate(JwsAlgorithm::es256, "k2");
  ASSERT_TRUE(change([&](auto& tx) {
                return clients.add_key(tx, caller(), {}, id, rotated.key.public_key().to_jwk());
              }).has_value());
  EXPECT_EQ(change([&](auto& tx) { return clients.add_key(tx, caller(), {}, id, rotated.key.public_key().to_jwk()); })
                .error()
                .code,
            oauth::RegistrationErrorCode::key_exists);
  EXPECT_EQ(refresh(app_, body["refresh_token"]).status, 200);
  EXPECT_EQ(refresh(rotated, body["refresh_token"]).status, 200);
  ASSERT_TRUE(change([&](auto& tx) { return clients.retire_key(tx, caller(), {}, id, "k1"); }).has_value());
  EXPECT_EQ(error_of(refresh(app_, body["refresh_token"])), "invalid_client");
  EXPECT_EQ(refresh(rotated, body["refresh_token"]).status, 200);
  EXPECT_NE(sql_value("SELECT first_used_at FROM oauth.client_key WHERE kid = 'k2'"), "");

  consents_.ended.insert("consent-1");
  EXPECT_EQ(error_of(refresh(rotated, body["refresh_token"])), "invalid_grant");
  consents_.ended.clear();
  ASSERT_TRUE(change([&](auto& tx) {
                return clients.set_status(tx, caller(), {}, id, oauth::ClientStatus::disabled);
              }).has_value());
  EXPECT_EQ(error_of(refresh(rotated, body["refresh_token"])), "invalid_client");
  EXPECT_EQ(use(app_, body["access_token"]).error().status, 401);
  ASSERT_TRUE(change([&](auto& tx) {
                return clients.set_status(tx, caller(), {}, id, oauth::ClientStatus::live);
              }).has_value());
  EXPECT_TRUE(use(app_, body["access_token"]).has_value());
  const int ended = base::db::with_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) {
    return server_->grants().end_grants_of_consent(tx, caller(), base::ConsentId("consent-1"), "revoked_by_psu");
  });
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(use(app_, body["access_token"]).error().status, 401);
  EXPECT_EQ(error_of(refresh(rotated, body["refresh_token"])), "invalid_grant");
}

// Changed behind this node's back, as another node does.
TEST_F(OAuthFlow, WhatANodeRemembersOfARefreshTokenNeverOutlivesItsEnd) {
  const std::string by_grant = json_of(token(app_, code_form(code_for())))["refresh_token"];
  ASSERT_EQ(refresh(app_, by_grant).status, 200);
  ASSERT_EQ(refresh(app_, by_grant).status, 200);
  // another client, and more than was granted, are refused of a remembered one too
  EXPECT_EQ(error_of(refresh(other_, by_grant)), "invalid_grant");
  EXPECT_EQ(
      error_of(token(app_, {{"grant_type", "refresh_token"}, {"refresh_token", by_grant}, {"scope", "payments"}})),
      "invalid_scope");
  consents_.ended.insert("consent-1");
  EXPECT_EQ(error_of(refresh(app_, by_grant)), "invalid_grant");
  EXPECT_EQ(last_reason_, "the consent is not authorised now");
  consents_.ended.clear();
  EXPECT_EQ(refresh(app_, by_grant).status, 200);
  EXPECT_EQ(refresh(app_, by_grant).status, 200);
  const std::string evidence = sql_value("SELECT count(*) FROM base.audit WHERE action = 'token.refresh'");
  database_.sql("UPDATE oauth.authorization_grant SET status = 'ended', ended_at = now(), ended_reason = 'elsewhere'");
  EXPECT_EQ(error_of(refresh(app_, by_grant)), "invalid_grant");
  EXPECT_EQ(last_reason_, "the grant has ended");
  EXPECT_EQ(sql_value("SELECT count(*) FROM base.audit WHERE action = 'token.refresh'"), evidence);
  database_.sql("UPDATE oauth.authorization_grant SET status = 'live', ended_at = NULL, ended_reason = NULL");
  EXPECT_EQ(refresh(app_, by_grant).status, 200);
  EXPECT_EQ(refresh(app_, by_grant).status, 200);
  database_.sql("UPDATE oauth.refresh_token SET replaced_at = 'epoch'");
  EXPECT_EQ(error_of(refresh(app_, by_grant)), "invalid_grant");
  EXPECT_EQ(error_of(refresh(app_, by_grant)), "invalid_grant");
  database_.sql("UPDATE oauth.refresh_token SET replaced_at = NULL");
  EXPECT_EQ(refresh(app_, by_grant).status, 200);
  database_.sql("DELETE FROM oauth.refresh_token");
  EXPECT_EQ(error_of(refresh(app_, by_grant)), "invalid_grant");
  EXPECT_EQ(last_reason_, "no such refresh token");
}

// Changed behind this node's back, as another node does.
TEST_F(OAuthFlow, WhatANodeRemembersOfAClientNeverOutlivesAChange) {
  const auto own_token = [&] { return token(app_, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}); };
  const auto change = [&](const std::string& what) {
    database_.sql("UPDATE oauth.client SET " + what + " WHERE client_id = 'app'");
  };
  ASSERT_EQ(own_token().status, 200);  // from here on it is known
  const std::string scope = sql_value("SELECT scope FROM oauth.client WHERE client_id = 'app'");

  change("scope = 'openid'");
  EXPECT_EQ(error_of(own_token()), "invalid_scope");
  change("scope = '" + scope + "'");
  EXPECT_EQ(own_token().status, 200);

  change("status = 'disabled'");
  const Response disabled = own_token();
  EXPECT_EQ(disabled.status, 401);
  EXPECT_EQ(error_of(disabled), "invalid_client");
  EXPECT_EQ(last_reason_, "the client is disabled");
  EXPECT_EQ(push(app_, par_form()).status, 401);
  change("status = 'live'");
  EXPECT_EQ(own_token().status, 200);
  EXPECT_EQ(push(app_, par_form()).status, 201);

  // A refusal that rests on what is remembered is decided anew.
  auto form = par_form();
  form[1].value = "https://localhost:9443/new";
  EXPECT_EQ(push(app_, form).status, 400);
  change("redirect_uris = redirect_uris || '{https://localhost:9443/new}'");
  EXPECT_EQ(push(app_, form).status, 201);

  database_.sql("UPDATE oauth.client_key SET status = 'retired', retired_at = now() WHERE client_id = 'app'");
  EXPECT_EQ(own_token().status, 401);
  database_.sql("UPDATE oauth.client_key SET status = 'live', retired_at = NULL WHERE client_id = 'app'");
  EXPECT_EQ(own_token().status, 200);

  const PrivateKey second = PrivateKey::generate(JwsAlgorithm::es256, "k2");
  const PrivateKey first = std::exchange(app_.key, second);
  EXPECT_EQ(own_token().status, 401);
  database_.sql(
      "INSERT INTO oauth.client_key (brand_id, client_id, kid, jwk, thumbprint, status, added_at) VALUES "
      "('aldgate', 'app', 'k2', '" +
      second.public_key().to_jwk() + "', '" + second.public_key().thumbprint() + "', 'live', now())");
  EXPECT_EQ(own_token().status, 200);
}

// The proof of a request whose client was found changed at the end counts once, and still counts.
TEST_F(OAuthFlow, AProofIsUsedOnceHoweverOftenItsRequestIsDecided) {
  const std::vector<Parameter> form{{"grant_type", "client_credentials"}, {"scope", "accounts"}};
  ASSERT_EQ(token(app_, form).status, 200);
  database_.sql("UPDATE oauth.client SET name = 'Renamed' WHERE client_id = 'app'");
  const std::string once = proof(app_.dpop, "POST", "/token");
  EXPECT_EQ(send(&oauth::AuthorizationServer::token, form_request("/token", authenticated(app_, form), once)).status,
            200);
  const Response again =
      send(&oauth::AuthorizationServer::token, form_request("/token", authenticated(app_, form), once));
  EXPECT_EQ(error_of(again), "invalid_dpop_proof");
}

TEST_F(OAuthFlow, AClientsRevisionTellsEveryChangeAndNotItsUse) {
  const auto revision = [&] { return sql_value("SELECT revision FROM oauth.client WHERE client_id = 'app'"); };
  std::set<std::string> seen{revision()};
  for (const char* change : {"UPDATE oauth.client SET name = 'Other' WHERE client_id = 'app'",
                             "UPDATE oauth.client SET status = 'disabled' WHERE client_id = 'app'",
                             "UPDATE oauth.client SET status = 'live' WHERE client_id = 'app'",
                             "UPDATE oauth.client_key SET status = 'retired' WHERE client_id = 'app'",
                             "DELETE FROM oauth.client_key WHERE client_id = 'app'"}) {
    database_.sql(change);
    EXPECT_TRUE(seen.insert(revision()).second) << change;
  }
  const std::string before = revision();
  database_.sql("UPDATE oauth.client_key SET last_used_at = now(), first_used_at = now() WHERE client_id = 'app'");
  database_.sql("UPDATE oauth.client SET name = 'Other' WHERE client_id = 'other'");
  EXPECT_EQ(revision(), before);
}

// Refresh against revocation: whatever the order, nothing works afterwards.
TEST_F(OAuthFlow, ARefreshThatRacesARevocationYieldsNothingThatLives) {
  for (int round = 0; round < 8; ++round) {
    const Value body = json_of(token(app_, code_form(code_for())));
    const bool remembered = round % 2 == 1;
    if (remembered) {
      ASSERT_EQ(refresh(app_, body["refresh_token"]).status, 200);
    }
    const Request refresh_request = form_request(
        "/token", authenticated(app_, {{"grant_type", "refresh_token"}, {"refresh_token", body["refresh_token"]}}),
        proof(app_.dpop, "POST", "/token"));
    const Request revoke_request = form_request("/revoke", authenticated(app_, {{"token", body["refresh_token"]}}), "");
    std::barrier start(2);
    Response refreshed;
    std::thread other([&] {
      base::observe::RequestEvent event;
      NoLimits limits;
      Call call{refresh_request, caller(), {}, event, limits};
      start.arrive_and_wait();
      refreshed = server_->token(call);
    });
    base::observe::RequestEvent event;
    NoLimits limits;
    Call call{revoke_request, caller(), {}, event, limits};
    start.arrive_and_wait();
    EXPECT_EQ(server_->revocation(call).status, 200);
    other.join();
    if (refreshed.status == 200) {
      EXPECT_EQ(use(app_, json_of(refreshed)["access_token"]).error().status, 401);
    }
    EXPECT_EQ(error_of(refresh(app_, body["refresh_token"])), "invalid_grant");
  }
}

// Attack 17, 18: certificate-bound tokens.
// [RFC8705-3]
TEST_F(OAuthFlow, CertificateBoundTokensWorkWithTheirCertificateOnly) {
  const tests::CertificateFolder folder;
  const auto mine = folder.make("mine");
  const auto theirs = folder.make("theirs");
  Tpp pay{.id = "pay"};
  oauth::NewClient client;
  client.id = base::ClientId(pay.id);
  client.name = "Pay";
  client.binding = oauth::TokenBinding::mtls;
  client.redirect_uris = {kRedirect};
  client.jwks = pay.key.public_key().to_jwk();
  ASSERT_TRUE(base::db::in_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) {
                return server_->clients().register_client(tx, caller(), {}, client);
              }).has_value());
  const auto ask = [&](const std::string& der) {
    Request request =
        form_request("/token", authenticated(pay, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}), "");
    request.listener = base::http::Listener::mtls;
    request.peer.certificate_der = der;
    return send(&oauth::AuthorizationServer::token, request);
  };
  EXPECT_EQ(error_of(ask("")), "invalid_request");
  const Response tokens = ask(mine.der);
  ASSERT_EQ(tokens.status, 200) << tokens.body;
  EXPECT_EQ(json_of(tokens)["token_type"], "Bearer");
  const std::string access = json_of(tokens)["access_token"];
  const auto call_with = [&](const std::string& der, const std::string& scheme) {
    Request request = resource_request(access, "", scheme);
    request.listener = base::http::Listener::mtls;
    request.peer.certificate_der = der;
    const auto got = present(request);
    return got ? 200 : got.error().status;
  };
  EXPECT_EQ(call_with(mine.der, "Bearer"), 200);
  EXPECT_EQ(call_with(mine.der, "bearer"), 200);
  EXPECT_EQ(call_with(theirs.der, "Bearer"), 401);
  EXPECT_EQ(call_with("", "Bearer"), 401);
  EXPECT_EQ(call_with(mine.der, "DPoP"), 401);
  // With DPoP beside it the client is told what it is registered for.
  EXPECT_EQ(
      error_of(
          send(&oauth::AuthorizationServer::token,
               form_request("/token", authenticated(pay, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
                            proof(pay.dpop, "POST", "/token")))),
      "invalid_dpop_proof");
}

// Attack 47: rotation under traffic, and a leaked key.
// [RFC7517-8.5.1]
TEST_F(OAuthFlow, SigningKeysRotateWithoutAnUnknownKeyAndAreRefusedWhenLeaked) {
  auto& keys = server_->keys();
  const std::string first = keys.list(caller()).at(0).dates.kid;
  const auto fetch = [&] {
    base::observe::RequestEvent event;
    NoLimits limits;
    Request request;
    Call call{request, caller(), {}, event, limits};
    return server_->jwks(call);
  };
  EXPECT_EQ(fetch().headers.only("Cache-Control"), "public, max-age=900");
  const std::string second = keys.rotate(caller(), "manager", JwsAlgorithm::es256);
  EXPECT_EQ(keys.rotate(caller(), "manager", JwsAlgorithm::es256), second);
  const auto published = json_of(fetch());
  EXPECT_EQ(published["keys"].size(), oauth::kRingAlgorithms.size() + 1);
  for (const auto& key : published["keys"]) EXPECT_FALSE(key.contains("d"));
  EXPECT_FALSE(keys.retire(caller(), "manager", first).has_value());
  EXPECT_FALSE(keys.retire(caller(), "manager", second).has_value());
  now_ += 1h - 10s;
  const std::string by_first =
      json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
  EXPECT_EQ(base::crypto::parse_compact(by_first)->header.kid, first);
  now_ += 20s;
  const std::string by_second =
      json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
  EXPECT_EQ(base::crypto::parse_compact(by_second)->header.kid, second);
  EXPECT_TRUE(use(app_, by_first).has_value());
  EXPECT_TRUE(use(app_, by_second).has_value());
  EXPECT_FALSE(keys.retire(caller(), "manager", first).has_value());

  // This node has not heard of it yet: the read of each use knows.
  oauth::KeyRing elsewhere({settings_, {}, *pool_, audit_, entropy_, kek_}, caller());
  const auto fresh = elsewhere.emergency(caller(), "manager", second);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(use(app_, by_second).error().status, 401);
  EXPECT_EQ(sql_value("SELECT sealed_private IS NULL FROM oauth.signing_key WHERE kid = '" + second + "'"), "t");
  now_ += 2s;
  keys.refresh(caller());
  const std::string by_third =
      json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
  EXPECT_EQ(base::crypto::parse_compact(by_third)->header.kid, *fresh);
  EXPECT_TRUE(use(app_, by_third).has_value());
  now_ += 1h;
  EXPECT_TRUE(keys.tick(caller()));
  EXPECT_EQ(sql_value("SELECT sealed_private IS NULL FROM oauth.signing_key WHERE kid = '" + first + "'"), "t");
}

TEST_F(OAuthFlow, AnEmergencyWhileASuccessorWaitsLeavesNoGap) {
  auto& keys = server_->keys();
  const auto signed_by = [&] {
    const std::string text =
        json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
    EXPECT_TRUE(use(app_, text).has_value()) << last_reason_;
    return *base::crypto::parse_compact(text)->header.kid;
  };
  const std::string first = keys.list(caller()).at(0).dates.kid;
  const std::string waiting = keys.rotate(caller(), "manager", JwsAlgorithm::es256);
  const auto fresh = keys.emergency(caller(), "manager", first);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(keys.emergency(caller(), "manager", first).error().code, oauth::KeyChangeErrorCode::already_gone);
  EXPECT_EQ(keys.emergency(caller(), "manager", "nobody").error().code, oauth::KeyChangeErrorCode::unknown_key);
  EXPECT_EQ(signed_by(), *fresh);
  now_ += 3599s;
  EXPECT_EQ(signed_by(), *fresh);
  const std::string late =
      json_of(token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}}))["access_token"];
  now_ += 1s;
  EXPECT_EQ(signed_by(), waiting);
  now_ += 298s;
  EXPECT_TRUE(use(app_, late).has_value());
  now_ += 602s;
  keys.tick(caller());
  EXPECT_EQ(signed_by(), waiting);
  EXPECT_EQ(
      sql_value("SELECT count(*) FROM oauth.signing_key WHERE sealed_private IS NOT NULL AND algorithm = 'ES256'"),
      "1");
}

// Each algorithm has its own line of keys, by the same schedule.
TEST_F(OAuthFlow, TheRsaKeysRotateBesideTheOthersAndSignNoAccessToken) {
  auto& keys = server_->keys();
  const auto signer = [&](JwsAlgorithm algorithm) { return keys.current()->signing_key(now_, algorithm).kid(); };
  const auto states = [&] {
    std::map<std::string, std::vector<oauth::KeyState>> by;
    for (const auto& key : keys.list(caller())) by[key.algorithm].push_back(key.state);
    return by;
  };
  using oauth::KeyState;
  for (const auto algorithm : oauth::kRingAlgorithms) {
    EXPECT_EQ(keys.current()->signing_key(now_, algorithm).algorithm(), algorithm);
    EXPECT_EQ(states()[std::string(to_text(algorithm))], std::vector{KeyState::active});
  }
  const std::string es256 = signer(JwsAlgorithm::es256);
  const std::string ps256 = signer(JwsAlgorithm::ps256);
  const std::string first = signer(JwsAlgorithm::rs256);
  EXPECT_EQ(keys.current()->verification_key(first, now_), nullptr) << "no access token is of an RSA key";
  EXPECT_EQ(keys.current()->verification_key(ps256, now_), nullptr);
  EXPECT_NE(keys.current()->verification_key(es256, now_), nullptr);

  const std::string next = keys.rotate(caller(), "manager", JwsAlgorithm::rs256);
  EXPECT_EQ(keys.rotate(caller(), "manager", JwsAlgorithm::rs256), next);
  EXPECT_EQ(states()["RS256"], (std::vector{KeyState::active, KeyState::published}));
  EXPECT_EQ(states()["ES256"], std::vector{KeyState::active});
  EXPECT_EQ(signer(JwsAlgorithm::rs256), first);
  now_ += 3600s;
  EXPECT_EQ(signer(JwsAlgorithm::rs256), next);
  EXPECT_EQ(signer(JwsAlgorithm::es256), es256);
  EXPECT_FALSE(keys.retire(caller(), "manager", first).has_value()) << "its ID tokens may live";
  EXPECT_FALSE(keys.retire(caller(), "manager", next).has_value());
  now_ += 400s;
  EXPECT_TRUE(keys.retire(caller(), "manager", first).has_value());
  EXPECT_EQ(states()["RS256"], (std::vector{KeyState::retired, KeyState::active}));

  const auto fresh = keys.emergency(caller(), "manager", next);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(signer(JwsAlgorithm::rs256), *fresh);
  EXPECT_EQ(signer(JwsAlgorithm::es256), es256) << "a leak of one says nothing of the others";

  // A month later each has its successor, by the schedule alone.
  now_ += keys.schedule().active_period;
  EXPECT_TRUE(keys.tick(caller()));
  for (const auto& [algorithm, line] : states()) {
    EXPECT_EQ(std::count(line.begin(), line.end(), KeyState::published), 1) << algorithm;
  }
}

// A later version's keys are beside ours while it takes over.
TEST_F(OAuthFlow, AKeyOfAnUnknownAlgorithmIsLeftAlone) {
  database_.sql("ALTER TABLE oauth.signing_key DROP CONSTRAINT signing_key_algorithm");
  database_.sql(
      "INSERT INTO oauth.signing_key (brand_id, kid, algorithm, public_jwk, kek_id, published_at, activates_at) "
      "VALUES ('aldgate', 'later', 'ML-DSA-44', '{}', 'k', '2020-01-01Z', '2020-01-01Z')");
  auto& keys = server_->keys();
  keys.refresh(caller());
  EXPECT_EQ(keys.current()->keys().size(), oauth::kRingAlgorithms.size());
  EXPECT_EQ(keys.current()->jwks(now_).find("later"), std::string::npos);
  EXPECT_EQ(keys.list(caller()).size(), oauth::kRingAlgorithms.size() + 1);
}

// [FAPI2-SP-FINAL-5.4.1-1]: what the program forgot, the schema would not take.
TEST_F(OAuthFlow, TheSchemaTakesNoRs256ForFapi2) {
  EXPECT_THROW(database_.sql("UPDATE oauth.client SET id_token_signed_response_alg = 'RS256'"), std::exception);
  EXPECT_THROW(database_.sql("UPDATE oauth.client SET id_token_signed_response_alg = 'none'"), std::exception);
  EXPECT_THROW(database_.sql("UPDATE oauth.client SET profile = 'basic'"), std::exception);
  database_.sql("UPDATE oauth.client SET profile = 'oidc', id_token_signed_response_alg = 'RS256'");
  EXPECT_EQ(sql_value("SELECT count(*) FROM oauth.client WHERE profile = 'oidc'"), "2");
}

TEST_F(OAuthFlow, NodesThatStartTogetherMakeOneFirstKeyOfEachAlgorithm) {
  database_.sql("DELETE FROM oauth.signing_key");
  constexpr int kNodes = 8;
  std::barrier start(kNodes);
  std::vector<std::thread> threads;
  for (int i = 0; i < kNodes; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      const oauth::KeyRing ring({settings_, {}, *pool_, audit_, entropy_, kek_}, caller());
      EXPECT_EQ(ring.current()->keys().size(), oauth::kRingAlgorithms.size());
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sql_value("SELECT string_agg(algorithm, ' ' ORDER BY algorithm) FROM oauth.signing_key"),
            "ES256 PS256 RS256");
}

// [FAPI2-SP-FINAL-5.3.2.2-8] [FAPI2-SP-FINAL-6.7] [RFC8705-2.1.2]
TEST_F(OAuthFlow, RegistrationRefusesWhatItMust) {
  const auto attempt = [&](const std::function<void(oauth::NewClient&)>& change) {
    oauth::NewClient client;
    client.name = "New";
    client.redirect_uris = {kRedirect};
    client.jwks = PrivateKey::generate(JwsAlgorithm::es256, "k").public_key().to_jwk();
    change(client);
    const auto got = base::db::in_transaction(*pool_, caller().deadline, [&](base::db::Transaction& tx) {
      return server_->clients().register_client(tx, caller(), {}, client);
    });
    return got ? std::string() : std::string(to_text(got.error().code));
  };
  EXPECT_EQ(attempt([](auto&) {}), "");
  EXPECT_EQ(attempt([](auto& c) { c.id = base::ClientId("app"); }), "client_exists");
  EXPECT_EQ(attempt([](auto& c) { c.id = base::ClientId(kAlice.str()); }), "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) { c.id = base::ClientId("a b"); }), "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) { c.name = "x\ny"; }), "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) { c.redirect_uris = {"http://app.example/cb"}; }), "invalid_redirect_uri");
  EXPECT_EQ(attempt([](auto& c) { c.scope = "admin"; }), "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) { c.jwks = ""; }), "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) { c.jwks = "{}"; }), "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) {
              c.jwks = std::string(PrivateKey::generate(JwsAlgorithm::es256, "k").to_private_jwk().reveal());
            }),
            "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) { c.auth_method = oauth::ClientAuthMethod::tls_client_auth; }),
            "invalid_client_metadata");
  EXPECT_EQ(attempt([](auto& c) {
              c.auth_method = oauth::ClientAuthMethod::tls_client_auth;
              c.tls_subject = "CN=Demo Pay,O=Aldgate";
            }),
            "");
}

TEST_F(OAuthFlow, TheServiceRoleCannotRewriteHistory) {
  token(app_, code_form(code_for()));
  const auto attempt = [&](const std::string& text) { return database_.sql("SET ROLE aldgate_service; " + text); };
  EXPECT_EQ(attempt("SELECT count(*) FROM oauth.authorization_grant").size(), 1u);
  for (const char* text : {"DELETE FROM oauth.authorization_grant", "DELETE FROM oauth.authorization_code",
                           "UPDATE oauth.authorization_grant SET psu_id = 'x'", "DELETE FROM oauth.client",
                           "UPDATE oauth.client_key SET jwk = 'x'", "UPDATE oauth.signing_key SET public_jwk = 'x'",
                           "DELETE FROM oauth.refresh_token"}) {
    EXPECT_ANY_THROW(attempt(text)) << text;
  }
}

TEST_F(OAuthFlow, TheSweepDeletesWhatIsOverAndNothingElse) {
  token(app_, {{"grant_type", "client_credentials"}, {"scope", "test"}});
  EXPECT_EQ(server_->sweep(caller()), 0);
  now_ += 60s + 10s;
  EXPECT_EQ(server_->sweep(caller()), 0);
  now_ += 61s;
  EXPECT_EQ(server_->sweep(caller()), 1);
}

}  // namespace
