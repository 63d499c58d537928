#include "gateway/http_server/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>
#include <string_view>

namespace gateway {
namespace {

constexpr const char* kTls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-"
    "SHA384";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr long kSessionSeconds = 3600;
constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

std::string openssl_reason() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    std::array<char, 256> line{};
    ERR_error_string_n(code, line.data(), line.size());
    if (!text.empty()) text += "; ";
    text += line.data();
  }
  return text.empty() ? "no reason given" : text;
}

// RFC 7301: http/1.1 when offered; a client that offers only others is told so.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, chosen_size, kHttp11.data(), kHttp11.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

// Possession of the key is proven by the handshake itself; the chain and the registration are checked by whoever
// authenticates the client, who knows which client it should be.
int accept_any_chain(X509_STORE_CTX*, void*) { return 1; }

constexpr int kMostIntermediates = 5;
constexpr std::size_t kMostChainBytes = 16 * 1024;

std::string der_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

// One DER certificate after the other: each says how long it is.
std::string chain_bytes(const SSL* tls) {
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(tls);
  const int count = chain == nullptr ? 0 : sk_X509_num(chain);
  if (count > kMostIntermediates) return {};
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += der_of(sk_X509_value(chain, i));
  return bytes.size() <= kMostChainBytes ? bytes : std::string();
}

// A ticket carries the client's certificate but not what came beside it: that is put into it here, so that a resumed
// session can be judged as the first one was.
int write_ticket(SSL* tls, void*) {
  const std::string chain = chain_bytes(tls);
  if (chain.empty()) return 1;
  return SSL_SESSION_set1_ticket_appdata(SSL_get_session(tls), chain.data(), chain.size());
}

SSL_TICKET_RETURN read_ticket(SSL*, SSL_SESSION*, const unsigned char*, std::size_t, SSL_TICKET_STATUS status, void*) {
  if (status == SSL_TICKET_SUCCESS) return SSL_TICKET_RETURN_USE;
  if (status == SSL_TICKET_SUCCESS_RENEW) return SSL_TICKET_RETURN_USE_RENEW;
  return SSL_TICKET_RETURN_IGNORE_RENEW;
}

}  // namespace

base::Result<TlsContext, std::string> make_tls_context(const TlsSettings& settings) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return base::failure("TLS context: " + openssl_reason());
  SSL_CTX* ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(ctx, 1);
  if (SSL_CTX_set_cipher_list(ctx, kTls12Suites) != 1 || SSL_CTX_set1_groups_list(ctx, kGroups) != 1) {
    return base::failure("TLS suites: " + openssl_reason());
  }
  if (SSL_CTX_use_certificate_chain_file(ctx, settings.certificate_file.c_str()) != 1) {
    return base::failure("certificate " + settings.certificate_file + ": " + openssl_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(ctx, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(ctx) != 1) {
    return base::failure("key " + settings.key_file + ": " + openssl_reason());
  }
  SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, nullptr);

  // Without a session id context OpenSSL refuses to resume a session that carries a client certificate. It differs
  // between the two kinds of listener, so that a session without certificate request cannot be resumed where one is
  // due.
  const std::string_view id = settings.request_client_certificate ? "aldgate-mtls" : "aldgate";
  SSL_CTX_set_session_id_context(ctx, reinterpret_cast<const unsigned char*>(id.data()),
                                 static_cast<unsigned>(id.size()));
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER);
  SSL_CTX_set_timeout(ctx, kSessionSeconds);
  if (settings.request_client_certificate) {
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(ctx, accept_any_chain, nullptr);
    SSL_CTX_set_session_ticket_cb(ctx, write_ticket, read_ticket, nullptr);
  }
  return context;
}

std::string peer_certificate_der(const ssl_st* tls) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls), X509_free);
  return certificate ? der_of(certificate.get()) : std::string();
}

std::vector<std::string> peer_chain_der(ssl_st* tls) {
  std::string bytes = chain_bytes(tls);
  SSL_SESSION* session = SSL_get_session(tls);
  void* kept = nullptr;
  std::size_t size = 0;
  if (bytes.empty() && session != nullptr && SSL_SESSION_get0_ticket_appdata(session, &kept, &size) == 1) {
    bytes.assign(static_cast<const char*>(kept), size);
  }
  std::vector<std::string> chain;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  while (at < end) {
    const auto* const begin = at;
    const std::unique_ptr<X509, decltype(&X509_free)> one(d2i_X509(nullptr, &at, end - at), X509_free);
    if (!one) {
      ERR_clear_error();
      return {};
    }
    chain.emplace_back(reinterpret_cast<const char*>(begin), static_cast<std::size_t>(at - begin));
  }
  return chain;
}

}  // namespace gateway
