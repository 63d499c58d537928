// The two steps of signing in, wherever they stand, and the error page.

#include <algorithm>

#include "base/crypto/hash.h"
#include "gateway/psu_pages/embedded.h"
#include "gateway/psu_pages/psu_pages_parts.h"

namespace gateway {

using base::http::Call;
using base::http::Response;

std::string browser_hash(std::string_view browser) {
  return base::crypto::sha256_base64url("browser:" + std::string(browser));
}

consent::Activity activity_of(const Call& call) {
  const bool by_itself = call.request.method == base::http::Method::get && call.request.raw_query.ends_with(kWaiting);
  return by_itself ? consent::Activity::does_not_count : consent::Activity::counts;
}

void set_steps(PageValues& values, Language l) {
  values.set("t_step_sign_in", text(l, Text::step_sign_in)).set("t_step_confirm", text(l, Text::step_confirm));
  values.set("t_step_decide", text(l, Text::step_decide));
}

PageFrame PsuPages::frame(const Call& call, Text title, const std::vector<std::string>& ui_locales) const {
  PageFrame frame;
  const auto& request = call.request;
  frame.language = language_of(request.headers, ui_locales);
  if (request.method == base::http::Method::get && request.path != "/authorize") {
    frame.self = request.path;
    const auto query = base::http::Parameters::parse(request.raw_query, 8);
    if (query) frame.chosen = language_from_text(query->only("lang").value_or(""));
    frame.language = frame.chosen.value_or(frame.language);
  }
  frame.bank_name = settings_.bank_name;
  frame.sandbox = settings_.sandbox;
  frame.interaction = call.caller.interaction;
  frame.title = text(frame.language, title);
  return frame;
}

Response PsuPages::error_page(PageFrame frame, Text title, std::string words, const std::string& again,
                              const std::string& tpp, const WayBack& way_back) const {
  const Language l = frame.language;
  frame.title = text(l, title);
  frame.timer.reset();
  PageValues values;
  values.set("error_title", frame.title).set("error_text", std::move(words));
  if (!again.empty()) values.set("again", again).set("t_again", text(l, Text::again));
  if (way_back) {
    values.set("t_back_to_tpp", text(l, Text::back_to_tpp, tpp.empty() ? "TPP" : tpp));
    values.set(way_back->response ? "return_action" : "return_url", way_back->url);
    if (way_back->response) {
      values.set("response", *way_back->response);
      frame.form_action = oauth::origin_of(way_back->url);
    }
  }
  values.flag("dashboard", !way_back).set("t_consents", text(l, Text::consents));
  return render_page(frame, "error", values);
}

// [OAUTH-FORM-POST-2] "HTML form values that are auto-submitted in the User Agent"; without JavaScript by its button
Response PsuPages::send_back(PageFrame frame, const oauth::AuthorizationResponse& response,
                             const std::string& tpp) const {
  if (!response.response) return see_other(response.url);
  const Language l = frame.language;
  const std::string name = tpp.empty() ? "TPP" : tpp;
  frame.title = text(l, Text::returning_title, name);
  frame.form_action = oauth::origin_of(response.url);
  frame.script = true;
  PageValues values;
  values.set("returning_title", frame.title).set("t_returning", text(l, Text::returning_text, name));
  values.set("action", response.url).set("response", *response.response).set("t_continue", text(l, Text::continue_));
  return render_page(frame, "form_post", values);
}

Response PsuPages::show_login(const PageFrame& frame, const SignIn& door, const std::string& notice,
                              Mistake mistake) const {
  const Language l = frame.language;
  PageValues values;
  values.flag("steps", !door.tpp.empty()).set("t_progress", text(l, Text::progress));
  set_steps(values, l);
  values.set("t_login_title", text(l, Text::login_title)).set("action", door.login_action);
  if (door.tpp.empty()) {
    values.set("t_login_for_dashboard", text(l, Text::login_for_dashboard));
    values.set("t_never_share", text(l, Text::footer));
  } else {
    values.set("tpp_name", door.tpp).set("t_login_for_tpp", text(l, Text::login_for_tpp, door.tpp));
    values.set("t_never_share", text(l, Text::never_share, door.tpp));
    values.set("cancel_action", door.cancel_action).set("t_cancel_to_tpp", text(l, Text::cancel_to_tpp, door.tpp));
  }
  if (!notice.empty()) values.set("notice", notice);
  if (mistake == Mistake::yes) values.set("notice_field", "username");
  values.set("username", door.username);
  values.set("t_username", text(l, Text::username)).set("t_password", text(l, Text::password));
  values.set("t_continue", text(l, Text::continue_));
  PageFrame page = frame;
  if (!door.session_handle.empty()) {
    page.script = true;
    values.set("passkey_action", door.passkey_action);
    set_passkey(values, l, deps_.authentication.passkey_login_options(door.session_handle), Text::passkey_sign_in);
  }
  return render_page(page, "login", values);
}

Response PsuPages::refused(Call& call, PageFrame frame, const SignIn& door,
                           const consent::AuthenticationRefusal& refusal, bool code_step) {
  using Code = consent::AuthenticationRefusalCode;
  const Language l = frame.language;
  switch (refusal.code) {
    case Code::refused: {
      call.event.refuse("authentication_refused",
                        "[RTS-SCA-4.3a] an element was wrong; attempts left " + std::to_string(refusal.attempts_left));
      const std::string notice = refusal.warn ? text(l, Text::login_warning, std::to_string(refusal.attempts_left))
                                              : text(l, Text::login_failed);
      return code_step ? show_code(call, frame, door, notice, Mistake::yes)
                       : show_login(frame, door, notice, Mistake::yes);
    }
    case Code::blocked:
      call.event.refuse("authentication_blocked", "[RTS-SCA-4.3b] too many consecutive failures");
      frame.status = 403;
      return error_page(frame, Text::blocked_title, text(l, Text::login_blocked), "", door.tpp, door.way_back);
    case Code::busy:
      call.event.refuse("authentication_busy", "as many attempts as are allowed are being verified at this moment");
      return code_step ? show_code(call, frame, door, text(l, Text::login_failed))
                       : show_login(frame, door, text(l, Text::login_failed));
    case Code::session_ended:
    case Code::no_challenge: {
      call.event.refuse("session_ended", "no live session or challenge");
      frame.status = 403;
      Response response =
          error_page(frame, Text::session_title, text(l, Text::session_text), door.again, door.tpp, door.way_back);
      drop_cookie(response, door.cookie_name);
      return response;
    }
    case Code::waiting:
      call.event.refuse("approval_waiting", "the customer has not decided on the other device yet");
      return show_code(call, frame, door, text(l, Text::approval_waiting));
    case Code::not_sent:
      call.event.refuse("code_not_sent", "the code could not be sent, or too many were");
      return show_code(call, frame, door, text(l, Text::code_not_sent));
    case Code::bank_unavailable:
      call.event.refuse("bank_unavailable", "the bank did not answer");
      return code_step ? show_code(call, frame, door, text(l, Text::bank_away))
                       : show_login(frame, door, text(l, Text::bank_away));
  }
  frame.status = 500;
  return error_page(frame, Text::unavailable_title, text(l, Text::unavailable_text), door.again, door.tpp,
                    door.way_back);
}

base::Result<base::http::Parameters, Response> PsuPages::form_of(Call& call, const PageFrame& frame,
                                                                 const std::optional<std::string>& session_handle,
                                                                 const std::string& again, const std::string& tpp,
                                                                 const WayBack& way_back) {
  auto form = own_form(call.request);
  const std::string token(form ? form->only("csrf").value_or("") : "");
  if (form && session_handle && consent::csrf_token_matches(*session_handle, token)) return std::move(*form);
  call.event.refuse("forged_form",
                    session_handle ? "the form's token is not this session's" : "no session cookie with the form");
  PageFrame error = frame;
  error.status = 403;
  return base::failure(
      error_page(error, Text::forged_title, text(frame.language, Text::forged_text), again, tpp, way_back));
}

std::string PsuPages::client_name(base::db::Transaction& tx, const base::Caller& caller,
                                  const base::ClientId& client) const {
  const auto found = deps_.clients.find(tx, caller, client);
  return found ? found->name : client.str();
}

Response PsuPages::asset(Call& call) {
  const std::string& name = call.path_values.at(0);
  const bool css = name.ends_with(".css");
  const bool svg = name.ends_with(".svg");
  const bool script = name.ends_with(".js");
  const std::string_view content = css || svg || script ? embedded_file(name) : std::string_view();
  if (content.empty()) return {404, {{"Content-Type", "text/plain; charset=utf-8"}}, "There is no such file.\n"};
  return {200,
          {{"Content-Type", css      ? "text/css; charset=utf-8"
                            : script ? "text/javascript; charset=utf-8"
                                     : "image/svg+xml"},
           {"Cache-Control", "public, max-age=300"},
           {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
          std::string(content)};
}

Response PsuPages::home(Call& call) {
  PageFrame page = frame(call, Text::consents_title);
  page.title = "Aldgate";
  PageValues values;
  values.set("t_home_lead", text(page.language, Text::home_lead))
      .set("t_consents", text(page.language, Text::consents));
  values.set("t_home_metadata", text(page.language, Text::home_metadata));
  return render_page(page, "home", values);
}

}  // namespace gateway
