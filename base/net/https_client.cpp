#include "base/net/https_client.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "base/ensure.h"

namespace base::net {
namespace {

constexpr std::size_t kMostHeaders = 100;
constexpr std::size_t kMostHeaderBytes = 16 * 1024;

struct CurlFree {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlFree>;
using HeaderList = std::unique_ptr<curl_slist, CurlFree>;

// What the callbacks of one call see.
struct Transfer {
  const EgressGuard& guard;
  const std::atomic<bool>& stopping;
  Scheme scheme;
  const HttpsRequest& request;
  HttpsResponse response;
  std::size_t header_bytes = 0;
  bool too_large = false;
  bool dialled = false;
  std::optional<EgressRefusal> refused;
};

std::optional<std::pair<IpAddress, std::uint16_t>> address_of(const curl_sockaddr& target) {
  if (target.family == AF_INET && target.addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, &target.addr, sizeof in);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &in.sin_addr, octets.size());
    return std::pair(IpAddress::v4(octets), ntohs(in.sin_port));
  }
  if (target.family == AF_INET6 && target.addrlen >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    // curl_sockaddr declares room for a sockaddr only; libcurl lays a whole sockaddr_storage behind it.
    std::memcpy(&in, reinterpret_cast<const char*>(&target) + offsetof(curl_sockaddr, addr), sizeof in);
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &in.sin6_addr, octets.size());
    return std::pair(IpAddress::v6(octets), ntohs(in.sin6_port));
  }
  return std::nullopt;
}

// The address libcurl is about to dial: judged here and nowhere earlier, so that what was checked is what is reached.
curl_socket_t open_socket(void* user, curlsocktype purpose, curl_sockaddr* target) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  const auto where = address_of(*target);
  if (!where) return CURL_SOCKET_BAD;
  if (auto admitted = transfer.guard.admit_address(transfer.scheme, where->first, where->second); !admitted) {
    transfer.refused = admitted.error();
    return CURL_SOCKET_BAD;
  }
  transfer.dialled = true;
  return socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, size);
  transfer.header_bytes += size;
  if (line.starts_with("HTTP/")) {  // a new head: what stood before was an interim response (1xx)
    transfer.response.headers = {};
    return size;
  }
  if (transfer.header_bytes > kMostHeaderBytes || transfer.response.headers.list().size() >= kMostHeaders) {
    transfer.too_large = true;
    return 0;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  const std::size_t last = value.find_last_not_of(" \t\r\n");
  value = first == std::string_view::npos ? std::string_view() : value.substr(first, last - first + 1);
  transfer.response.headers.add(std::string(line.substr(0, colon)), std::string(value));
  return size;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t room = transfer.request.max_body_bytes - transfer.response.body.size();
  transfer.response.body.append(data, std::min(room, size));
  if (size <= room) return size;
  transfer.response.body_truncated = true;
  return 0;
}

int check_stopping(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Transfer*>(user)->stopping.load() ? 1 : 0;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  ENSURE(curl_easy_setopt(handle, option, value) == CURLE_OK, "a libcurl option is refused");
}

std::chrono::microseconds timing(CURL* handle, CURLINFO info) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(handle, info, &microseconds);
  return std::chrono::microseconds(microseconds);
}

HttpsTimings timings(CURL* handle) {
  return {.resolved = timing(handle, CURLINFO_NAMELOOKUP_TIME_T),
          .connected = timing(handle, CURLINFO_CONNECT_TIME_T),
          .secured = timing(handle, CURLINFO_APPCONNECT_TIME_T),
          .first_byte = timing(handle, CURLINFO_STARTTRANSFER_TIME_T),
          .total = timing(handle, CURLINFO_TOTAL_TIME_T)};
}

bool has_line_break(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

HeaderList header_list(const HttpsRequest& request) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  };
  append("Expect:");  // never wait for 100-continue
  if (request.headers.count("content-type") == 0) append("Content-Type:");
  for (const auto& header : request.headers.list()) {
    ENSURE(!has_line_break(header.name) && !has_line_break(header.value), "a header is one line");
    append(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  return list;
}

void set_method(CURL* handle, const HttpsRequest& request) {
  const auto with_body = [&](const char* name) {
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_CUSTOMREQUEST, name);
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  };
  switch (request.method) {
    case http::Method::get:
      set(handle, CURLOPT_HTTPGET, 1L);
      return;
    case http::Method::head:
      set(handle, CURLOPT_NOBODY, 1L);
      return;
    case http::Method::post:
      with_body("POST");
      return;
    case http::Method::put:
      with_body("PUT");
      return;
    case http::Method::patch:
      with_body("PATCH");
      return;
    case http::Method::delete_:
      set(handle, CURLOPT_CUSTOMREQUEST, "DELETE");
      return;
    case http::Method::options:
    case http::Method::other:
      break;
  }
  throw BrokenInvariant("a method this client does not send");
}

NetErrorKind kind_of(CURLcode code) {
  // libcurl's codes are an open set; what is not named here broke the exchange in some other way.
  static_assert(CURLE_OK == 0);
  if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY) return NetErrorKind::resolve;
  if (code == CURLE_COULDNT_CONNECT) return NetErrorKind::connect;
  if (code == CURLE_OPERATION_TIMEDOUT) return NetErrorKind::timeout;
  if (code == CURLE_ABORTED_BY_CALLBACK) return NetErrorKind::stopped;
  for (const CURLcode tls : {CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
                             CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CLIENTCERT,
                             CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED}) {
    if (code == tls) return NetErrorKind::tls;
  }
  return NetErrorKind::protocol;
}

}  // namespace

