// The customer's dashboard: who may see what, until when, and the end of it.

#include <algorithm>

#include "base/encoding.h"
#include "gateway/psu_pages/psu_pages_parts.h"
#include "gateway/psu_pages/terms_text.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;
using consent::ConsentStatus;

constexpr std::string_view kStopPayments = "stop-payments";
constexpr std::chrono::days kSoon{30};      // "expiring"
constexpr std::chrono::days kHistory{731};  // two years

enum class Group : std::uint8_t { waiting, expiring, active, past };  // in this order on the page

struct Shown {
  Text status;
  std::string_view badge;
  Group group;
};

bool ends_soon(const consent::Consent& consent, base::Instant now) {
  return consent.status == ConsentStatus::authorised && consent.expires && *consent.expires <= now + kSoon;
}

struct Standing {
  base::Instant now;
  const policy::AccessClocks& clocks;
};

// Until when the customer's confirmation carries it; nullopt: it needs none.
std::optional<base::Instant> confirm_by(const consent::Consent& consent, const policy::AccessClocks& clocks) {
  const bool reads = consent.kind == consent::ConsentKind::account_access;
  if (!reads || consent.status != ConsentStatus::authorised) return std::nullopt;
  return policy::sca_valid_until(clocks, consent.authorised);
}

Shown shown_as(const consent::Consent& consent, consent::Signature signature, const Standing& standing) {
  const auto& [now, clocks] = standing;
  if (signature == consent::Signature::wanted) return {Text::status_sign, "waiting", Group::waiting};
  switch (consent.status) {
    case ConsentStatus::awaiting_upload:
    case ConsentStatus::awaiting_authorisation:
      return {Text::status_waiting, "waiting", Group::waiting};
    case ConsentStatus::partially_authorised:
      return {Text::status_others, "waiting", Group::waiting};
    case ConsentStatus::authorised:
      if (const auto by = confirm_by(consent, clocks); by && *by <= now)
        return {Text::status_confirm, "waiting", Group::waiting};
      return {Text::status_active, "active", ends_soon(consent, now) ? Group::expiring : Group::active};
    case ConsentStatus::access_revoked_by_psu:
      return {Text::status_revoked, "past", Group::past};
    case ConsentStatus::access_revoked_by_bank:
      return {Text::stopped_by_bank, "past", Group::past};
    case ConsentStatus::terminated_by_tpp:
      return {Text::status_ended, "past", Group::past};
    case ConsentStatus::superseded:
      return {Text::event_replaced, "past", Group::past};
    case ConsentStatus::consumed:
      return {Text::event_used, "past", Group::past};
    case ConsentStatus::rejected:
      return {Text::status_rejected, "past", Group::past};
    case ConsentStatus::expired:
      return {Text::status_expired, "past", Group::past};
  }
  return {Text::status_ended, "past", Group::past};
}

Text heading_of(Group group) {
  switch (group) {
    case Group::waiting:
      return Text::waiting;
    case Group::expiring:
      return Text::expiring;
    case Group::active:
      return Text::active;
    case Group::past:
      return Text::past;
  }
  return Text::past;
}

std::string_view to_text(Group group) {
  switch (group) {
    case Group::waiting:
      return "waiting";
    case Group::expiring:
      return "expiring";
    case Group::active:
      return "active";
    case Group::past:
      return "past";
  }
  return "past";
}

Text event_text(const consent::HistoryEntry& entry) {
  // What leaves the state as it is.
  if (entry.event == "authorise_partly") return Text::event_partly;
  if (entry.event == "reconfirm") return Text::event_reconfirmed;
  if (entry.event == "account_closed") return Text::event_account_closed;
  if (entry.event == "remove") return Text::event_removed;
  if (entry.event == "renewal_declined") return Text::event_renewal_denied;
  switch (entry.to) {
    case ConsentStatus::awaiting_upload:
    case ConsentStatus::awaiting_authorisation:
      return Text::event_asked;
    case ConsentStatus::partially_authorised:
      return Text::event_partly;
    case ConsentStatus::authorised:
      return entry.from == ConsentStatus::authorised ? Text::event_renewed : Text::event_allowed;
    case ConsentStatus::access_revoked_by_psu:
    case ConsentStatus::access_revoked_by_bank:
      return Text::event_revoked;
    case ConsentStatus::terminated_by_tpp:
      return Text::ended;
    case ConsentStatus::superseded:
      return Text::event_replaced;
    case ConsentStatus::consumed:
      return Text::event_used;
    case ConsentStatus::rejected:
      return Text::event_rejected;
    case ConsentStatus::expired:
      return Text::event_expired;
  }
  return Text::ended;
}

