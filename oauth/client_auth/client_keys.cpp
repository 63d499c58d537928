#include "oauth/client_auth/client_keys.h"

#include <algorithm>

#include "base/ensure.h"
#include "oauth/profile/profile.h"

namespace oauth {
namespace {

constexpr std::chrono::hours kMarkEvery{1};

auto refuse(std::string public_text, std::string log_text) {
  return base::failure(ClientKeyFault{std::move(public_text), std::move(log_text)});
}

auto unavailable(std::string log_text) {
  return base::failure(
      ClientKeyFault{"the client's keys cannot be had from its jwks_uri", std::move(log_text), /*unavailable=*/true});
}

auto no_such_key() {
  return refuse("no live key of this client has the kid, or none is the only one of this alg",
                "no live key of the client that the JWS could be signed with");
}

const ClientKey* registered_key(const Client& client, const base::crypto::JwsHeader& header, ParsedKeys& parsed) {
  if (header.kid) {
    const auto found = std::find_if(client.keys.begin(), client.keys.end(),
                                    [&](const ClientKey& key) { return key.kid == *header.kid; });
    return found == client.keys.end() ? nullptr : &*found;
  }
  const ClientKey* only = nullptr;
  for (const ClientKey& key : client.keys) {
    if (to_text(parsed.of(key).algorithm()) != header.alg) continue;
    if (only != nullptr) return nullptr;
    only = &key;
  }
  return only;
}

const base::crypto::PublicKey* published_key(const base::crypto::JwkSet& set, const base::crypto::JwsHeader& header) {
  if (header.kid) return set.by_kid(*header.kid);
  const auto algorithm = base::crypto::algorithm_from_text(header.alg);
  return algorithm ? set.select(std::nullopt, *algorithm) : nullptr;
}

base::Result<void, ClientKeyFault> check(const base::crypto::ParsedJws& jws, const base::crypto::PublicKey& key,
                                         const Profile& profile) {
  // [FAPI2-SP-FINAL-5.4.1-1] PS256, ES256 or EdDSA; the key's own algorithm decides, never the header's
  if (std::find(profile.algorithms.begin(), profile.algorithms.end(), key.algorithm()) == profile.algorithms.end()) {
    return refuse("the key's algorithm is not allowed", "the key's algorithm is not allowed by the profile");
  }
  if (const auto good = base::crypto::verify(jws, key); !good) {
    return refuse("the signature does not verify with the client's key", good.error().log_text);
  }
  return {};
}

}  // namespace

base::Result<ClientSignature, ClientKeyFault> ClientKeys::verify(const base::Caller& caller, const Client& client,
                                                                 const base::crypto::ParsedJws& jws) {
  const Profile& profile = profile_of(client.profile);
  if (client.jwks_uri.empty()) {
    const ClientKey* registered = registered_key(client, jws.header, parsed_);
    if (registered == nullptr) return no_such_key();
    TRY_VOID(check(jws, parsed_.of(*registered), profile));
    return ClientSignature{registered->kid,
                           !registered->last_used_at || *registered->last_used_at + kMarkEvery < caller.now.protocol};
  }
  auto set = published_.keys(caller, client.id, client.jwks_uri);
  if (!set) return unavailable(set.error());
  const base::crypto::PublicKey* key = published_key((*set)->signatures, jws.header);
  if (key == nullptr) {
    // A kid that is new to us may be new at the client.
    set = published_.keys(caller, client.id, client.jwks_uri, *set);
    if (set) key = published_key((*set)->signatures, jws.header);
  }
  if (key == nullptr) return no_such_key();
  TRY_VOID(check(jws, *key, profile));
  return ClientSignature{key->kid().empty() ? key->thumbprint() : key->kid(), false};
}

base::Result<void, ClientKeyFault> ClientKeys::holds(const base::Caller& caller, const Client& client,
                                                     const std::string& thumbprint) {
  const auto has = [&](const auto& keys, auto thumbprint_of) {
    return std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return thumbprint_of(key) == thumbprint; });
  };
  bool found = false;
  if (client.jwks_uri.empty()) {
    found = has(client.keys, [](const ClientKey& key) -> const std::string& { return key.thumbprint; });
  } else {
    const auto of = [](const base::crypto::PublicKey& key) -> const std::string& { return key.thumbprint(); };
    auto set = published_.keys(caller, client.id, client.jwks_uri);
    if (!set) return unavailable(set.error());
    found = has((*set)->signatures.keys(), of);
    if (!found) {
      set = published_.keys(caller, client.id, client.jwks_uri, *set);
      found = set && has((*set)->signatures.keys(), of);
    }
  }
  if (!found) return refuse("the certificate's key is not one of the client's", "the certificate's key is not live");
  return {};
}

base::Result<base::crypto::EncryptionKey, ClientKeyFault> ClientKeys::for_id_tokens(const base::Caller& caller,
                                                                                    const Client& client) {
  if (client.jwks_uri.empty()) {
    auto key = base::crypto::EncryptionKey::from_jwk(client.encryption_jwk);
    ENSURE(key.has_value(), "a registered encryption key was checked when it was registered");
    return std::move(*key);
  }
  const auto algorithm = base::crypto::jwe_algorithm_from_text(client.id_token_encrypted_response_alg);
  ENSURE(algorithm.has_value(), "the algorithm for encrypted ID tokens was checked when it was registered");
  // [OIDC-CORE-10.2.1] while the client changes its key there are several: the first one counts, the header names it
  const auto first = [&](const SharedJwks& set) -> const base::crypto::EncryptionKey* {
    if (!set->encryption) return nullptr;
    const auto found = std::find_if(set->encryption->begin(), set->encryption->end(),
                                    [&](const auto& key) { return key.algorithm() == *algorithm; });
    return found == set->encryption->end() ? nullptr : &*found;
  };
  auto set = published_.keys(caller, client.id, client.jwks_uri);
  if (!set) return unavailable(set.error());
  const base::crypto::EncryptionKey* key = first(*set);
  if (key == nullptr) {
    const SharedJwks without = *set;
    set = published_.keys(caller, client.id, client.jwks_uri, without);
    if (set) key = first(*set);
    if (key == nullptr) {
      const SharedJwks& looked_at = set ? *set : without;
      return refuse(
          "no key of use enc for " + client.id_token_encrypted_response_alg + " stands at the client's jwks_uri",
          looked_at->encryption ? "the set at jwks_uri has no such key" : looked_at->encryption.error());
    }
  }
  return *key;
}

}  // namespace oauth
