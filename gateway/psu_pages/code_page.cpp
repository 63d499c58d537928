// The second step of signing in: the code, passkey or approval, and what it is given for.

#include <algorithm>

#include "base/encoding.h"
#include "gateway/psu_pages/psu_pages_parts.h"
#include "gateway/psu_pages/terms_text.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;
using consent::FactorKind;

std::string payee_line(Language l, const consent::Payee& payee) {
  return text(l, Text::linked_to, payee.name, account_text(l, payee.account));
}

Text period_of(consent::PeriodType type) {
  switch (type) {
    case consent::PeriodType::day:
      return Text::linked_day;
    case consent::PeriodType::week:
      return Text::linked_week;
    case consent::PeriodType::fortnight:
      return Text::linked_fortnight;
    case consent::PeriodType::month:
      return Text::linked_month;
    case consent::PeriodType::half_year:
      return Text::linked_half_year;
    case consent::PeriodType::year:
      return Text::linked_year;
  }
  return Text::linked_month;
}

struct Lines {
  Language l;
  std::vector<std::string> operator()(const std::monostate&) const { return {}; }
  std::vector<std::string> operator()(const consent::PaymentTerms& terms) const {
    std::vector<std::string> lines;
    // [RTS-SCA-5.3b] a batch: "the total amount of the batch of payment transactions and … the specified payees"
    if (terms.batch) {
      lines.push_back(
          text(l, Text::linked_batch, std::to_string(terms.batch->transactions), amount_text(l, terms.amount)));
    } else {
      lines.push_back(text(l, Text::linked_amount, amount_text(l, terms.amount)));
    }
    if (terms.standing_order && terms.standing_order->recurring)
      lines.push_back(text(l, Text::linked_then, amount_text(l, *terms.standing_order->recurring)));
    if (terms.standing_order && terms.standing_order->final)
      lines.push_back(text(l, Text::linked_last, amount_text(l, *terms.standing_order->final)));
    for (const auto& payee : terms.payees) lines.push_back(payee_line(l, payee));
    return lines;
  }
  std::vector<std::string> operator()(const consent::VrpTerms& terms) const {
    std::vector<std::string> lines{text(l, Text::linked_most_each, amount_text(l, terms.maximum_individual))};
    for (const auto& limit : terms.limits)
      lines.push_back(text(l, Text::linked_most, amount_text(l, limit.amount), text(l, period_of(limit.period))));
    if (terms.payee) lines.push_back(payee_line(l, *terms.payee));
    return lines;
  }
  std::vector<std::string> operator()(const consent::FundsTerms& terms) const {
    return {text(l, Text::linked_funds, account_text(l, terms.debtor))};
  }
};

// One of the customer's ways in words.
std::string words_of(Language l, const consent::Factor& factor) {
  switch (factor.kind) {
    case FactorKind::bank_code:
      return text(l, Text::way_bank_code);
    case FactorKind::device:
      return text(l, Text::way_device);
    case FactorKind::totp:
      return text(l, Text::way_totp, factor.label);
    case FactorKind::passkey:
      return text(l, Text::way_passkey, factor.label);
    case FactorKind::sms:
      return text(l, Text::way_sms, factor.hint);
    case FactorKind::email:
      return text(l, Text::way_email, factor.hint);
  }
  return factor.label;
}

}  // namespace

std::vector<std::string> linked_lines(Language language, const consent::Terms& terms) {
  return std::visit(Lines{language}, terms);
}

void set_passkey(PageValues& values, Language l, const std::string& options, Text button) {
  values.set("passkey_options", options).set("t_passkey_use", text(l, button));
  values.set("t_passkey_failed", text(l, Text::passkey_failed));
}

// A consent that this customer cannot decide on binds nothing: why not is told after both elements, not after one.
void PsuPages::link(Call& call, const Flow& flow, SignIn& door) {
  if (flow.view.consent.empty() || !flow.session || !flow.session->psu) return;
  const auto review = deps_.authorisation.review(call.caller, flow.view.client, flow.view.consent, *flow.session->psu);
  if (!review) return;
  const Language l = frame(call, Text::code_title, flow.view.ui_locales).language;
  door.linking.terms_hash = review->terms_hash;
  set_linked(door, linked_lines(l, review->terms));
}

void PsuPages::set_linked(SignIn& door, std::vector<std::string> lines) {
  door.linked = std::move(lines);
  door.linking.shown.clear();
  for (const auto& line : door.linked) door.linking.shown += (door.linking.shown.empty() ? "" : "\n") + line;
}

