// What exists in the sandbox only: the business clock that can be moved, the unblocking of a customer, the test
// resource of conformance tools. The process refuses to start with any of it in production.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/db/transaction.h"
#include "base/http/call.h"
#include "base/system_clock.h"
#include "consent/ports/customer_bank.h"
#include "consent/sca/attempt_counter.h"
#include "oauth/resource_server.h"

namespace gateway {

struct SandboxApiDeps {
  base::db::Pool& pool;
  base::OffsetBusinessClock& clock;
  consent::CustomerBank& bank;
  consent::AttemptCounter& attempts;
  oauth::ResourceServer& resource_server;
};

class SandboxApi {
 public:
  explicit SandboxApi(SandboxApiDeps deps) : deps_(deps) {}

  base::http::Response clock(base::http::Call& call);          // GET: {"now", "offset_seconds"}
  base::http::Response advance_clock(base::http::Call& call);  // POST {"advance": "P180D"} (ISO 8601 duration)
  base::http::Response reset_clock(base::http::Call& call);    // DELETE
  base::http::Response reset_psu(base::http::Call& call);      // POST: failed attempts of a customer are forgotten
  base::http::Response messages(base::http::Call& call);       // GET ?psu=: what would have been sent to a customer
  // GET, scope test. ?max_age=N and ?acr_values=… demand that of the customer's authentication (RFC 9470).
  base::http::Response resource(base::http::Call& call, const oauth::PresentedAccess& access);

  // Every node follows the others: reads the offset again. Leased by nobody, cheap.
  void follow_clock(base::db::Deadline deadline);

 private:
  base::http::Response told(base::http::Call& call) const;
  SandboxApiDeps deps_;
};

// "P1Y2M3W4DT5H6M7S" in seconds, years of 365 and months of 30 days; nullopt unless it is one, positive, and at most
// twenty years.
std::optional<std::chrono::seconds> iso_duration(std::string_view text);

}  // namespace gateway
