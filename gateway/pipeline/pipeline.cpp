#include "gateway/pipeline/pipeline.h"

#include <exception>
#include <utility>

#include "base/ensure.h"
#include "base/observe/log.h"
#include "gateway/pipeline/refusal.h"
#include "gateway/pipeline/trace_context.h"
#include "gateway/psu_pages/page.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

const Route& route_at(std::uint16_t index) { return routes()[index]; }

std::uint16_t index_of(const Route& route) { return static_cast<std::uint16_t>(&route - routes().data()); }

std::string allow_header(const std::vector<base::http::Method>& methods) {
  std::string out;
  for (const auto method : methods) {
    if (!out.empty()) out += ", ";
    out += base::http::to_text(method);
  }
  return out;
}

Refusal too_many_requests() {
  return {429, "quota-exceeded", "Too many requests",
          "The request limit is used up. Try again after the time in Retry-After."};
}

Refusal unavailable() {
  return {503, "temporarily_unavailable", "Temporarily unavailable",
          "The service cannot answer at the moment. Nothing was changed. Try again shortly."};
}

Refusal internal_error() {
  return {500, "server_error", "Something went wrong",
          "The request could not be completed. Quote the interaction id when you report it."};
}

// The same refusal in the code set of OAuth (RFC 6749 section 5.2) or OBIE; the other surfaces take the code as it
// stands.
Refusal in_surface_words(Surface surface, Refusal refusal) {
  if (surface == Surface::oauth && (refusal.status == 404 || refusal.status == 405)) refusal.code = "invalid_request";
  if (surface != Surface::obie) return refusal;
  if (refusal.status == 404) refusal.code = "U011";  // UK.OBIE.Resource.NotFound
  if (refusal.status >= 500) refusal.code = "U000";  // UK.OBIE.UnexpectedError
  if (refusal.status == 405 || refusal.status == 403) refusal.code = "U005";
  return refusal;
}

}  // namespace

// The caller's own limit, asked as soon as somebody knows who is calling.
class ClientLimit final : public base::http::AfterAuthentication {
 public:
  ClientLimit(Limits& limits, Surface surface) : limits_(limits), surface_(surface) {}
  std::optional<Response> refuse(Call& call, const base::ClientId& client) override {
    verdict_ = limits_.by_client(call.caller.tenant, client);
    if (verdict_.allowed) return std::nullopt;
    call.event.refuse("quota-exceeded", "limit 'client' used up");
    return gateway::refuse(surface_ == Surface::oauth ? Surface::problem : surface_, too_many_requests(),
                           call.caller.interaction);
  }
  LimitVerdict& verdict() { return verdict_; }

 private:
  Limits& limits_;
  Surface surface_;
  LimitVerdict verdict_;
};

void Endpoints::bind(RouteId id, OpenEndpoint endpoint) {
  open_.at(static_cast<std::size_t>(id)) = std::move(endpoint);
}
void Endpoints::bind(RouteId id, ProtectedEndpoint endpoint) {
  guarded_.at(static_cast<std::size_t>(id)) = std::move(endpoint);
}
const OpenEndpoint* Endpoints::open(RouteId id) const {
  const auto& endpoint = open_.at(static_cast<std::size_t>(id));
  return endpoint ? &endpoint : nullptr;
}
const ProtectedEndpoint* Endpoints::guarded(RouteId id) const {
  const auto& endpoint = guarded_.at(static_cast<std::size_t>(id));
  return endpoint ? &endpoint : nullptr;
}
void Endpoints::check_complete(Router::Sandbox sandbox) const {
  for (const Route& route : routes()) {
    if (route.sandbox_only && sandbox == Router::Sandbox::off) continue;
    const bool guarded_route = route.needs == Needs::access_token;
    ENSURE(guarded_route ? guarded(route.id) != nullptr : open(route.id) != nullptr,
           "no endpoint for " + std::string(route.pattern));
    ENSURE(guarded_route ? open(route.id) == nullptr : guarded(route.id) == nullptr,
           "an endpoint of the wrong kind for " + std::string(route.pattern));
  }
}

Pipeline::Pipeline(PipelineSettings settings, PipelineDeps deps, const Endpoints& endpoints)
    : settings_(std::move(settings)), deps_(deps), endpoints_(endpoints), router_(settings_.sandbox) {
  endpoints_.check_complete(settings_.sandbox);
}

