#include "gateway/partner_api/open_banking_uk/payment_consents_api.h"

#include <algorithm>
#include <optional>

#include "base/crypto/hash.h"
#include "base/ensure.h"
#include "consent/services/payment_consents.h"
#include "gateway/partner_api/open_banking_uk/obie_error.h"
#include "gateway/partner_api/open_banking_uk/payment_body.h"
#include "gateway/partner_api/open_banking_uk/rendering.h"
#include "gateway/partner_api/open_banking_uk/request_checks.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;
using consent::ConsentErrorCode;
using consent::ConsentKind;

constexpr const char* kIdempotencyKey = "x-idempotency-key";
constexpr std::size_t kLongestKey = 40;

std::string_view path_of(ConsentKind kind) {
  switch (kind) {
    case ConsentKind::domestic_payment:
      return "/pisp/domestic-payment-consents/";
    case ConsentKind::domestic_scheduled_payment:
      return "/pisp/domestic-scheduled-payment-consents/";
    case ConsentKind::domestic_standing_order:
      return "/pisp/domestic-standing-order-consents/";
    case ConsentKind::international_payment:
      return "/pisp/international-payment-consents/";
    case ConsentKind::file_payment:
      return "/pisp/file-payment-consents/";
    case ConsentKind::domestic_vrp:
      return "/pisp/domestic-vrp-consents/";
    case ConsentKind::funds_confirmation:
      return "/cbpii/funds-confirmation-consents/";
    case ConsentKind::account_access:
      break;
  }
  throw base::BrokenInvariant("a kind without an address here");
}

Response json(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

// [OBIE-4.0-Security] consent resources: "the TPP must use a client credentials grant"
std::optional<ObieFailure> check_token(const ClientFacts& token, ConsentKind kind) {
  if (token.of_the_client && token.has_scope) return std::nullopt;
  const std::string scope(consent::kind_policy(kind).scope);
  return ObieFailure{
      ObieCode::forbidden, "Authorization", "A client-credentials token with scope " + scope + " is needed.",
      token.has_scope ? "a customer's token at a consent resource" : "the token has not the scope " + scope};
}

// [OBIE-4.0-Idempotency] "the ASPSP must … if the x-idempotency-key is longer than 40 characters … respond with a 400"
base::Result<std::optional<consent::IdempotencyKey>, ObieFailure> idempotency_of(const Call& call, ConsentKind kind) {
  using Kept = std::optional<consent::IdempotencyKey>;
  // Confirmation of funds knows no such key: it is not looked at there.
  if (kind == ConsentKind::funds_confirmation) return Kept();
  const std::size_t count = call.request.headers.count(kIdempotencyKey);
  if (count == 0) {
    return base::failure(ObieFailure::make(ObieCode::header_missing, kIdempotencyKey, "The header is missing."));
  }
  const auto key = call.request.headers.only(kIdempotencyKey);
  const bool sound = key && !key->empty() && key->size() <= kLongestKey &&
                     std::all_of(key->begin(), key->end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!sound) {
    return base::failure(ObieFailure::make(ObieCode::header_invalid, kIdempotencyKey,
                                           "The header must be one, of 1 to 40 printable characters without blanks."));
  }
  return Kept(consent::IdempotencyKey{std::string(*key), base::crypto::sha256_base64url(call.request.body)});
}

ObieFailure failure_of(const consent::ConsentError& error) {
  const auto make = [&](ObieCode code, const std::string& prefix = "Data.") {
    return ObieFailure{code, error.field.empty() ? "" : prefix + error.field, error.public_text, error.log_text};
  };
  switch (error.code) {
    case ConsentErrorCode::unknown:
      return make(ObieCode::not_found);
    case ConsentErrorCode::foreign_client:
    case ConsentErrorCode::foreign_psu:
      return make(ObieCode::forbidden);
    case ConsentErrorCode::expiration_invalid:
    case ConsentErrorCode::period_invalid:
      return make(ObieCode::field_invalid_date);
    case ConsentErrorCode::idempotency_conflict:
      return make(ObieCode::header_invalid, "");
    case ConsentErrorCode::terms_changed:
      return make(ObieCode::consent_mismatch);
    case ConsentErrorCode::status_conflict:
    case ConsentErrorCode::expired:
      return make(ObieCode::invalid_consent_status);
    case ConsentErrorCode::permissions_invalid:
    case ConsentErrorCode::no_account_selected:
    case ConsentErrorCode::account_not_shareable:
    case ConsentErrorCode::too_many_accounts:
    case ConsentErrorCode::terms_not_confirmed:
      break;  // said to customers alone
  }
  return make(ObieCode::unexpected_error);
}

ObieFailure no_such_consent() {
  return ObieFailure::make(ObieCode::not_found, "ConsentId", "There is no such consent.");
}

}  // namespace

