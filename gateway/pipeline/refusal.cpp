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

struct PageWords {
  Text title;
  Text detail;
};

PageWords words_of(int status) {
  if (status == 404) return {Text::nothing_here_title, Text::nothing_here_text};
  if (status == 405) return {Text::not_like_that_title, Text::not_like_that_text};
  if (status == 413) return {Text::too_large_title, Text::too_large_text};
  if (status == 429) return {Text::too_often_title, Text::too_often_text};
  if (status == 503) return {Text::unavailable_title, Text::unavailable_text};
  if (status >= 500) return {Text::failed_title, Text::failed_text};
  return {Text::error_title, Text::incomplete_text};
}

base::http::Response page(const Refusal& refusal, const base::InteractionId& interaction, Language l) {
  // Self-contained on purpose: it is what is shown when nothing else may be relied on.
  const PageWords words = words_of(refusal.status);
  const std::string title = base::html_escape(text(l, words.title));
  const std::string language(to_text(l));
  std::string body =
      "<!doctype html><html lang=\"" + language +
      "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>" +
      title + "</title><link rel=\"stylesheet\" href=\"/assets/aldgate.css\"></head><body><main class=\"card\">" +
      "<h1 id=\"error\">" + title + "</h1><p class=\"lead\">" + base::html_escape(text(l, words.detail)) +
      "</p><p><a class=\"button secondary\" href=\"/consents\">" + base::html_escape(text(l, Text::consents)) +
      "</a></p><p class=\"reference\">" + base::html_escape(text(l, Text::reference)) + ": <code>" +
      base::html_escape(interaction.str()) + "</code></p></main></body></html>\n";
  return {refusal.status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Content-Language", language},
           {"Vary", "Accept-Language, Cookie"},
           {"Cache-Control", "no-store"},
           {"Content-Security-Policy",
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
           {"X-Frame-Options", "DENY"},
           {"Referrer-Policy", "no-referrer"}},
          std::move(body)};
}

}  // namespace

base::http::Response refuse(Surface surface, const Refusal& refusal, const base::InteractionId& interaction,
                            Language language) {
  switch (surface) {
    case Surface::oauth:
      return oauth(refusal);
    case Surface::obie:
      return obie(refusal, interaction);
    case Surface::problem:
      return problem(refusal, interaction);
    case Surface::page:
      return page(refusal, interaction, language);
    case Surface::operations:
      return {refusal.status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(refusal.detail) + "\n"};
  }
  return {refusal.status, {}, ""};
}

}  // namespace gateway
