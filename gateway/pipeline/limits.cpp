#include "gateway/pipeline/limits.h"

#include <arpa/inet.h>

#include <array>

#include "base/encoding.h"

namespace gateway {
namespace {

constexpr std::string_view kAddressPolicy = "address";
constexpr std::string_view kClientPolicy = "client";

}  // namespace

std::string address_bucket(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  return base::hex_encode({reinterpret_cast<const char*>(bytes.data()), 8}) + "/64";
}

LimitVerdict Limits::by_address(const std::string& address) {
  if (!settings_.enabled) return {};
  const std::array buckets{base::cache::Bucket{"{addr:" + address_bucket(address) + "}", settings_.address.quantity,
                                               settings_.address.window, 1}};
  // Abuse from an address must not find an open gate while Redis is away: each node counts for itself.
  const auto verdict = limiter_.decide(buckets, base::cache::WhenUnavailable::local);
  return {verdict.allowed, kAddressPolicy, verdict};
}

LimitVerdict Limits::by_client(const base::Tenant& tenant, const base::ClientId& client) {
  if (!settings_.enabled) return {};
  const std::array buckets{base::cache::Bucket{"{tpp:" + tenant.brand.str() + ":" + client.str() + "}",
                                               settings_.client.quantity, settings_.client.window, 1}};
  const auto verdict = limiter_.decide(buckets, base::cache::WhenUnavailable::local);
  return {verdict.allowed, kClientPolicy, verdict};
}

void Limits::tell(base::http::Response& response, const LimitVerdict& verdict) const {
  if (verdict.policy.empty()) return;
  const std::string name = '"' + std::string(verdict.policy) + '"';
  const Quota& quota = verdict.policy == kClientPolicy ? settings_.client : settings_.address;
  response.headers.set("RateLimit-Policy",
                       name + ";q=" + std::to_string(quota.quantity) + ";w=" + std::to_string(quota.window.count()));
  response.headers.set("RateLimit", name + ";r=" + std::to_string(verdict.verdict.remaining) +
                                        ";t=" + std::to_string(verdict.verdict.more_in.count()));
  if (!verdict.allowed) {
    response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, verdict.verdict.retry_after.count())));
  }
}

}  // namespace gateway