std::string by_whom(Language l, const consent::Actor& actor, const base::PsuId& reader, const std::string& tpp) {
  using Kind = base::db::ActorKind;
  switch (actor.kind) {
    case Kind::tpp:
      return tpp;
    case Kind::psu:
      return text(l, actor.id == reader.str() ? Text::by_you : Text::by_other_holder);
    case Kind::bank:
    case Kind::staff:
      return text(l, Text::by_bank);
    case Kind::system:
      return text(l, Text::by_itself);
  }
  return "";
}

std::string until_text(Language l, const consent::Consent& consent) {
  return consent.expires ? date_text(l, *consent.expires) : text(l, Text::until_open);
}

constexpr std::pair<std::string_view, Text> kDone[] = {{"signed", Text::done_signed},
                                                       {"waits", Text::done_waits},
                                                       {"denied", Text::done_denied},
                                                       {"renewed", Text::done_renewed}};

// The days that are left as people count them: by the calendar.
std::string ends_soon_text(Language l, base::Instant ends, base::Instant now) {
  const auto left = std::chrono::floor<std::chrono::days>(ends) - std::chrono::floor<std::chrono::days>(now);
  if (left.count() <= 0) return text(l, Text::ends_today);
  if (left.count() == 1) return text(l, Text::ends_tomorrow);
  return text(l, Text::ends_in, std::to_string(left.count()));
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// What the customer looks for; anything else than the page's own values is as if it had not been said.
struct Wanted {
  std::string name;
  std::optional<Group> group;
  enum class Sort : std::uint8_t { newest, ending, name } sort = Sort::newest;
};

Wanted wanted_of(const base::http::Request& request) {
  Wanted wanted;
  const auto query = base::http::Parameters::parse(request.raw_query, 8);
  if (!query) return wanted;
  wanted.name = std::string(query->only("q").value_or("").substr(0, 80));
  for (const Group group : {Group::waiting, Group::expiring, Group::active, Group::past}) {
    if (query->only("show") == to_text(group)) wanted.group = group;
  }
  if (query->only("sort") == "ending") wanted.sort = Wanted::Sort::ending;
  if (query->only("sort") == "name") wanted.sort = Wanted::Sort::name;
  return wanted;
}

PageValues option(std::string_view value, std::string name, bool selected) {
  PageValues out;
  out.set("value", std::string(value)).set("name", std::move(name)).flag("selected", selected);
  return out;
}

void set_filter(PageValues& values, Language l, const Wanted& wanted) {
  values.set("t_find", text(l, Text::find)).set("t_find_name", text(l, Text::find_name)).set("q", wanted.name);
  values.set("t_show", text(l, Text::show)).set("t_sort", text(l, Text::sort));
  std::vector<PageValues> shows{option("", text(l, Text::show_all), !wanted.group)};
  for (const Group group : {Group::waiting, Group::expiring, Group::active, Group::past}) {
    shows.push_back(option(to_text(group), text(l, heading_of(group)), wanted.group == group));
  }
  using Sort = Wanted::Sort;
  values.list("shows", std::move(shows));
  values.list("sorts", {option("newest", text(l, Text::sort_newest), wanted.sort == Sort::newest),
                        option("ending", text(l, Text::sort_ending), wanted.sort == Sort::ending),
                        option("name", text(l, Text::sort_name), wanted.sort == Sort::name)});
}

// Any other kind in one line: "Payment · Amount: £12.00 · To: Ealing Books".
std::string in_short(Language l, const consent::Consent& consent) {
  std::string out = kind_text(l, consent.kind);
  for (const auto& line : linked_lines(l, consent.terms)) out += " · " + line;
  return out;
}

std::string joined(const std::vector<Cluster>& clusters) {
  std::string out;
  for (const auto& cluster : clusters) out += (out.empty() ? "" : " · ") + cluster.title;
  return out;
}

}  // namespace

PsuPages::SignIn PsuPages::dashboard_door() {
  return {"/login", "/login/code",    "", "/login", "", std::nullopt, std::string(kDashboardCookie),
          "",       "/login/passkey", "", {},       {}};
}

