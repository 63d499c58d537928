// Standard Webhooks 1.0.0, symmetric signatures (v1). Asymmetric v1a: not here.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/secret.h"

namespace webhooks {

inline constexpr std::size_t kSigningKeyBytes = 32;  // the specification asks for 24 to 64

// "v1,<base64>" over "{id}.{timestamp}.{body}". The key is the raw bytes behind whsec_.
std::string sign_v1(const base::Secret& key, std::string_view id, std::chrono::sys_seconds timestamp,
                    std::string_view body);
// `webhook-signature`: one signature a key, space-separated, the current key's first.
std::string signature_header(std::span<const base::Secret> keys, std::string_view id,
                             std::chrono::sys_seconds timestamp, std::string_view body);

base::Secret new_signing_key(base::Entropy& entropy);
// "whsec_" + base64: shown to the owner once.
base::Secret to_whsec(const base::Secret& key);

}  // namespace webhooks
