// What a customer is asked to decide on, whole and in plain words: for the page, and as the evidence of what was shown.

#include <algorithm>

#include "gateway/psu_pages/psu_pages_parts.h"
#include "gateway/psu_pages/terms_text.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

std::string period_text(Language l, const consent::ConsentReview& review) {
  if (review.transactions_from && review.transactions_to) {
    return text(l, Text::period_range, date_text(l, *review.transactions_from), date_text(l, *review.transactions_to));
  }
  if (review.transactions_from) return text(l, Text::period_from, date_text(l, *review.transactions_from));
  if (review.transactions_to) return text(l, Text::period_to, date_text(l, *review.transactions_to));
  return text(l, Text::period_any);
}

// Read access, and until when.
void ask_for_data(PageValues& v, std::string& shown, Language l, const consent::ConsentReview& review) {
  v.flag("data", true).set("t_what", text(l, Text::what)).set("t_when", text(l, Text::when));
  const std::string until = review.expires ? date_text(l, *review.expires) : text(l, Text::until_open);
  const bool transactions = std::any_of(review.permissions.begin(), review.permissions.end(), [](auto p) {
    return p == policy::Permission::ReadTransactionsBasic || p == policy::Permission::ReadTransactionsDetail;
  });
  if (transactions) {
    v.set("t_period", text(l, Text::period)).set("period", period_text(l, review));
    shown += text(l, Text::period) + ": " + period_text(l, review) + "\n";
  }
  v.set("t_until", text(l, Text::until)).set("until", until);
  shown += text(l, Text::until) + ": " + until + "\n";
  std::vector<PageValues> cluster_values;
  for (auto& cluster : clusters(l, {review.permissions.begin(), review.permissions.end()})) {
    shown += cluster.title + ": " + cluster.text + "\n";
    for (const auto& line : cluster.permissions) shown += "- " + line + "\n";
    PageValues value;
    value.set("title", cluster.title).set("text", cluster.text).lines("permissions", cluster.permissions);
    cluster_values.push_back(std::move(value));
  }
  v.list("clusters", std::move(cluster_values));
}

// A payment, variable recurring payments or a confirmation of funds: every term, none left out.
void ask_for_terms(PageValues& v, std::string& shown, Language l, const TermsShown& terms) {
  v.set("t_terms", text(l, Text::details_of_payment));
  std::vector<PageValues> lines;
  for (const auto& line : terms.lines) {
    shown += line.name + ": " + line.value + "\n";
    PageValues value;
    value.set("line", line.id).set("term", line.name).set("value", line.value);
    lines.push_back(std::move(value));
  }
  v.flag("terms", true).list("term_lines", std::move(lines));
}

const consent::AccountIdentification* named_account(const consent::Terms& terms) {
  if (const auto* payment = std::get_if<consent::PaymentTerms>(&terms))
    return payment->debtor ? &*payment->debtor : nullptr;
  if (const auto* vrp = std::get_if<consent::VrpTerms>(&terms)) return vrp->debtor ? &*vrp->debtor : nullptr;
  if (const auto* funds = std::get_if<consent::FundsTerms>(&terms)) return &funds->debtor;
  return nullptr;
}

// A TPP that names the account gets this one or none: no other is offered, or accepted.
void keep_named_account(std::vector<consent::ShareableAccount>& accounts, const consent::Terms& terms) {
  const auto* named = named_account(terms);
  if (named == nullptr) return;
  std::erase_if(accounts, [&](const consent::ShareableAccount& account) {
    return std::find(account.numbers.begin(), account.numbers.end(), named->identification) == account.numbers.end();
  });
}

bool pays(const consent::ConsentReview& review) { return review.kind != consent::ConsentKind::funds_confirmation; }

}  // namespace

std::vector<std::string> detail_lines(Language l, const std::vector<oauth::AuthorizationDetail>& details) {
  std::vector<std::string> lines;
  for (const auto& detail : details) {
    switch (detail.type) {
      case oauth::DetailType::consent:
        break;  // the page of the consent says all of it
      case oauth::DetailType::sandbox_test:
        for (const auto& action : detail.actions) {
          lines.push_back(text(l, action == "write" ? Text::detail_test_write : Text::detail_test_read));
        }
        for (const auto& location : detail.locations) lines.push_back(text(l, Text::detail_location, location));
        if (!detail.note.empty()) lines.push_back(text(l, Text::detail_note, detail.note));
        break;
    }
  }
  return lines;
}

void set_details(PageValues& values, Language l, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  values.flag("details", true).set("t_details", text(l, Text::details_title)).lines("detail_lines", lines);
}