Response PsuPages::login_page(Call& call) {
  const Door v = dashboard_visit(call);
  // ?confirm: whoever is signed in confirms once more, before a change of factors.
  const auto query = base::http::Parameters::parse(call.request.raw_query, 8);
  const bool confirm = v.signed_in() && query && query->only("confirm").has_value();
  if (v.signed_in() && !confirm) return see_other("/consents");
  PageFrame page = frame(call, Text::login_title);
  SignIn door = dashboard_door();
  if (confirm) door.again = "/login?confirm";
  if (!v.session) {
    auto started = deps_.sessions.start(call.caller);
    page.csrf = consent::csrf_token(started.handle.reveal());
    door.session_handle = started.handle.reveal();
    Response response = show_login(page, door, v.handle ? text(page.language, Text::session_dashboard) : "");
    set_cookie(response, kDashboardCookie, started.handle.reveal());
    return response;
  }
  page.csrf = consent::csrf_token(*v.handle);
  door.session_handle = *v.handle;
  if (confirm || (v.session->psu && v.session->challenge)) {
    const auto standing = deps_.authentication.challenge(call.caller, door.session_handle, door.linking);
    if (standing && standing->approved) {
      const auto verified = deps_.authentication.answer(call.caller, door.session_handle, "", door.linking);
      return verified ? dashboard_entered(v.signed_in(), *verified) : refused(call, page, door, verified.error(), true);
    }
    return show_code(call, page, door, "");
  }
  return show_login(page, door, "");
}

base::Result<PsuPages::DashboardStep, Response> PsuPages::dashboard_step(Call& call, Text title) {
  Door visit = dashboard_visit(call);
  PageFrame page = frame(call, title);
  TRY(auto form, form_of(call, page, visit.handle, "/login", "", std::nullopt));
  page.csrf = consent::csrf_token(*visit.handle);
  page.self = "/login";
  SignIn door = dashboard_door();
  door.session_handle = *visit.handle;
  return DashboardStep{std::move(visit), std::move(page), std::move(door), std::move(form)};
}

Response PsuPages::login(Call& call) {
  auto given = dashboard_step(call, Text::login_title);
  if (!given) return std::move(given.error());
  auto& [visit, page, door, form] = *given;
  door.username = std::string(form.only("username").value_or(""));
  const auto logged_in =
      deps_.authentication.login(call.caller, *visit.handle, door.username, form.only("password").value_or(""));
  if (!logged_in) return refused(call, page, door, logged_in.error(), false);
  Response response = see_other("/login");
  set_cookie(response, kDashboardCookie, logged_in->session.handle.reveal());
  return response;
}

Response PsuPages::dashboard_entered(bool confirmed_only, const consent::SessionWithHandle& verified) {
  Response response = see_other(confirmed_only ? "/security" : "/consents");
  set_cookie(response, kDashboardCookie, verified.handle.reveal());
  return response;
}

Response PsuPages::login_code(Call& call) {
  auto given = dashboard_step(call, Text::code_title);
  if (!given) return std::move(given.error());
  auto& [visit, page, door, form] = *given;
  if (visit.signed_in()) door.again = "/login?confirm";
  const auto verified = answered(call, page, door, form);
  if (!verified) return verified.error();
  return dashboard_entered(visit.signed_in(), *verified);
}

Response PsuPages::login_passkey(Call& call) {
  auto given = dashboard_step(call, Text::login_title);
  if (!given) return std::move(given.error());
  auto& [visit, page, door, form] = *given;
  const auto verified =
      deps_.authentication.passkey_login(call.caller, *visit.handle, form.only("credential").value_or(""));
  if (!verified) return refused(call, page, door, verified.error(), false);
  return dashboard_entered(false, *verified);
}

Response PsuPages::logout(Call& call) {
  const Door v = dashboard_visit(call);
  auto form = form_of(call, frame(call, Text::error_title), v.handle, "/login", "", std::nullopt);
  if (!form) return std::move(form.error());
  deps_.sessions.end(call.caller, *v.handle);
  Response response = see_other("/login");
  drop_cookie(response, kDashboardCookie);
  return response;
}

PsuPages::Tpp PsuPages::tpp_of(base::db::Transaction& tx, const base::Caller& caller,
                               const base::ClientId& client) const {
  const auto found = deps_.clients.find(tx, caller, client);
  return found ? Tpp{found->name, found->on_behalf_of} : Tpp{client.str(), ""};
}