Admission Pipeline::admit(const Head& head) {
  const Match match = router_.match(head.method, head.path, head.listener);
  if (match.route != nullptr) {
    return {match.route->body_limit, match.route->runs_on, index_of(*match.route), std::nullopt};
  }
  Admission admission;
  if (match.allowed.empty()) {
    admission.refusal =
        refuse_head(head, match.surface, {404, "not-found", "Not found", "There is nothing at this address."});
  } else {
    admission.refusal = refuse_head(head, match.surface,
                                    {405, "method-not-allowed", "Method not allowed",
                                     "This address does not answer that method; see the Allow header."});
    admission.refusal->headers.set("Allow", allow_header(match.allowed));
  }
  return admission;
}

Response Pipeline::refuse_head(const Head& head, Surface surface, const Refusal& refusal) {
  base::observe::RequestEvent event;
  event.at = deps_.protocol.now();
  event.interaction = interaction_id(head.headers, event.at, deps_.entropy);
  event.traceparent = trace_context(head.headers, deps_.entropy);
  event.method = base::http::to_text(head.method);
  event.listener = base::http::to_text(head.listener);
  const Refusal worded = in_surface_words(surface, refusal);
  event.refuse(std::string(worded.code), std::string(worded.title));
  Response response = gateway::refuse(surface, worded, event.interaction, language_of(head.headers));
  finish(event, response, nullptr);
  return response;
}

Response Pipeline::overloaded(const Head& head) {
  const Match match = router_.match(head.method, head.path, head.listener);
  Response response = refuse_head(head, match.surface, unavailable());
  response.headers.set("Retry-After", "1");
  return response;
}

Response Pipeline::malformed(int status, std::string_view why) {
  // Nothing of a request that cannot be framed is trusted, so it has no interaction id of its own.
  const base::InteractionId interaction(base::uuid_v7(deps_.protocol.now(), deps_.entropy));
  deps_.metrics.count("aldgate_malformed_requests_total", {{"status", std::to_string(status)}});
  Response response =
      gateway::refuse(Surface::problem, {status, "malformed-request", "Malformed request", why}, interaction);
  response.headers.set("x-fapi-interaction-id", interaction.str());
  return response;
}

Response Pipeline::too_large(const Head& head) {
  const Match match = router_.match(head.method, head.path, head.listener);
  if (match.surface != Surface::page) return malformed(413, "The body is too large.");
  return refuse_head(head, match.surface,
                     {413, "content-too-large", "Too large", "What was sent is longer than this page takes."});
}

Response Pipeline::failure() {
  const base::InteractionId interaction(base::uuid_v7(deps_.protocol.now(), deps_.entropy));
  return gateway::refuse(Surface::problem, internal_error(), interaction);
}

Response Pipeline::respond(base::http::Request& request, std::uint16_t index, std::chrono::nanoseconds queued) {
  const Route& route = route_at(index);
  const auto started = deps_.monotonic.now();
  base::observe::RequestEvent event;
  event.at = deps_.protocol.now();
  event.route = route.pattern;
  event.method = request.method_text;
  event.listener = base::http::to_text(request.listener);
  event.queued = std::chrono::duration_cast<std::chrono::microseconds>(queued);
  if (route.surface != Surface::operations) {
    event.interaction = interaction_id(request.headers, event.at, deps_.entropy);
    // Inline routes call nobody and are not told line by line.
    if (route.runs_on == RunsOn::pool) event.traceparent = trace_context(request.headers, deps_.entropy);
  }

  ClientLimit client_limit(deps_.limits, route.surface);
  Match match;
  if (route.pattern.find('{') != std::string_view::npos)
    match = router_.match(request.method, request.path, request.listener);
  Call call{request,
            {settings_.tenant,
             {event.at, deps_.business.now()},
             event.interaction,
             {started - queued + settings_.request_deadline}},
            std::move(match.path_values),
            event,
            client_limit};

  Response response;
  try {
    if (const auto from_edge = settings_.edge.apply(request); from_edge) {
      response = dispatch(call, route, client_limit);
    } else {
      event.refuse("malformed-request", "the edge's headers: " + std::string(from_edge.error()));
      response = gateway::refuse(Surface::problem, {400, "malformed-request", "Malformed request", from_edge.error()},
                                 event.interaction);
    }
  } catch (const base::db::Unavailable& unreachable) {
    base::observe::log(
        base::observe::Level::error, "the database is unavailable",
        {{"interaction", event.interaction.str()}, {"route", route.pattern}, {"what", unreachable.what()}});
    event.refuse("unavailable", "database unavailable");
    response = gateway::refuse(route.surface, in_surface_words(route.surface, unavailable()), event.interaction,
                               language_of(request.headers));
    response.headers.set("Retry-After", "2");
  } catch (const std::exception& fault) {
    base::observe::log(base::observe::Level::error, "a request failed",
                       {{"interaction", event.interaction.str()}, {"route", route.pattern}, {"what", fault.what()}});
    event.refuse("server_error", "internal error, see the error log");
    response = gateway::refuse(route.surface, in_surface_words(route.surface, internal_error()), event.interaction,
                               language_of(request.headers));
  }
  event.took = std::chrono::duration_cast<std::chrono::microseconds>(deps_.monotonic.now() - started);
  finish(event, response, &route);
  return response;
}

