// The customer's dashboard: who may see what, until when, and the end of it.

#include <algorithm>

#include "base/encoding.h"
#include "gateway/psu_pages/psu_pages_parts.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;
using consent::ConsentStatus;

struct Shown {
  Text status;
  std::string_view badge;
  enum class Group { active, waiting, past } group;
};

Shown shown_as(ConsentStatus status) {
  switch (status) {
    case ConsentStatus::awaiting_upload:
    case ConsentStatus::awaiting_authorisation:
    case ConsentStatus::partially_authorised:
      return {Text::status_waiting, "waiting", Shown::Group::waiting};
    case ConsentStatus::authorised:
      return {Text::status_active, "active", Shown::Group::active};
    case ConsentStatus::access_revoked_by_psu:
    case ConsentStatus::access_revoked_by_bank:
      return {Text::status_revoked, "past", Shown::Group::past};
    case ConsentStatus::terminated_by_tpp:
    case ConsentStatus::superseded:
    case ConsentStatus::consumed:
      return {Text::status_ended, "past", Shown::Group::past};
    case ConsentStatus::rejected:
      return {Text::status_rejected, "past", Shown::Group::past};
    case ConsentStatus::expired:
      return {Text::status_expired, "past", Shown::Group::past};
  }
  return {Text::status_ended, "past", Shown::Group::past};
}

Text event_text(const consent::HistoryEntry& entry) {
  switch (entry.to) {
    case ConsentStatus::awaiting_upload:
    case ConsentStatus::awaiting_authorisation:
    case ConsentStatus::partially_authorised:
      return Text::event_created;
    case ConsentStatus::authorised:
      return Text::event_authorised;
    case ConsentStatus::access_revoked_by_psu:
    case ConsentStatus::access_revoked_by_bank:
      return Text::event_revoked;
    case ConsentStatus::terminated_by_tpp:
    case ConsentStatus::superseded:
    case ConsentStatus::consumed:
      return Text::event_terminated;
    case ConsentStatus::rejected:
      return Text::event_rejected;
    case ConsentStatus::expired:
      return Text::event_expired;
  }
  return Text::event_terminated;
}

struct Visitor {
  std::optional<std::string> handle;
  std::optional<consent::CustomerSession> session;
  bool signed_in() const { return session && session->authenticated(); }
};

Visitor visitor(Call& call, consent::CustomerSessions& sessions) {
  Visitor v;
  v.handle = cookie(call.request.headers, kDashboardCookie);
  if (v.handle) v.session = sessions.find(call.caller, *v.handle);
  if (v.session && v.session->psu) call.event.psu = *v.session->psu;
  return v;
}

std::string until_text(Language l, const consent::Consent& consent) {
  return consent.expires ? date_text(l, *consent.expires) : text(l, Text::until_open);
}

}  // namespace

PsuPages::SignIn PsuPages::dashboard_door() {
  return {"/login", "/login/code", "", "/login", "", std::nullopt, std::string(kDashboardCookie), ""};
}

Response PsuPages::login_page(Call& call) {
  const Visitor v = visitor(call, deps_.sessions);
  if (v.signed_in()) return see_other("/consents");
  PageFrame page = frame(call, Text::login_title);
  const SignIn door = dashboard_door();
  if (!v.session) {
    auto started = deps_.sessions.start(call.caller);
    page.csrf = consent::csrf_token(started.handle.reveal());
    Response response = show_login(page, door, v.handle ? text(page.language, Text::session_text) : "");
    set_cookie(response, kDashboardCookie, started.handle.reveal());
    return response;
  }
  page.csrf = consent::csrf_token(*v.handle);
  if (v.session->psu && v.session->challenge) return show_code(page, door, "");
  return show_login(page, door, "");
}

Response PsuPages::login(Call& call) {
  const Visitor v = visitor(call, deps_.sessions);
  PageFrame page = frame(call, Text::login_title);
  const SignIn door = dashboard_door();
  auto form = form_of(call, page, v.handle, "/login", "", std::nullopt);
  if (!form) return std::move(form.error());
  page.csrf = consent::csrf_token(*v.handle);
  const auto logged_in = deps_.authentication.login(
      call.caller, *v.handle, std::string(form->only("username").value_or("")), form->only("password").value_or(""));
  if (!logged_in) return refused(call, page, door, logged_in.error(), false);
  Response response = see_other("/login");
  set_cookie(response, kDashboardCookie, logged_in->session.handle.reveal());
  return response;
}

