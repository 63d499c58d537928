// How long a page lasts, more of it, and where the browser goes when it is over.
// [RTS-SCA-4.3d] "the maximum time without activity by the payer after being authenticated … shall not exceed five
// minutes". WCAG 2.2 success criterion 2.2.1: the customer is told, and can extend with one press.

#include <algorithm>

#include "base/encoding.h"
#include "gateway/psu_pages/psu_pages_parts.h"

namespace gateway {

using base::http::Call;
using base::http::Response;

namespace {

Timer timer_until(const base::Caller& caller, base::Instant ends, std::string expired, std::string more_time) {
  Timer timer;
  timer.expired = std::move(expired);
  timer.more_time = std::move(more_time);
  timer.ends = ends;
  timer.left = std::max(std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(ends - caller.now.protocol));
  return timer;
}

// Only what names one of the dashboard's own pages.
std::string dashboard_path(std::string_view wanted) {
  const bool plain = std::all_of(wanted.begin(), wanted.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
  });
  const bool ours = wanted.starts_with("/consents") || wanted.starts_with("/security") || wanted == "/login";
  return plain && ours ? std::string(wanted) : "/consents";
}

}  // namespace

Timer PsuPages::timer_of(const Call& call, const Flow& flow, const consent::CustomerSession& session) {
  const base::Instant last = std::min(session.ends, flow.view.ends_at);
  Timer timer = timer_until(call.caller, std::min(session.idle_ends, last), flow.path + "/expired",
                            session.idle_ends < last ? flow.path + "/more-time" : "");
  timer.shown = session.psu.has_value();
  return timer;
}

Timer PsuPages::dashboard_timer(const Call& call, const consent::CustomerSession& session) {
  return timer_until(call.caller, session.idle_ends, "/login/expired",
                     session.idle_ends < session.ends ? "/login/more-time" : "");
}

Response PsuPages::interaction_more_time(Call& call) {
  auto found = flow(call);
  if (!found) return std::move(found.error());
  Flow& flow = *found;
  const PageFrame page = frame(call, Text::error_title, flow.view.ui_locales);
  auto form = form_of(call, page, flow.session_handle, flow.path, flow.view.client_name, flow.view.way_back);
  if (!form) return std::move(form.error());
  if (flow.session) flow.session = deps_.sessions.extend(call.caller, *flow.session_handle);
  // The review page's form comes along: what was ticked stays ticked.
  if (flow.session && flow.session->authenticated() && !flow.view.consent.empty()) {
    std::set<base::AccountId> ticked;
    for (const auto account : form->all("account")) ticked.insert(base::AccountId(std::string(account)));
    return show_review(call, flow, "", ticked);
  }
  return see_other(flow.path);
}

Response PsuPages::interaction_expired(Call& call) {
  auto found = flow(call, consent::Activity::does_not_count);
  if (!found) return std::move(found.error());
  Flow& flow = *found;
  PageFrame page = frame(call, Text::session_title, flow.view.ui_locales);
  page.form_action = flow.view.redirect_origin;
  if (flow.session) {
    page.timer = timer_of(call, flow, *flow.session);
    return still_signed_in(page, flow.path);
  }
  Response response = error_page(page, Text::session_title, text(page.language, Text::session_text), flow.path,
                                 flow.view.client_name, flow.view.way_back);
  if (flow.session_handle) drop_cookie(response, flow.cookie_name);
  return response;
}

Response PsuPages::dashboard_more_time(Call& call) {
  const auto handle = cookie(call.request.headers, kDashboardCookie);
  auto form = form_of(call, frame(call, Text::error_title), handle, "/login", "", std::nullopt);
  if (!form) return std::move(form.error());
  if (!deps_.sessions.extend(call.caller, *handle)) return see_other("/login");
  return see_other(dashboard_path(form->only("back").value_or("")));
}

Response PsuPages::dashboard_expired(Call& call) {
  const auto handle = cookie(call.request.headers, kDashboardCookie);
  PageFrame page = frame(call, Text::session_title);
  if (handle) {
    if (const auto session = deps_.sessions.find(call.caller, *handle, consent::Activity::does_not_count)) {
      page.timer = dashboard_timer(call, *session);
      return still_signed_in(page, "/login");
    }
  }
  Response response =
      error_page(page, Text::session_title, text(page.language, Text::session_dashboard), "/login", "", std::nullopt);
  if (handle) drop_cookie(response, kDashboardCookie);
  return response;
}

// Another tab was active meanwhile. Looking at this page is no activity: two forgotten tabs must not keep each other
// alive.
Response PsuPages::still_signed_in(PageFrame page, const std::string& go_on) const {
  const Language l = page.language;
  page.title = text(l, Text::still_title);
  page.timer->shown = false;
  PageValues values;
  values.set("still_title", page.title).set("t_still_text", text(l, Text::still_text));
  values.set("go_on", go_on).set("t_continue", text(l, Text::continue_));
  return render_page(page, "still", values);
}

}  // namespace gateway
