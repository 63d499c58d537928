#include "gateway/partner_api/open_banking_uk/aisp_endpoints.h"

#include <algorithm>

#include "base/encoding.h"
#include "consent/services/account_access_consents.h"
#include "consent/services/consent_access.h"
#include "gateway/partner_api/open_banking_uk/consent_body.h"
#include "gateway/partner_api/open_banking_uk/rendering.h"
#include "gateway/partner_api/open_banking_uk/request_checks.h"
#include "gateway/partner_api/open_banking_uk/transaction_query.h"

namespace gateway {
namespace {

using base::failure;
using base::http::Call;
using base::http::Response;

Response json(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

// [OBIE-4.0-Security] consent resources: "the TPP must use a client credentials grant"; account resources: a token that
// the customer's authorisation yielded.
std::optional<ObieFailure> check_client_token(const TokenFacts& token) {
  if (token.psu.empty() && token.consent.empty() && token.accounts_scope) return std::nullopt;
  return ObieFailure{
      ObieCode::forbidden, "Authorization", "A client-credentials token with scope accounts is needed.",
      token.accounts_scope ? "a customer's token at a consent resource" : "the token has not the scope accounts"};
}
std::optional<ObieFailure> check_customer_token(const TokenFacts& token) {
  if (!token.psu.empty() && !token.consent.empty()) return std::nullopt;
  return ObieFailure{ObieCode::forbidden, "Authorization", "A token that a customer authorised is needed.",
                     "a token without customer or consent at an account resource"};
}

ObieFailure consent_failure(const consent::ConsentError& error) {
  const auto make = [&](ObieCode code) {
    return ObieFailure{code, error.field.empty() ? "" : "Data." + error.field, error.public_text, error.log_text};
  };
  switch (error.code) {
    case consent::ConsentErrorCode::unknown:
      return make(ObieCode::not_found);
    case consent::ConsentErrorCode::foreign_client:
      return make(ObieCode::forbidden);
    case consent::ConsentErrorCode::foreign_psu:
      return make(ObieCode::forbidden);
    case consent::ConsentErrorCode::permissions_invalid:
      return make(ObieCode::field_invalid);
    case consent::ConsentErrorCode::expiration_invalid:
    case consent::ConsentErrorCode::period_invalid:
      return make(ObieCode::field_invalid_date);
    case consent::ConsentErrorCode::status_conflict:
    case consent::ConsentErrorCode::expired:
      return make(ObieCode::invalid_consent_status);
    case consent::ConsentErrorCode::no_account_selected:
    case consent::ConsentErrorCode::account_not_shareable:
    case consent::ConsentErrorCode::too_many_accounts:
    case consent::ConsentErrorCode::idempotency_conflict:
    case consent::ConsentErrorCode::terms_changed:
      return make(ObieCode::forbidden);
  }
  return make(ObieCode::unexpected_error);
}

// `denied`: what the bank's no means at this resource.
template <class T>
Response bank_failure(Call& call, const connectors::Outcome<T>& outcome, const ObieFailure& denied) {
  call.event.facts["bank"] = outcome.kind();
  if (const auto* no = outcome.template get<connectors::Denied>()) {
    ObieFailure told = denied;
    told.log_text = no->log_text;
    return obie_error_response(call, told);
  }
  if (outcome.template get<connectors::NeedsSca>() != nullptr) {
    return obie_error_response(
        call, ObieFailure::make(ObieCode::reauthenticate, "", "The customer must authenticate again."));
  }
  if (const auto* later = outcome.template get<connectors::Retryable>()) {
    Response response = obie_error_response(
        call,
        ObieFailure{ObieCode::temporarily_unavailable, "", "The bank does not answer at the moment.", later->log_text});
    response.headers.add("Retry-After", std::to_string(later->after.value_or(std::chrono::seconds(1)).count()));
    return response;
  }
  if (outcome.template get<connectors::NotSupported>() != nullptr) {
    return obie_error_response(
        call, ObieFailure::make(ObieCode::unknown_route, "", "This bank does not offer the resource."));
  }
  return obie_error_response(call,
                             ObieFailure::make(ObieCode::unexpected_error, "", "The bank's answer cannot be used."));
}

const ObieFailure& account_gone() {
  static const ObieFailure kGone =
      ObieFailure::make(ObieCode::forbidden, "AccountId", "The account is not accessible with this consent.");
  return kGone;
}

constexpr std::string_view kAllAccounts = "*";

// What [RTS-SCA-36.5b] counts: each endpoint by itself.
std::string_view endpoint_of(policy::Capability capability) {
  switch (capability) {
    case policy::Capability::accounts:
      return "accounts";
    case policy::Capability::balances:
      return "balances";
    case policy::Capability::transactions:
      return "transactions";
  }
  return "accounts";
}

// How often the TPP may still come without its customer, here, and when the next use is free again.
void tell(Response& response, const std::optional<consent::UnattendedVerdict>& verdict) {
  if (!verdict) return;
  response.headers.set("X-Unattended-Limit", std::to_string(verdict->limit));
  response.headers.set("X-Unattended-Remaining", std::to_string(verdict->remaining));
  response.headers.set("X-Unattended-Reset", std::to_string(verdict->reset.count()));
}

Response told(Response response, const std::optional<consent::UnattendedVerdict>& verdict) {
  tell(response, verdict);
  return response;
}

base::ConsentId path_consent(const Call& call) { return base::ConsentId(call.path_values.at(0)); }

}  // namespace

std::string AispEndpoints::link(const Call& call, const std::string& path) const {
  const bool mtls = call.request.listener == base::http::Listener::mtls;
  return (mtls ? deps_.mtls_base_url : deps_.base_url) + "/aisp" + path;
}

connectors::AccountInformation* AispEndpoints::bank(const Call& call) const {
  const connectors::Connector* connector = deps_.banks.find(call.caller.tenant.bank);
  return connector == nullptr ? nullptr : connector->account_information;
}

Response AispEndpoints::create_consent(Call& call, const TokenFacts& token) {
  if (auto refusal = check_obie_request(call.request, RequestBody::json)) return obie_error_response(call, *refusal);
  if (auto refusal = check_client_token(token)) return obie_error_response(call, *refusal);
  const auto request = read_consent_body(call.request.body);
  if (!request) return obie_error_response(call, request.error());
  const auto created = deps_.consents.create(call.caller, token.client, *request);
  if (!created) return obie_error_response(call, consent_failure(created.error()));
  call.event.consent = created->id;
  return json(201, render_consent(*created, link(call, "/account-access-consents/" + created->id.str())));
}

Response AispEndpoints::read_consent(Call& call, const TokenFacts& token) {
  if (auto refusal = check_obie_request(call.request, RequestBody::none)) return obie_error_response(call, *refusal);
  if (auto refusal = check_client_token(token)) return obie_error_response(call, *refusal);
  const base::ConsentId id = path_consent(call);
  if (!base::is_uuid(id.str())) {
    return obie_error_response(call, ObieFailure::make(ObieCode::not_found, "ConsentId", "There is no such consent."));
  }
  call.event.consent = id;
  const auto found = deps_.consents.find(call.caller, token.client, id);
  if (!found) return obie_error_response(call, consent_failure(found.error()));
  return json(200, render_consent(*found, link(call, "/account-access-consents/" + id.str())));
}

Response AispEndpoints::delete_consent(Call& call, const TokenFacts& token) {
  if (auto refusal = check_obie_request(call.request, RequestBody::none)) return obie_error_response(call, *refusal);
  if (auto refusal = check_client_token(token)) return obie_error_response(call, *refusal);
  const base::ConsentId id = path_consent(call);
  if (!base::is_uuid(id.str())) {
    return obie_error_response(call, ObieFailure::make(ObieCode::not_found, "ConsentId", "There is no such consent."));
  }
  call.event.consent = id;
  const auto removed = deps_.consents.remove(call.caller, token.client, id);
  if (!removed) return obie_error_response(call, consent_failure(removed.error()));
  Response response;
  response.status = 204;
  response.headers.add("Cache-Control", "no-store");
  return response;
}

base::Result<AispEndpoints::Admitted, Response> AispEndpoints::admit(Call& call, const TokenFacts& token,
                                                                     policy::Capability capability,
                                                                     const std::optional<base::AccountId>& account,
                                                                     Asks asks) {
  const auto refused = [&](const ObieFailure& why) { return failure(obie_error_response(call, why)); };
  if (auto refusal = check_obie_request(call.request, RequestBody::none)) return refused(*refusal);
  if (auto refusal = check_customer_token(token)) return refused(*refusal);
  const auto in_use = base::db::read_only(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
    return deps_.access.for_use(tx, call.caller, token.client, token.consent);
  });
  policy::AccessFacts facts;
  facts.tenant = call.caller.tenant;
  facts.now = call.caller.now.business;
  facts.client = token.client;
  facts.grant = token.grant;
  facts.scope_allows = token.accounts_scope;
  facts.consent = token.consent;
  facts.psu = token.psu;
  facts.capability = capability;
  facts.account = account;
  if (in_use) {
    // The customer who authorised and the customer of the token are one, or both had to sign, or the token has no
    // ground.
    const bool theirs = in_use->psu == token.psu || in_use->signatories.contains(token.psu);
    facts.consent_authorised = in_use->status == consent::ConsentStatus::authorised && theirs;
    facts.consent_expires = in_use->expires;
    facts.sca_valid_until = policy::sca_valid_until(deps_.clocks, in_use->authorised);
    facts.permissions = in_use->permissions;
    facts.selected_accounts = in_use->accounts;
    facts.transactions_from = in_use->transactions_from;
    facts.transactions_to = in_use->transactions_to;
  }
  auto access = policy::authorise(std::move(facts));
  if (!access) return refused(failure_of(call, access.error(), account));
  Admitted admitted{std::move(*access), std::nullopt};
  // A further page belongs to the access that was counted with the first.
  const bool counted = deps_.clocks.unattended_uses > 0 && !customer_is_present(call.request) && asks == Asks::anew;
  if (counted || in_use->touch_due) {
    base::db::with_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
      if (in_use->touch_due) deps_.access.touch(tx, call.caller, token.consent);
      if (counted) {
        admitted.unattended =
            deps_.unattended.take(tx, call.caller,
                                  {token.consent, account ? account->str() : std::string(kAllAccounts),
                                   std::string(endpoint_of(capability))});
      }
      return true;
    });
  }
  if (admitted.unattended && !admitted.unattended->allowed) {
    Response response = obie_error_response(
        call, ObieFailure{ObieCode::too_many_requests, "", "The access without the customer is used up for now.",
                          "[RTS-SCA-36.5b] more than " + std::to_string(admitted.unattended->limit) +
                              " times in 24 hours without the customer"});
    tell(response, admitted.unattended);
    response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, admitted.unattended->reset.count())));
    return failure(std::move(response));
  }
  return admitted;
}

