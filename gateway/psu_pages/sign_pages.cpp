// What a customer decides on the dashboard, without a new request of the TPP: the further signature of a consent that
// another account holder has signed, and the renewal of an account access ([RTS-SCA-10a.3]). First the confirmation,
// bound to the terms where there are any, then the whole of it and the decision.

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "gateway/psu_pages/psu_pages_parts.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;
using consent::ConsentErrorCode;
using consent::DecidedIn;

// Where nothing is bound, the confirmation is one of these minutes.
constexpr std::chrono::minutes kConfirmed{5};

std::string_view name_of(DecidedIn decided_in) {
  return decided_in == DecidedIn::dashboard_renewal ? "renewal" : "signature";
}

consent::ConsentError not_confirmed(const base::ConsentId& consent) {
  return {ConsentErrorCode::terms_not_confirmed, "", "Confirm this once more.",
          "consent " + consent.str() + ": decided on without a confirmation of its own"};
}

std::string detail_of(const base::ConsentId& consent) { return "/consents/" + base::percent_encode(consent.str()); }

}  // namespace

bool PsuPages::Signing::confirmed(const base::Caller& caller) const {
  // [RTS-SCA-5.1c] a code that was given for signing in, or for another payment, is none for this one
  if (!terms_hash.empty()) return door.session->bound_terms == terms_hash;
  return *door.session->possession_at + kConfirmed > caller.now.protocol;
}

bool PsuPages::renewable(const consent::Consent& consent) const {
  return settings_.clocks.sca_renewal && consent.kind == consent::ConsentKind::account_access &&
         consent.status == consent::ConsentStatus::authorised;
}

base::Result<PsuPages::Signing, Response> PsuPages::signing(Call& call) {
  Door door = dashboard_visit(call);
  if (!door.signed_in()) return base::failure(see_other("/login"));
  PageFrame page = signed_in_frame(call, Text::code_title, *door.handle, *door.session);
  page.wide = false;
  const base::PsuId psu = *door.session->psu;
  const auto found = deps_.dashboard.show(call.caller, psu, base::ConsentId(call.path_values.at(0)));
  if (!found) return base::failure(no_such_consent(call, page, found.error()));
  const consent::Consent& consent = found->consent;
  call.event.consent = consent.id;
  const std::string detail = detail_of(consent.id);
  page.self = detail + "/sign";

  DecidedIn decided_in = DecidedIn::dashboard_signature;
  if (found->signature != consent::Signature::wanted) {
    // Signed already, ended, or never to be decided on here: its own page says how it stands.
    if (found->signature == consent::Signature::given || !renewable(consent)) return base::failure(see_other(detail));
    decided_in = DecidedIn::dashboard_renewal;
  }
  Tpp tpp = tpp_named(call, consent.client);
  SignIn sign_in = dashboard_door();
  sign_in.code_action = page.self + "/code";
  sign_in.again = page.self;
  sign_in.back = detail;
  sign_in.session_handle = *door.handle;
  sign_in.linking.terms_hash = consent.terms_hash;
  set_linked(sign_in, linked_lines(page.language, consent.terms));
  Asked asked{.client = consent.client,
              .tpp = std::move(tpp.name),
              .on_behalf_of = std::move(tpp.on_behalf_of),
              .consent = consent.id,
              .psu = psu,
              .again = detail,
              .decided_in = decided_in};
  return Signing{std::move(door), std::move(page), std::move(asked), consent.terms_hash, std::move(sign_in)};
}

Response PsuPages::sign(Call& call) {
  auto found = signing(call);
  if (!found) return std::move(found.error());
  const Signing& signing = *found;
  if (signing.confirmed(call.caller)) return show_signing(call, signing);
  const SignIn& door = signing.sign_in;
  const auto standing = deps_.authentication.challenge(call.caller, door.session_handle, door.linking);
  if (!standing || !standing->approved) return show_code(call, signing.page, door, "");
  const auto verified = deps_.authentication.answer(call.caller, door.session_handle, "", door.linking);
  if (!verified) return refused(call, signing.page, door, verified.error(), true);
  Response response = see_other(door.again);
  set_cookie(response, kDashboardCookie, verified->handle.reveal());
  return response;
}

Response PsuPages::sign_code(Call& call) {
  const Door door = dashboard_visit(call);
  auto form = form_of(call, frame(call, Text::error_title), door.handle, "/consents", "", std::nullopt);
  if (!form) return std::move(form.error());
  auto found = signing(call);
  if (!found) return std::move(found.error());
  const auto verified = answered(call, found->page, found->sign_in, *form);
  if (!verified) return verified.error();
  Response response = see_other(found->sign_in.again);
  set_cookie(response, kDashboardCookie, verified->handle.reveal());
  return response;
}