Response Pipeline::dispatch(Call& call, const Route& route, ClientLimit& client_limit) {
  // Health and metrics are asked by the operator's own machines, and inline routes must not wait for Redis.
  if (route.runs_on == RunsOn::io_thread || route.surface == Surface::operations)
    return (*endpoints_.open(route.id))(call);

  const LimitVerdict address = deps_.limits.by_address(call.request.peer.address);
  if (!address.allowed) {
    call.event.refuse("quota-exceeded", "limit 'address' used up");
    const Surface surface = route.surface == Surface::oauth ? Surface::problem : route.surface;
    Response response =
        gateway::refuse(surface, too_many_requests(), call.caller.interaction, language_of(call.request.headers));
    deps_.limits.tell(response, address);
    return response;
  }

  Response response;
  if (route.needs != Needs::access_token) {
    response = (*endpoints_.open(route.id))(call);
  } else {
    const auto access = deps_.resource_server.authenticate(call);
    if (!access) {
      response = refuse_protected(call, route, access.error());
    } else if (auto limited = client_limit.refuse(call, access->client())) {
      response = std::move(*limited);
    } else if (!access->has_scope(route.scope)) {
      response = refuse_protected(call, route, oauth::insufficient_scope(call, route.scope));
    } else {
      response = (*endpoints_.guarded(route.id))(call, *access);
      // [RFC9110-11.6.1] "A server generating a 401 … MUST send a WWW-Authenticate header field": an endpoint that
      // finds consent or grant ended answers in its surface's words, and the challenge is the resource server's.
      if (response.status == 401 && response.headers.count("WWW-Authenticate") == 0) {
        oauth::add_headers(deps_.resource_server.ground_gone(call), response);
      }
    }
    // [RFC9449-9] "using the DPoP-Nonce header in the same way that authorization servers do"
    if (access && !access->next_dpop_nonce().empty()) response.headers.set("DPoP-Nonce", access->next_dpop_nonce());
  }
  if (route.surface != Surface::page) {
    deps_.limits.tell(response, client_limit.verdict().policy.empty() ? address : client_limit.verdict());
  }
  return response;
}

Response Pipeline::refuse_protected(Call& call, const Route& route, const oauth::AccessRefusal& refusal) {
  call.event.refuse(refusal.code.empty() ? "no_credentials" : refusal.code, refusal.log_text);
  const std::string_view code = refusal.code.empty() ? "invalid_token" : std::string_view(refusal.code);
  Response response = gateway::refuse(
      route.surface, in_surface_words(route.surface, {refusal.status, code, "Access refused", refusal.public_text}),
      call.caller.interaction);
  oauth::add_headers(refusal, response);
  return response;
}

void Pipeline::finish(base::observe::RequestEvent& event, Response& response, const Route* route) {
  event.status = response.status;
  if (event.route.empty()) event.route = "unmatched";
  const Surface surface = route != nullptr ? route->surface : Surface::problem;
  if (surface != Surface::operations) {
    response.headers.set("x-fapi-interaction-id", event.interaction.str());
    response.headers.set("X-Content-Type-Options", "nosniff");
    if (event.listener != "operations")
      response.headers.set("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
  }
  deps_.metrics.count("aldgate_requests_total", {{"route", event.route}, {"status", std::to_string(event.status)}});
  // What never blocks and went well (health, metadata, static files) is counted, not told line by line.
  const bool quiet =
      route != nullptr && event.status < 400 && (surface == Surface::operations || route->runs_on == RunsOn::io_thread);
  if (quiet) return;
  deps_.metrics.observe_seconds("aldgate_request_seconds", std::chrono::duration<double>(event.took).count(),
                                {{"route", event.route}});
  if (!event.error.empty())
    deps_.metrics.count("aldgate_refusals_total", {{"route", event.route}, {"error", event.error}});
  std::string json = base::observe::to_json(event);
  base::observe::log_json(event.status >= 500 ? base::observe::Level::warning : base::observe::Level::info, json);
  deps_.journal.append(event, std::move(json));
}

}  // namespace gateway
