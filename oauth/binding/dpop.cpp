#include "oauth/binding/dpop.h"

#include <algorithm>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/secret.h"
#include "oauth/binding/htu.h"
#include "oauth/store/jti_store.h"
#include "oauth/tokens/claim_dates.h"
#include "oauth/tokens/claims.h"

namespace oauth {
namespace {

constexpr std::size_t kMaxProof = 8 * 1024;
constexpr std::size_t kMaxJti = 256;
constexpr std::size_t kMaxNonce = 128;
constexpr std::chrono::seconds kMargin{5};  // a record outlives the last moment its proof could be accepted

auto refuse(std::string text) {
  return base::failure(oauth_error(OAuthErrorCode::invalid_dpop_proof, std::move(text)));
}

base::Result<std::shared_ptr<const ProofHeader>, OAuthError> read_proof_header(std::string_view encoded) {
  auto header = base::crypto::read_header(encoded);
  if (!header) return refuse("the DPoP proof is not a well-formed JWT: " + header.error().log_text);
  // [RFC9449-4.3-4] "the typ JOSE header parameter has the value dpop+jwt"
  if (!header->is_type("dpop+jwt")) return refuse("the DPoP proof's typ is not dpop+jwt");
  if (!header->jwk) return refuse("the DPoP proof has no jwk");
  // [RFC9449-4.3-7] "the jwk JOSE header parameter does not contain a private key"
  auto key = base::crypto::PublicKey::from_jwk(*header->jwk);
  if (!key) return refuse("the DPoP proof's jwk is not acceptable: " + key.error().log_text);
  return std::make_shared<const ProofHeader>(ProofHeader{std::move(*header), std::move(*key)});
}

}  // namespace

base::Result<DpopProof, OAuthError> check_proof(std::string_view proof, const ProofExpectation& expected,
                                                const Profile& profile, base::Instant now, ProofKeys& known) {
  // [RFC9449-4.3-2] "the DPoP HTTP request header field value is a single and well-formed JWT"
  const auto parts = base::crypto::split_compact(proof, {.max_bytes = kMaxProof, .max_header_bytes = kMaxProof});
  if (!parts) return refuse("the DPoP proof is not a well-formed JWT: " + parts.error().log_text);
  const auto claims = Claims::parse(parts->payload);
  if (!claims) return refuse("the DPoP proof's " + claims.error());
  std::shared_ptr<const ProofHeader> header = known.find(parts->header);
  const bool is_new = header == nullptr;
  if (is_new) {
    TRY(header, read_proof_header(parts->header));
  }
  const base::crypto::PublicKey& key = header->key;
  // [RFC9449-4.3-5] "the alg JOSE header parameter indicates a registered asymmetric digital signature algorithm … is
  // not none, is supported by the application, and is acceptable per local policy"
  if (std::find(profile.algorithms.begin(), profile.algorithms.end(), key.algorithm()) == profile.algorithms.end()) {
    return refuse("the DPoP proof's algorithm is not allowed");
  }
  // [RFC9449-4.3-6] "the JWT signature verifies with the public key contained in the jwk"
  if (const auto good = base::crypto::verify(*parts, header->header, key); !good) {
    return refuse("the DPoP proof's signature does not verify: " + good.error().log_text);
  }
  if (is_new) known.keep(parts->header, header);

  // [RFC9449-4.3-3] "all required claims per Section 4.2 are contained in the JWT"
  const auto jti = claims->text("jti");
  const auto htm = claims->text("htm");
  const auto htu = claims->text("htu");
  const auto iat = claims->date("iat");
  if (!jti || jti->empty() || jti->size() > kMaxJti) return refuse("the DPoP proof has no usable jti");
  if (!htm) return refuse("the DPoP proof has no htm");
  if (!htu) return refuse("the DPoP proof has no htu");
  if (!iat) return refuse("the DPoP proof has no iat that is a number of seconds since 1970");

  // [RFC9449-4.3-8] "the htm claim matches the HTTP method of the current request"
  if (*htm != expected.method) return refuse("the DPoP proof's htm is not this request's method");
  // [RFC9449-4.3-9] "the htu claim matches the HTTP URI value for the HTTP request … ignoring any query and fragment"
  if (normalised_htu(*htu) != expected.uri) return refuse("the DPoP proof's htu is not this endpoint's URL");
  // [RFC9449-4.3-11] "the creation time of the JWT, as determined by either the iat claim or a server managed timestamp
  // via the nonce claim, is within an acceptable window"
  if (*iat > now + profile.future_skew) {
    return refuse("the DPoP proof's " + too_far_ahead("iat", *iat, profile.future_skew, now));
  }
  if (*iat < now - profile.dpop_past) return refuse("the DPoP proof's " + too_old("iat", *iat, profile.dpop_past, now));
  // RFC 7519 sections 4.1.4 and 4.1.5, for proofs that carry more than they must.
  if (claims->has("nbf")) {
    const auto nbf = claims->date("nbf");
    if (!nbf) return refuse("the DPoP proof's nbf is not a number of seconds since 1970");
    if (*nbf > now + profile.future_skew) {
      return refuse("the DPoP proof's " + too_far_ahead("nbf", *nbf, profile.future_skew, now));
    }
  }
  if (claims->has("exp")) {
    const auto exp = claims->date("exp");
    if (!exp) return refuse("the DPoP proof's exp is not a number of seconds since 1970");
    if (*exp + profile.past_skew <= now) return refuse("the DPoP proof's " + expired(*exp, profile.past_skew, now));
  }
  const auto nonce = claims->text("nonce");
  if (claims->has("nonce") && (!nonce || nonce->size() > kMaxNonce))
    return refuse("the DPoP proof's nonce is not usable");
  // [RFC9449-4.3-12] "ensure that the value of the ath claim equals the hash of that access token"
  if (expected.access_token) {
    const auto ath = claims->text("ath");
    if (!ath || !base::constant_time_equal(*ath, base::crypto::sha256_base64url(*expected.access_token))) {
      return refuse("the DPoP proof's ath is not the hash of this access token");
    }
  }
  return DpopProof{key.thumbprint(), base::crypto::sha256_base64url(*jti), *iat, nonce, ""};
}

base::Result<std::optional<DpopProof>, OAuthError> DpopVerifier::verify(base::http::Call& call, const Profile& profile,
                                                                        NonceRule rule) {
  TRY(auto proof, check(call, profile, std::nullopt));
  if (proof) TRY_VOID(use_once(call.caller, *proof, profile, rule));
  return proof;
}

base::Result<std::optional<DpopProof>, OAuthError> DpopVerifier::check(
    const base::http::Call& call, const Profile& profile, const std::optional<std::string>& access_token) const {
  const std::size_t count = call.request.headers.count("DPoP");
  if (count == 0) return std::optional<DpopProof>();
  // [RFC9449-4.3-1] "there is not more than one DPoP HTTP request header field"
  if (count > 1) return refuse("more than one DPoP header");
  const auto expected_uri = normalised_htu(deps_.settings.base_of(call.request.listener) + call.request.path);
  if (!expected_uri) return refuse("this request's path is no URL path");
  TRY(DpopProof proof,
      check_proof(*call.request.headers.only("DPoP"), {call.request.method_text, *expected_uri, access_token}, profile,
                  call.caller.now.protocol, known_));
  return std::optional<DpopProof>(std::move(proof));
}

// Only proofs that passed everything else come here: nobody burns another's id without its key.
base::Result<void, OAuthError> DpopVerifier::use_once(const base::Caller& caller, DpopProof& proof,
                                                      const Profile& profile, NonceRule rule) {
  const base::Instant now = caller.now.protocol;
  constexpr base::Instant kNone = base::Instant::min();
  base::Instant minted = kNone;
  if (proof.nonce) {
    const auto at = nonces_.minted_at(*proof.nonce);
    // [RFC9449-4.3-10] "if the server provided a nonce value to the client, the nonce claim matches"
    if (!at) return base::failure(nonce_wanted(now, "the DPoP proof's nonce is not one of ours"));
    // An old one counts as none: it is enough where none is needed.
    if (*at + DpopNonces::kLife >= now && *at <= now + profile.future_skew) minted = *at;
  }

  // [RFC9449-8] "responds to requests that do not include a nonce with an HTTP 400 (Bad Request) error response …
  // using use_dpop_nonce as the error code value"
  if (rule == NonceRule::always && minted == kNone) {
    return base::failure(nonce_wanted(now, proof.nonce ? "this client's proofs need a nonce: theirs is too old"
                                                       : "this client's proofs need a nonce: there is none"));
  }

  const base::Instant last_use = proof.issued_at + profile.dpop_past + kMargin;
  const auto ttl = std::chrono::duration_cast<std::chrono::milliseconds>(last_use - now);
  const auto replayed = [] { return refuse("the DPoP proof was used before"); };
  // [RFC9449-11.1] "servers can store, in the context of the target URI, the jti value of each DPoP proof"
  switch (deps_.memory.insert("dpop", proof.jkt, proof.jti_hash, ttl)) {
    case base::cache::ReplaySet::Outcome::replayed:
      return replayed();
    case base::cache::ReplaySet::Outcome::fresh: {
      const base::Instant since = deps_.memory.remembers_since();
      // The proof may have been used as early as its iat less the skew it was allowed.
      const bool forgotten = proof.issued_at - profile.future_skew < since;
      if (forgotten && minted < since) {
        // Memory may have come back while this request was under way: the nonce it is given must be good for the next.
        return base::failure(
            nonce_wanted(since == base::Instant::max() ? now : std::max(now, since),
                         "proof memory was lost within this proof's window: a nonce minted since is needed"));
      }
      break;
    }
    case base::cache::ReplaySet::Outcome::unavailable:
      if (minted == kNone) return base::failure(nonce_wanted(now, "proof memory is away: a nonce is needed"));
      break;
  }
  if (minted != kNone) {
    const auto use = base::db::with_transaction(deps_.pool, caller.deadline, [&](base::db::Transaction& tx) {
      return use_proof_jti(tx, caller.tenant.brand, proof.jkt, proof.jti_hash, last_use);
    });
    if (use == UseOnce::again) return replayed();
    // [RFC9449-8.2] "MAY supply the new nonce in the same way that the initial one is supplied": it comes while the old
    // one is still good, so that no request has to be sent twice.
    if (minted + DpopNonces::kLife / 2 <= now) proof.next_nonce = nonces_.mint(now);
  }
  return {};
}

OAuthError DpopVerifier::nonce_wanted(base::Instant now, std::string log_text) const {
  OAuthError error = oauth_error(OAuthErrorCode::use_dpop_nonce, "a DPoP nonce is needed: use the one in DPoP-Nonce",
                                 std::move(log_text));
  error.dpop_nonce = nonces_.mint(now);
  return error;
}

}  // namespace oauth
