#include "webhooks/signing/key_sealing.h"

#include <stdexcept>

#include "base/crypto/envelope.h"

namespace webhooks {
namespace {

std::string place_of(const Owner& owner, const EndpointId& endpoint) {
  return "webhooks.endpoint/" + owner.tenant.brand.str() + "/" + owner.client.str() + "/" + endpoint.str();
}

base::crypto::DataKey unwrapped(const base::crypto::KeyEncryptionKey& wrapping, const std::string& wrapped,
                                const std::string& place) {
  auto key = base::crypto::DataKey::unwrap(wrapping, wrapped, place);
  if (!key) throw std::runtime_error("an endpoint's data key does not open under the configured key-encryption key");
  return std::move(*key);
}

}  // namespace

std::string KeySealing::new_wrapped_data_key(const Owner& owner, const EndpointId& endpoint) const {
  return base::crypto::DataKey::generate(entropy_).wrap(key_encryption_, place_of(owner, endpoint), entropy_);
}

SigningKeyRecord KeySealing::seal(const Owner& owner, const EndpointId& endpoint, const std::string& wrapped_data_key,
                                  const base::Secret& key, base::Instant now) const {
  const std::string place = place_of(owner, endpoint);
  SigningKeyRecord record;
  record.id = base::uuid_v7(now, entropy_);
  record.created_at = now;
  record.sealed =
      unwrapped(key_encryption_, wrapped_data_key, place).seal(key.reveal(), place + "/" + record.id, entropy_);
  return record;
}

std::vector<base::Secret> KeySealing::open(const Owner& owner, const EndpointId& endpoint,
                                           const std::string& wrapped_data_key, const SigningKeys& keys,
                                           base::Instant now) const {
  const std::string place = place_of(owner, endpoint);
  const auto data_key = unwrapped(key_encryption_, wrapped_data_key, place);
  std::vector<base::Secret> opened;
  const auto take = [&](const SigningKeyRecord& record) {
    if (!signs_at(record, now)) return;
    auto key = data_key.open(record.sealed, place + "/" + record.id);
    if (!key) throw std::runtime_error("a webhook signing key does not open");
    opened.push_back(std::move(*key));
  };
  take(keys.current);
  for (const SigningKeyRecord& old : keys.old) take(old);
  return opened;
}

}  // namespace webhooks
