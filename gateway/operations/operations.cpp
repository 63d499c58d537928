#include "gateway/operations/operations.h"

#include <nlohmann/json.hpp>

namespace gateway {

using base::http::Call;
using base::http::Response;

Response Operations::healthz(Call&) { return {200, {{"Content-Type", "text/plain; charset=utf-8"}}, "ok\n"}; }

Response Operations::readyz(Call& call) {
  nlohmann::ordered_json body;
  bool ready = !draining_;
  body["status"] = "";
  if (draining_) body["draining"] = true;
  for (const auto& check : checks_) {
    const std::string fault = check.check(call.caller.deadline);
    body["checks"][check.what] = fault.empty() ? "ok" : fault;
    if (!fault.empty() && check.weight == Readiness::Weight::required) ready = false;
  }
  body["status"] = ready ? "ready" : "not ready";
  return {ready ? 200 : 503, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, body.dump() + "\n"};
}

Response Operations::metrics(Call&) {
  before_metrics_();
  return {200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics_.text()};
}

}  // namespace gateway