PsuPages::Tpp PsuPages::tpp_named(Call& call, const base::ClientId& client) const {
  return base::db::with_transaction(deps_.pool, call.caller.deadline,
                                    [&](base::db::Transaction& tx) { return tpp_of(tx, call.caller, client); });
}

Response PsuPages::consents(Call& call) {
  const Door v = dashboard_visit(call);
  if (!v.signed_in()) return see_other("/login");
  PageFrame page = signed_in_frame(call, Text::consents_title, *v.handle, *v.session);
  const Language l = page.language;
  const base::Instant now = call.caller.now.business;
  const Standing standing{now, settings_.clocks};
  const Wanted wanted = wanted_of(call.request);

  auto all = deps_.dashboard.list(call.caller, *v.session->psu);
  std::map<base::ClientId, Tpp> tpps;
  deps_.pool.read(call.caller.deadline, [&](base::db::Transaction& tx) {
    for (const auto& [consent, signature] : all) {
      if (!tpps.contains(consent.client)) tpps[consent.client] = tpp_of(tx, call.caller, consent.client);
    }
  });
  const std::size_t total = all.size();
  const std::string name = lower(wanted.name);
  std::erase_if(all, [&](const consent::ListedConsent& one) {
    const Tpp& tpp = tpps[one.consent.client];
    return (wanted.group && shown_as(one.consent, one.signature, standing).group != *wanted.group) ||
           lower(tpp.name + "\n" + tpp.on_behalf_of).find(name) == std::string::npos;
  });
  // list() gives the newest first.
  if (wanted.sort == Wanted::Sort::name) {
    std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
      return lower(tpps[a.consent.client].name) < lower(tpps[b.consent.client].name);
    });
  } else if (wanted.sort == Wanted::Sort::ending) {
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.consent.expires.value_or(base::Instant::max()) < b.consent.expires.value_or(base::Instant::max());
    });
  }

  std::map<Group, std::vector<PageValues>> groups;
  for (const auto& [consent, signature] : all) {
    const Shown shown = shown_as(consent, signature, standing);
    const Tpp& tpp = tpps[consent.client];
    PageValues value;
    value.set("id", consent.id.str()).set("tpp", tpp.name);
    if (!tpp.on_behalf_of.empty()) value.set("on_behalf_of", tpp.on_behalf_of);
    value.set("status", text(l, shown.status)).set("badge", std::string(shown.badge));
    if (shown.group == Group::expiring) value.set("ends_soon", ends_soon_text(l, *consent.expires, now));
    const bool data = consent.kind == consent::ConsentKind::account_access;
    value.set("what", data ? joined(clusters(l, {consent.permissions.begin(), consent.permissions.end()}))
                           : in_short(l, consent));
    const std::size_t shared = consent.accounts.size();
    if (data)
      value.set("summary", shared == 0   ? text(l, Text::no_account)
                           : shared == 1 ? text(l, Text::one_account)
                                         : text(l, Text::count_accounts, std::to_string(shared)));
    value.set("dates", !consent.authorised && shown.group == Group::waiting
                           ? text(l, Text::asked_on) + " " + date_text(l, consent.created)
                       : shown.group == Group::past ? text(l, Text::ended_on, date_text(l, consent.status_updated))
                       : lasts(consent.kind)
                           ? text(l, Text::given_on, date_text(l, consent.authorised.value_or(consent.created)),
                                  until_text(l, consent))
                           : text(l, Text::allowed_on, date_text(l, consent.authorised.value_or(consent.created))));
    if (consent.last_access) value.set("last_access", date_text(l, *consent.last_access));
    groups[shown.group].push_back(std::move(value));
  }
  std::vector<PageValues> sections;
  for (auto& [group, items] : groups) {
    PageValues section;
    section.set("heading", text(l, heading_of(group))).set("group", std::string(to_text(group)));
    section.set("count", std::to_string(items.size())).list("consents", std::move(items));
    sections.push_back(std::move(section));
  }
  PageValues values;
  values.set("t_consents_title", text(l, Text::consents_title)).set("t_consents_lead", text(l, Text::consents_lead));
  values.set("t_on_behalf_of", text(l, Text::on_behalf_of)).set("t_last_access", text(l, Text::last_access));
  values.flag("searchable", total > 0);
  values.flag("filtered", call.request.has_query && !page.chosen);
  set_filter(values, l, wanted);
  values.set("found", text(l, Text::found, std::to_string(all.size()), std::to_string(total)));
  values.set("empty", text(l, total > 0 ? Text::none_found : Text::none));
  values.set("t_show_all_again", text(l, Text::show_all_again)).list("groups", std::move(sections));
  return render_page(page, "consents", values);
}

