// Headers of DPoP proofs that verified, with their keys parsed: a client sends the same header with each proof, and
// reading it costs half of what verifying the proof does. What a header says never changes, so nothing here can be
// stale.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/crypto/jws.h"

namespace oauth {

struct ProofHeader {
  base::crypto::JwsHeader header;
  base::crypto::PublicKey key;
};

class ProofKeys {
 public:
  static constexpr std::size_t kMost = 5000;
  static constexpr std::size_t kLongest = 1024;  // a P-256 key makes some 200 octets, RSA of 4096 bits 900

  std::shared_ptr<const ProofHeader> find(std::string_view encoded) const;
  void keep(std::string_view encoded, std::shared_ptr<const ProofHeader> header);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ProofHeader>, std::less<>> headers_;
};

}  // namespace oauth
