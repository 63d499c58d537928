// What the customer reads, in English, German and French. One table; a text missing in one language does not compile.
// {0} and {1} are filled in by text().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "policy/permission.h"

namespace gateway {

enum class Language : std::uint8_t { en, de, fr };
std::string_view to_text(Language language);

// The first of `wanted` (BCP 47 tags, e.g. ui_locales) that we speak, else the best of Accept-Language (RFC 9110
// section 12.5.4), else English.
std::optional<Language> language_from_text(std::string_view text);  // "en", "de", "fr"
Language choose_language(const std::vector<std::string>& wanted, std::string_view accept_language);

enum class Text : std::uint16_t {
  skip,
  account_menu,
  consents,
  sign_out,
  footer,
  sandbox,
  reference,
  progress,
  login_title,
  login_for_tpp,
  login_for_dashboard,
  username,
  password,
  continue_,
  cancel_to_tpp,
  never_share,
  login_failed,
  login_warning,
  login_blocked,
  bank_away,
  code_title,
  code_lead,
  code,
  verify,
  review_title,
  review_lead,
  what,
  when,
  period,
  period_from,
  period_to,
  period_range,
  period_any,
  until,
  until_open,
  accounts,
  stop_any_time,
  allow,
  deny,
  choose_account,
  no_accounts,
  identity_title,
  identity_lead,
  identity_only,
  details_title,
  detail_test_read,
  detail_test_write,
  detail_location,
  detail_note,
  again,
  back_to_tpp,
  returning_title,
  returning_text,
  error_title,
  expired_title,
  expired_text,
  session_title,
  session_text,
  other_browser_title,
  other_browser_text,
  ended_granted,
  ended_refused,
  forged_title,
  forged_text,
  unavailable_title,
  unavailable_text,
  intent_title,
  intent_text,
  consents_title,
  consents_lead,
  none,
  active,
  waiting,
  past,
  status_active,
  status_waiting,
  status_rejected,
  status_revoked,
  status_expired,
  status_ended,
  given,
  given_on,
  ended,
  ended_on,
  accounts_shared,
  stop_title,
  stop_text,
  stop,
  history,
  no_account,
  one_account,
  count_accounts,
  event_rejected,
  event_revoked,
  event_expired,
  language,
  title_mistake,
  problem,
  security,
  step_sign_in,
  step_confirm,
  step_decide,
  timer_until,
  timer_left,
  timer_last,
  timer_last_left,
  timer_warning,
  more_time,
  still_title,
  still_text,
  session_dashboard,
  signed_out,
  unknown_text,
  incomplete_text,
  disabled_text,
  sign_in_first,
  granted_title,
  refused_title,
  who,
  registered_name,
  on_behalf_of,
  asked_on,
  renew_title,
  renew_lead,
  find,
  find_name,
  show,
  show_all,
  sort,
  sort_newest,
  sort_ending,
  sort_name,
  none_found,
  show_all_again,
  found,
  expiring,
  ends_today,
  ends_tomorrow,
  ends_in,
  last_access,
  last_access_never,
  not_yours_title,
  not_yours_text,
  renew,
  renew_how,
  renew_again,
  renew_again_how,
  history_span,
  by_you,
  by_other_holder,
  by_bank,
  by_itself,
  event_renewed,
  event_allowed,
  event_partly,
  event_asked,
  event_used,
  event_replaced,
  stopped_by_bank,
  home_lead,
  home_metadata,
  count_  // how many there are
};

std::string text(Language language, Text key, std::string_view first = {}, std::string_view second = {});

// "22 November 2026", "22. November 2026", "22 novembre 2026"; with the time in UTC for history entries.
std::string date_text(Language language, base::Instant at);
std::string date_time_text(Language language, base::Instant at);
std::string time_text(base::Instant at);  // "07:05 UTC"

// Permissions grouped as customers think of them (OBIE Customer Experience Guidelines' data clusters).
struct Cluster {
  std::string title;
  std::string text;
  std::vector<std::string> permissions;  // each permission in one plain line
};
std::vector<Cluster> clusters(Language language, const std::vector<policy::Permission>& permissions);

}  // namespace gateway
