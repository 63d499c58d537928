// The browser flow of one authorization: from /authorize to the 303 back to the TPP.

#include <algorithm>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/observe/log.h"
#include "gateway/psu_pages/psu_pages_parts.h"
#include "gateway/psu_pages/terms_text.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

constexpr std::string_view kAcr = "urn:openbanking:psd2:sca";

std::string cookie_of(std::string_view handle) {
  return "__Host-aldgate-" + base::hex_encode(base::crypto::sha256("interaction:" + std::string(handle))).substr(0, 16);
}

Text title_of(oauth::InteractionErrorCode code) {
  using Code = oauth::InteractionErrorCode;
  switch (code) {
    case Code::expired:
      return Text::expired_title;
    case Code::spent:
    case Code::other_browser:
    case Code::other_customer:
    case Code::other_subject:
      return Text::other_browser_title;
    case Code::already_granted:
      return Text::granted_title;
    case Code::already_refused:
      return Text::refused_title;
    case Code::intent_refused:
      return Text::intent_title;
    case Code::invalid_request:
    case Code::unknown:
    case Code::not_bound:
    case Code::client_disabled:
    case Code::login_required:
      return Text::error_title;
  }
  return Text::error_title;
}

std::string words_of(Language language, const oauth::InteractionError& error) {
  using Code = oauth::InteractionErrorCode;
  switch (error.code) {
    case Code::expired:
      return text(language, Text::expired_text);
    case Code::spent:
    case Code::other_browser:
    case Code::other_customer:
    case Code::other_subject:
      return text(language, Text::other_browser_text);
    case Code::already_granted:
      return text(language, Text::ended_granted);
    case Code::already_refused:
      return text(language, Text::ended_refused);
    case Code::intent_refused:
      return text(language, Text::intent_text);
    case Code::invalid_request:
      return text(language, Text::incomplete_text);
    case Code::unknown:
      return text(language, Text::unknown_text);
    case Code::client_disabled:
      return text(language, Text::disabled_text);
    case Code::not_bound:
    case Code::login_required:
      return text(language, Text::sign_in_first);
  }
  return text(language, Text::unknown_text);
}

int status_of(oauth::InteractionErrorCode code) {
  using Code = oauth::InteractionErrorCode;
  switch (code) {
    case Code::already_granted:
    case Code::already_refused:
      return 200;
    case Code::unknown:
      return 404;
    case Code::other_browser:
    case Code::other_customer:
    case Code::other_subject:
      return 403;
    case Code::invalid_request:
    case Code::expired:
    case Code::spent:
    case Code::not_bound:
    case Code::intent_refused:
    case Code::client_disabled:
    case Code::login_required:
      return 400;
  }
  return 400;
}

}  // namespace

Response PsuPages::interaction_error(Call& call, const oauth::InteractionError& error) {
  call.event.refuse(std::string(oauth::to_text(error.code)), error.log_text);
  PageFrame page = frame(call, Text::error_title, error.ui_locales);
  const std::string tpp = error.client.empty() ? ""
                                               : base::db::with_transaction(
                                                     deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
                                                       return client_name(tx, call.caller, error.client);
                                                     });
  if (is_for_the_client(error)) return send_back(page, *error.way_back, tpp);
  page.status = status_of(error.code);
  return error_page(page, title_of(error.code), words_of(page.language, error), "", tpp, error.way_back);
}

Response PsuPages::authorize(Call& call) {
  const auto browser = cookie(call.request.headers, kBrowserCookie);
  std::optional<std::string> hash;
  if (browser) hash = browser_hash(*browser);
  const auto view = deps_.interactions.open(call, hash);
  if (!view) {
    Response refused = interaction_error(call, view.error());
    // [RFC9126-7.3] a request_uri that was used is refused, however it ended
    if (refused.status == 200) refused.status = 400;
    return refused;
  }
  call.event.client = view->client;
  call.event.consent = view->consent;
  Response response = see_other("/interaction/" + base::percent_encode(view->handle));
  if (!browser) set_cookie(response, kBrowserCookie, base::random_handle(deps_.entropy));
  return response;
}

base::Result<PsuPages::Flow, Response> PsuPages::flow(Call& call, consent::Activity activity) {
  Flow flow;
  flow.handle = call.path_values.at(0);
  auto view = base::db::with_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
    return deps_.interactions.find(tx, call.caller, flow.handle);
  });
  if (!view) return base::failure(interaction_error(call, view.error()));
  flow.view = std::move(*view);
  call.event.client = flow.view.client;
  call.event.consent = flow.view.consent;
  flow.path = "/interaction/" + base::percent_encode(flow.handle);
  flow.cookie_name = cookie_of(flow.handle);
  if (const auto browser = cookie(call.request.headers, kBrowserCookie)) flow.browser_hash = browser_hash(*browser);
  flow.session_handle = cookie(call.request.headers, flow.cookie_name);
  if (flow.session_handle) flow.session = deps_.sessions.find(call.caller, *flow.session_handle, activity);
  if (flow.session && flow.session->psu) call.event.psu = *flow.session->psu;
  return flow;
}

