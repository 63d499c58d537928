// Signing keys at rest: each endpoint has a data key, wrapped by the key-encryption key; its signing keys are sealed
// under that, each bound to its place. Deleting an endpoint deletes its data key, in backups' terms its secrets too.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto/key_encryption.h"
#include "base/entropy.h"
#include "base/secret.h"
#include "webhooks/signing/rotation.h"
#include "webhooks/subscription.h"

namespace webhooks {

class KeySealing {
 public:
  KeySealing(const base::crypto::KeyEncryptionKey& key_encryption, base::Entropy& entropy)
      : key_encryption_(key_encryption), entropy_(entropy) {}

  std::string new_wrapped_data_key(const Owner& owner, const EndpointId& endpoint) const;
  SigningKeyRecord seal(const Owner& owner, const EndpointId& endpoint, const std::string& wrapped_data_key,
                        const base::Secret& key, base::Instant now) const;
  // Of the keys that sign at `now`, the current one first. Throws std::runtime_error when one does not open: the
  // key-encryption key is another, or a row was moved.
  std::vector<base::Secret> open(const Owner& owner, const EndpointId& endpoint, const std::string& wrapped_data_key,
                                 const SigningKeys& keys, base::Instant now) const;

 private:
  const base::crypto::KeyEncryptionKey& key_encryption_;
  base::Entropy& entropy_;
};

}  // namespace webhooks
