// POST /sandbox/authorize: for conformance tools and test programs. Not a second way to a code: the same opening,
// sign-in, binding, review and decision as the pages, by a browser that exists for this one call.

#include <algorithm>

#include "base/encoding.h"
#include "base/json/reader.h"
#include "connectors/sandbox/seed.h"
#include "connectors/sandbox/totp.h"
#include "gateway/pipeline/refusal.h"
#include "gateway/psu_pages/psu_pages_parts.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

struct Asked {
  std::string client_id, request_uri, username;
  bool allow = false;
  std::optional<std::vector<std::string>> accounts;
};

base::Result<Asked, std::string> read(const std::string& body) {
  const auto json = base::json::parse_strict(body, {.max_bytes = 16 * 1024, .max_depth = 4});
  if (!json) return base::failure(json.error().text());
  const auto members = [&]() -> base::Result<std::pair<Asked, std::string>, base::json::ParseError> {
    base::json::Reader reader(*json);
    Asked asked;
    TRY(asked.client_id, reader.required<std::string>("client_id"));
    TRY(asked.request_uri, reader.required<std::string>("request_uri"));
    TRY(asked.username, reader.required<std::string>("username"));
    TRY(std::string decision, reader.required<std::string>("decision"));
    TRY(asked.accounts, reader.optional<std::vector<std::string>>("accounts"));
    TRY_VOID(reader.no_more());
    return std::pair(std::move(asked), std::move(decision));
  }();
  if (!members) return base::failure(members.error().text());
  if (members->second != "allow" && members->second != "deny") return base::failure("decision is allow or deny");
  Asked asked = members->first;
  asked.allow = members->second == "allow";
  return asked;
}

// The sandbox's second factor of a persona; empty when no program can have it.
std::string factor_of(const connectors::SandboxPersona& persona, base::Instant now) {
  if (!persona.otp.empty() || persona.totp_secret.empty()) return persona.otp;
  const auto secret = connectors::base32_decode(persona.totp_secret);
  return secret ? connectors::totp_code(*secret, connectors::totp_step(now)) : "";
}

// Where the browser would be sent; with form_post.jwt, what it would post there.
Response sent_back(const oauth::AuthorizationResponse& answer) {
  base::json::Value body = {{"redirect_to", answer.url}};
  if (answer.response) body = {{"post_to", answer.url}, {"response", *answer.response}};
  return {200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, base::json::dump(body)};
}

}  // namespace

Response PsuPages::not_approved(Call& call, int status, std::string code, std::string why) const {
  std::replace(code.begin(), code.end(), '_', '-');
  call.event.refuse(code, why);
  return refuse(Surface::problem, {status, code, "Not decided", why}, call.caller.interaction);
}