PsuPages::SignIn PsuPages::door_of(const Flow& flow) {
  return {flow.path + "/login",
          flow.path + "/code",
          flow.path + "/cancel",
          flow.path,
          flow.view.client_name,
          flow.view.way_back,
          flow.cookie_name,
          flow.view.login_hint,
          flow.path + "/passkey",
          flow.session_handle.value_or(""),
          {},
          {}};
}

Response PsuPages::interaction(Call& call) {
  auto found = flow(call, activity_of(call));
  if (!found) return std::move(found.error());
  Flow& flow = *found;
  PageFrame page = frame(call, Text::login_title, flow.view.ui_locales);
  page.form_action = flow.view.redirect_origin;
  page.self = flow.path;
  SignIn door = door_of(flow);

  if (!flow.session) {
    const bool ended = flow.session_handle.has_value();
    auto started = deps_.sessions.start(call.caller);
    page.csrf = consent::csrf_token(started.handle.reveal());
    page.timer = timer_of(call, flow, started.session);
    door.session_handle = started.handle.reveal();
    Response response = show_login(page, door, ended ? text(page.language, Text::session_text) : "");
    set_cookie(response, flow.cookie_name, started.handle.reveal());
    if (!flow.browser_hash) set_cookie(response, kBrowserCookie, base::random_handle(deps_.entropy));
    return response;
  }
  page.csrf = consent::csrf_token(*flow.session_handle);
  page.timer = timer_of(call, flow, *flow.session);
  link(call, flow, door);
  // [RTS-SCA-5] a session that signed in, or confirmed something else, confirms this first
  if (flow.session->authenticated() && flow.session->bound_terms == door.linking.terms_hash)
    return show_review(call, flow, "");
  if (flow.session->psu && (flow.session->challenge || flow.session->authenticated())) {
    page.title = text(page.language, Text::code_title);
    const auto standing = deps_.authentication.challenge(call.caller, door.session_handle, door.linking);
    if (standing && standing->approved) {
      const auto verified = deps_.authentication.answer(call.caller, door.session_handle, "", door.linking);
      if (verified) return finish_code(call, flow, page, *verified);
      return refused(call, page, door, verified.error(), true);
    }
    return show_code(call, page, door, "");
  }
  return show_login(page, door, "");
}

base::Result<PsuPages::Step, Response> PsuPages::step(Call& call, Text title) {
  TRY(Flow found, flow(call));
  PageFrame page = frame(call, title, found.view.ui_locales);
  page.form_action = found.view.redirect_origin;
  page.self = found.path;
  TRY(auto form, form_of(call, page, found.session_handle, found.path, found.view.client_name, found.view.way_back));
  page.csrf = consent::csrf_token(*found.session_handle);
  if (found.session) page.timer = timer_of(call, found, *found.session);
  SignIn door = door_of(found);
  return Step{std::move(found), std::move(page), std::move(door), std::move(form)};
}

Response PsuPages::interaction_login(Call& call) {
  auto given = step(call, Text::login_title);
  if (!given) return std::move(given.error());
  auto& [flow, page, door, form] = *given;
  door.username = std::string(form.only("username").value_or(""));
  const auto logged_in =
      deps_.authentication.login(call.caller, *flow.session_handle, door.username, form.only("password").value_or(""));
  if (!logged_in) return refused(call, page, door, logged_in.error(), false);
  Response response = see_other(flow.path);
  set_cookie(response, flow.cookie_name, logged_in->session.handle.reveal());
  return response;
}

bool PsuPages::is_for_the_client(const oauth::InteractionError& error) {
  using Code = oauth::InteractionErrorCode;
  return error.way_back && (error.code == Code::login_required || error.code == Code::other_subject);
}

