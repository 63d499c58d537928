// Every URL of the product, in one table: method, path, listener, who may call, body limit, where it runs. There is no
// default for who may call. Compared with openapi/ in both directions by a test.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.h"
#include "gateway/http_server/http_server.h"

namespace gateway {

enum class Needs : std::uint8_t {
  nobody,                 // public by its nature: metadata, health, the first page of a flow
  client_authentication,  // the endpoint's own check table authenticates the client (RFC 6749 section 2.3)
  access_token,           // a sender-constrained access token, checked before the endpoint is reached
  customer_session,       // the endpoint reads the session cookie; without a live one it leads to the login page
};

// Decides the form of refusals (DESIGN decision 2) and the limit class.
enum class Surface : std::uint8_t { oauth, obie, problem, page, operations };

enum class RouteId : std::uint16_t {
  healthz,
  readyz,
  metrics,
  openid_configuration,
  oauth_authorization_server,
  oauth_protected_resource,
  jwks,
  par,
  token,
  revoke,
  introspect,
  userinfo_get,
  userinfo_post,
  authorize_get,
  interaction_page,
  interaction_login,
  interaction_code,
  interaction_passkey,
  interaction_decision,
  interaction_cancel,
  interaction_more_time,
  interaction_expired,
  customer_login_page,
  customer_login,
  customer_code,
  customer_passkey,
  customer_logout,
  customer_more_time,
  customer_expired,
  consents_page,
  consent_page,
  consent_revoke,
  consent_sign,
  consent_sign_code,
  consent_sign_decision,
  security_page,
  security_add,
  security_enrolment,
  security_finish,
  security_remove,
  security_sign_out,
  asset,
  home,
  obie_consent_create,
  obie_consent_get,
  obie_consent_delete,
  obie_accounts,
  obie_account,
  obie_account_balances,
  obie_account_transactions,
  obie_balances,
  obie_transactions,
  obie_domestic_payment_consent_create,
  obie_domestic_payment_consent_get,
  obie_domestic_scheduled_payment_consent_create,
  obie_domestic_scheduled_payment_consent_get,
  obie_domestic_standing_order_consent_create,
  obie_domestic_standing_order_consent_get,
  obie_international_payment_consent_create,
  obie_international_payment_consent_get,
  obie_file_payment_consent_create,
  obie_file_payment_consent_get,
  obie_file_payment_consent_upload,
  obie_file_payment_consent_file,
  obie_domestic_vrp_consent_create,
  obie_domestic_vrp_consent_get,
  obie_domestic_vrp_consent_delete,
  obie_funds_confirmation_consent_create,
  obie_funds_confirmation_consent_get,
  obie_funds_confirmation_consent_delete,
  consent_reconfirmation_get,
  consent_reconfirmation_create,
  webhook_endpoint_create,
  webhook_endpoint_list,
  webhook_endpoint_get,
  webhook_endpoint_update,
  webhook_endpoint_delete,
  webhook_rotate_secret,
  webhook_test,
  webhook_event_types,
  webhook_deliveries,
  webhook_dead_letters,
  webhook_redeliver,
  sandbox_clock_get,
  sandbox_clock_advance,
  sandbox_clock_reset,
  sandbox_psu_reset,
  sandbox_messages,
  sandbox_device,
  sandbox_device_decide,
  sandbox_resource,
  sandbox_authorize,
};

struct ListenerSet {
  std::uint8_t bits = 0;
  constexpr bool has(base::http::Listener listener) const {
    return (bits >> static_cast<unsigned>(listener) & 1u) != 0;
  }
};
constexpr ListenerSet on(auto... listeners) {
  ListenerSet set;
  ((set.bits = static_cast<std::uint8_t>(set.bits | 1u << static_cast<unsigned>(listeners))), ...);
  return set;
}

struct Route {
  RouteId id;
  base::http::Method method;  // GET routes answer HEAD too
  std::string_view pattern;   // "/accounts/{AccountId}": a segment in braces matches one non-empty segment
  ListenerSet listeners;
  Needs needs;
  Surface surface;
  std::string_view scope;  // what an access_token route asks of the token; empty elsewhere
  std::size_t body_limit;  // bytes; 0: no body is read
  RunsOn runs_on;
  bool sandbox_only;
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;             // nullptr: no route of that path, or not with that method
  std::vector<std::string> path_values;     // percent-decoded
  std::vector<base::http::Method> allowed;  // methods of the path on this listener: 405's Allow; empty: 404
  Surface surface = Surface::problem;       // of the path, for the refusal's form
};

// Built once; matching walks a small tree of segments, not the table.
class Router {
 public:
  enum class Sandbox { off, on };
  explicit Router(Sandbox sandbox);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;
  // `path` is raw. Segments that decode to something with '/', NUL or a control byte, dot segments and empty segments
  // match nothing.
  Match match(base::http::Method method, std::string_view path, base::http::Listener listener) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace gateway