Response PsuPages::sandbox_authorize(Call& call) {
  if (!base::http::equal_ignoring_case(call.request.headers.only("Content-Type").value_or("").substr(0, 16),
                                       "application/json")) {
    return not_approved(call, 415, "unsupported-media-type", "The body must be application/json.");
  }
  const auto asked = read(call.request.body);
  if (!asked) return not_approved(call, 400, "invalid-request", asked.error());
  const auto& personas = connectors::sandbox_personas();
  const auto persona =
      std::find_if(personas.begin(), personas.end(), [&](const auto& one) { return one.username == asked->username; });
  if (persona == personas.end()) {
    return not_approved(call, 404, "not-found", "The sandbox has no customer of that name.");
  }
  const std::string factor = factor_of(*persona, call.caller.now.protocol);
  if (factor.empty()) return not_approved(call, 403, "no-factor", "This customer approves on a device.");

  // As the browser would open it.
  const auto in_words = [&](const oauth::InteractionError& error) {
    if (is_for_the_client(error)) {
      call.event.refuse(std::string(oauth::to_text(error.code)), error.log_text);
      return sent_back(*error.way_back);
    }
    return not_approved(call, error.code == oauth::InteractionErrorCode::unknown ? 404 : 400,
                        std::string(oauth::to_text(error.code)), error.public_text);
  };
  base::http::Request request = call.request;
  request.method = base::http::Method::get;
  request.raw_query = base::http::form_encode({{"client_id", asked->client_id}, {"request_uri", asked->request_uri}});
  Call opening{request, call.caller, {}, call.event, call.after_authentication};
  auto view = deps_.interactions.open(opening);
  if (!view) return in_words(view.error());
  Flow flow;
  flow.view = std::move(*view);
  flow.handle = flow.view.handle;
  flow.browser_hash = browser_hash(base::random_handle(deps_.entropy));

  // Both elements, with everything that counts and refuses them.
  const auto started = deps_.sessions.start(call.caller);
  const auto logged_in =
      deps_.authentication.login(call.caller, started.handle.reveal(), persona->username, persona->password);
  if (!logged_in) {
    deps_.sessions.end(call.caller, started.handle.reveal());
    return not_approved(call, 403, "authentication-refused", "This customer cannot sign in.");
  }
  const auto verified = deps_.authentication.one_time_code(call.caller, logged_in->session.handle.reveal(), factor);
  if (!verified) {
    deps_.sessions.end(call.caller, logged_in->session.handle.reveal());
    return not_approved(call, 403, "authentication-refused",
                        "This customer's second element was refused: it fails by design, is blocked, or was used.");
  }
  flow.session = verified->session;
  call.event.psu = *flow.session->psu;
  const auto leave = [&](Response response) {
    deps_.sessions.end(call.caller, verified->handle.reveal());
    return response;
  };
  const auto bound = bind(call, flow, *flow.session->psu);
  if (!bound) return leave(in_words(bound.error()));

  consent::AuthoriseConsent consent;
  if (!flow.view.consent.empty()) {
    const auto reviewed = review(call, flow);
    if (!reviewed) {
      return leave(not_approved(call, 400, call.event.error, "The consent cannot be authorised by this customer now."));
    }
    consent = {flow.view.client, flow.view.consent, *flow.session->psu, {}, {}, {}};
    for (const auto& account : reviewed->accounts) {
      consent.shareable.insert(account.account);
      consent.rules.push_back(consent::signing_rule(account, reviewed->consent.kind));
    }
    consent.chosen = consent.shareable;
    // A payment is made from one account: the first that may be.
    if (reviewed->consent.kind != consent::ConsentKind::account_access && !reviewed->accounts.empty()) {
      consent.chosen = {reviewed->accounts.front().account};
    }
    if (asked->accounts) consent.chosen = {asked->accounts->begin(), asked->accounts->end()};
    consent.evidence = {flow.session->id, "Sandbox: decided by a program, with nobody looking, on\n" + reviewed->shown};
  }
  base::db::AuditEntry evidence;
  evidence.tenant = call.caller.tenant;
  evidence.at = call.caller.now.protocol;
  evidence.actor_kind = base::db::ActorKind::system;
  evidence.actor = "sandbox";
  evidence.action = "sandbox.authorize";
  evidence.object_kind = "psu";
  evidence.object = flow.session->psu->str();
  evidence.outcome = "ok";
  evidence.reason = "a program decided in the customer's place";
  evidence.interaction = call.caller.interaction;
  evidence.facts = {{"client", flow.view.client.str()}, {"decision", asked->allow ? "allow" : "deny"}};
  if (!flow.view.consent.empty()) evidence.facts["consent"] = flow.view.consent.str();

  const auto answer = decide(call, flow, {asked->allow, flow.view.consent.empty() ? nullptr : &consent, evidence});
  if (answer) return leave(sent_back(*answer));
  if (answer.error().interaction) return leave(in_words(*answer.error().interaction));
  return leave(not_approved(call, 400, std::string(consent::to_text(answer.error().consent->code)),
                            answer.error().consent->public_text));
}

}  // namespace gateway