base::Result<oauth::InteractionView, oauth::InteractionError> PsuPages::bind(Call& call, const Flow& flow,
                                                                             const base::PsuId& psu) {
  auto bound = base::db::in_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
    return deps_.interactions.bind(tx, call.caller, flow.handle, flow.browser_hash.value_or(""), psu);
  });
  // Meant for somebody else: it ends here, so that what the client is told stays true.
  if (!bound && bound.error().code == oauth::InteractionErrorCode::other_subject) {
    auto ended = base::db::in_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
      return deps_.interactions.refuse(tx, call.caller, flow.handle, flow.browser_hash,
                                       oauth::InteractionRefusal::login_required);
    });
    if (!ended) return base::failure(std::move(ended.error()));
    bound.error().way_back = std::move(*ended);
  }
  return bound;
}

base::Result<PsuPages::Review, Response> PsuPages::review(Call& call, const Flow& flow,
                                                          const std::optional<std::set<base::AccountId>>& ticked) {
  auto reviewed = review(call, frame(call, Text::review_title, flow.view.ui_locales),
                         {flow.view.client, flow.view.client_name, flow.view.on_behalf_of, flow.view.consent,
                          *flow.session->psu, flow.view.details, flow.path, flow.view.way_back},
                         ticked);
  if (!reviewed) return reviewed;
  const Language l = frame(call, Text::review_title, flow.view.ui_locales).language;
  PageValues& v = reviewed->values;
  v.flag("steps", true).set("t_progress", text(l, Text::progress));
  set_steps(v, l);
  v.set("t_cancel_to_tpp", text(l, Text::cancel_to_tpp, flow.view.client_name));
  v.set("action", flow.path + "/decision").set("cancel_action", flow.path + "/cancel");
  return reviewed;
}

Response PsuPages::show_review(Call& call, const Flow& flow, const std::string& notice,
                               const std::optional<std::set<base::AccountId>>& ticked) {
  PageFrame page = frame(call, Text::review_title, flow.view.ui_locales);
  page.title = text(page.language, Text::review_title, flow.view.client_name);
  page.csrf = consent::csrf_token(*flow.session_handle);
  page.form_action = flow.view.redirect_origin;
  page.timer = timer_of(call, flow, *flow.session);
  page.self = flow.path;
  if (flow.view.consent.empty()) {
    const Language l = page.language;
    const std::string& tpp = flow.view.client_name;
    page.title = text(l, Text::identity_title, tpp);
    PageValues values;
    values.set("t_progress", text(l, Text::progress)).set("t_identity_title", page.title);
    set_steps(values, l);
    values.set("t_identity_lead", text(l, Text::identity_lead, tpp))
        .set("t_identity_only", text(l, Text::identity_only, tpp));
    set_details(values, l, detail_lines(l, flow.view.details));
    values.set("t_allow", text(l, Text::allow)).set("t_deny", text(l, Text::deny));
    values.set("t_cancel_to_tpp", text(l, Text::cancel_to_tpp, tpp));
    values.set("action", flow.path + "/decision").set("cancel_action", flow.path + "/cancel");
    return render_page(page, "identity", values);
  }
  auto reviewed = review(call, flow, ticked);
  if (!reviewed) return std::move(reviewed.error());
  if (!notice.empty()) {
    reviewed->values.set("notice", notice);
    if (!reviewed->accounts.empty()) reviewed->values.set("notice_field", "account-1");
  }
  page.timer->form = "decision";
  page.title = reviewed->values.texts.at("t_review_title");
  reviewed->values.set("shown", base::crypto::sha256_base64url(reviewed->shown));
  return render_page(page, "consent", reviewed->values);
}