base::Result<PsuPages::Review, Response> PsuPages::review(Call& call, PageFrame page, const Asked& asked,
                                                          const std::optional<std::set<base::AccountId>>& ticked) {
  const Language l = page.language;
  auto consent = deps_.authorisation.review(call.caller, asked.client, asked.consent, asked.psu, asked.decided_in);
  if (!consent) {
    call.event.refuse(std::string(consent::to_text(consent.error().code)), consent.error().log_text);
    page.status = 400;
    return base::failure(
        error_page(page, Text::intent_title, text(l, Text::intent_text), "", asked.tpp, asked.way_back));
  }
  auto accounts = deps_.bank.accounts(call.caller, asked.psu);
  if (!accounts) {
    call.event.refuse("bank_unavailable", "the bank did not list the accounts");
    page.status = 503;
    return base::failure(
        error_page(page, Text::unavailable_title, text(l, Text::bank_away), asked.again, asked.tpp, asked.way_back));
  }

  Review review{std::move(*consent), std::move(*accounts), {}, {}};
  const std::string& tpp = asked.tpp;
  const bool on_dashboard = asked.decided_in != consent::DecidedIn::tpp_request;
  PageValues& v = review.values;
  const TermsShown terms = terms_shown(l, review.consent.kind, review.consent.terms, tpp);
  const bool data = review.consent.kind == consent::ConsentKind::account_access;
  const bool renewal = review.consent.reauthorisation;
  const std::string title = data ? text(l, renewal ? Text::renew_title : Text::review_title, tpp) : terms.title;
  std::string lead = data ? text(l, renewal ? Text::renew_lead : Text::review_lead, tpp) : terms.lead;
  if (asked.decided_in == consent::DecidedIn::dashboard_renewal) lead = text(l, Text::confirm_again_lead, tpp);
  v.set("t_review_title", title).set("t_review_lead", lead);
  v.set("t_who", text(l, Text::who)).set("t_registered_name", text(l, Text::registered_name)).set("tpp", tpp);
  v.set("t_asked_on", text(l, Text::asked_on)).set("asked_on", date_text(l, review.consent.created));
  v.set("t_accounts", text(l, data ? Text::accounts : pays(review.consent) ? Text::pay_from : Text::funds_account));
  v.set("t_accounts_fixed", text(l, pays(review.consent) && !data ? Text::from_account : Text::accounts_shared));
  if (lasts(review.consent.kind)) v.set("t_stop_any_time", text(l, Text::stop_any_time));
  v.set("input", data ? "checkbox" : "radio");
  v.set("t_allow", text(l, Text::allow)).set("t_deny", text(l, Text::deny));
  review.shown = title + "\n" + lead + "\n" + text(l, Text::registered_name) + ": " + tpp + "\n";
  if (!asked.on_behalf_of.empty()) {
    v.set("t_on_behalf_of", text(l, Text::on_behalf_of)).set("on_behalf_of", asked.on_behalf_of);
    review.shown += text(l, Text::on_behalf_of) + ": " + asked.on_behalf_of + "\n";
  }

  if (review.consent.kind == consent::ConsentKind::account_access) {
    ask_for_data(review.values, review.shown, l, review.consent);
  } else {
    ask_for_terms(review.values, review.shown, l, terms);
    keep_named_account(review.accounts, review.consent.terms);
  }
  // What the first signatory chose is what the others agree to; a renewal on the dashboard takes no other along.
  if (review.consent.co_signature || on_dashboard) {
    std::erase_if(review.accounts, [&](const consent::ShareableAccount& account) {
      return !review.consent.selected_before.contains(account.account);
    });
  }
  if (review.consent.co_signature) {
    const std::string signatures = text(l, Text::signatures, std::to_string(review.consent.signed_by));
    v.set("signatures", signatures);
    review.shown += signatures + "\n";
  }
  const auto details = detail_lines(l, asked.details);
  set_details(v, l, details);
  for (const auto& line : details) review.shown += "- " + line + "\n";
  std::vector<PageValues> account_values;
  for (const auto& account : review.accounts) {
    review.shown += account.product_name + " " + account.masked_number + " " + account.currency + "\n";
    PageValues value;
    value.set("id", account.account.str()).set("name", account.product_name).set("number", account.masked_number);
    value.set("currency", account.currency).set("owner", account.owner_name);
    value.set("field", "account-" + std::to_string(account_values.size() + 1));
    const bool only_one = !data && review.accounts.size() == 1;
    value.flag("checked", only_one || (ticked ? *ticked : review.consent.selected_before).contains(account.account));
    account_values.push_back(std::move(value));
  }
  if (account_values.empty()) v.set("notice", text(l, Text::no_accounts));
  v.flag("choosable", !on_dashboard).list("accounts", std::move(account_values));
  return review;
}

}  // namespace gateway