Response PsuPages::consent(Call& call) {
  const Door v = dashboard_visit(call);
  if (!v.signed_in()) return see_other("/login");
  PageFrame page = signed_in_frame(call, Text::consents_title, *v.handle, *v.session);
  const Language l = page.language;
  const base::Instant now = call.caller.now.business;
  const base::PsuId& psu = *v.session->psu;

  const auto found = deps_.dashboard.show(call.caller, psu, base::ConsentId(call.path_values.at(0)));
  if (!found) return no_such_consent(call, page, found.error());
  const consent::Consent& consent = found->consent;
  call.event.consent = consent.id;
  const Tpp tpp = tpp_named(call, consent.client);
  page.title = tpp.name;
  const Shown shown = shown_as(consent, found->signature, {now, settings_.clocks});

  PageValues values;
  values.set("id", consent.id.str()).set("tpp", tpp.name);
  values.set("status", text(l, shown.status)).set("badge", std::string(shown.badge));
  values.set("t_consents", text(l, Text::consents)).set("t_registered_name", text(l, Text::registered_name));
  if (!tpp.on_behalf_of.empty()) {
    values.set("t_on_behalf_of", text(l, Text::on_behalf_of)).set("on_behalf_of", tpp.on_behalf_of);
  }
  values.set("t_given", text(l, consent.authorised ? Text::given : Text::asked_on))
      .set("t_until", text(l, consent.kind == consent::ConsentKind::domestic_vrp ? Text::payments_until : Text::until));
  values.set("given", date_text(l, consent.authorised.value_or(consent.created))).set("until", until_text(l, consent));
  values.set("t_last_access", text(l, Text::last_access));
  values.set("last_access",
             consent.last_access ? date_text(l, *consent.last_access) : text(l, Text::last_access_never));
  if (shown.group == Group::expiring) values.set("ends_soon", ends_soon_text(l, *consent.expires, now));
  if (shown.group == Group::past) {
    values.set("t_ended", text(l, Text::ended)).set("ended", date_time_text(l, consent.status_updated));
  }
  if (consent.transactions_from && consent.transactions_to) {
    values.set("t_period", text(l, Text::period));
    values.set("period", text(l, Text::period_range, date_text(l, *consent.transactions_from),
                              date_text(l, *consent.transactions_to)));
  }
  const bool data = consent.kind == consent::ConsentKind::account_access;
  values.flag("data", data).flag("lasts", lasts(consent.kind)).set("kind", kind_text(l, consent.kind));
  if (!data) {
    std::vector<PageValues> lines;
    for (auto& line : terms_shown(l, consent.kind, consent.terms, tpp.name).lines) {
      PageValues value;
      value.set("line", line.id).set("term", line.name).set("value", line.value);
      lines.push_back(std::move(value));
    }
    values.flag("terms", true).list("term_lines", std::move(lines)).set("t_terms", text(l, Text::details_of_payment));
  }
  values.set("t_what", text(l, Text::what)).set("t_accounts_shared", text(l, Text::accounts_shared));
  std::vector<PageValues> cluster_values;
  for (auto& cluster : clusters(l, {consent.permissions.begin(), consent.permissions.end()})) {
    PageValues value;
    value.set("title", cluster.title).set("text", cluster.text).lines("permissions", cluster.permissions);
    cluster_values.push_back(std::move(value));
  }
  values.list("clusters", std::move(cluster_values));

  const auto accounts = deps_.bank.accounts(call.caller, psu);
  std::vector<PageValues> account_values;
  for (const auto& account : accounts ? *accounts : std::vector<consent::ShareableAccount>{}) {
    if (!consent.accounts.contains(account.account)) continue;
    PageValues value;
    value.set("name", account.product_name).set("number", account.masked_number);
    account_values.push_back(std::move(value));
  }
  values.flag("has_accounts", !account_values.empty()).list("accounts", std::move(account_values));

  const auto query = base::http::Parameters::parse(call.request.raw_query, 8);
  for (const auto& [done, words] : kDone) {
    if (query && query->only("done") == done) values.set("done", text(l, words));
  }
  if (found->signature == consent::Signature::wanted) {
    values.set("t_sign", text(l, Text::sign_title)).set("t_sign_text", text(l, Text::sign_text));
    values.set("t_sign_go", text(l, Text::sign_go));
  }
  if (const auto by = confirm_by(consent, settings_.clocks)) {
    values.set("t_confirm_by", text(l, Text::confirm_by)).set("confirm_by", date_text(l, *by));
    values.set("t_confirm_again", text(l, Text::confirm_again));
    values.set("confirm_again", *by <= now ? text(l, Text::confirm_again_due, tpp.name)
                                           : text(l, Text::confirm_again_how, tpp.name, date_text(l, *by)));
    values.flag("confirm_here", found->signature == consent::Signature::none);
    values.set("t_confirm_go", text(l, Text::confirm_again_go));
  }
  // A later end: only the TPP can ask for it, the bank has no request of its own that the customer could agree to.
  if (data && consent.status == ConsentStatus::authorised && consent.expires) {
    values.set("t_renew", text(l, Text::renew));
    values.set("renew", text(l, Text::renew_how, tpp.name, date_text(l, *consent.expires)));
  } else if (data && shown.group == Group::past) {
    values.set("t_renew", text(l, Text::renew_again)).set("renew", text(l, Text::renew_again_how, tpp.name));
  }
  values.flag("revocable", consent.status == ConsentStatus::authorised && lasts(consent.kind));
  const bool pays = consent.kind == consent::ConsentKind::domestic_vrp;
  values.set("stop", std::string(pays ? kStopPayments : "revoke"));
  values.set("t_stop_title", text(l, pays ? Text::stop_payments : Text::stop_title))
      .set("t_stop_text", text(l, pays ? Text::stop_payments_text : Text::stop_text, tpp.name))
      .set("t_stop", text(l, pays ? Text::stop_payments : Text::stop));
  values.set("t_history", text(l, Text::history)).set("t_history_span", text(l, Text::history_span));
  std::vector<PageValues> history;
  for (const auto& entry : found->history) {
    if (entry.at < now - kHistory) continue;
    PageValues value;
    value.set("when", date_time_text(l, entry.at));
    value.set("what", text(l, event_text(entry))).set("by", by_whom(l, entry.actor, psu, tpp.name));
    history.push_back(std::move(value));
  }
  std::reverse(history.begin(), history.end());
  values.list("history", std::move(history));
  return render_page(page, "consent_detail", values);
}

