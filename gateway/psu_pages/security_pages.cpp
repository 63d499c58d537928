// The customer's security page: ways to confirm, recent sign-ins, and the end of every session. What may change, and
// when authentication must be repeated first, is decided by consent/sca/factors.

#include <algorithm>

#include "base/encoding.h"
#include "gateway/psu_pages/psu_pages_parts.h"
#include "gateway/psu_pages/qr_code.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;
using consent::FactorKind;
using consent::FactorRefusalCode;

constexpr const char* kConfirmFirst = "/login?confirm";

std::string kind_words(Language l, FactorKind kind) {
  switch (kind) {
    case FactorKind::bank_code:
      return text(l, Text::way_bank_code);
    case FactorKind::device:
      return text(l, Text::way_device);
    case FactorKind::totp:
      return text(l, Text::kind_totp);
    case FactorKind::passkey:
      return text(l, Text::kind_passkey);
    case FactorKind::sms:
      return text(l, Text::kind_sms);
    case FactorKind::email:
      return text(l, Text::kind_email);
  }
  return "";
}

std::string named(Language l, FactorKind kind, const std::string& label, const std::string& hint) {
  return kind_words(l, kind) + " “" + label + "”" + (hint.empty() ? "" : " " + hint);
}

PageValues way_values(Language l, const consent::Factor& factor) {
  PageValues way;
  std::string words = named(l, factor.kind, factor.label, factor.hint);
  std::string about;
  if (factor.kind == FactorKind::passkey)
    about = text(l, factor.device_bound ? Text::way_bound : Text::way_synced) + " ";
  about += text(l, Text::added_on, date_text(l, factor.created));
  if (factor.last_used) about += " · " + text(l, Text::used_on, date_text(l, *factor.last_used));
  way.set("id", factor.id).set("kind", std::string(consent::to_text(factor.kind)));
  way.set("remove_name", text(l, Text::remove_name, factor.label));
  way.set("words", std::move(words)).set("about", std::move(about));
  return way;
}

PageValues sign_in_values(Language l, const consent::SignIn& sign_in) {
  using Outcome = consent::SignIn::Outcome;
  const Text what = sign_in.outcome == Outcome::ok        ? Text::sign_in_ok
                    : sign_in.outcome == Outcome::refused ? Text::sign_in_refused
                                                          : Text::sign_in_blocked;
  PageValues value;
  value.set("when", date_time_text(l, sign_in.at)).set("what", text(l, what));
  value.set("by", sign_in.by ? kind_words(l, *sign_in.by) : text(l, Text::sign_in_by_password));
  return value;
}

PageValues change_values(Language l, const consent::FactorChange& change) {
  const bool added = change.what == consent::FactorChange::What::added;
  PageValues value;
  value.set("when", date_time_text(l, change.at));
  value.set("what", text(l, added ? Text::change_added : Text::change_removed,
                         named(l, change.kind, change.label, change.hint)));
  return value;
}

Text words_of(FactorRefusalCode code) {
  switch (code) {
    case FactorRefusalCode::label_invalid:
      return Text::label_wrong;
    case FactorRefusalCode::address_invalid:
      return Text::address_wrong;
    case FactorRefusalCode::already_there:
      return Text::way_there;
    case FactorRefusalCode::too_many:
      return Text::too_many_ways;
    case FactorRefusalCode::sender_unavailable:
      return Text::code_not_sent;
    case FactorRefusalCode::refused:
      return Text::login_failed;
    case FactorRefusalCode::blocked:
      return Text::login_blocked;
    case FactorRefusalCode::session_ended:
      return Text::session_dashboard;
    case FactorRefusalCode::unknown:
    case FactorRefusalCode::needs_sca:
      return Text::way_gone;
  }
  return Text::way_gone;
}

std::string refusal_name(FactorRefusalCode code) {
  return code == FactorRefusalCode::needs_sca ? "needs_sca" : "factor_refused";
}

constexpr FactorKind kOffered[] = {FactorKind::passkey, FactorKind::totp, FactorKind::sms, FactorKind::email};

}  // namespace

struct PsuPages::SecurityForm {
  std::optional<FactorKind> kind;  // what the customer was about to add
  std::string label;
  std::string address;
  std::string notice;
  std::string notice_field;  // without the kind
};

Response PsuPages::security(Call& call) {
  const Door door = dashboard_visit(call);
  if (!door.signed_in()) return see_other("/login");
  PageFrame page = signed_in_frame(call, Text::security, *door.handle, *door.session);
  return show_security(call, page, *door.session, {});
}

