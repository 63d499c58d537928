#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/http/message.h"

namespace tests {
namespace {

constexpr std::size_t kPiece = 16384;

}  // namespace

std::string HttpReply::header(std::string_view name) const {
  std::string found;
  bool seen = false;
  for (const auto& [key, value] : headers) {
    if (!base::http::equal_ignoring_case(key, name)) continue;
    if (seen) return "(repeated)";
    seen = true;
    found = value;
  }
  return found;
}

void HttpClient::FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void HttpClient::FreeTls::operator()(ssl_st* tls) const { SSL_free(tls); }

HttpClient::HttpClient(HttpClientOptions options) : options_(std::move(options)) {
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  sockaddr* address = nullptr;
  socklen_t size = 0;
  if (inet_pton(AF_INET, options_.address.c_str(), &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(options_.port);
    address = reinterpret_cast<sockaddr*>(&ipv4);
    size = sizeof ipv4;
  } else if (inet_pton(AF_INET6, options_.address.c_str(), &ipv6.sin6_addr) == 1) {
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(options_.port);
    address = reinterpret_cast<sockaddr*>(&ipv6);
    size = sizeof ipv6;
  } else {
    return;
  }
  fd_ = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return;
  timeval patience{};
  patience.tv_sec = options_.patience.count();
  (void)::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  (void)::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (options_.receive_buffer > 0) {
    (void)::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options_.receive_buffer, sizeof options_.receive_buffer);
  }
  const int on = 1;
  (void)::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd_, address, size) != 0) {
    close();
    return;
  }
  if (!options_.tls) {
    established_ = true;
    return;
  }
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (options_.tls_version != 0) {
    SSL_CTX_set_min_proto_version(context_.get(), options_.tls_version);
    SSL_CTX_set_max_proto_version(context_.get(), options_.tls_version);
  }
  // Old versions and suites must be refused by the server, not by this client's own policy.
  if (!options_.tls12_suites.empty()) SSL_CTX_set_cipher_list(context_.get(), options_.tls12_suites.c_str());
  if (options_.tls_version != 0 && options_.tls_version < TLS1_2_VERSION) {
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
  }
  if (!options_.certificate_file.empty()) {
    SSL_CTX_use_certificate_chain_file(context_.get(), options_.certificate_file.c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), options_.key_file.c_str(), SSL_FILETYPE_PEM);
  }
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* tls, SSL_SESSION* session) {
    auto* self = static_cast<HttpClient*>(SSL_get_app_data(tls));
    self->received_session_ = std::shared_ptr<SSL_SESSION>(session, SSL_SESSION_free);
    return 1;
  });
  tls_.reset(SSL_new(context_.get()));
  SSL_set_app_data(tls_.get(), this);
  if (!options_.alpn.empty()) {
    std::string wire(1, static_cast<char>(options_.alpn.size()));
    wire += options_.alpn;
    SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                        static_cast<unsigned>(wire.size()));
  }
  if (options_.session) SSL_set_session(tls_.get(), options_.session.get());
  SSL_set_fd(tls_.get(), fd_);
  ERR_clear_error();
  established_ = SSL_connect(tls_.get()) == 1;
}

HttpClient::~HttpClient() { close(); }

bool HttpClient::send(std::string_view bytes) {
  if (fd_ < 0 || (options_.tls && !established_)) return false;
  while (!bytes.empty()) {
    ssize_t sent = 0;
    if (tls_) {
      ERR_clear_error();
      sent = SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    } else {
      sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::fill() {
  if (fd_ < 0) return false;
  std::string piece(kPiece, '\0');
  ssize_t got = 0;
  if (tls_) {
    if (!established_) return false;
    ERR_clear_error();
    got = SSL_read(tls_.get(), piece.data(), static_cast<int>(piece.size()));
    if (got <= 0) timed_out_ = SSL_get_error(tls_.get(), static_cast<int>(got)) == SSL_ERROR_WANT_READ;
  } else {
    got = ::recv(fd_, piece.data(), piece.size(), 0);
    timed_out_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
  if (got <= 0) return false;
  buffer_.append(piece, 0, static_cast<std::size_t>(got));
  return true;
}

std::optional<HttpReply> HttpClient::read_reply(std::string_view request_method) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  HttpReply reply;
  const std::string head = buffer_.substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 ")) return std::nullopt;
  reply.status = std::atoi(head.c_str() + 9);
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t line_end = head.find("\r\n", at);
    const std::string line = head.substr(at, line_end - at);
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) return std::nullopt;
    reply.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    at = line_end + 2;
  }
  const bool without_body =
      reply.status < 200 || reply.status == 204 || reply.status == 304 || request_method == "HEAD";
  const std::size_t size = without_body ? 0 : std::strtoul(reply.header("Content-Length").c_str(), nullptr, 10);
  while (buffer_.size() < end + 4 + size) {
    if (!fill()) return std::nullopt;
  }
  reply.body = buffer_.substr(end + 4, size);
  buffer_.erase(0, end + 4 + size);
  return reply;
}

std::optional<HttpReply> HttpClient::exchange(std::string_view request, std::string_view request_method) {
  if (!send(request)) return std::nullopt;
  return read_reply(request_method);
}

std::optional<std::string> HttpClient::read_to_end() {
  while (fill()) {
  }
  if (timed_out_) return std::nullopt;
  return std::exchange(buffer_, {});
}

bool HttpClient::ends_silently() {
  const auto rest = read_to_end();
  return rest && rest->empty();
}

void HttpClient::half_close() {
  if (fd_ < 0) return;
  if (tls_ && established_) SSL_shutdown(tls_.get());
  ::shutdown(fd_, SHUT_WR);
}

void HttpClient::reset() {
  if (fd_ < 0) return;
  const linger hard{1, 0};
  (void)::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

void HttpClient::close() {
  // Without a word to the server; but OpenSSL must not take the session for a broken one.
  if (tls_) SSL_set_shutdown(tls_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  tls_.reset();
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool HttpClient::resumed() const { return tls_ && SSL_session_reused(tls_.get()) == 1; }
std::shared_ptr<ssl_session_st> HttpClient::session() const { return received_session_; }
std::string HttpClient::tls_version() const { return tls_ ? SSL_get_version(tls_.get()) : ""; }

std::string HttpClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(tls_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string HttpClient::server_certificate_der() const {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls_.get()), X509_free);
  if (!certificate) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(der);
  return bytes;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  if (DIR* directory = opendir("/proc/self/fd")) {
    while (readdir(directory) != nullptr) ++count;
    closedir(directory);
  }
  return count;
}

}  // namespace tests
