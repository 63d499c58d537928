// The way of every request: admission by the route table, one event, address limit, authentication as the route
// demands, client limit, endpoint, headers, and the event written once. Does nothing of its own: endpoints decide.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/db/request_journal.h"
#include "base/entropy.h"
#include "base/http/call.h"
#include "base/observe/metrics.h"
#include "gateway/http_server/http_server.h"
#include "gateway/pipeline/edge.h"
#include "gateway/pipeline/limits.h"
#include "gateway/routes.h"
#include "oauth/resource_server.h"

namespace gateway {

using OpenEndpoint = std::function<base::http::Response(base::http::Call&)>;
using ProtectedEndpoint = std::function<base::http::Response(base::http::Call&, const oauth::PresentedAccess&)>;

// Which function answers which route. A protected route takes only a function that asks for PresentedAccess, which only
// the resource server makes.
class Endpoints {
 public:
  void bind(RouteId id, OpenEndpoint endpoint);
  void bind(RouteId id, ProtectedEndpoint endpoint);
  const OpenEndpoint* open(RouteId id) const;
  const ProtectedEndpoint* guarded(RouteId id) const;
  // Throws BrokenInvariant naming a route of the table without an endpoint of the kind its `needs` demands.
  void check_complete(Router::Sandbox sandbox) const;

 private:
  static constexpr std::size_t kMost = 128;
  std::array<OpenEndpoint, kMost> open_{};
  std::array<ProtectedEndpoint, kMost> guarded_{};
};

struct PipelineSettings {
  base::Tenant tenant;
  std::string issuer;  // https://host:port: HSTS is sent for it
  std::chrono::milliseconds request_deadline{5000};
  Router::Sandbox sandbox = Router::Sandbox::off;
  Edge edge{};
};

struct PipelineDeps {
  const base::ProtocolClock& protocol;
  const base::BusinessClock& business;
  const base::MonotonicClock& monotonic;
  base::Entropy& entropy;
  base::observe::Metrics& metrics;
  base::db::RequestJournal& journal;
  base::db::Pool& database;
  Limits& limits;
  oauth::ResourceServer& resource_server;
};

class Pipeline final : public Application {
 public:
  Pipeline(PipelineSettings settings, PipelineDeps deps, const Endpoints& endpoints);

  Admission admit(const Head& head) override;
  base::http::Response respond(base::http::Request& request, std::uint16_t route,
                               std::chrono::nanoseconds queued) override;
  base::http::Response overloaded(const Head& head) override;
  base::http::Response malformed(int status, std::string_view why) override;
  base::http::Response too_large(const Head& head) override;
  base::http::Response failure() override;

 private:
  base::http::Response dispatch(base::http::Call& call, const Route& route, class ClientLimit& client_limit);
  base::http::Response refuse_protected(base::http::Call& call, const Route& route,
                                        const oauth::AccessRefusal& refusal);
  base::http::Response refuse_head(const Head& head, Surface surface, const struct Refusal& refusal);
  void finish(base::observe::RequestEvent& event, base::http::Response& response, const Route* route);

  PipelineSettings settings_;
  PipelineDeps deps_;
  const Endpoints& endpoints_;
  Router router_;
};

}  // namespace gateway
