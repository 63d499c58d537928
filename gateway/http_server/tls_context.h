// The TLS side of a listener: TLS 1.2 with the four ECDHE AES-GCM suites (FAPI 2.0 Security Profile section 5.2.2, BCP
// 195) and TLS 1.3, ALPN http/1.1, resumption by tickets and session ids, no renegotiation, no compression, no early
// data. A client certificate may be asked for; whether it is believed is decided above (RFC 8705).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/http_server/http_server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace gateway {

// Immutable once made; shared with the connections that were opened under it.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

// Failure: what could not be loaded, for the log (file names and OpenSSL's reason, no key material).
base::Result<TlsContext, std::string> make_tls_context(const TlsSettings& settings);

// DER of the certificate whose key the client proved to hold; empty when it sent none.
std::string peer_certificate_der(const ssl_st* tls);
// DER of the certificates it sent after that one, in its order, also on a resumed session. Empty when it sent none, or
// more than a chain may have.
std::vector<std::string> peer_chain_der(ssl_st* tls);

}  // namespace gateway
