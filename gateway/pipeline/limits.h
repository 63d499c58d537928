// The two limits of every request (DESIGN decision 7): by address before authentication, by TPP after it. Told to the
// caller in RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers), with Retry-After on 429.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/cache/limiter.h"
#include "base/http/message.h"
#include "base/id.h"

namespace gateway {

struct Quota {
  std::int64_t quantity = 0;        // q: requests of one burst
  std::chrono::seconds window{60};  // w
};

struct LimitSettings {
  bool enabled = true;  // false: load tests in the sandbox only
  Quota address{};
  Quota client{};
};

struct LimitVerdict {
  bool allowed = true;
  std::string_view policy;  // "address" or "client"; empty when limits are off
  base::cache::Verdict verdict;
};

class Limits {
 public:
  Limits(LimitSettings settings, base::cache::Limiter& limiter) : settings_(settings), limiter_(limiter) {}

  LimitVerdict by_address(const std::string& address);
  LimitVerdict by_client(const base::Tenant& tenant, const base::ClientId& client);

  // The header fields of one verdict; the more specific policy (client) wins when both were asked.
  void tell(base::http::Response& response, const LimitVerdict& verdict) const;

 private:
  LimitSettings settings_;
  base::cache::Limiter& limiter_;
};

// What a bucket of an address counts: the address itself, for IPv6 its /64 (one subscriber).
std::string address_bucket(const std::string& address);

}  // namespace gateway