ObieFailure AispEndpoints::failure_of(Call& call, const policy::Denial& denial,
                                      const std::optional<base::AccountId>& account) {
  call.event.facts["denial"] = std::string(policy::to_text(denial.code));
  if (policy::ground_is_gone(denial.code)) return {ObieCode::unauthorized, "", "The access has ended.", denial.why};
  const auto forbidden = [&](std::string path, std::string text) {
    return ObieFailure{ObieCode::forbidden, std::move(path), std::move(text), denial.why};
  };
  switch (denial.code) {
    case policy::DenialCode::account_not_selected: {
      // [OBIE-4.0-400-404] "If the TPP requests a resource with an Id that does not exist … 400 (Bad Request)"; one
      // that exists and is not the consent's is 403.
      connectors::AccountInformation* accounts = bank(call);
      if (accounts != nullptr && base::is_uuid(account->str())) {
        const auto exists = accounts->account_exists({.caller = call.caller, .idempotency_key = ""}, *account);
        if (!exists.ok() || exists.value())
          return forbidden("AccountId", "The account is not accessible with this consent.");
      }
      return {ObieCode::not_found, "AccountId", "There is no such account.", denial.why};
    }
    case policy::DenialCode::scope_missing:
      return forbidden("Authorization", "The token has not the scope accounts.");
    case policy::DenialCode::sca_due:
      return {ObieCode::reauthenticate, "", "The customer must authenticate again: the last time is too long ago.",
              denial.why};
    case policy::DenialCode::permission_missing:
      return forbidden("", "The consent does not permit this resource.");
    case policy::DenialCode::consent_not_authorised:
    case policy::DenialCode::consent_expired:
      break;
  }
  return {ObieCode::unauthorized, "", "The access has ended.", denial.why};
}