Response PsuPages::show_security(Call& call, const PageFrame& page, const consent::CustomerSession& session,
                                 const SecurityForm& form) {
  const Language l = page.language;
  const base::PsuId& psu = *session.psu;
  PageValues values;
  values.set("t_security", text(l, Text::security)).set("t_security_lead", text(l, Text::security_lead));
  values.set("t_ways", text(l, Text::ways)).set("t_remove", text(l, Text::remove));
  values.set("t_remove_sure", text(l, Text::remove_sure)).set("t_add_way", text(l, Text::add_way));
  values.set("t_add_sure", text(l, Text::add_sure))
      .set("t_label", text(l, Text::label))
      .set("t_add", text(l, Text::add));
  values.set("t_recent_sign_ins", text(l, Text::recent_sign_ins)).set("t_no_sign_ins", text(l, Text::no_sign_ins));
  values.set("t_sign_in_not_you", text(l, Text::sign_in_not_you));
  values.set("t_sign_out_everywhere", text(l, Text::sign_out_everywhere));
  values.set("t_sign_out_everywhere_text", text(l, Text::sign_out_everywhere_text));
  const auto query = base::http::Parameters::parse(call.request.raw_query, 8);
  if (query && query->only("done") == "added") values.set("done", text(l, Text::way_added));
  if (query && query->only("done") == "removed") values.set("done", text(l, Text::way_removed));
  if (!form.notice.empty()) values.set("notice", form.notice);
  if (form.kind && !form.notice_field.empty()) {
    values.set("notice_field", form.notice_field + "-" + std::string(consent::to_text(*form.kind)));
  }

  std::vector<PageValues> ways;
  if (const auto method = deps_.bank.method(call.caller, psu)) {
    const bool app = *method == consent::BankMethod::decoupled;
    PageValues way;
    way.set("kind", app ? "device" : "bank_code").set("about", text(l, Text::way_of_bank));
    way.set("words", kind_words(l, app ? FactorKind::device : FactorKind::bank_code));
    ways.push_back(std::move(way));
  }
  for (const auto& factor : deps_.factors.list(call.caller, psu)) ways.push_back(way_values(l, factor));
  values.list("ways", std::move(ways));

  std::vector<PageValues> kinds;
  for (const FactorKind kind : kOffered) {
    const bool begun = form.kind == kind;
    PageValues one;
    one.set("kind", std::string(consent::to_text(kind))).set("name", kind_words(l, kind)).flag("open", begun);
    one.set("label", begun ? form.label : "").set("address", begun ? form.address : "");
    if (kind == FactorKind::sms) one.set("address_label", text(l, Text::number)).set("address_type", "tel");
    if (kind == FactorKind::email) one.set("address_label", text(l, Text::email_address)).set("address_type", "email");
    kinds.push_back(std::move(one));
  }
  values.list("kinds", std::move(kinds));

  std::vector<PageValues> sign_ins;
  for (const auto& one : deps_.factors.recent_sign_ins(call.caller, psu)) sign_ins.push_back(sign_in_values(l, one));
  values.list("sign_ins", std::move(sign_ins));

  values.set("t_changes", text(l, Text::changes_title)).set("t_no_changes", text(l, Text::no_changes));
  values.set("t_changes_not_you", text(l, Text::changes_not_you));
  std::vector<PageValues> changes;
  for (const auto& change : deps_.factors.recent_changes(call.caller, psu)) changes.push_back(change_values(l, change));
  values.list("changes", std::move(changes));
  return render_page(page, "security", values);
}

Response PsuPages::factor_refused(Call& call, PageFrame page, const Door& door, const consent::FactorRefusal& refusal,
                                  SecurityForm form) {
  call.event.refuse(refusal_name(refusal.code), refusal.log_text);
  const Language l = page.language;
  switch (refusal.code) {
    case FactorRefusalCode::needs_sca:
      return see_other(kConfirmFirst);
    case FactorRefusalCode::session_ended:
      return see_other("/login");
    case FactorRefusalCode::blocked:
      page.status = 403;
      return error_page(page, Text::blocked_title, text(l, Text::login_blocked), "", "", std::nullopt);
    case FactorRefusalCode::label_invalid:
    case FactorRefusalCode::address_invalid:
      form.notice_field = refusal.code == FactorRefusalCode::label_invalid ? "label" : "address";
      break;
    case FactorRefusalCode::unknown:
      page.status = 404;
      break;
    case FactorRefusalCode::refused:
    case FactorRefusalCode::already_there:
    case FactorRefusalCode::too_many:
    case FactorRefusalCode::sender_unavailable:
      break;
  }
  form.notice = text(l, words_of(refusal.code));
  return show_security(call, page, *door.session, form);
}

Response PsuPages::enrol_begin(Call& call) {
  const Door door = dashboard_visit(call);
  auto form = form_of(call, frame(call, Text::security), door.handle, "/security", "", std::nullopt);
  if (!form) return std::move(form.error());
  if (!door.signed_in()) return see_other("/login");
  PageFrame page = signed_in_frame(call, Text::security, *door.handle, *door.session);
  page.self = "/security";
  const auto kind = consent::factor_kind_from_text(form->only("kind").value_or(""));
  if (!kind || std::find(std::begin(kOffered), std::end(kOffered), *kind) == std::end(kOffered)) {
    return see_other("/security");
  }
  SecurityForm filled;
  filled.kind = kind;
  filled.label = std::string(form->only("label").value_or(""));
  filled.address = std::string(form->only("address").value_or(""));
  const auto offer = deps_.factors.enrol_begin(call.caller, *door.handle, {*kind, filled.label, filled.address});
  if (!offer) return factor_refused(call, page, door, offer.error(), filled);
  return see_other("/security/factors/" + base::percent_encode(offer->id));
}

