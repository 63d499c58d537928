// One request on its way through an endpoint. The pipeline makes it; endpoints read it, fill `event`, return a Response.
#pragma once

#include <string>
#include <vector>

#include "base/caller.h"
#include "base/http/message.h"
#include "base/observe/request_event.h"

namespace base::http {

struct Call {
  const Request& request;
  Caller caller;
  std::vector<std::string> path_values;  // what the route's {…} segments matched, percent-decoded, in order
  observe::RequestEvent& event;
};

}  // namespace base::http