ClientFacts PaymentConsentsApi::facts_of(const oauth::PresentedAccess& access, Kind kind) {
  return {.client = access.client(),
          .of_the_client = access.psu().empty() && access.consent().empty(),
          .has_scope = access.has_scope(consent::kind_policy(kind).scope)};
}

std::string PaymentConsentsApi::link(const Call& call, Kind kind, const base::ConsentId& id) const {
  const bool mtls = call.request.listener == base::http::Listener::mtls;
  return (mtls ? deps_.mtls_base_url : deps_.base_url) + std::string(path_of(kind)) + id.str();
}

Response PaymentConsentsApi::create(Call& call, const ClientFacts& token, Kind kind) {
  if (auto refusal = check_obie_request(call.request, RequestBody::json)) return obie_error_response(call, *refusal);
  if (auto refusal = check_token(token, kind)) return obie_error_response(call, *refusal);
  auto idempotency = idempotency_of(call, kind);
  if (!idempotency) return obie_error_response(call, idempotency.error());
  auto request = read_payment_body(kind, call.request.body);
  if (!request) return obie_error_response(call, request.error());
  request->idempotency = std::move(*idempotency);
  const auto created = deps_.consents.create(call.caller, token.client, *request);
  if (!created) return obie_error_response(call, failure_of(created.error()));
  call.event.consent = created->id;
  return json(201, render_payment_consent(*created, link(call, kind, created->id)));
}

Response PaymentConsentsApi::read(Call& call, const ClientFacts& token, Kind kind) {
  if (auto refusal = check_obie_request(call.request, RequestBody::none)) return obie_error_response(call, *refusal);
  if (auto refusal = check_token(token, kind)) return obie_error_response(call, *refusal);
  const base::ConsentId id(call.path_values.at(0));
  if (!base::is_uuid(id.str())) return obie_error_response(call, no_such_consent());
  call.event.consent = id;
  const auto found = deps_.consents.find(call.caller, token.client, kind, id);
  if (!found) return obie_error_response(call, failure_of(found.error()));
  return json(200, render_payment_consent(*found, link(call, kind, id)));
}

Response PaymentConsentsApi::upload(Call& call, const ClientFacts& token) {
  constexpr ConsentKind kFile = ConsentKind::file_payment;
  if (auto refusal = check_obie_request(call.request, RequestBody::json)) return obie_error_response(call, *refusal);
  if (auto refusal = check_token(token, kFile)) return obie_error_response(call, *refusal);
  // [OBIE-4.0-FilePayment] the upload is idempotent by its content: the consent declares the hash of the one file it
  // takes.
  if (const auto key = idempotency_of(call, kFile); !key) return obie_error_response(call, key.error());
  const base::ConsentId id(call.path_values.at(0));
  if (!base::is_uuid(id.str())) return obie_error_response(call, no_such_consent());
  call.event.consent = id;
  const auto found = deps_.consents.find(call.caller, token.client, kFile, id);
  if (!found) return obie_error_response(call, failure_of(found.error()));
  const auto terms = read_payment_file(*found, call.request.body);
  if (!terms) return obie_error_response(call, terms.error());
  const auto uploaded = deps_.consents.upload(call.caller, token.client, id, call.request.body, *terms);
  if (!uploaded) return obie_error_response(call, failure_of(uploaded.error()));
  Response response;
  response.status = 200;
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response PaymentConsentsApi::file(Call& call, const ClientFacts& token) {
  constexpr ConsentKind kFile = ConsentKind::file_payment;
  if (auto refusal = check_obie_request(call.request, RequestBody::none)) return obie_error_response(call, *refusal);
  if (auto refusal = check_token(token, kFile)) return obie_error_response(call, *refusal);
  const base::ConsentId id(call.path_values.at(0));
  if (!base::is_uuid(id.str())) return obie_error_response(call, no_such_consent());
  call.event.consent = id;
  auto content = deps_.consents.file(call.caller, token.client, id);
  if (!content) return obie_error_response(call, failure_of(content.error()));
  return json(200, std::move(*content));
}

Response PaymentConsentsApi::remove(Call& call, const ClientFacts& token, Kind kind) {
  if (auto refusal = check_obie_request(call.request, RequestBody::none)) return obie_error_response(call, *refusal);
  if (auto refusal = check_token(token, kind)) return obie_error_response(call, *refusal);
  const base::ConsentId id(call.path_values.at(0));
  if (!base::is_uuid(id.str())) return obie_error_response(call, no_such_consent());
  call.event.consent = id;
  const auto removed = deps_.consents.remove(call.caller, token.client, kind, id);
  if (!removed) return obie_error_response(call, failure_of(removed.error()));
  Response response;
  response.status = 204;
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace gateway