Response PsuPages::show_signing(Call& call, const Signing& signing) {
  auto reviewed = review(call, signing.page, signing.asked);
  if (!reviewed) return std::move(reviewed.error());
  PageFrame page = signing.page;
  const Language l = page.language;
  PageValues& values = reviewed->values;
  page.title = values.texts.at("t_review_title");
  values.set("action", page.self + "/decision").set("decided_in", std::string(name_of(signing.asked.decided_in)));
  values.set("back", signing.sign_in.back).set("t_back", text(l, Text::not_now));
  values.set("shown", base::crypto::sha256_base64url(reviewed->shown));
  return render_page(page, "consent", values);
}

Response PsuPages::not_signed(Call& call, const Signing& signing, const consent::ConsentError& error) {
  call.event.refuse(std::string(consent::to_text(error.code)), error.log_text);
  deps_.authorisation.record_refusal(call.caller, signing.asked.consent, signing.asked.psu, error);
  if (error.code == ConsentErrorCode::terms_not_confirmed) return see_other(signing.sign_in.again);
  PageFrame page = signing.page;
  page.status = 409;
  return error_page(page, Text::intent_title, text(page.language, Text::intent_text), "", "", std::nullopt);
}

Response PsuPages::sign_decision(Call& call) {
  const Door visit = dashboard_visit(call);
  auto form = form_of(call, frame(call, Text::error_title), visit.handle, "/consents", "", std::nullopt);
  if (!form) return std::move(form.error());
  auto found = signing(call);
  if (!found) return std::move(found.error());
  const Signing& signing = *found;
  const std::string_view decision = form->only("decision").value_or("");
  const bool allow = decision == "allow";
  const bool answered = allow || decision == "deny";
  // Another tab has decided meanwhile, and what is left to decide is something else.
  if (form->only("decided_in").value_or("") != name_of(signing.asked.decided_in))
    return see_other(signing.sign_in.back);
  if (!answered) return see_other(signing.sign_in.again);
  if (!signing.confirmed(call.caller)) {
    return not_signed(call, signing, not_confirmed(signing.asked.consent));
  }
  const auto reviewed = review(call, signing.page, signing.asked);
  if (!reviewed) return reviewed.error();
  // What was decided on is what stands on the page now.
  if (form->only("shown").value_or("") != base::crypto::sha256_base64url(reviewed->shown))
    return see_other(signing.sign_in.again);

  const Asked& asked = signing.asked;
  const consent::Evidence evidence{signing.door.session->id, reviewed->shown};
  consent::AuthoriseConsent request{.client = asked.client,
                                    .consent = asked.consent,
                                    .psu = asked.psu,
                                    .chosen = reviewed->consent.selected_before,
                                    .shareable = {},
                                    .evidence = evidence,
                                    .bound_terms = signing.door.session->bound_terms,
                                    .decided_in = asked.decided_in};
  for (const auto& account : reviewed->accounts) {
    request.shareable.insert(account.account);
    request.rules.push_back(consent::signing_rule(account, reviewed->consent.kind));
  }
  using Decided = base::Result<consent::Consent, consent::ConsentError>;
  const auto decided =
      base::db::in_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) -> Decided {
        TRY(consent::Consent after,
            allow ? deps_.authorisation.authorise(tx, call.caller, request)
                  : deps_.authorisation.reject(tx, call.caller,
                                               {asked.client, asked.consent, asked.psu, evidence, asked.decided_in}));
        // The dashboard's session goes on; what it was confirmed for does not serve the next payment of the same terms.
        if (!signing.terms_hash.empty() && !consent::CustomerSessions::spend_binding(
                                               tx, call.caller, signing.sign_in.session_handle, signing.terms_hash)) {
          return base::failure(not_confirmed(asked.consent));
        }
        return after;
      });
  if (!decided) return not_signed(call, signing, decided.error());
  const bool complete = decided->status == consent::ConsentStatus::authorised;
  const bool renewal = asked.decided_in == DecidedIn::dashboard_renewal;
  return see_other(signing.sign_in.back + "?done=" +
                   (!allow     ? "denied"
                    : renewal  ? "renewed"
                    : complete ? "signed"
                               : "waits"));
}

}  // namespace gateway