Response PsuPages::enrolment(Call& call) {
  const Door door = dashboard_visit(call);
  if (!door.signed_in()) return see_other("/login");
  PageFrame page = signed_in_frame(call, Text::security, *door.handle, *door.session);
  const auto offer = deps_.factors.enrolment(call.caller, *door.handle, call.path_values.at(0));
  if (!offer) return factor_refused(call, page, door, offer.error(), {});
  return show_enrolment(page, *offer, "");
}

Response PsuPages::show_enrolment(PageFrame page, const consent::EnrolmentOffer& offer,
                                  const std::string& notice) const {
  const Language l = page.language;
  PageValues values;
  page.wide = false;
  values.set("t_security", text(l, Text::security))
      .set("action", "/security/factors/" + base::percent_encode(offer.id));
  values.set("t_code", text(l, Text::code)).set("t_verify", text(l, Text::verify));
  std::string title;
  std::string lead;
  switch (offer.kind) {
    case FactorKind::totp:
      title = text(l, Text::enrol_totp);
      lead = text(l, Text::enrol_totp_lead);
      values.set("qr", qr_svg(offer.otpauth_uri, text(l, Text::qr_name))).set("secret", offer.totp_secret);
      values.set("t_enrol_totp_key", text(l, Text::enrol_totp_key)).flag("typed", true);
      break;
    case FactorKind::passkey:
      title = text(l, Text::enrol_passkey);
      lead = text(l, Text::enrol_passkey_lead);
      page.script = true;
      values.flag("passkey", true).set("t_no_script", text(l, Text::passkey_no_script));
      set_passkey(values, l, offer.passkey_options, Text::enrol_passkey);
      break;
    case FactorKind::sms:
    case FactorKind::email:
      title = text(l, Text::enrol_sent, offer.hint);
      lead = text(l, Text::enrol_sent_lead);
      values.flag("typed", true);
      break;
    case FactorKind::bank_code:
    case FactorKind::device:
      break;
  }
  page.title = title;
  values.set("enrol_title", title).set("enrol_lead", lead);
  if (!notice.empty()) {
    values.set("notice", notice);
    if (offer.kind != FactorKind::passkey) values.set("notice_field", "otp");
  }
  return render_page(page, "enrol", values);
}

Response PsuPages::enrol_finish(Call& call) {
  const Door door = dashboard_visit(call);
  auto form = form_of(call, frame(call, Text::security), door.handle, "/security", "", std::nullopt);
  if (!form) return std::move(form.error());
  if (!door.signed_in()) return see_other("/login");
  PageFrame page = signed_in_frame(call, Text::security, *door.handle, *door.session);
  const std::string& id = call.path_values.at(0);
  page.self = "/security/factors/" + base::percent_encode(id);
  const std::string_view credential = form->only("credential").value_or("");
  const auto added = deps_.factors.enrol_finish(call.caller, *door.handle, id,
                                                credential.empty() ? form->only("otp").value_or("") : credential);
  if (added) return see_other("/security?done=added");
  if (added.error().code == FactorRefusalCode::refused) {
    // The offer stands while attempts are left.
    if (const auto offer = deps_.factors.enrolment(call.caller, *door.handle, id)) {
      call.event.refuse("factor_refused", added.error().log_text);
      return show_enrolment(
          page, *offer,
          text(page.language, offer->kind == FactorKind::passkey ? Text::passkey_failed : Text::login_failed));
    }
  }
  page.self = "/security";
  return factor_refused(call, page, door, added.error(), {});
}

Response PsuPages::factor_remove(Call& call) {
  const Door door = dashboard_visit(call);
  auto form = form_of(call, frame(call, Text::security), door.handle, "/security", "", std::nullopt);
  if (!form) return std::move(form.error());
  if (!door.signed_in()) return see_other("/login");
  PageFrame page = signed_in_frame(call, Text::security, *door.handle, *door.session);
  page.self = "/security";
  const auto removed = deps_.factors.remove(call.caller, *door.handle, call.path_values.at(0));
  if (!removed) return factor_refused(call, page, door, removed.error(), {});
  return see_other("/security?done=removed");
}

Response PsuPages::sign_out_everywhere(Call& call) {
  const Door door = dashboard_visit(call);
  auto form = form_of(call, frame(call, Text::security), door.handle, "/security", "", std::nullopt);
  if (!form) return std::move(form.error());
  if (!door.signed_in()) return see_other("/login");
  deps_.sessions.end_all(call.caller, *door.session->psu);
  Response response = see_other("/login");
  drop_cookie(response, kDashboardCookie);
  return response;
}

PsuPages::Door PsuPages::dashboard_visit(Call& call) const {
  Door door;
  door.handle = cookie(call.request.headers, kDashboardCookie);
  if (door.handle) door.session = deps_.sessions.find(call.caller, *door.handle, activity_of(call));
  if (door.session && door.session->psu) call.event.psu = *door.session->psu;
  return door;
}

}  // namespace gateway