Response PsuPages::interaction_decision(Call& call) {
  auto found = flow(call);
  if (!found) return std::move(found.error());
  Flow& flow = *found;
  PageFrame page = frame(call, Text::review_title, flow.view.ui_locales);
  const Language l = page.language;
  auto form = form_of(call, page, flow.session_handle, flow.path, flow.view.client_name, flow.view.way_back);
  if (!form) return std::move(form.error());
  if (!flow.session || !flow.session->authenticated()) {
    call.event.refuse("session_ended", "[RTS-SCA-4.3d] the session ended before the decision");
    page.status = 403;
    Response response = error_page(page, Text::session_title, text(l, Text::session_text), flow.path,
                                   flow.view.client_name, flow.view.way_back);
    drop_cookie(response, flow.cookie_name);
    return response;
  }
  const std::string_view decision = form->only("decision").value_or("");
  const bool allow = decision == "allow";
  if (!allow && decision != "deny") return show_review(call, flow, "");
  const base::PsuId psu = *flow.session->psu;

  std::optional<Review> reviewed;
  consent::AuthoriseConsent request;
  if (!flow.view.consent.empty()) {
    auto result = review(call, flow);
    if (!result) return std::move(result.error());
    reviewed = std::move(*result);
    // What was decided on is what stands on the page now: another text, a page of yesterday, a changed consent.
    if (form->only("shown").value_or("") != base::crypto::sha256_base64url(reviewed->shown))
      return show_review(call, flow, "");
    request = {.client = flow.view.client,
               .consent = flow.view.consent,
               .psu = psu,
               .chosen = {},
               .shareable = {},
               .evidence = {flow.session->id, reviewed->shown},
               .bound_terms = flow.session->bound_terms};
    for (const auto account : form->all("account")) request.chosen.insert(base::AccountId(std::string(account)));
    for (const auto& account : reviewed->accounts) {
      request.shareable.insert(account.account);
      request.rules.push_back(consent::signing_rule(account, reviewed->consent.kind));
    }
    const bool request_of_one = reviewed->consent.kind != consent::ConsentKind::account_access;
    const bool too_many = request_of_one && request.chosen.size() > 1;
    if (allow && (request.chosen.empty() || too_many))
      return show_review(call, flow, text(l, request_of_one ? Text::choose_one_account : Text::choose_account),
                         request.chosen);
  }

  const auto answer = decide(call, flow, {allow, reviewed ? &request : nullptr, {}});
  if (!answer) {
    if (answer.error().interaction) return interaction_error(call, *answer.error().interaction);
    if (answer.error().consent->code == consent::ConsentErrorCode::terms_not_confirmed) {
      SignIn door = door_of(flow);
      link(call, flow, door);
      page.title = text(l, Text::code_title);
      page.csrf = consent::csrf_token(*flow.session_handle);
      page.form_action = flow.view.redirect_origin;
      return show_code(call, page, door, text(l, Text::linked_again));
    }
    page.status = 400;
    return error_page(page, Text::intent_title, text(l, Text::intent_text), "", flow.view.client_name,
                      flow.view.way_back);
  }
  deps_.sessions.end(call.caller, *flow.session_handle);
  Response response = send_back(page, *answer, flow.view.client_name);
  drop_cookie(response, flow.cookie_name);
  return response;
}

base::Result<oauth::AuthorizationResponse, PsuPages::Undecided> PsuPages::decide(Call& call, const Flow& flow,
                                                                                 const Decision& decision) {
  const base::PsuId psu = *flow.session->psu;
  // Consent, grant, code, evidence and event are one transaction (DESIGN decision 8); lock order: consent, then grant.
  auto answer = base::db::in_transaction(
      deps_.pool, call.caller.deadline,
      [&](base::db::Transaction& tx) -> base::Result<oauth::AuthorizationResponse, Undecided> {
        if (const consent::AuthoriseConsent* request = decision.consent) {
          const auto changed = decision.allow
                                   ? deps_.authorisation.authorise(tx, call.caller, *request)
                                   : deps_.authorisation.reject(
                                         tx, call.caller, {request->client, request->consent, psu, request->evidence});
          if (!changed) return base::failure(Undecided{changed.error(), {}});
        }
        auto ended = decision.allow ? deps_.interactions.grant(tx, call.caller, flow.handle,
                                                               {flow.browser_hash.value_or(""), psu, flow.view.consent,
                                                                *flow.session->possession_at, std::string(kAcr)})
                                    : deps_.interactions.refuse(tx, call.caller, flow.handle, flow.browser_hash,
                                                                oauth::InteractionRefusal::access_denied);
        if (!ended) return base::failure(Undecided{{}, ended.error()});
        if (decision.evidence) deps_.audit.record(tx, *decision.evidence);
        return std::move(*ended);
      });
  if (!answer && answer.error().consent) {
    const consent::ConsentError& error = *answer.error().consent;
    call.event.refuse(std::string(consent::to_text(error.code)), error.log_text);
    deps_.authorisation.record_refusal(call.caller, flow.view.consent, psu, error);
  }
  return answer;
}

Response PsuPages::interaction_cancel(Call& call) {
  auto found = flow(call);
  if (!found) return std::move(found.error());
  Flow& flow = *found;
  const PageFrame page = frame(call, Text::error_title, flow.view.ui_locales);
  auto form = form_of(call, page, flow.session_handle, flow.path, flow.view.client_name, flow.view.way_back);
  if (!form) return std::move(form.error());
  const auto answer = base::db::in_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
    return deps_.interactions.refuse(tx, call.caller, flow.handle, flow.browser_hash,
                                     oauth::InteractionRefusal::access_denied);
  });
  if (!answer) return interaction_error(call, answer.error());
  deps_.sessions.end(call.caller, *flow.session_handle);
  Response response = send_back(page, *answer, flow.view.client_name);
  drop_cookie(response, flow.cookie_name);
  return response;
}

}  // namespace gateway