Response AispEndpoints::accounts(Call& call, const TokenFacts& token, std::optional<base::AccountId> account) {
  auto admitted = admit(call, token, policy::Capability::accounts, account, Asks::anew);
  if (!admitted) return std::move(admitted.error());
  const policy::AuthorisedAccess& access = admitted->access;
  connectors::AccountInformation* connector = bank(call);
  const connectors::CallContext context{
      .caller = call.caller, .customer_present = customer_is_present(call.request), .idempotency_key = ""};
  connectors::Outcome<std::vector<connectors::Account>> outcome = connectors::NotSupported{};
  if (connector != nullptr && account) {
    auto one = connector->account(context, access);
    outcome = one.ok() ? connectors::Outcome<std::vector<connectors::Account>>(std::vector{std::move(one.value())})
                       : one.failure_as<std::vector<connectors::Account>>();
  } else if (connector != nullptr) {
    outcome = connector->accounts(context, access);
  }
  if (!outcome.ok()) return bank_failure(call, outcome, account_gone());
  return told(json(200, render_accounts(outcome.value(), access,
                                        link(call, account ? "/accounts/" + account->str() : "/accounts"))),
              admitted->unattended);
}

Response AispEndpoints::balances(Call& call, const TokenFacts& token, std::optional<base::AccountId> account) {
  auto admitted = admit(call, token, policy::Capability::balances, account, Asks::anew);
  if (!admitted) return std::move(admitted.error());
  const policy::AuthorisedAccess& access = admitted->access;
  connectors::AccountInformation* connector = bank(call);
  const connectors::CallContext context{
      .caller = call.caller, .customer_present = customer_is_present(call.request), .idempotency_key = ""};
  connectors::Outcome<std::vector<connectors::Balance>> outcome = connectors::NotSupported{};
  if (connector != nullptr) outcome = connector->balances(context, access);
  if (!outcome.ok()) return bank_failure(call, outcome, account_gone());
  // OBReadBalance1: Balance has at least one item. Without any account left there is nothing to tell.
  if (outcome.value().empty()) return obie_error_response(call, account_gone());
  return told(
      json(200, render_balances(outcome.value(),
                                link(call, account ? "/accounts/" + account->str() + "/balances" : "/balances"))),
      admitted->unattended);
}

