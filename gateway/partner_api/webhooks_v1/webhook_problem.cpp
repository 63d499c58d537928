#include "gateway/partner_api/webhooks_v1/webhook_problem.h"

#include "base/json/strict.h"

namespace gateway {
namespace {

struct Form {
  int status;
  std::string_view code;
  std::string_view title;
};

Form form_of(webhooks::WebhookErrorCode code) {
  using webhooks::WebhookErrorCode;
  switch (code) {
    case WebhookErrorCode::unknown_endpoint:
      return {404, "unknown-endpoint", "Unknown endpoint"};
    case WebhookErrorCode::unknown_dead_letter:
      return {404, "unknown-dead-letter", "Unknown dead letter"};
    case WebhookErrorCode::url_refused:
      return {422, "url-refused", "URL refused"};
    case WebhookErrorCode::unknown_event_type:
      return {422, "unknown-event-type", "Unknown event type"};
    case WebhookErrorCode::invalid_value:
      return {422, "invalid-value", "Invalid value"};
    case WebhookErrorCode::too_many_endpoints:
      return {409, "too-many-endpoints", "Too many endpoints"};
    case WebhookErrorCode::too_many_secrets:
      return {409, "too-many-secrets", "Too many secrets"};
    case WebhookErrorCode::endpoint_disabled:
      return {409, "endpoint-disabled", "Endpoint disabled"};
  }
  return {500, "internal-error", "Internal error"};
}

Form form_of(WebhookBodyError::Kind kind) {
  switch (kind) {
    case WebhookBodyError::Kind::media_type:
      return {415, "unsupported-media-type", "Unsupported media type"};
    case WebhookBodyError::Kind::syntax:
      return {400, "malformed-body", "Malformed body"};
    case WebhookBodyError::Kind::invalid:
      return {422, "invalid-value", "Invalid value"};
    case WebhookBodyError::Kind::query:
      return {400, "invalid-query", "Invalid query"};
  }
  return {500, "internal-error", "Internal error"};
}

base::http::Response render(base::http::Call& call, const Form& form, const std::string& detail,
                            const std::string& log_text, const std::string& pointer) {
  base::json::Value body;
  body["type"] = "urn:aldgate:problem:" + std::string(form.code);
  body["title"] = form.title;
  body["status"] = form.status;
  body["detail"] = detail;
  body["interaction_id"] = call.caller.interaction.str();
  if (!pointer.empty()) {
    base::json::Value error;
    error["pointer"] = "#" + pointer;
    error["detail"] = detail;
    body["errors"] = base::json::Value::array({std::move(error)});
  }
  call.event.refuse(std::string(form.code), log_text);
  return {form.status,
          {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
          base::json::dump(body)};
}

}  // namespace

base::http::Response webhook_problem(base::http::Call& call, const webhooks::WebhookError& error) {
  return render(call, form_of(error.code), error.public_text, error.log_text, error.pointer);
}

base::http::Response webhook_problem(base::http::Call& call, const WebhookBodyError& error) {
  const bool in_body = error.kind == WebhookBodyError::Kind::invalid;
  const std::string where = error.pointer.empty() ? "" : error.pointer + ": ";
  return render(call, form_of(error.kind), where + error.detail, where + error.detail, in_body ? error.pointer : "");
}

}  // namespace gateway