PageFrame PsuPages::signed_in_frame(const Call& call, Text title, const std::string& handle,
                                    const consent::CustomerSession& session) const {
  PageFrame page = frame(call, title);
  page.csrf = consent::csrf_token(handle);
  page.signed_in = true;
  page.wide = true;
  page.timer = dashboard_timer(call, session);
  return page;
}

Response PsuPages::no_such_consent(Call& call, PageFrame page, const consent::ConsentError& error) const {
  call.event.refuse(std::string(consent::to_text(error.code)), error.log_text);
  page.status = 404;
  page.wide = false;
  return error_page(page, Text::not_yours_title, text(page.language, Text::not_yours_text), "", "", std::nullopt);
}

Response PsuPages::revoke(Call& call) {
  const Door v = dashboard_visit(call);
  const std::string id = call.path_values.at(0);
  PageFrame page = frame(call, Text::error_title);
  auto form = form_of(call, page, v.handle, "/login", "", std::nullopt);
  if (!form) return std::move(form.error());
  if (!v.signed_in()) return see_other("/login");
  const base::ConsentId consent(id);
  call.event.consent = consent;
  const Text pressed = form->only("step") == kStopPayments ? Text::stop_payments : Text::stop_title;
  const auto revoked =
      deps_.dashboard.revoke(call.caller, *v.session->psu, consent, {v.session->id, text(page.language, pressed)});
  if (!revoked && revoked.error().code == consent::ConsentErrorCode::unknown) {
    return no_such_consent(call, page, revoked.error());
  }
  // A consent that has ended already (two tabs, a reload) is shown as it is: nothing is left to stop.
  return see_other("/consents/" + base::percent_encode(id));
}

}  // namespace gateway
