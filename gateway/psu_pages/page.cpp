#include "gateway/psu_pages/page.h"

#include <kainjow/mustache.hpp>

#include "base/ensure.h"
#include "gateway/psu_pages/embedded.h"

namespace gateway {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

data to_data(const PageValues& values) {
  data out{data::type::object};
  for (const auto& [name, value] : values.texts) out.set(name, value);
  for (const auto& [name, value] : values.flags) out.set(name, value);
  for (const auto& [name, items] : values.lists) {
    data list{data::type::list};
    for (const auto& item : items) list.push_back(to_data(item));
    out.set(name, list);
  }
  for (const auto& [name, items] : values.line_lists) {
    data list{data::type::list};
    for (const auto& item : items) list.push_back(data(item));
    out.set(name, list);
  }
  return out;
}

std::string rendered(std::string_view name, const data& values) {
  const std::string_view text = embedded_file(std::string(name) + ".mustache");
  ENSURE(!text.empty(), "no template " + std::string(name));
  mustache page{std::string(text)};
  ENSURE(page.is_valid(), page.error_message());
  return page.render(values);
}

constexpr std::string_view kAskAgainSeconds = "4";

void set_timer(data& layout, const Timer& timer, Language l) {
  layout.set("timer", true);
  layout.set("timer_seconds", std::to_string(timer.left.count()));
  const bool extendable = !timer.more_time.empty();
  const Text until = extendable ? Text::timer_until : Text::timer_last;
  layout.set("timer_text", text(l, until, time_text(timer.ends)));
  layout.set("timer_words", text(l, extendable ? Text::timer_left : Text::timer_last_left, "{0}"));
  layout.set("timer_expired", timer.expired);
  layout.set("timer_warning", text(l, Text::timer_warning, "{0}"));
  if (!extendable) return;
  layout.set("more_time", timer.more_time);
  layout.set("t_more_time", text(l, Text::more_time));
  if (!timer.form.empty()) layout.set("more_time_form", timer.form);
}

// A link for each other language; the chosen one is kept for the pages that follow.
void set_languages(data& layout, const PageFrame& frame) {
  constexpr std::pair<Language, std::string_view> kNames[] = {
      {Language::en, "English"}, {Language::de, "Deutsch"}, {Language::fr, "Français"}};
  if (frame.self.empty()) return;
  data list{data::type::list};
  for (const auto& [language, name] : kNames) {
    data one{data::type::object};
    one.set("tag", std::string(to_text(language)));
    one.set("name", std::string(name));
    one.set("current", language == frame.language);
    one.set("href", frame.self + (frame.self.find('?') == std::string::npos ? "?lang=" : "&lang=") +
                        std::string(to_text(language)));
    list.push_back(one);
  }
  layout.set("languages", list);
  layout.set("t_language", text(frame.language, Text::language));
}

}  // namespace

PageValues& PageValues::set(const std::string& name, std::string value) {
  texts[name] = std::move(value);
  return *this;
}
PageValues& PageValues::flag(const std::string& name, bool value) {
  flags[name] = value;
  return *this;
}
PageValues& PageValues::list(const std::string& name, std::vector<PageValues> values) {
  lists[name] = std::move(values);
  return *this;
}
PageValues& PageValues::lines(const std::string& name, std::vector<std::string> values) {
  line_lists[name] = std::move(values);
  return *this;
}

