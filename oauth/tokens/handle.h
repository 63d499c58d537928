// Handles that carry their row's partition: <expiry in hex seconds>.<256 random bits in base64url>. Stored as SHA-256
// only; the time in it is believed only as far as the row found under it says the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/entropy.h"

namespace oauth {

struct Handle {
  std::string text;
  base::Instant bucket;  // whole seconds
  std::string hash;      // SHA-256 of text, raw
};

Handle new_handle(base::Instant bucket, base::Entropy& entropy);
// With a value made elsewhere (a keyed hash) in place of the random part.
Handle handle_of(base::Instant bucket, std::string_view secret_part);
// nullopt: not of this shape, or a time more than a month from now (such a row cannot exist).
std::optional<Handle> parse_handle(std::string_view text, base::Instant now);

base::Instant whole_seconds(base::Instant at);

}  // namespace oauth
