// POST /par (RFC 9126 section 2).
#pragma once

#include "base/entropy.h"
#include "base/http/call.h"
#include "base/secret.h"
#include "oauth/checks/request_context.h"
#include "oauth/ports/consent_gate.h"

namespace oauth {

inline constexpr std::string_view kRequestUriPrefix = "urn:ietf:params:oauth:request_uri:";
// The interaction's handle follows from the request's, by a key: opening a request again leads to the same interaction,
// and the request_uri alone does not tell it. The same on every node.
std::string interaction_handle_of(const base::Secret& handle_key, base::Instant ends_at,
                                  const std::string& request_hash);
inline constexpr std::string_view kHandleKeyLabel = "aldgate oauth interaction handle v1";

class PushedAuthorizationEndpoint {
 public:
  PushedAuthorizationEndpoint(const CheckTools& checks, base::Entropy& entropy, ConsentGate& consents,
                              base::Secret handle_key)
      : checks_(checks), entropy_(entropy), consents_(consents), handle_key_(std::move(handle_key)) {}
  base::http::Response operator()(base::http::Call& call);

 private:
  base::http::Response answer(RequestContext& context);

  const CheckTools& checks_;
  base::Entropy& entropy_;
  ConsentGate& consents_;
  base::Secret handle_key_;
};

}  // namespace oauth
