// Getting the document behind a client's jwks_uri. Wiring fills it from base/net: https only, through the egress guard,
// no redirects, bounded in size and time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/db/transaction.h"
#include "base/result.h"

namespace oauth {

struct JwksResponse {
  int status = 0;
  std::string body;
  std::string cache_control;  // header values; empty when absent or repeated
  std::string age;
};

class JwksFetcher {
 public:
  virtual ~JwksFetcher() = default;
  // At registration: why this URL would never be fetched; nullopt when it may be. Resolves nothing.
  virtual std::optional<std::string> fault(const std::string& jwks_uri) const = 0;
  // Blocks, at most until `deadline`; a body beyond `most_bytes` is a failure. The failure is a text for the log.
  virtual base::Result<JwksResponse, std::string> get(const std::string& jwks_uri, std::size_t most_bytes,
                                                      base::db::Deadline deadline) = 0;
};

}  // namespace oauth
