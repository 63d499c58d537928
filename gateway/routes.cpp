#include "gateway/routes.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/encoding.h"

namespace gateway {
namespace {

using base::http::Listener;
using base::http::Method;

constexpr auto kPublic = on(Listener::public_);
constexpr auto kApi = on(Listener::public_, Listener::mtls);
constexpr auto kOperations = on(Listener::operations);
constexpr auto kInline = RunsOn::io_thread;
constexpr auto kPool = RunsOn::pool;
constexpr std::size_t kNone = 0;
constexpr std::size_t kForm = 64 * 1024;  // pushed requests may carry long state and claims
constexpr std::size_t kPageForm = 16 * 1024;
constexpr std::size_t kJson = 64 * 1024;
constexpr std::size_t kPaymentFile = 512 * 1024;
constexpr bool kAlways = false;
constexpr bool kSandbox = true;

constexpr std::array kRoutes{
    // clang-format off
    // operations
    Route{RouteId::healthz, Method::get, "/healthz", kOperations, Needs::nobody, Surface::operations, "", kNone, kInline, kAlways},
    Route{RouteId::readyz, Method::get, "/readyz", kOperations, Needs::nobody, Surface::operations, "", kNone, kPool, kAlways},
    Route{RouteId::metrics, Method::get, "/metrics", kOperations, Needs::nobody, Surface::operations, "", kNone, kPool, kAlways},
    // authorization server
    Route{RouteId::openid_configuration, Method::get, "/.well-known/openid-configuration", kApi, Needs::nobody, Surface::oauth, "", kNone, kInline, kAlways},
    Route{RouteId::oauth_authorization_server, Method::get, "/.well-known/oauth-authorization-server", kApi, Needs::nobody, Surface::oauth, "", kNone, kInline, kAlways},
    Route{RouteId::oauth_protected_resource, Method::get, "/.well-known/oauth-protected-resource", kApi, Needs::nobody, Surface::oauth, "", kNone, kInline, kAlways},
    Route{RouteId::jwks, Method::get, "/jwks", kApi, Needs::nobody, Surface::oauth, "", kNone, kInline, kAlways},
    Route{RouteId::par, Method::post, "/par", kApi, Needs::client_authentication, Surface::oauth, "", kForm, kPool, kAlways},
    Route{RouteId::token, Method::post, "/token", kApi, Needs::client_authentication, Surface::oauth, "", kForm, kPool, kAlways},
    Route{RouteId::revoke, Method::post, "/revoke", kApi, Needs::client_authentication, Surface::oauth, "", kForm, kPool, kAlways},
    Route{RouteId::introspect, Method::post, "/introspect", kApi, Needs::client_authentication, Surface::oauth, "", kForm, kPool, kAlways},
    Route{RouteId::userinfo_get, Method::get, "/userinfo", kApi, Needs::access_token, Surface::oauth, "openid", kNone, kPool, kAlways},
    Route{RouteId::userinfo_post, Method::post, "/userinfo", kApi, Needs::access_token, Surface::oauth, "openid", kForm, kPool, kAlways},
    // the customer's browser
    Route{RouteId::home, Method::get, "/", kPublic, Needs::nobody, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::asset, Method::get, "/assets/{name}", kPublic, Needs::nobody, Surface::page, "", kNone, kInline, kAlways},
    Route{RouteId::authorize_get, Method::get, "/authorize", kPublic, Needs::nobody, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::interaction_page, Method::get, "/interaction/{handle}", kPublic, Needs::nobody, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::interaction_login, Method::post, "/interaction/{handle}/login", kPublic, Needs::nobody, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::interaction_code, Method::post, "/interaction/{handle}/code", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::interaction_passkey, Method::post, "/interaction/{handle}/passkey", kPublic, Needs::nobody, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::interaction_decision, Method::post, "/interaction/{handle}/decision", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::interaction_cancel, Method::post, "/interaction/{handle}/cancel", kPublic, Needs::nobody, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::interaction_more_time, Method::post, "/interaction/{handle}/more-time", kPublic, Needs::nobody, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::interaction_expired, Method::get, "/interaction/{handle}/expired", kPublic, Needs::nobody, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::customer_login_page, Method::get, "/login", kPublic, Needs::nobody, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::customer_login, Method::post, "/login", kPublic, Needs::nobody, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::customer_code, Method::post, "/login/code", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::customer_passkey, Method::post, "/login/passkey", kPublic, Needs::nobody, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::customer_logout, Method::post, "/logout", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::customer_more_time, Method::post, "/login/more-time", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::customer_expired, Method::get, "/login/expired", kPublic, Needs::nobody, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::consents_page, Method::get, "/consents", kPublic, Needs::customer_session, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::consent_page, Method::get, "/consents/{id}", kPublic, Needs::customer_session, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::consent_revoke, Method::post, "/consents/{id}/revoke", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::consent_sign, Method::get, "/consents/{id}/sign", kPublic, Needs::customer_session, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::consent_sign_code, Method::post, "/consents/{id}/sign/code", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::consent_sign_decision, Method::post, "/consents/{id}/sign/decision", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::security_page, Method::get, "/security", kPublic, Needs::customer_session, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::security_add, Method::post, "/security/factors", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::security_enrolment, Method::get, "/security/factors/{id}", kPublic, Needs::customer_session, Surface::page, "", kNone, kPool, kAlways},
    Route{RouteId::security_finish, Method::post, "/security/factors/{id}", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::security_remove, Method::post, "/security/factors/{id}/remove", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    Route{RouteId::security_sign_out, Method::post, "/security/sign-out", kPublic, Needs::customer_session, Surface::page, "", kPageForm, kPool, kAlways},
    // UK Open Banking Read/Write v4.0, account information
    Route{RouteId::obie_consent_create, Method::post, "/open-banking/v4.0/aisp/account-access-consents", kApi, Needs::access_token, Surface::obie, "accounts", kJson, kPool, kAlways},
    Route{RouteId::obie_consent_get, Method::get, "/open-banking/v4.0/aisp/account-access-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    Route{RouteId::obie_consent_delete, Method::delete_, "/open-banking/v4.0/aisp/account-access-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    Route{RouteId::obie_accounts, Method::get, "/open-banking/v4.0/aisp/accounts", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    Route{RouteId::obie_account, Method::get, "/open-banking/v4.0/aisp/accounts/{AccountId}", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    Route{RouteId::obie_account_balances, Method::get, "/open-banking/v4.0/aisp/accounts/{AccountId}/balances", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    Route{RouteId::obie_account_transactions, Method::get, "/open-banking/v4.0/aisp/accounts/{AccountId}/transactions", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    Route{RouteId::obie_balances, Method::get, "/open-banking/v4.0/aisp/balances", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    Route{RouteId::obie_transactions, Method::get, "/open-banking/v4.0/aisp/transactions", kApi, Needs::access_token, Surface::obie, "accounts", kNone, kPool, kAlways},
    // UK Open Banking Read/Write v4.0, consents to payments, variable recurring payments and confirmation of funds
    Route{RouteId::obie_domestic_payment_consent_create, Method::post, "/open-banking/v4.0/pisp/domestic-payment-consents", kApi, Needs::access_token, Surface::obie, "payments", kJson, kPool, kAlways},
    Route{RouteId::obie_domestic_payment_consent_get, Method::get, "/open-banking/v4.0/pisp/domestic-payment-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_domestic_scheduled_payment_consent_create, Method::post, "/open-banking/v4.0/pisp/domestic-scheduled-payment-consents", kApi, Needs::access_token, Surface::obie, "payments", kJson, kPool, kAlways},
    Route{RouteId::obie_domestic_scheduled_payment_consent_get, Method::get, "/open-banking/v4.0/pisp/domestic-scheduled-payment-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_domestic_standing_order_consent_create, Method::post, "/open-banking/v4.0/pisp/domestic-standing-order-consents", kApi, Needs::access_token, Surface::obie, "payments", kJson, kPool, kAlways},
    Route{RouteId::obie_domestic_standing_order_consent_get, Method::get, "/open-banking/v4.0/pisp/domestic-standing-order-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_international_payment_consent_create, Method::post, "/open-banking/v4.0/pisp/international-payment-consents", kApi, Needs::access_token, Surface::obie, "payments", kJson, kPool, kAlways},
    Route{RouteId::obie_international_payment_consent_get, Method::get, "/open-banking/v4.0/pisp/international-payment-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_file_payment_consent_create, Method::post, "/open-banking/v4.0/pisp/file-payment-consents", kApi, Needs::access_token, Surface::obie, "payments", kJson, kPool, kAlways},
    Route{RouteId::obie_file_payment_consent_get, Method::get, "/open-banking/v4.0/pisp/file-payment-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_file_payment_consent_upload, Method::post, "/open-banking/v4.0/pisp/file-payment-consents/{ConsentId}/file", kApi, Needs::access_token, Surface::obie, "payments", kPaymentFile, kPool, kAlways},
    Route{RouteId::obie_file_payment_consent_file, Method::get, "/open-banking/v4.0/pisp/file-payment-consents/{ConsentId}/file", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_domestic_vrp_consent_create, Method::post, "/open-banking/v4.0/pisp/domestic-vrp-consents", kApi, Needs::access_token, Surface::obie, "payments", kJson, kPool, kAlways},
    Route{RouteId::obie_domestic_vrp_consent_get, Method::get, "/open-banking/v4.0/pisp/domestic-vrp-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_domestic_vrp_consent_delete, Method::delete_, "/open-banking/v4.0/pisp/domestic-vrp-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "payments", kNone, kPool, kAlways},
    Route{RouteId::obie_funds_confirmation_consent_create, Method::post, "/open-banking/v4.0/cbpii/funds-confirmation-consents", kApi, Needs::access_token, Surface::obie, "fundsconfirmations", kJson, kPool, kAlways},
    Route{RouteId::obie_funds_confirmation_consent_get, Method::get, "/open-banking/v4.0/cbpii/funds-confirmation-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "fundsconfirmations", kNone, kPool, kAlways},
    Route{RouteId::obie_funds_confirmation_consent_delete, Method::delete_, "/open-banking/v4.0/cbpii/funds-confirmation-consents/{ConsentId}", kApi, Needs::access_token, Surface::obie, "fundsconfirmations", kNone, kPool, kAlways},
    // what no standard has an address for: when the customer must be asked again
    Route{RouteId::consent_reconfirmation_get, Method::get, "/reconfirmation/v1/consents/{ConsentId}", kApi, Needs::access_token, Surface::problem, "accounts", kNone, kPool, kAlways},
    Route{RouteId::consent_reconfirmation_create, Method::post, "/reconfirmation/v1/consents/{ConsentId}", kApi, Needs::access_token, Surface::problem, "accounts", kJson, kPool, kAlways},
    // webhooks
    Route{RouteId::webhook_endpoint_create, Method::post, "/webhooks/v1/endpoints", kApi, Needs::access_token, Surface::problem, "webhooks", kJson, kPool, kAlways},
    Route{RouteId::webhook_endpoint_list, Method::get, "/webhooks/v1/endpoints", kApi, Needs::access_token, Surface::problem, "webhooks", kNone, kPool, kAlways},
    Route{RouteId::webhook_endpoint_get, Method::get, "/webhooks/v1/endpoints/{id}", kApi, Needs::access_token, Surface::problem, "webhooks", kNone, kPool, kAlways},
    Route{RouteId::webhook_endpoint_update, Method::patch, "/webhooks/v1/endpoints/{id}", kApi, Needs::access_token, Surface::problem, "webhooks", kJson, kPool, kAlways},
    Route{RouteId::webhook_endpoint_delete, Method::delete_, "/webhooks/v1/endpoints/{id}", kApi, Needs::access_token, Surface::problem, "webhooks", kNone, kPool, kAlways},
    Route{RouteId::webhook_rotate_secret, Method::post, "/webhooks/v1/endpoints/{id}/rotate-secret", kApi, Needs::access_token, Surface::problem, "webhooks", kJson, kPool, kAlways},
    Route{RouteId::webhook_test, Method::post, "/webhooks/v1/endpoints/{id}/test", kApi, Needs::access_token, Surface::problem, "webhooks", kJson, kPool, kAlways},
    Route{RouteId::webhook_event_types, Method::get, "/webhooks/v1/event-types", kApi, Needs::access_token, Surface::problem, "webhooks", kNone, kPool, kAlways},
    Route{RouteId::webhook_deliveries, Method::get, "/webhooks/v1/deliveries", kApi, Needs::access_token, Surface::problem, "webhooks", kNone, kPool, kAlways},
    Route{RouteId::webhook_dead_letters, Method::get, "/webhooks/v1/dead-letters", kApi, Needs::access_token, Surface::problem, "webhooks", kNone, kPool, kAlways},
    Route{RouteId::webhook_redeliver, Method::post, "/webhooks/v1/dead-letters/{id}/redeliver", kApi, Needs::access_token, Surface::problem, "webhooks", kJson, kPool, kAlways},
    // sandbox only
    Route{RouteId::sandbox_clock_get, Method::get, "/sandbox/clock", kPublic, Needs::nobody, Surface::problem, "", kNone, kPool, kSandbox},
    Route{RouteId::sandbox_clock_advance, Method::post, "/sandbox/clock", kPublic, Needs::nobody, Surface::problem, "", kJson, kPool, kSandbox},
    Route{RouteId::sandbox_clock_reset, Method::delete_, "/sandbox/clock", kPublic, Needs::nobody, Surface::problem, "", kNone, kPool, kSandbox},
    Route{RouteId::sandbox_psu_reset, Method::post, "/sandbox/psu/{username}/reset", kPublic, Needs::nobody, Surface::problem, "", kJson, kPool, kSandbox},
    Route{RouteId::sandbox_messages, Method::get, "/sandbox/messages", kPublic, Needs::nobody, Surface::problem, "", kNone, kPool, kSandbox},
    Route{RouteId::sandbox_device, Method::get, "/sandbox/device", kPublic, Needs::nobody, Surface::page, "", kNone, kPool, kSandbox},
    Route{RouteId::sandbox_device_decide, Method::post, "/sandbox/device", kPublic, Needs::nobody, Surface::page, "", kPageForm, kPool, kSandbox},
    Route{RouteId::sandbox_authorize, Method::post, "/sandbox/authorize", kPublic, Needs::nobody, Surface::problem, "", kJson, kPool, kSandbox},
    Route{RouteId::sandbox_resource, Method::get, "/sandbox/resource", kApi, Needs::access_token, Surface::problem, "test", kNone, kPool, kSandbox},
    // clang-format on
};

std::optional<std::string> decode_segment(std::string_view raw) {
  auto text = base::percent_decode(raw);
  if (!text || text->empty() || *text == "." || *text == "..") return std::nullopt;
  const bool bad = std::any_of(text->begin(), text->end(), [](char c) {
    const auto b = static_cast<unsigned char>(c);
    return c == '/' || c == '\\' || b < 0x20 || b == 0x7f;
  });
  if (bad || text->size() > 512) return std::nullopt;
  return text;
}

// For a path nothing matches: which protocol's words the refusal uses.
Surface surface_of_prefix(std::string_view path, Listener listener) {
  if (listener == Listener::operations) return Surface::operations;
  if (path.starts_with("/open-banking/")) return Surface::obie;
  for (const std::string_view page : {"/interaction/", "/consents", "/security", "/login", "/assets/"}) {
    if (path.starts_with(page)) return Surface::page;
  }
  return Surface::problem;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> value;  // {…}
  std::vector<const Route*> routes;
};

Router::Router(Sandbox sandbox) : root_(std::make_unique<Node>()) {
  for (const Route& route : kRoutes) {
    if (route.sandbox_only && sandbox == Sandbox::off) continue;
    Node* node = root_.get();
    std::string_view rest = route.pattern.substr(1);
    while (!rest.empty()) {
      const std::string_view segment = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
      auto& next = segment.front() == '{' ? node->value : node->literal[std::string(segment)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    node->routes.push_back(&route);
  }
}

Router::~Router() = default;

Match Router::match(Method method, std::string_view path, Listener listener) const {
  Match match;
  match.surface = surface_of_prefix(path, listener);
  if (path.empty() || path.front() != '/') return match;
  const Node* node = root_.get();
  std::string_view rest = path.substr(1);
  bool more = !rest.empty();
  while (more) {
    const std::size_t slash = rest.find('/');
    const std::string_view raw = rest.substr(0, slash);
    more = slash != std::string_view::npos;
    rest.remove_prefix(more ? slash + 1 : rest.size());
    // Literal segments match the raw text only: an escaped spelling of a route is another, unknown path.
    if (const auto found = node->literal.find(raw); found != node->literal.end()) {
      node = found->second.get();
      continue;
    }
    auto value = decode_segment(raw);
    if (!node->value || !value) return match;
    match.path_values.push_back(std::move(*value));
    node = node->value.get();
  }
  for (const Route* route : node->routes) {
    if (!route->listeners.has(listener)) continue;
    match.surface = route->surface;
    match.allowed.push_back(route->method);
    if (route->method == Method::get) match.allowed.push_back(Method::head);
    if (route->method == method || (route->method == Method::get && method == Method::head)) match.route = route;
  }
  return match;
}

}  // namespace gateway
