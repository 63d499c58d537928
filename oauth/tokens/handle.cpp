#include "oauth/tokens/handle.h"

#include <charconv>

#include "base/crypto/hash.h"

namespace oauth {
namespace {

constexpr std::chrono::hours kReach{24 * 30};

}  // namespace

base::Instant whole_seconds(base::Instant at) { return std::chrono::floor<std::chrono::seconds>(at); }

Handle handle_of(base::Instant bucket, std::string_view secret_part) {
  const base::Instant whole = whole_seconds(bucket);
  char hex[20];
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(whole.time_since_epoch()).count();
  const auto end = std::to_chars(hex, hex + sizeof hex, seconds, 16).ptr;
  std::string text(hex, end);
  text += '.';
  text += secret_part;
  std::string hash = base::crypto::sha256(text);
  return {std::move(text), whole, std::move(hash)};
}

Handle new_handle(base::Instant bucket, base::Entropy& entropy) {
  return handle_of(bucket, base::random_handle(entropy));
}

std::optional<Handle> parse_handle(std::string_view text, base::Instant now) {
  constexpr std::size_t kRandomChars = 43;  // 32 bytes in base64url
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > 10 || text.size() != dot + 1 + kRandomChars) {
    return std::nullopt;
  }
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + dot, seconds, 16);
  if (fault != std::errc() || end != text.data() + dot || seconds < 0) return std::nullopt;
  const base::Instant bucket{std::chrono::seconds(seconds)};
  if (bucket > now + kReach || bucket < now - kReach) return std::nullopt;
  Handle handle = handle_of(bucket, text.substr(dot + 1));
  if (handle.text != text) return std::nullopt;  // another spelling of the time
  return handle;
}

}  // namespace oauth