Response AispEndpoints::transactions(Call& call, const TokenFacts& token, std::optional<base::AccountId> account) {
  const auto query = read_transaction_query(call.request.raw_query);
  auto admitted = admit(call, token, policy::Capability::transactions, account,
                        query && query->page ? Asks::next_page : Asks::anew);
  if (!admitted) return std::move(admitted.error());
  if (!query) return obie_error_response(call, query.error());
  const policy::AuthorisedAccess& access = admitted->access;
  connectors::AccountInformation* connector = bank(call);
  const connectors::CallContext context{
      .caller = call.caller, .customer_present = customer_is_present(call.request), .idempotency_key = ""};
  connectors::Outcome<connectors::TransactionPage> outcome = connectors::NotSupported{};
  if (connector != nullptr) {
    outcome = connector->transactions(
        context, access, {.from = query->from, .to = query->to, .cursor = query->page, .page_size = deps_.page_size});
  }
  const ObieFailure denied =
      query->page ? ObieFailure::make(ObieCode::field_invalid, "page", "Not a page that was offered in Links.")
                  : account_gone();
  if (!outcome.ok()) return bank_failure(call, outcome, denied);

  const connectors::TransactionPage& page = outcome.value();
  const std::string resource = link(call, account ? "/accounts/" + account->str() + "/transactions" : "/transactions");
  ObieLinks links{.self = query->link(resource, query->page)};
  if (page.total_pages > 1) {
    links.first = query->link(resource, page.first);
    links.last = query->link(resource, page.last);
    if (page.previous) links.previous = query->link(resource, page.previous);
    if (page.next) links.next = query->link(resource, page.next);
  }
  return told(json(200, render_transactions(page, access, links)), admitted->unattended);
}

}  // namespace gateway
