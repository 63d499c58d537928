// Certificate-bound access tokens (RFC 8705 section 3).
#pragma once

#include <optional>
#include <string>

#include "base/http/message.h"

namespace oauth {

// x5t#S256 of the certificate the client proved possession of in the handshake. nullopt: it showed none. The
// certificate need not chain to anything: the binding is to the key behind it [RFC8705-3].
std::optional<std::string> certificate_thumbprint(const base::http::Peer& peer);

}  // namespace oauth
