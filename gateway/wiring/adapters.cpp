#include "gateway/wiring/adapters.h"

#include "base/db/transaction.h"
#include "connectors/store/sandbox_messages.h"

namespace gateway {
namespace {

oauth::IntentRefusal translated(consent::IntentRefusal refusal) {
  switch (refusal) {
    case consent::IntentRefusal::unknown:
      return oauth::IntentRefusal::unknown;
    case consent::IntentRefusal::not_authorisable:
      return oauth::IntentRefusal::not_authorisable;
  }
  return oauth::IntentRefusal::unknown;
}

oauth::Intent intent_of(consent::AuthorisableIntent intent) {
  return {std::move(intent.consent), std::move(intent.scope),
          intent.life == consent::AuthorisableIntent::Life::long_lived};
}

// "No" from the bank is a refusal; anything else that is not an answer means that nobody knows yet.
template <class T>
consent::BankFailure failure_of(const connectors::Outcome<T>& outcome) {
  return outcome.template get<connectors::Denied>() != nullptr ? consent::BankFailure::refused
                                                               : consent::BankFailure::unavailable;
}

}  // namespace

base::Result<oauth::Intent, oauth::IntentRefusal> ConsentGateAdapter::intent(base::db::Transaction& tx,
                                                                             const base::Caller& caller,
                                                                             const base::ClientId& client,
                                                                             const base::ConsentId& consent) {
  auto intent = gate_.intent(tx, caller, client, consent);
  if (!intent) return base::failure(translated(intent.error()));
  return intent_of(*std::move(intent));
}

std::optional<oauth::Intent> ConsentGateAdapter::demand_intent(base::db::Transaction& tx, const base::Caller& caller,
                                                               const base::ClientId& client,
                                                               const base::ConsentId& consent, std::string_view scope) {
  auto intent = gate_.demand_intent(tx, caller, client, consent, scope);
  if (!intent) return std::nullopt;
  return intent_of(*std::move(intent));
}

bool ConsentGateAdapter::authorised(base::db::Transaction& tx, const base::Caller& caller,
                                    const base::ConsentId& consent, oauth::ConsentLock lock) {
  return gate_.authorised(tx, caller, consent,
                          lock == oauth::ConsentLock::share ? consent::GateLock::share : consent::GateLock::none);
}

bool ConsentGateAdapter::redeemable(base::db::Transaction& tx, const base::Caller& caller,
                                    const base::ConsentId& consent) {
  return gate_.redeemable(tx, caller, consent);
}

void ConsentGateAdapter::demand_authorised(base::db::Transaction& tx, const base::Caller& caller,
                                           const base::ConsentId& consent) {
  gate_.demand_authorised(tx, caller, consent);
}

int GrantEnderAdapter::end_grants(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                                  const std::string& reason) {
  return grants_.end_grants_of_consent(tx, caller, consent, reason);
}

// Also where the egress guard lets plain http through to loopback: keys come over TLS or not at all.
std::optional<std::string> JwksFetcherAdapter::fault(const std::string& jwks_uri) const {
  const auto url = guard_.admit(jwks_uri);
  if (!url) return url.error().public_text;
  // [FAPI2-SP-FINAL-5.4.2] keys are published "over TLS"
  if (url->scheme != base::net::Scheme::https) return "The URL must begin with https://.";
  return std::nullopt;
}

base::Result<oauth::JwksResponse, std::string> JwksFetcherAdapter::get(const std::string& jwks_uri,
                                                                       std::size_t most_bytes,
                                                                       base::db::Deadline deadline) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongest{3000};
  constexpr milliseconds kRest{500};  // for what the request has to do afterwards
  if (const auto why = fault(jwks_uri)) return base::failure("jwks_uri is not fetched: " + *why);
  const auto left = std::chrono::floor<milliseconds>(deadline.at - monotonic_.now()) - kRest;
  if (left <= milliseconds(0)) return base::failure(std::string("no time is left to fetch jwks_uri"));
  auto response = https_.send({.method = base::http::Method::get,
                               .url = jwks_uri,
                               .headers = {{"Accept", "application/jwk-set+json, application/json"}},
                               .deadline = std::min(left, kLongest),
                               .max_body_bytes = most_bytes});
  if (!response) {
    return base::failure("jwks_uri: " + std::string(to_text(response.error().kind)) + ": " + response.error().log_text);
  }
  const auto header = [&](std::string_view name) { return std::string(response->headers.only(name).value_or("")); };
  return oauth::JwksResponse{response->status, std::move(response->body), header("Cache-Control"), header("Age")};
}

bool SandboxCodeSender::send(const base::Caller& caller, const consent::CodeMessage& message) {
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    connectors::keep_message(
        tx, caller.tenant, message.psu,
        {message.channel == consent::Channel::sms ? "sms" : "email", message.to, message.text, caller.now.protocol});
    return true;
  });
}

base::Result<consent::BankCustomer, consent::BankFailure> CustomerBankAdapter::verify_password(
    const base::Caller& caller, const std::string& username, std::string_view password) {
  auto outcome = authentication_.verify_password({caller, true, {}}, username, password);
  if (!outcome.ok()) return base::failure(failure_of(outcome));
  return consent::BankCustomer{outcome.value().psu, outcome.value().display_name};
}

base::Result<void, consent::BankFailure> CustomerBankAdapter::verify_one_time_code(const base::Caller& caller,
                                                                                   const base::PsuId& psu,
                                                                                   std::string_view code) {
  const auto outcome = authentication_.verify_one_time_code({caller, true, {}}, psu, code);
  if (!outcome.ok()) return base::failure(failure_of(outcome));
  return {};
}

base::Result<consent::BankMethod, consent::BankFailure> CustomerBankAdapter::method(const base::Caller& caller,
                                                                                    const base::PsuId& psu) {
  const auto outcome = authentication_.second_element({caller, true, {}}, psu);
  if (!outcome.ok()) return base::failure(failure_of(outcome));
  switch (outcome.value()) {
    case connectors::ScaMethod::one_time_code:
      return consent::BankMethod::one_time_code;
    case connectors::ScaMethod::decoupled:
      return consent::BankMethod::decoupled;
  }
  return base::failure(consent::BankFailure::refused);
}

std::optional<base::PsuId> CustomerBankAdapter::find_username(const base::Caller& caller, const std::string& username) {
  auto outcome = authentication_.find_username({caller, true, {}}, username);
  if (!outcome.ok()) throw base::db::Unavailable("the bank does not answer who a customer is");
  return outcome.value();
}

base::Result<std::vector<consent::ShareableAccount>, consent::BankFailure> CustomerBankAdapter::accounts(
    const base::Caller& caller, const base::PsuId& psu) {
  auto outcome = accounts_.shareable_accounts({caller, true, {}}, psu);
  if (!outcome.ok()) return base::failure(failure_of(outcome));
  std::vector<consent::ShareableAccount> accounts;
  for (auto& account : outcome.value()) {
    accounts.push_back({account.account,
                        account.product_name,
                        account.masked_number,
                        account.currency,
                        account.owner_name,
                        account.signatures_for_access,
                        account.signatures_for_payments,
                        {account.signatories.begin(), account.signatories.end()},
                        account.numbers});
  }
  return accounts;
}

}  // namespace gateway