Response PsuPages::show_code(Call& call, const PageFrame& frame, const SignIn& door, const std::string& notice,
                             Mistake mistake, const std::optional<std::string>& choose) {
  using Code = consent::AuthenticationRefusalCode;
  const Language l = frame.language;
  const auto challenge = deps_.authentication.challenge(call.caller, door.session_handle, door.linking, choose);
  if (!challenge) {
    const auto code = challenge.error().code;
    if (choose && code == Code::not_sent) {
      call.event.refuse("code_not_sent", "the code could not be sent, or too many were");
      return show_code(call, frame, door, text(l, Text::code_not_sent));
    }
    // The code page cannot stand: back to the first step.
    return refused(call, frame, door, challenge.error(), false);
  }
  const consent::Factor& by = challenge->by;
  PageFrame page = frame;
  PageValues values;
  values.flag("steps", !door.tpp.empty()).set("t_progress", text(l, Text::progress)).set("action", door.code_action);
  set_steps(values, l);
  values.set("t_code_title", text(l, by.kind == FactorKind::device ? Text::device_title : Text::code_title));
  values.set("t_code", text(l, Text::code)).set("t_verify", text(l, Text::verify));
  if (!door.linked.empty()) {
    values.set("t_linked", text(l, Text::linked_lead)).flag("linked", true).lines("linked_lines", door.linked);
  }
  bool typed = true;
  switch (by.kind) {
    case FactorKind::bank_code:
      values.set("t_code_lead", text(l, Text::code_lead));
      break;
    case FactorKind::totp:
      values.set("t_code_lead", text(l, Text::code_lead_totp, by.label));
      break;
    case FactorKind::sms:
    case FactorKind::email:
      values.set("t_code_lead", text(l, Text::code_lead_sent, by.hint));
      values.set("send_again", by.id).set("t_send_again", text(l, Text::code_send_again));
      break;
    case FactorKind::passkey:
      typed = false;
      page.script = true;
      values.set("t_code_lead", text(l, Text::passkey_lead)).flag("passkey", true);
      values.set("t_no_script", text(l, Text::passkey_no_script));
      set_passkey(values, l, challenge->passkey_options, Text::passkey_use);
      break;
    case FactorKind::device:
      typed = false;
      values.set("t_code_lead", text(l, challenge->refused ? Text::device_refused : Text::device_lead));
      if (challenge->refused) {
        values.set("send_again", by.id).set("t_send_again", text(l, Text::again));
      } else {
        values.flag("device", true).set("number", challenge->number).set("t_number", text(l, Text::device_number));
        values.set("t_continue", text(l, Text::continue_));
      }
      break;
  }
  values.flag("typed", typed);
  std::vector<PageValues> ways;
  for (const auto& factor : challenge->choices) {
    if (factor.id == by.id) continue;
    PageValues way;
    way.set("id", factor.id).set("kind", std::string(consent::to_text(factor.kind))).set("words", words_of(l, factor));
    ways.push_back(std::move(way));
  }
  if (!ways.empty()) values.flag("other_ways", true).set("t_other_ways", text(l, Text::other_ways));
  values.list("ways", std::move(ways));
  if (!door.tpp.empty()) {
    values.set("cancel_action", door.cancel_action).set("t_cancel_to_tpp", text(l, Text::cancel_to_tpp, door.tpp));
  }
  if (!door.back.empty()) values.set("back", door.back).set("t_back", text(l, Text::not_now));
  if (!notice.empty()) values.set("notice", notice);
  if (mistake == Mistake::yes && typed) values.set("notice_field", "otp");
  // Only while the device decides: nothing that is typed gets lost. Asking again is no activity of the customer.
  if (by.kind == FactorKind::device && !challenge->refused) {
    page.ask_again = door.again + (door.again.find('?') == std::string::npos ? "?" : "&") + std::string(kWaiting);
  }
  return render_page(page, "code", values);
}

base::Result<consent::SessionWithHandle, Response> PsuPages::answered(Call& call, const PageFrame& page,
                                                                      const SignIn& door,
                                                                      const base::http::Parameters& form) {
  if (form.only("step").value_or("") == "choose") {
    return base::failure(show_code(call, page, door, "", Mistake::no, std::string(form.only("factor").value_or(""))));
  }
  const std::string_view credential = form.only("credential").value_or("");
  auto verified = deps_.authentication.answer(
      call.caller, door.session_handle, credential.empty() ? form.only("otp").value_or("") : credential, door.linking);
  if (!verified) return base::failure(refused(call, page, door, verified.error(), true));
  return std::move(*verified);
}