Response PsuPages::login_code(Call& call) {
  const Visitor v = visitor(call, deps_.sessions);
  PageFrame page = frame(call, Text::code_title);
  const SignIn door = dashboard_door();
  auto form = form_of(call, page, v.handle, "/login", "", std::nullopt);
  if (!form) return std::move(form.error());
  page.csrf = consent::csrf_token(*v.handle);
  const auto verified = deps_.authentication.one_time_code(call.caller, *v.handle, form->only("otp").value_or(""));
  if (!verified) return refused(call, page, door, verified.error(), true);
  Response response = see_other("/consents");
  set_cookie(response, kDashboardCookie, verified->handle.reveal());
  return response;
}

Response PsuPages::logout(Call& call) {
  const Visitor v = visitor(call, deps_.sessions);
  auto form = form_of(call, frame(call, Text::error_title), v.handle, "/login", "", std::nullopt);
  if (!form) return std::move(form.error());
  deps_.sessions.end(call.caller, *v.handle);
  Response response = see_other("/login");
  drop_cookie(response, kDashboardCookie);
  return response;
}

Response PsuPages::consents(Call& call) {
  const Visitor v = visitor(call, deps_.sessions);
  if (!v.signed_in()) return see_other("/login");
  PageFrame page = frame(call, Text::consents_title);
  page.csrf = consent::csrf_token(*v.handle);
  page.signed_in = true;
  page.wide = true;
  const Language l = page.language;

  const auto all = deps_.dashboard.list(call.caller, *v.session->psu);
  std::map<base::ClientId, std::string> names;
  deps_.pool.read(call.caller.deadline, [&](base::db::Transaction& tx) {
    for (const auto& consent : all) {
      if (!names.contains(consent.client)) names[consent.client] = client_name(tx, call.caller, consent.client);
    }
  });
  std::map<Shown::Group, std::vector<PageValues>> groups;
  for (const auto& consent : all) {
    const Shown shown = shown_as(consent.status);
    PageValues value;
    value.set("id", consent.id.str()).set("tpp", names[consent.client]);
    value.set("status", text(l, shown.status)).set("badge", std::string(shown.badge));
    const std::size_t shared = consent.accounts.size();
    value.set("summary", shared == 0   ? text(l, Text::no_account)
                         : shared == 1 ? text(l, Text::one_account)
                                       : text(l, Text::count_accounts, std::to_string(shared)));
    value.set("dates", shown.group == Shown::Group::past
                           ? text(l, Text::ended_on, date_text(l, consent.status_updated))
                           : text(l, Text::given_on, date_text(l, consent.authorised.value_or(consent.created)),
                                  until_text(l, consent)));
    groups[shown.group].push_back(std::move(value));
  }
  std::vector<PageValues> sections;
  for (auto& [group, items] : groups) {
    const Text heading = group == Shown::Group::active    ? Text::active
                         : group == Shown::Group::waiting ? Text::waiting
                                                          : Text::past;
    PageValues section;
    section.set("heading", text(l, heading)).list("consents", std::move(items));
    sections.push_back(std::move(section));
  }
  PageValues values;
  values.set("t_consents_title", text(l, Text::consents_title)).set("t_consents_lead", text(l, Text::consents_lead));
  values.set("t_none", text(l, Text::none)).list("groups", std::move(sections));
  return render_page(page, "consents", values);
}

