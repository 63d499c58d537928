// Parsed public keys of clients, by thumbprint: parsing checks curve points, which costs more than a look-up. A
// thumbprint names one key for ever, so nothing here can be stale: whether a key may be used is read from the database
// each time.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/crypto/jwk.h"
#include "oauth/client.h"

namespace oauth {

class ParsedKeys {
 public:
  base::crypto::PublicKey of(const ClientKey& key);  // throws BrokenInvariant when a stored key does not parse

 private:
  static constexpr std::size_t kMost = 4096;
  std::mutex mutex_;
  std::map<std::string, base::crypto::PublicKey> keys_;
};

}  // namespace oauth
