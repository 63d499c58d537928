#include "oauth/access_token_check.h"

#include "base/crypto/hash.h"
#include "oauth/store/grant_store.h"

namespace oauth {

base::Result<AccessToken, std::string> AccessTokenCheck::read(const base::Caller& caller,
                                                              std::string_view token) const {
  if (token.size() > kMaxAccessTokenBytes) return base::failure(std::string("not a JWT: it is too large"));
  const std::string hash = base::crypto::sha256(token);
  const base::Instant now = caller.now.protocol;
  if (const auto known = verified_.find(hash)) {
    const auto keys = keys_.current();
    const base::crypto::PublicKey* const key = keys->verification_key(known->kid, now);
    // Otherwise as if it were new, and refused in the usual words.
    if (key != nullptr && key->thumbprint() == known->key_thumbprint && now < known->expires_at) return *known;
  }
  const auto once = [&] {
    return read_access_token(token, *keys_.current(), settings_.issuer, settings_.resource_audience,
                             caller.now.protocol, Expiry::checked);
  };
  auto read = once();
  if (!read && read.error().unknown_kid) {
    keys_.refresh_for_unknown_kid(caller);
    read = once();
  }
  if (!read) return base::failure(std::move(read.error().log_text));
  verified_.keep(hash, *read);
  return std::move(*read);
}

base::Result<StandingToken, std::string> AccessTokenCheck::stands(base::db::Transaction& tx, const base::Caller& caller,
                                                                  const AccessToken& token, FactsAre facts_are) const {
  const base::BrandId& brand = caller.tenant.brand;
  const auto facts =
      read_access_facts(tx, {brand, token.client, token.grant, base::crypto::sha256(token.jti), token.kid}, facts_are);
  const auto gone = [](std::string why) { return base::failure(std::move(why)); };
  if (!facts.key_good) return gone("signed with a key that was compromised");
  if (!facts.client_live) return gone("the client is disabled");
  if (!facts.grant_live) return gone("the grant has ended");
  if (facts.revoked) return gone("the token was revoked");
  const base::PsuId psu(facts.psu);
  const std::string subject =
      token.grant.empty() ? token.client.str() : subjects_.subject_of(brand, facts.subject_type, facts.sector, psu);
  if (token.subject != subject || facts.consent != token.consent.str()) return gone("the token is not its grant's");
  return StandingToken{psu, facts.require_dpop_nonce};
}

}  // namespace oauth
