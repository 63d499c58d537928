#include "oauth/binding/mtls.h"

#include "base/crypto/hash.h"

namespace oauth {

std::optional<std::string> certificate_thumbprint(const base::http::Peer& peer) {
  if (peer.certificate_der.empty()) return std::nullopt;
  return base::crypto::sha256_base64url(peer.certificate_der);
}

}  // namespace oauth