base::http::Response render_page(const PageFrame& frame, std::string_view name, const PageValues& values) {
  data content = to_data(values);
  content.set("csrf", frame.csrf);
  const Language l = frame.language;
  data layout{data::type::object};
  layout.set("lang", std::string(to_text(l)));
  const bool mistake = values.texts.contains("notice_field");
  layout.set("title", mistake ? text(l, Text::title_mistake, frame.title) : frame.title);
  layout.set("bank_name", frame.bank_name);
  layout.set("main_class", std::string(frame.wide ? "wide" : "card"));
  layout.set("csrf", frame.csrf);
  layout.set("signed_in", frame.signed_in);
  layout.set("sandbox", frame.sandbox);
  layout.set("interaction", frame.interaction.str());
  layout.set("t_skip", text(l, Text::skip));
  layout.set("t_account_menu", text(l, Text::account_menu));
  layout.set("t_consents", text(l, Text::consents));
  layout.set("t_sign_out", text(l, Text::sign_out));
  layout.set("t_footer", text(l, Text::footer));
  layout.set("t_sandbox", text(l, Text::sandbox));
  layout.set("t_reference", text(l, Text::reference));
  layout.set("t_security", text(l, Text::security));
  layout.set("self", frame.self);
  set_languages(layout, frame);
  const bool counts = frame.timer && frame.timer->shown;
  if (counts) set_timer(layout, *frame.timer, l);
  content.set("t_problem", text(l, Text::problem));
  layout.set("content", rendered(name, content));

  base::http::Response response{frame.status, {}, rendered("layout", layout)};
  auto& h = response.headers;
  h.add("Content-Type", "text/html; charset=utf-8");
  h.add("Content-Language", std::string(to_text(l)));
  h.add("Cache-Control", "no-store");
  h.add("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; " +
                                       std::string(frame.script || counts ? "script-src 'self'; " : "") +
                                       "form-action 'self'" +
                                       (frame.form_action.empty() ? std::string() : " " + frame.form_action) +
                                       "; frame-ancestors 'none'; base-uri 'none'");
  h.add("X-Frame-Options", "DENY");
  h.add("Referrer-Policy", "no-referrer");
  h.add("Cross-Origin-Opener-Policy", "same-origin");
  h.add("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  if (!frame.ask_again.empty()) {
    h.add("Refresh", std::string(kAskAgainSeconds) + "; url=" + frame.ask_again);
  }
  if (frame.chosen) set_cookie(response, kLanguageCookie, to_text(*frame.chosen));
  return response;
}

base::http::Response see_other(std::string location) {
  return {
      303, {{"Location", std::move(location)}, {"Cache-Control", "no-store"}, {"Referrer-Policy", "no-referrer"}}, ""};
}

Language language_of(const base::http::Headers& headers, const std::vector<std::string>& ui_locales) {
  if (const auto kept = cookie(headers, kLanguageCookie)) {
    if (const auto language = language_from_text(*kept)) return *language;
  }
  return choose_language(ui_locales, headers.only("Accept-Language").value_or(""));
}

std::optional<std::string> cookie(const base::http::Headers& headers, std::string_view name) {
  std::optional<std::string> found;
  for (std::string_view line : headers.all("Cookie")) {
    while (!line.empty()) {
      std::string_view pair = line.substr(0, line.find(';'));
      line.remove_prefix(std::min(pair.size() + 1, line.size()));
      while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return std::nullopt;  // the same name twice: somebody tries to confuse
      found = std::string(pair.substr(equals + 1));
    }
  }
  if (found && (found->empty() || found->size() > 256)) return std::nullopt;
  return found;
}

void set_cookie(base::http::Response& response, std::string_view name, std::string_view value) {
  response.headers.add("Set-Cookie",
                       std::string(name) + "=" + std::string(value) + "; Path=/; Secure; HttpOnly; SameSite=Lax");
}

void drop_cookie(base::http::Response& response, std::string_view name) {
  response.headers.add("Set-Cookie", std::string(name) + "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
}

std::optional<base::http::Parameters> own_form(const base::http::Request& request) {
  // Fetch Metadata: absent in old browsers and tools, true in all current ones.
  if (const auto site = request.headers.only("Sec-Fetch-Site"); site && *site != "same-origin") return std::nullopt;
  const auto type = request.headers.only("Content-Type");
  if (!type) return std::nullopt;
  const std::string_view media = type->substr(0, type->find(';'));
  if (!base::http::equal_ignoring_case(media, "application/x-www-form-urlencoded")) return std::nullopt;
  auto form = base::http::Parameters::parse(request.body);
  if (!form) return std::nullopt;
  for (const auto& parameter : form->list()) {
    if (parameter.name != "account" && form->count(parameter.name) > 1) return std::nullopt;
  }
  return form;
}

}  // namespace gateway