std::string_view to_text(NetErrorKind kind) {
  switch (kind) {
    case NetErrorKind::refused:
      return "refused";
    case NetErrorKind::resolve:
      return "resolve";
    case NetErrorKind::connect:
      return "connect";
    case NetErrorKind::tls:
      return "tls";
    case NetErrorKind::timeout:
      return "timeout";
    case NetErrorKind::protocol:
      return "protocol";
    case NetErrorKind::too_large:
      return "too_large";
    case NetErrorKind::stopped:
      return "stopped";
  }
  return "protocol";
}

struct CurlHttpsClient::Impl {
  Impl(EgressPolicy policy, CurlSettings given) : guard(std::move(policy)), settings(std::move(given)) {}

  // A handle keeps its connections open: the next call to the same origin finds the one that was used last.
  Handle lease(const std::string& origin) {
    {
      const std::lock_guard lock(mutex);
      for (auto it = idle.rbegin(); it != idle.rend(); ++it) {
        if (it->first != origin) continue;
        Handle handle = std::move(it->second);
        idle.erase(std::next(it).base());
        return handle;
      }
    }
    Handle handle(curl_easy_init());
    if (!handle) throw std::bad_alloc();
    return handle;
  }

  void give_back(const std::string& origin, Handle handle) {
    curl_easy_reset(handle.get());  // keeps connections, forgets options
    std::pair<std::string, Handle> oldest;
    const std::lock_guard lock(mutex);
    idle.emplace_back(origin, std::move(handle));
    if (idle.size() > settings.idle_handles) {
      oldest = std::move(idle.front());
      idle.pop_front();
    }
  }

  void configure(CURL* handle, Transfer& transfer, const Url& url, curl_slist* headers) const {
    const HttpsRequest& request = transfer.request;
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_URL, url.text().c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, url.scheme == Scheme::https ? "https" : "http");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_PROXY, "");
    set(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    const TlsTrust& tls = request.tls;
    const std::string& ca_file = tls.ca_file.empty() ? settings.tls.ca_file : tls.ca_file;
    if (!ca_file.empty()) set(handle, CURLOPT_CAINFO, ca_file.c_str());
    const bool own_certificate = !tls.client_certificate_file.empty();
    const TlsTrust& identity = own_certificate ? tls : settings.tls;
    if (!identity.client_certificate_file.empty()) {
      set(handle, CURLOPT_SSLCERT, identity.client_certificate_file.c_str());
      set(handle, CURLOPT_SSLKEY, identity.client_key_file.c_str());
    }
    set(handle, CURLOPT_DNS_CACHE_TIMEOUT, 0L);  // each new connection resolves, and is judged, anew
    set(handle, CURLOPT_MAXCONNECTS, 2L);
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(1, request.deadline.count())));
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, &transfer);
    set(handle, CURLOPT_HEADERFUNCTION, &take_header);
    set(handle, CURLOPT_HEADERDATA, &transfer);
    set(handle, CURLOPT_WRITEFUNCTION, &take_body);
    set(handle, CURLOPT_WRITEDATA, &transfer);
    set(handle, CURLOPT_NOPROGRESS, 0L);
    set(handle, CURLOPT_XFERINFOFUNCTION, &check_stopping);
    set(handle, CURLOPT_XFERINFODATA, &transfer);
    set(handle, CURLOPT_HTTPHEADER, headers);
    set_method(handle, request);
  }

  EgressGuard guard;
  CurlSettings settings;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::deque<std::pair<std::string, Handle>> idle;  // oldest first
};

CurlHttpsClient::CurlHttpsClient(EgressPolicy policy, CurlSettings settings)
    : impl_(std::make_unique<Impl>(std::move(policy), std::move(settings))) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl does not initialise");
}

CurlHttpsClient::~CurlHttpsClient() {
  impl_.reset();
  curl_global_cleanup();
}

void CurlHttpsClient::stop() { impl_->stopping.store(true); }

Result<HttpsResponse, NetError> CurlHttpsClient::send(const HttpsRequest& request) {
  if (impl_->stopping.load()) return failure(NetError{NetErrorKind::stopped, "the process is stopping", {}});
  const auto url = impl_->guard.admit(request.url);
  if (!url) {
    return failure(NetError{NetErrorKind::refused, "egress guard: " + std::string(to_text(url.error().code)), {}});
  }
  Transfer transfer{impl_->guard, impl_->stopping, url->scheme, request, {}, 0, false, false, std::nullopt};
  Url origin = *url;
  origin.target.clear();
  const HeaderList headers = header_list(request);
  Handle handle = impl_->lease(origin.text());
  impl_->configure(handle.get(), transfer, *url, headers.get());
  const CURLcode code = curl_easy_perform(handle.get());

  const HttpsTimings measured = timings(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  impl_->give_back(origin.text(), std::move(handle));

  transfer.response.status = static_cast<int>(status);
  transfer.response.timings = measured;
  const bool cut_as_asked = code == CURLE_WRITE_ERROR && transfer.response.body_truncated &&
                            request.large_body == HttpsRequest::LargeBody::truncate;
  if (code == CURLE_OK || cut_as_asked) return std::move(transfer.response);
  if (transfer.too_large || transfer.response.body_truncated) {
    return failure(NetError{NetErrorKind::too_large, "the answer is larger than allowed", measured});
  }
  if (transfer.refused && !transfer.dialled) {
    return failure(
        NetError{NetErrorKind::refused, "egress guard: " + std::string(to_text(transfer.refused->code)), measured});
  }
  return failure(NetError{kind_of(code), curl_easy_strerror(code), measured});
}

}  // namespace base::net
