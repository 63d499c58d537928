#include "oauth/binding/dpop.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "tests/support/fakes.h"

namespace oauth {
namespace {

using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;
using base::json::Value;

const base::Instant kNow{std::chrono::seconds(1'780'000'000)};
constexpr const char* kUrl = "https://localhost:8443/token";
constexpr const char* kToken = "an-access-token";

std::int64_t seconds(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

struct ProofMaker {
  PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256);
  Value header = {{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", Value::parse(key.public_key().to_jwk())}};
  Value claims = {{"jti", "jti-1"}, {"htm", "POST"}, {"htu", kUrl}, {"iat", seconds(kNow)}};
  std::string make() const { return base::crypto::sign_compact_raw(header.dump(), claims.dump(), key); }
};

base::Result<DpopProof, OAuthError> check(const std::string& proof, const std::optional<std::string>& token = {}) {
  ProofKeys known;
  return check_proof(proof, {"POST", kUrl, token}, kFapi2, kNow, known);
}

// What is known of a header says nothing of the proof that bears it.
TEST(DpopProof, AKnownHeaderStillNeedsItsSignatureAndItsClaims) {
  ProofKeys known;
  const ProofExpectation expected{"POST", kUrl, std::nullopt};
  ProofMaker maker;
  const std::string good = maker.make();
  const auto first = check_proof(good, expected, kFapi2, kNow, known);
  const auto second = check_proof(good, expected, kFapi2, kNow, known);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->jkt, second->jkt);
  EXPECT_NE(known.find(good.substr(0, good.find('.'))), nullptr);

  std::string forged = good;
  char& tampered = forged[forged.rfind('.') + 10];
  tampered = tampered == 'A' ? 'B' : 'A';
  EXPECT_FALSE(check_proof(forged, expected, kFapi2, kNow, known));
  maker.claims["htm"] = "GET";
  EXPECT_FALSE(check_proof(maker.make(), expected, kFapi2, kNow, known));
}

TEST(DpopProof, AHeaderWhoseProofDoesNotVerifyIsNotKept) {
  ProofKeys known;
  ProofMaker maker;
  std::string forged = maker.make();
  char& tampered = forged[forged.rfind('.') + 10];
  tampered = tampered == 'A' ? 'B' : 'A';
  EXPECT_FALSE(check_proof(forged, {"POST", kUrl, std::nullopt}, kFapi2, kNow, known));
  EXPECT_EQ(known.find(forged.substr(0, forged.find('.'))), nullptr);
}

TEST(ProofKeys, HoldsNoMoreThanItsBoundAndNoHeaderOfExcessiveLength) {
  ProofMaker maker;
  const std::string proof = maker.make();
  ProofKeys known;
  ASSERT_TRUE(check_proof(proof, {"POST", kUrl, std::nullopt}, kFapi2, kNow, known));
  const auto header = known.find(proof.substr(0, proof.find('.')));
  ASSERT_NE(header, nullptr);
  ProofKeys bounded;
  const auto name = [](std::size_t i) { return "header-" + std::to_string(i); };
  std::size_t held = 0;
  for (std::size_t i = 0; i < ProofKeys::kMost + 100; ++i) bounded.keep(name(i), header);
  for (std::size_t i = 0; i < ProofKeys::kMost + 100; ++i) held += bounded.find(name(i)) != nullptr ? 1 : 0;
  EXPECT_EQ(held, ProofKeys::kMost);
  const std::string huge(ProofKeys::kLongest + 1, 'h');
  bounded.keep(huge, header);
  EXPECT_EQ(bounded.find(huge), nullptr);
}

TEST(DpopProof, AGoodOneGivesItsKeysThumbprint) {
  ProofMaker maker;
  const auto proof = check(maker.make());
  ASSERT_TRUE(proof.has_value()) << proof.error().log_text;
  EXPECT_EQ(proof->jkt, maker.key.public_key().thumbprint());
  EXPECT_FALSE(proof->nonce.has_value());
}

// RFC 9449 section 4.1, figure 2: another library's proof.
TEST(DpopProof, TheRfcsExampleVerifies) {
  const std::string proof =
      "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
      "RjQyVVFV"
      "ZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
      "eyJqdGkiOiItQndDM0VTYz"
      "ZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-"
      "GxA6T8lP4vfr"
      "g8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
  ProofKeys known;
  const auto read = check_proof(proof, {"POST", "https://server.example.com/token", std::nullopt}, kFapi2,
                                base::Instant(std::chrono::seconds(1562262616)), known);
  ASSERT_TRUE(read.has_value()) << read.error().log_text;
  EXPECT_EQ(read->jkt, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

struct Case {
  const char* name;
  std::function<void(ProofMaker&)> change;
  bool good;
};

// [RFC9449-4.3-2] [RFC9449-4.3-3] [RFC9449-4.3-4] [RFC9449-4.3-5] [RFC9449-4.3-6] [RFC9449-4.3-7] [RFC9449-4.3-8]
// [RFC9449-4.3-9] [RFC9449-4.3-11] [FAPI2-SP-FINAL-5.3.2.1-13]: the conformance suite's negative module, each
// requirement of section 4.3 one step off; attacks 26, 27, 40.
TEST(DpopProof, EachCheckRefusesWhatIsOneStepOff) {
  const Case cases[] = {
      {"typ missing", [](auto& m) { m.header.erase("typ"); }, false},
      {"typ of another JWT", [](auto& m) { m.header["typ"] = "JWT"; }, false},
      {"typ of an access token", [](auto& m) { m.header["typ"] = "at+jwt"; }, false},
      {"typ in other case", [](auto& m) { m.header["typ"] = "DPOP+JWT"; }, true},
      {"alg missing", [](auto& m) { m.header.erase("alg"); }, false},
      {"alg none", [](auto& m) { m.header["alg"] = "none"; }, false},
      {"alg RS256", [](auto& m) { m.header["alg"] = "RS256"; }, false},
      {"alg HS256", [](auto& m) { m.header["alg"] = "HS256"; }, false},
      {"alg of another key", [](auto& m) { m.header["alg"] = "PS256"; }, false},
      {"jwk missing", [](auto& m) { m.header.erase("jwk"); }, false},
      {"jwk of another key",
       [](auto& m) { m.header["jwk"] = Value::parse(PrivateKey::generate(JwsAlgorithm::es256).public_key().to_jwk()); },
       false},
      {"jwk with its private part",
       [](auto& m) { m.header["jwk"] = Value::parse(std::string(m.key.to_private_jwk().reveal())); }, false},
      {"jwk symmetric",
       [](auto& m) {
         m.header["jwk"] = {{"kty", "oct"}, {"k", "AAAA"}};
       },
       false},
      {"jwk off the curve", [](auto& m) { m.header["jwk"]["x"] = m.header["jwk"]["y"]; }, false},
      {"crit", [](auto& m) { m.header["crit"] = {"x"}; }, false},
      {"unknown header members", [](auto& m) { m.header["x"] = 1; }, true},
      {"jti missing", [](auto& m) { m.claims.erase("jti"); }, false},
      {"jti empty", [](auto& m) { m.claims["jti"] = ""; }, false},
      {"jti a number", [](auto& m) { m.claims["jti"] = 7; }, false},
      {"jti huge", [](auto& m) { m.claims["jti"] = std::string(257, 'j'); }, false},
      {"htm missing", [](auto& m) { m.claims.erase("htm"); }, false},
      {"htm another", [](auto& m) { m.claims["htm"] = "GET"; }, false},
      {"htm in other case", [](auto& m) { m.claims["htm"] = "post"; }, false},
      {"htu missing", [](auto& m) { m.claims.erase("htu"); }, false},
      {"htu of another endpoint", [](auto& m) { m.claims["htu"] = "https://localhost:8443/par"; }, false},
      {"htu of another host", [](auto& m) { m.claims["htu"] = "https://evil.example/token"; }, false},
      {"htu of another port", [](auto& m) { m.claims["htu"] = "https://localhost:8444/token"; }, false},
      {"htu with a slash more", [](auto& m) { m.claims["htu"] = "https://localhost:8443/token/"; }, false},
      {"htu relative", [](auto& m) { m.claims["htu"] = "/token"; }, false},
      {"htu with query and fragment", [](auto& m) { m.claims["htu"] = "https://localhost:8443/token?a=b#c"; }, true},
      {"htu with query only", [](auto& m) { m.claims["htu"] = "https://localhost:8443/token?"; }, true},
      {"htu with dot segments", [](auto& m) { m.claims["htu"] = "https://localhost:8443/a/../token"; }, true},
      {"htu percent-encoded without need", [](auto& m) { m.claims["htu"] = "https://localhost:8443/%74oken"; }, true},
      {"htu by http", [](auto& m) { m.claims["htu"] = "http://localhost:8443/token"; }, false},
      {"htu without its port", [](auto& m) { m.claims["htu"] = "https://localhost/token"; }, false},
      {"htu with userinfo", [](auto& m) { m.claims["htu"] = "https://a@localhost:8443/token"; }, false},
      {"htu with upper-case host", [](auto& m) { m.claims["htu"] = "https://LOCALHOST:8443/token"; }, true},
      {"iat missing", [](auto& m) { m.claims.erase("iat"); }, false},
      {"iat text", [](auto& m) { m.claims["iat"] = "1780000000"; }, false},
      {"iat negative", [](auto& m) { m.claims["iat"] = -1; }, false},
      {"iat huge", [](auto& m) { m.claims["iat"] = 1e18; }, false},
      {"iat with a fraction", [](auto& m) { m.claims["iat"] = 1780000000.5; }, true},
      {"iat 10 s ahead", [](auto& m) { m.claims["iat"] = seconds(kNow) + 10; }, true},
      {"iat 11 s ahead", [](auto& m) { m.claims["iat"] = seconds(kNow) + 11; }, true},
      {"iat 30 s ahead", [](auto& m) { m.claims["iat"] = seconds(kNow) + 30; }, true},
      {"iat 31 s ahead", [](auto& m) { m.claims["iat"] = seconds(kNow) + 31; }, false},
      {"iat 61 s ahead", [](auto& m) { m.claims["iat"] = seconds(kNow) + 61; }, false},
      {"iat 10 s ago", [](auto& m) { m.claims["iat"] = seconds(kNow) - 10; }, true},
      {"iat 60 s ago", [](auto& m) { m.claims["iat"] = seconds(kNow) - 60; }, true},
      {"iat 61 s ago", [](auto& m) { m.claims["iat"] = seconds(kNow) - 61; }, false},
      {"iat an hour ahead", [](auto& m) { m.claims["iat"] = seconds(kNow) + 3600; }, false},
      {"iat in 2038 and after", [](auto& m) { m.claims["iat"] = 2'147'483'648; }, false},
      {"iat an hour ago", [](auto& m) { m.claims["iat"] = seconds(kNow) - 3600; }, false},
      {"nbf and exp that hold",
       [](auto& m) {
         m.claims["nbf"] = seconds(kNow);
         m.claims["exp"] = seconds(kNow) + 60;
       },
       true},
      {"nbf 30 s ahead", [](auto& m) { m.claims["nbf"] = seconds(kNow) + 30; }, true},
      {"nbf 31 s ahead", [](auto& m) { m.claims["nbf"] = seconds(kNow) + 31; }, false},
      {"nbf text", [](auto& m) { m.claims["nbf"] = "now"; }, false},
      {"exp 9 s past", [](auto& m) { m.claims["exp"] = seconds(kNow) - 9; }, true},
      {"exp 10 s past", [](auto& m) { m.claims["exp"] = seconds(kNow) - 10; }, false},
      {"nbf far ahead", [](auto& m) { m.claims["nbf"] = seconds(kNow) + 61; }, false},
      {"exp past", [](auto& m) { m.claims["exp"] = seconds(kNow) - 60; }, false},
      {"exp text", [](auto& m) { m.claims["exp"] = "soon"; }, false},
      {"nonce a number", [](auto& m) { m.claims["nonce"] = 1; }, false},
      {"unknown claims",
       [](auto& m) {
         m.claims["extra"] = {{"a", 1}};
       },
       true},
  };
  for (const auto& c : cases) {
    ProofMaker maker;
    c.change(maker);
    const auto got = check(maker.make());
    EXPECT_EQ(got.has_value(), c.good) << c.name << ": " << (got ? "" : got.error().log_text);
    if (!got) {
      EXPECT_EQ(got.error().code, OAuthErrorCode::invalid_dpop_proof) << c.name;
    }
  }
}

// [RFC9449-4.3-9] an issuer on the default port: the proof may name it or not, in either case.
TEST(DpopProof, TheDefaultPortMayBeWrittenOut) {
  const auto passes = [](const char* htu) {
    ProofMaker maker;
    maker.claims["htu"] = htu;
    ProofKeys known;
    return check_proof(maker.make(), {"POST", "https://as.example/token", std::nullopt}, kFapi2, kNow, known)
        .has_value();
  };
  EXPECT_TRUE(passes("https://as.example/token"));
  EXPECT_TRUE(passes("https://as.example:443/token"));
  EXPECT_TRUE(passes("https://AS.Example:443/token"));
  EXPECT_TRUE(passes("HTTPS://as.example/token"));
  EXPECT_FALSE(passes("https://as.example:8443/token"));
  EXPECT_FALSE(passes("https://as.example:80/token"));
  EXPECT_FALSE(passes("https://as.example.evil.example/token"));
}

// A developer can see which clock is wrong, and by how much.
TEST(DpopProof, AWrongDateIsToldWithItsSeconds) {
  const auto told = [](const char* claim, std::int64_t at) {
    ProofMaker maker;
    maker.claims[claim] = at;
    const auto got = check(maker.make());
    return got ? "" : got.error().public_text;
  };
  EXPECT_EQ(told("iat", seconds(kNow) - 75),
            "the DPoP proof's iat is 75 s in the past; at most 60 s are accepted (server time 2026-05-28T20:26:40Z)");
  EXPECT_EQ(told("iat", seconds(kNow) + 3600),
            "the DPoP proof's iat is 3600 s ahead; at most 30 s are accepted (server time 2026-05-28T20:26:40Z)");
  EXPECT_EQ(told("nbf", seconds(kNow) + 31),
            "the DPoP proof's nbf is 31 s ahead; at most 30 s are accepted (server time 2026-05-28T20:26:40Z)");
  EXPECT_EQ(told("exp", seconds(kNow) - 10),
            "the DPoP proof's exp is 10 s in the past; less than 10 s is accepted (server time 2026-05-28T20:26:40Z)");
}

TEST(DpopProof, ABrokenSignatureOrTextIsRefused) {
  const std::string good = ProofMaker().make();
  for (std::size_t at : {good.size() - 40, good.find('.') + 3}) {
    std::string broken = good;
    broken[at] = broken[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(check(broken).has_value());
  }
  for (const std::string& text :
       {std::string(), std::string("not a jwt"), good + "." + good, good + ", " + good, good + "="}) {
    EXPECT_FALSE(check(text).has_value()) << text;
  }
  EXPECT_FALSE(check(std::string(9000, 'a')).has_value());
}

// [RFC9449-4.3-12]
TEST(DpopProof, AtAResourceTheTokensHashMustBeInIt) {
  ProofMaker maker;
  EXPECT_FALSE(check(maker.make(), kToken).has_value());
  maker.claims["ath"] = base::crypto::sha256_base64url(kToken);
  EXPECT_TRUE(check(maker.make(), kToken).has_value());
  maker.claims["ath"] = base::crypto::sha256_base64url("another token");
  EXPECT_FALSE(check(maker.make(), kToken).has_value());
  maker.claims["ath"] = kToken;
  EXPECT_FALSE(check(maker.make(), kToken).has_value());
}

TEST(DpopProof, EveryAllowedAlgorithmWorks) {
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}) {
    ProofMaker maker;
    maker.key = PrivateKey::generate(algorithm);
    maker.header["alg"] = std::string(to_text(algorithm));
    maker.header["jwk"] = Value::parse(maker.key.public_key().to_jwk());
    EXPECT_TRUE(check(maker.make()).has_value()) << to_text(algorithm);
  }
}

TEST(DpopNonces, AreReadOnlyByTheirKeyAndTellTheirTime) {
  const DpopNonces ours(base::Secret::copy_of("0123456789abcdef0123456789abcdef"));
  const DpopNonces theirs(base::Secret::copy_of("fedcba9876543210fedcba9876543210"));
  const std::string nonce = ours.mint(kNow);
  EXPECT_EQ(ours.minted_at(nonce), kNow);
  EXPECT_EQ(theirs.minted_at(nonce), std::nullopt);
  std::string changed = nonce;
  changed[2] = changed[2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ours.minted_at(changed), std::nullopt);
  EXPECT_EQ(ours.minted_at(""), std::nullopt);
  EXPECT_EQ(ours.minted_at(nonce + "A"), std::nullopt);
}

// A memory that can be away or have lost everything.
class FakeMemory final : public base::cache::ReplaySet {
 public:
  Outcome insert(std::string_view kind, std::string_view owner, std::string_view jti_hash,
                 std::chrono::milliseconds ttl) override {
    last_ttl = ttl;
    if (away) return Outcome::unavailable;
    return seen.insert(std::string(kind) + "|" + std::string(owner) + "|" + std::string(jti_hash)).second
               ? Outcome::fresh
               : Outcome::replayed;
  }
  base::Instant remembers_since() const override { return since; }

  bool away = false;
  base::Instant since = kNow - std::chrono::hours(1);
  std::set<std::string> seen;
  std::chrono::milliseconds last_ttl{0};
};

class NoPool final : public base::db::Pool {
 public:
  void run(base::db::Deadline, const std::function<bool(base::db::Transaction&)>&) override {
    throw base::db::Unavailable("no database in this test");
  }
  void read(base::db::Deadline, const std::function<void(base::db::Transaction&)>&) override {
    throw base::db::Unavailable("no database in this test");
  }
};

class NoLimits final : public base::http::AfterAuthentication {
 public:
  std::optional<base::http::Response> refuse(base::http::Call&, const base::ClientId&) override { return std::nullopt; }
};

struct VerifierFixture : testing::Test {
  Settings settings = [] {
    Settings s;
    s.issuer = "https://localhost:8443";
    s.mtls_base = "https://localhost:8444";
    return s;
  }();
  FakeMemory memory;
  NoPool pool;
  NoLimits limits;
  DpopVerifier verifier{{settings, memory, pool}, base::Secret::copy_of("0123456789abcdef0123456789abcdef")};
  base::http::Request request;
  base::observe::RequestEvent event;

  base::Result<std::optional<DpopProof>, OAuthError> verify(const std::vector<std::string>& proofs,
                                                            NonceRule rule = NonceRule::whenever_needed) {
    request.method = base::http::Method::post;
    request.method_text = "POST";
    request.path = "/token";
    request.headers = {};
    for (const auto& proof : proofs) request.headers.add("dpop", proof);
    base::Caller caller;
    caller.now = {kNow, kNow};
    base::http::Call call{request, caller, {}, event, limits};
    return verifier.verify(call, kFapi2, rule);
  }
};

TEST_F(VerifierFixture, OneHeaderOrNoneButNeverTwo) {
  ProofMaker maker;
  ASSERT_TRUE(verify({}).has_value());
  EXPECT_FALSE(verify({})->has_value());
  EXPECT_TRUE(verify({maker.make()})->has_value());
  // [RFC9449-4.3-1]
  EXPECT_FALSE(verify({maker.make(), maker.make()}).has_value());
}

// [RFC9449-11.1]; attack 28: the same jti with another key passes.
TEST_F(VerifierFixture, AProofIsUsedOncePerKey) {
  ProofMaker one;
  ProofMaker other;
  EXPECT_TRUE(verify({one.make()}).has_value());
  const auto again = verify({one.make()});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, OAuthErrorCode::invalid_dpop_proof);
  EXPECT_TRUE(verify({other.make()}).has_value());
}

// Attack 28: nobody burns an id with a proof that does not verify.
TEST_F(VerifierFixture, ABadProofIsNotRemembered) {
  ProofMaker maker;
  std::string forged = maker.make();
  forged[forged.size() - 40] = forged[forged.size() - 40] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(verify({forged}).has_value());
  EXPECT_TRUE(memory.seen.empty());
  EXPECT_TRUE(verify({maker.make()}).has_value());
}

// Attack 28: the record outlives the last moment the proof could be accepted.
TEST_F(VerifierFixture, TheRecordOutlivesTheProof) {
  ProofMaker maker;
  maker.claims["iat"] = seconds(kNow) + 30;
  ASSERT_TRUE(verify({maker.make()}).has_value());
  EXPECT_GT(memory.last_ttl, kFapi2.dpop_past + std::chrono::seconds(30));
}

// [RFC9449-8] [RFC9449-4.3-10] DESIGN decision 7: memory lost within the window asks for a nonce.
TEST_F(VerifierFixture, AMemoryThatForgotOrIsAwayAsksForANonce) {
  for (const bool away : {true, false}) {
    memory.away = away;
    memory.since = kNow - std::chrono::seconds(5);
    ProofMaker maker;
    maker.claims["jti"] = away ? "a" : "b";
    const auto refused = verify({maker.make()});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, OAuthErrorCode::use_dpop_nonce);
    EXPECT_FALSE(refused.error().dpop_nonce.empty());
    maker.claims["nonce"] = "not one of ours";
    const auto foreign = verify({maker.make()});
    ASSERT_FALSE(foreign.has_value());
    EXPECT_EQ(foreign.error().code, OAuthErrorCode::use_dpop_nonce);
  }
}

// [RFC9449-8] as a client's policy; nothing is remembered of a proof that is sent back for its nonce.
TEST_F(VerifierFixture, AClientMayAlwaysNeedANonce) {
  const DpopNonces nonces(base::Secret::copy_of("0123456789abcdef0123456789abcdef"));
  const std::pair<const char*, std::optional<std::string>> cases[] = {
      {"none", std::nullopt},
      {"not one of ours", "AAAA"},
      {"empty", ""},
      {"too old", nonces.mint(kNow - DpopNonces::kLife - std::chrono::seconds(1))},
      {"from the future", nonces.mint(kNow + kFapi2.future_skew + std::chrono::seconds(1))},
  };
  for (const auto& [name, nonce] : cases) {
    ProofMaker maker;
    if (nonce) maker.claims["nonce"] = *nonce;
    const auto refused = verify({maker.make()}, NonceRule::always);
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_EQ(refused.error().code, OAuthErrorCode::use_dpop_nonce) << name;
    EXPECT_EQ(nonces.minted_at(refused.error().dpop_nonce), kNow) << name;
  }
  EXPECT_TRUE(memory.seen.empty());
}

// The proof may have been used as early as its iat less the allowed skew.
TEST_F(VerifierFixture, AProofFromTheFutureDoesNotSlipPastALostMemory) {
  memory.since = kNow - std::chrono::seconds(1);
  ProofMaker maker;
  maker.claims["iat"] = seconds(kNow) + 10;
  const auto refused = verify({maker.make()});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, OAuthErrorCode::use_dpop_nonce);
}

// Attack 27: what the sender says of the host is not asked.
TEST_F(VerifierFixture, TheUrlComesFromTheConfigurationNotFromTheRequest) {
  ProofMaker maker;
  maker.claims["htu"] = "https://evil.example/token";
  request.headers.add("X-Forwarded-Host", "evil.example");
  EXPECT_FALSE(verify({maker.make()}).has_value());
  request.listener = base::http::Listener::mtls;
  maker.claims["htu"] = "https://localhost:8444/token";
  EXPECT_TRUE(verify({maker.make()}).has_value());
}

}  // namespace
}  // namespace oauth
