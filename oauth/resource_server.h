// The resource-server kit: what protects our own partner API. RFC 9068 token check, sender constraint by DPoP
// (RFC 9449 section 7) or mutual TLS (RFC 8705 section 3), and the grant read on the primary at each use.
#pragma once

#include <string>

#include "base/http/call.h"
#include "base/http/message.h"
#include "base/id.h"
#include "base/result.h"

namespace oauth {

// A live, sender-constrained access token, presented by its owner. Only ResourceServer makes one.
class PresentedAccess {
 public:
  const base::ClientId& client() const { return client_; }
  const base::GrantId& grant() const { return grant_; }       // empty for client_credentials
  const base::ConsentId& consent() const { return consent_; } // empty without an intent
  const base::PsuId& psu() const { return psu_; }             // empty for client_credentials
  bool has_scope(std::string_view scope) const;               // one of the space-separated values
  bool has_customer() const { return !psu_.empty(); }

 private:
  friend class ResourceServer;
  PresentedAccess() = default;
  base::ClientId client_;
  base::GrantId grant_;
  base::ConsentId consent_;
  base::PsuId psu_;
  std::string scope_;
};

}  // namespace oauth
