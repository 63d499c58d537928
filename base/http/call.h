// One request on its way through an endpoint. The pipeline makes it; endpoints read it, fill `event`, return a
// Response.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/http/message.h"
#include "base/observe/request_event.h"

namespace base::http {

struct Call;

// What the pipeline still has to say once an endpoint knows who is calling: the caller's own limits. An endpoint that
// authenticates its client itself (PAR, token, revocation) asks right after authentication and returns what it is
// given.
class AfterAuthentication {
 public:
  virtual ~AfterAuthentication() = default;
  virtual std::optional<Response> refuse(Call& call, const ClientId& client) = 0;
};

struct Call {
  const Request& request;
  Caller caller;
  std::vector<std::string> path_values;  // what the route's {…} segments matched, percent-decoded, in order
  observe::RequestEvent& event;
  AfterAuthentication& after_authentication;
};

}  // namespace base::http
