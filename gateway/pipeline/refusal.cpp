#include "gateway/pipeline/refusal.h"

#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace gateway {
namespace {

using nlohmann::ordered_json;

std::string text_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

base::http::Response problem(const Refusal& refusal, const base::InteractionId& interaction) {
  const ordered_json body = {{"type", "urn:aldgate:problem:" + std::string(refusal.code)},
                             {"title", refusal.title},
                             {"status", refusal.status},
                             {"detail", refusal.detail},
                             {"interaction_id", interaction.str()}};
  return {refusal.status, {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}}, text_of(body)};
}

base::http::Response oauth(const Refusal& refusal) {
  const ordered_json body = {{"error", refusal.code}, {"error_description", refusal.detail}};
  return {refusal.status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, text_of(body)};
}

base::http::Response obie(const Refusal& refusal, const base::InteractionId& interaction) {
  // The standard answers 401 and 429 without a body.
  if (refusal.status == 401 || refusal.status == 429) return {refusal.status, {{"Cache-Control", "no-store"}}, ""};
  const ordered_json body = {{"Id", interaction.str()},
                             {"Errors", {{{"ErrorCode", refusal.code}, {"Message", refusal.detail}}}}};
  return {refusal.status,
          {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}},
          text_of(body)};
}

base::http::Response page(const Refusal& refusal, const base::InteractionId& interaction) {
  // Self-contained on purpose: it is what is shown when nothing else may be relied on.
  std::string body =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\""
      "width=device-width, initial-scale=1\"><title>" +
      base::html_escape(refusal.title) +
      "</title><link rel=\"stylesheet\" href=\"/assets/aldgate.css\"></head><body><main class=\"card\">"
      "<h1 id=\"error\">" +
      base::html_escape(refusal.title) + "</h1><p>" + base::html_escape(refusal.detail) +
      "</p><p><a class=\"button secondary\" href=\"/consents\">Your consents</a></p><p class=\"reference\">Reference: "
      "<code>" +
      base::html_escape(interaction.str()) + "</code></p></main></body></html>\n";
  return {refusal.status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"Content-Security-Policy",
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
           {"X-Frame-Options", "DENY"},
           {"Referrer-Policy", "no-referrer"}},
          std::move(body)};
}

}  // namespace

base::http::Response refuse(Surface surface, const Refusal& refusal, const base::InteractionId& interaction) {
  switch (surface) {
    case Surface::oauth:
      return oauth(refusal);
    case Surface::obie:
      return obie(refusal, interaction);
    case Surface::problem:
      return problem(refusal, interaction);
    case Surface::page:
      return page(refusal, interaction);
    case Surface::operations:
      return {refusal.status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(refusal.detail) + "\n"};
  }
  return {refusal.status, {}, ""};
}

}  // namespace gateway
