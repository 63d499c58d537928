#include "webhooks/signing/standard_webhooks.h"

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"

namespace webhooks {

std::string sign_v1(const base::Secret& key, std::string_view id, std::chrono::sys_seconds timestamp,
                    std::string_view body) {
  // [STDWH-1.0.0-signature-scheme] "message id and the timestamp … not be allowed to include any `.`"
  ENSURE(!id.empty() && id.find('.') == std::string_view::npos, "a webhook-id has no full stop");
  std::string content(id);
  content += '.';
  content += std::to_string(timestamp.time_since_epoch().count());
  content += '.';
  content += body;
  return "v1," + base::base64_encode(base::crypto::hmac_sha256(key, content));
}

std::string signature_header(std::span<const base::Secret> keys, std::string_view id,
                             std::chrono::sys_seconds timestamp, std::string_view body) {
  ENSURE(!keys.empty(), "a webhook is never sent unsigned");
  std::string header;
  for (const base::Secret& key : keys) {
    if (!header.empty()) header += ' ';
    header += sign_v1(key, id, timestamp, body);
  }
  return header;
}

base::Secret new_signing_key(base::Entropy& entropy) {
  std::string bytes(kSigningKeyBytes, '\0');
  entropy.fill(std::as_writable_bytes(std::span(bytes)));
  return base::Secret(std::move(bytes));
}

base::Secret to_whsec(const base::Secret& key) {
  std::string encoded = base::base64_encode(key.reveal());
  std::string text;
  text.reserve(6 + encoded.size());
  text += "whsec_";
  text += encoded;
  base::wipe(encoded);
  return base::Secret(std::move(text));
}

}  // namespace webhooks