Response PsuPages::finish_code(Call& call, const Flow& flow, const PageFrame& page,
                               const consent::SessionWithHandle& verified) {
  // The interaction belongs to this browser from here on; whoever has the link elsewhere cannot finish it.
  const auto leave = [&](Response response) {
    deps_.sessions.end(call.caller, verified.handle.reveal());
    drop_cookie(response, flow.cookie_name);
    return response;
  };
  if (!flow.browser_hash) {
    return leave(error_page(page, Text::forged_title, text(page.language, Text::forged_text), flow.path,
                            flow.view.client_name, flow.view.way_back));
  }
  const auto bound = bind(call, flow, *verified.session.psu);
  if (!bound) return leave(interaction_error(call, bound.error()));
  Response response = see_other(flow.path);
  set_cookie(response, flow.cookie_name, verified.handle.reveal());
  return response;
}

Response PsuPages::interaction_code(Call& call) {
  auto given = step(call, Text::code_title);
  if (!given) return std::move(given.error());
  auto& [flow, page, door, form] = *given;
  link(call, flow, door);
  auto verified = answered(call, page, door, form);
  if (!verified) return std::move(verified.error());
  return finish_code(call, flow, page, *verified);
}

Response PsuPages::interaction_passkey(Call& call) {
  auto given = step(call, Text::login_title);
  if (!given) return std::move(given.error());
  auto& [flow, page, door, form] = *given;
  const auto verified =
      deps_.authentication.passkey_login(call.caller, *flow.session_handle, form.only("credential").value_or(""));
  if (!verified) return refused(call, page, door, verified.error(), false);
  return finish_code(call, flow, page, *verified);
}

// The bank's app, as the sandbox has it: a page for whoever holds the customer's second device.
Response PsuPages::sandbox_device(Call& call) {
  PageFrame page = frame(call, Text::second_device_title);
  const Language l = page.language;
  const bool posted = call.request.method == base::http::Method::post;
  std::optional<base::http::Parameters> given;
  if (posted) {
    given = own_form(call.request);
  } else if (auto query = base::http::Parameters::parse(call.request.raw_query, 8)) {
    given = std::move(*query);
  }
  const std::string username(given ? given->only("psu").value_or("") : "");
  const auto psu = username.empty() ? std::nullopt : deps_.bank.find_username(call.caller, username);
  if (!psu) {
    call.event.refuse("not_found", "the sandbox has no such customer");
    page.status = posted ? 400 : 404;
    page.self.clear();
    return error_page(page, Text::error_title, text(l, Text::no_such_customer), "", "", std::nullopt);
  }
  const std::string path = "/sandbox/device?psu=" + base::percent_encode(username);
  page.self = path;
  PageValues values;
  if (posted) {
    const std::string_view decision = given->only("decision").value_or("");
    const bool approve = decision == "approve";
    Text done = Text::device_done_nothing;
    if (approve || decision == "refuse") {
      const auto decided =
          deps_.approvals.decide(call.caller, *psu, std::string(given->only("id").value_or("")),
                                 approve ? consent::ApprovalDecision::approve : consent::ApprovalDecision::refuse);
      if (decided) done = approve ? Text::device_done_approved : Text::device_done_refused;
      if (!decided && decided.error() == consent::ApprovalRefusal::blocked) done = Text::login_blocked;
      if (!decided) call.event.refuse("approval_refused", text(Language::en, done));
    }
    values.set("notice", text(l, done));
  }
  const auto waiting = deps_.approvals.waiting(call.caller, *psu);
  values.set("psu", username).set("reload", path).flag("idle", waiting.empty());
  values.set("t_title", page.title).set("t_lead", text(l, Text::second_device_lead));
  values.set("t_number", text(l, Text::second_device_number)).set("t_idle", text(l, Text::second_device_idle));
  values.set("t_approve", text(l, Text::approve)).set("t_refuse", text(l, Text::refuse));
  values.set("t_look_again", text(l, Text::look_again));
  if (!waiting.empty()) {
    const auto& newest = waiting.back();
    values.flag("waiting", true).set("id", newest.id).set("number", newest.number);
    values.set("shown", newest.shown.empty() ? text(l, Text::second_device_sign_in) : newest.shown);
  }
  return render_page(page, "device", values);
}

}  // namespace gateway
