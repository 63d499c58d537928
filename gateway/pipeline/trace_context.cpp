#include "gateway/pipeline/trace_context.h"

#include <algorithm>

#include "base/encoding.h"

namespace gateway {
namespace {

bool lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

std::string random_hex(base::Entropy& entropy, std::size_t bytes) {
  std::string raw(bytes, '\0');
  do {
    entropy.fill({reinterpret_cast<std::byte*>(raw.data()), raw.size()});
  } while (std::all_of(raw.begin(), raw.end(), [](char c) { return c == 0; }));
  return base::hex_encode(raw);
}

}  // namespace

base::InteractionId interaction_id(const base::http::Headers& headers, base::Instant now, base::Entropy& entropy) {
  if (const auto sent = headers.only("x-fapi-interaction-id")) {
    std::string lower(*sent);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    if (base::is_uuid(lower)) return base::InteractionId(std::string(*sent));
  }
  return base::InteractionId(base::uuid_v7(now, entropy));
}

std::string trace_context(const base::http::Headers& headers, base::Entropy& entropy) {
  std::string trace_id;
  std::string flags = "00";
  if (const auto sent = headers.only("traceparent")) {
    const std::string_view t = *sent;
    const bool shaped = t.size() == 55 && t.starts_with("00-") && t[35] == '-' && t[52] == '-';
    if (shaped && lower_hex(t.substr(3, 32)) && lower_hex(t.substr(36, 16)) && lower_hex(t.substr(53, 2)) &&
        !all_zero(t.substr(3, 32)) && !all_zero(t.substr(36, 16))) {
      trace_id = t.substr(3, 32);
      flags = t.substr(53, 2);
    }
  }
  if (trace_id.empty()) trace_id = random_hex(entropy, 16);
  return "00-" + trace_id + "-" + random_hex(entropy, 8) + "-" + flags;
}

}  // namespace gateway
