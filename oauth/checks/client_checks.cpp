#include "oauth/checks/client_checks.h"

#include "oauth/client_auth/tls_client_auth.h"
#include "oauth/store/client_store.h"

namespace oauth::checks {
namespace {

auto refuse(OAuthErrorCode code, std::string text) { return base::failure(oauth_error(code, std::move(text))); }

auto refuse_quietly(std::string log_text) {
  return base::failure(
      oauth_error(OAuthErrorCode::invalid_client, "client authentication failed", std::move(log_text)));
}

bool is_form(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  return base::http::equal_ignoring_case(type, "application/x-www-form-urlencoded");
}

constexpr std::size_t kMaxClientId = 128;

CheckOutcome authenticate(RequestContext& context, const Client& client,
                          const std::optional<ReadAssertion>& assertion) {
  switch (client.auth_method) {
    case ClientAuthMethod::private_key_jwt: {
      if (!assertion) return refuse(OAuthErrorCode::invalid_client, "this client authenticates with client_assertion");
      TRY(context.assertion, verify_assertion(*assertion, client, context.tools.settings.issuer, context.call.caller,
                                              context.tools.client_keys));
      break;
    }
    case ClientAuthMethod::tls_client_auth:
    case ClientAuthMethod::self_signed_tls_client_auth: {
      // [RFC6749-2.3] "The client MUST NOT use more than one authentication method in each request."
      if (assertion) return refuse(OAuthErrorCode::invalid_client, "this client authenticates with its certificate");
      const auto& peer = context.call.request.peer;
      if (client.auth_method == ClientAuthMethod::tls_client_auth) {
        TRY_VOID(verify_tls_client(peer, client, context.tools.client_authorities, context.now()));
      } else {
        TRY_VOID(verify_self_signed_tls_client(peer, client, context.call.caller, context.tools.client_keys));
      }
      break;
    }
  }
  if (client.status != ClientStatus::live) return refuse_quietly("the client is disabled");
  return {};
}

// Only what record_authentication can compare with the truth is remembered: a client that comes without an assertion
// leaves no row.
bool may_be_remembered(const Client& client) {
  return client.auth_method == ClientAuthMethod::private_key_jwt && client.status == ClientStatus::live;
}

}  // namespace

// [RFC6749-4.1.3] "using the "application/x-www-form-urlencoded" format"
CheckOutcome form_encoded(RequestContext& context) {
  const auto& request = context.call.request;
  const auto type = request.headers.only("Content-Type");
  if (!type || !is_form(*type)) {
    return refuse(OAuthErrorCode::invalid_request, "the body must be application/x-www-form-urlencoded");
  }
  // [RFC6749-2.3.1] "The parameters can only be transmitted in the request-body and MUST NOT be included in the request
  // URI"
  if (!request.raw_query.empty()) {
    return refuse(OAuthErrorCode::invalid_request, "parameters belong in the body, not in the URL");
  }
  auto form = base::http::Parameters::parse(request.body, 64);
  if (!form)
    return refuse(OAuthErrorCode::invalid_request, "the body is not a well-formed form, or has too many parameters");
  context.form = std::move(*form);
  return {};
}

// [RFC6749-3.2] "Request and response parameters MUST NOT be included more than once."
CheckOutcome parameters_once(RequestContext& context) {
  if (context.form.first_repeated()) return refuse(OAuthErrorCode::invalid_request, "a parameter is repeated");
  return {};
}

CheckOutcome client_authenticated(RequestContext& context) {
  const auto& form = context.form;
  // [FAPI2-SP-FINAL-5.3.2.1-6] "shall authenticate clients using … MTLS … or private_key_jwt"
  if (context.call.request.headers.count("Authorization") != 0 || form.count("client_secret") != 0) {
    return refuse(OAuthErrorCode::invalid_client,
                  "client secrets are not accepted: use private_key_jwt or a certificate");
  }
  const auto assertion_text = form.only("client_assertion");
  const auto assertion_type = form.only("client_assertion_type");
  const auto client_id = form.only("client_id");

  std::optional<ReadAssertion> assertion;
  base::ClientId claimed;
  if (assertion_text || assertion_type) {
    // [RFC7521-4.2] "client_assertion_type … REQUIRED", and the assertion with it
    if (!assertion_text || assertion_type != kAssertionType) {
      return refuse(OAuthErrorCode::invalid_client, "client_assertion needs client_assertion_type jwt-bearer");
    }
    TRY(assertion, read_assertion(*assertion_text));
    // [RFC7521-4.2] "client_id … MUST identify the same client as is identified by the client assertion"
    if (client_id && *client_id != assertion->claimed_client.str()) {
      return refuse(OAuthErrorCode::invalid_client, "client_id is not the client of client_assertion");
    }
    claimed = assertion->claimed_client;
  } else {
    if (!client_id) return refuse(OAuthErrorCode::invalid_client, "no client authentication");
    claimed = base::ClientId(std::string(*client_id));
  }
  if (claimed.empty() || claimed.str().size() > kMaxClientId)
    return refuse_quietly("client_id of an impossible length");

  const base::BrandId& brand = context.call.caller.tenant.brand;
  const auto known = context.may_know_client ? context.tools.known_clients.find(brand, claimed) : nullptr;
  std::optional<CheckOutcome> by_known;
  if (known) {
    by_known = authenticate(context, *known, assertion);
    if (*by_known) {
      context.call.event.client = known->id;
      context.client_was_known = true;
      context.client = known;
      return {};
    }
  }
  auto read = base::db::read_only(context.tools.pool, context.call.caller.deadline, [&](base::db::Transaction& tx) {
    return find_client(tx, brand, claimed, KeysWanted::live);
  });
  if (!read) return refuse_quietly("unknown client");
  if (by_known && known->revision == read->revision) return *by_known;
  auto client = std::make_shared<const Client>(*std::move(read));
  TRY_VOID(authenticate(context, *client, assertion));
  if (may_be_remembered(*client)) context.tools.known_clients.keep(brand, client);
  context.call.event.client = client->id;
  context.client = std::move(client);
  return {};
}

CheckOutcome client_within_limits(RequestContext& context) {
  if (context.earlier.within_limits) return {};
  if (auto refusal = context.call.after_authentication.refuse(context.call, context.client->id)) {
    return base::failure(CheckFailure(std::move(*refusal)));
  }
  context.earlier.within_limits = true;
  return {};
}

}  // namespace oauth::checks
