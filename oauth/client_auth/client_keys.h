// A client's live public keys, registered by value (jwks) or by reference (jwks_uri): what its assertions and request
// objects must be signed with, what its self-signed certificate must hold, and what is encrypted to it. The one place
// that chooses a key.
#pragma once

#include <string>

#include "base/caller.h"
#include "base/crypto/jwe.h"
#include "base/crypto/jws.h"
#include "base/result.h"
#include "oauth/client.h"
#include "oauth/client_auth/jwks_cache.h"
#include "oauth/client_auth/parsed_keys.h"

namespace oauth {

// What a JWS of the client verified with.
struct ClientSignature {
  std::string kid;             // the key's; its thumbprint when a published set names none
  bool mark_key_used = false;  // registered by value, and its mark of last use is old
};

struct ClientKeyFault {
  std::string public_text;  // for a caller who is known to be the client
  std::string log_text;
  // The keys could not be had: the client may be right, and try again.
  bool unavailable = false;
};

class ClientKeys {
 public:
  ClientKeys(JwksFetcher& fetcher, const base::MonotonicClock& monotonic) : published_(fetcher, monotonic) {}

  // Verifies with the live key that the header's kid names, or without kid with the client's only key of the header's
  // alg. The key's own algorithm must be the header's, and one of the client's profile. `client` holds its live keys.
  // May fetch: hold no database connection.
  base::Result<ClientSignature, ClientKeyFault> verify(const base::Caller& caller, const Client& client,
                                                       const base::crypto::ParsedJws& jws);
  // Is a key of this thumbprint (RFC 7638) a live one of the client? May fetch, as verify().
  base::Result<void, ClientKeyFault> holds(const base::Caller& caller, const Client& client,
                                           const std::string& thumbprint);

  // What ID tokens of this client are encrypted to; it has registered that they are. May fetch, as verify().
  base::Result<base::crypto::EncryptionKey, ClientKeyFault> for_id_tokens(const base::Caller& caller,
                                                                          const Client& client);

 private:
  ParsedKeys parsed_;
  JwksCache published_;
};

}  // namespace oauth