Response PsuPages::consent(Call& call) {
  const Visitor v = visitor(call, deps_.sessions);
  if (!v.signed_in()) return see_other("/login");
  PageFrame page = frame(call, Text::consents_title);
  page.csrf = consent::csrf_token(*v.handle);
  page.signed_in = true;
  page.wide = true;
  const Language l = page.language;

  const auto found = deps_.dashboard.show(call.caller, *v.session->psu, base::ConsentId(call.path_values.at(0)));
  if (!found) {
    call.event.refuse(std::string(consent::to_text(found.error().code)), found.error().log_text);
    page.status = 404;
    return error_page(page, Text::error_title, text(l, Text::none), "", "", std::nullopt);
  }
  const consent::Consent& consent = found->consent;
  call.event.consent = consent.id;
  const std::string tpp = base::db::with_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
    return client_name(tx, call.caller, consent.client);
  });
  page.title = tpp;
  const Shown shown = shown_as(consent.status);

  PageValues values;
  values.set("id", consent.id.str())
      .set("tpp", tpp)
      .set("status", text(l, shown.status))
      .set("badge", std::string(shown.badge));
  values.set("t_consents", text(l, Text::consents))
      .set("t_given", text(l, Text::given))
      .set("t_until", text(l, Text::until));
  values.set("given", date_text(l, consent.authorised.value_or(consent.created))).set("until", until_text(l, consent));
  if (shown.group == Shown::Group::past) {
    values.set("t_ended", text(l, Text::ended)).set("ended", date_time_text(l, consent.status_updated));
  }
  if (consent.transactions_from && consent.transactions_to) {
    values.set("t_period", text(l, Text::period));
    values.set("period", text(l, Text::period_range, date_text(l, *consent.transactions_from),
                              date_text(l, *consent.transactions_to)));
  }
  values.set("t_what", text(l, Text::what)).set("t_accounts_shared", text(l, Text::accounts_shared));
  std::vector<PageValues> cluster_values;
  for (auto& cluster : clusters(l, {consent.permissions.begin(), consent.permissions.end()})) {
    PageValues value;
    value.set("title", cluster.title).set("text", cluster.text).lines("permissions", cluster.permissions);
    cluster_values.push_back(std::move(value));
  }
  values.list("clusters", std::move(cluster_values));

  const auto accounts = deps_.bank.accounts(call.caller, *v.session->psu);
  std::vector<PageValues> account_values;
  for (const auto& account : accounts ? *accounts : std::vector<consent::ShareableAccount>{}) {
    if (!consent.accounts.contains(account.account)) continue;
    PageValues value;
    value.set("name", account.product_name).set("number", account.masked_number);
    account_values.push_back(std::move(value));
  }
  values.flag("has_accounts", !account_values.empty()).list("accounts", std::move(account_values));

  values.flag("revocable", consent.status == ConsentStatus::authorised);
  values.set("t_stop_title", text(l, Text::stop_title))
      .set("t_stop_text", text(l, Text::stop_text, tpp))
      .set("t_stop", text(l, Text::stop));
  values.set("t_history", text(l, Text::history));
  std::vector<PageValues> history;
  for (const auto& entry : found->history) {
    PageValues value;
    value.set("when", date_time_text(l, entry.at)).set("what", text(l, event_text(entry)));
    history.push_back(std::move(value));
  }
  std::reverse(history.begin(), history.end());
  values.list("history", std::move(history));
  return render_page(page, "consent_detail", values);
}

Response PsuPages::revoke(Call& call) {
  const Visitor v = visitor(call, deps_.sessions);
  const std::string id = call.path_values.at(0);
  PageFrame page = frame(call, Text::error_title);
  auto form = form_of(call, page, v.handle, "/login", "", std::nullopt);
  if (!form) return std::move(form.error());
  if (!v.signed_in()) return see_other("/login");
  const base::ConsentId consent(id);
  call.event.consent = consent;
  const auto revoked = deps_.dashboard.revoke(call.caller, *v.session->psu, consent,
                                              {v.session->id, text(page.language, Text::stop_title)});
  if (!revoked && revoked.error().code == consent::ConsentErrorCode::unknown) {
    call.event.refuse("unknown", revoked.error().log_text);
    page.status = 404;
    return error_page(page, Text::error_title, text(page.language, Text::none), "", "", std::nullopt);
  }
  // A consent that has ended already (two tabs, a reload) is shown as it is: nothing is left to stop.
  return see_other("/consents/" + base::percent_encode(id));
}

}  // namespace gateway
