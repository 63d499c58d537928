// The customer's pages: the browser flow of an interaction (sign in, one-time code, review with account choice, back to
// the TPP) and the consent dashboard. Parse, call a service, render: they decide nothing.
//
// Cookies: `__Host-aldgate-browser` names the browser (an interaction is bound to it at login); each interaction has a
// session of its own in `__Host-aldgate-<interaction>`, the dashboard one in `__Host-aldgate`, so that tabs do not
// disturb one another. A session's value changes with every element of authentication.
#pragma once

#include <set>
#include <string>

#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/http/call.h"
#include "consent/ports/customer_bank.h"
#include "consent/sca/customer_authentication.h"
#include "consent/sca/customer_sessions.h"
#include "consent/sca/decoupled_approvals.h"
#include "consent/sca/factors/customer_factors.h"
#include "consent/services/consent_authorisation.h"
#include "consent/services/consent_dashboard.h"
#include "gateway/psu_pages/page.h"
#include "oauth/interactions.h"
#include "oauth/registration/clients.h"
#include "policy/access_clocks.h"

namespace gateway {

struct PsuPagesDeps {
  base::db::Pool& pool;
  base::Entropy& entropy;
  base::db::AuditTrail& audit;
  oauth::Interactions& interactions;
  oauth::Clients& clients;
  consent::CustomerSessions& sessions;
  consent::CustomerAuthentication& authentication;
  consent::CustomerFactors& factors;
  consent::DecoupledApprovals& approvals;
  consent::ConsentAuthorisation& authorisation;
  consent::ConsentDashboard& dashboard;
  consent::CustomerBank& bank;
};

struct PsuPagesSettings {
  std::string bank_name;
  bool sandbox = false;
  policy::AccessClocks clocks;
};

class PsuPages {
 public:
  PsuPages(PsuPagesSettings settings, PsuPagesDeps deps) : settings_(std::move(settings)), deps_(deps) {}

  base::http::Response authorize(base::http::Call& call);          // GET /authorize
  base::http::Response interaction(base::http::Call& call);        // GET /interaction/{handle}: the step that is next
  base::http::Response interaction_login(base::http::Call& call);  // POST …/login
  base::http::Response interaction_code(base::http::Call& call);   // POST …/code
  base::http::Response interaction_decision(base::http::Call& call);   // POST …/decision
  base::http::Response interaction_cancel(base::http::Call& call);     // POST …/cancel
  base::http::Response interaction_more_time(base::http::Call& call);  // POST …/more-time: activity
  base::http::Response interaction_expired(base::http::Call& call);    // GET …/expired: no activity

  base::http::Response interaction_passkey(base::http::Call& call);  // POST …/passkey: both elements at once

  base::http::Response sandbox_device(base::http::Call& call);  // GET, POST /sandbox/device
  // POST /sandbox/authorize: a persona's decision without a browser, through the same steps as the pages.
  base::http::Response sandbox_authorize(base::http::Call& call);

  base::http::Response home(base::http::Call& call);
  base::http::Response login_page(base::http::Call& call);  // GET /login: the step that is next
  base::http::Response login(base::http::Call& call);
  base::http::Response login_code(base::http::Call& call);
  base::http::Response login_passkey(base::http::Call& call);
  base::http::Response logout(base::http::Call& call);
  base::http::Response dashboard_more_time(base::http::Call& call);  // POST /login/more-time
  base::http::Response dashboard_expired(base::http::Call& call);    // GET /login/expired
  base::http::Response consents(base::http::Call& call);
  base::http::Response consent(base::http::Call& call);
  base::http::Response revoke(base::http::Call& call);
  base::http::Response sign(base::http::Call& call);           // GET /consents/{id}/sign: the step that is next
  base::http::Response sign_code(base::http::Call& call);      // POST …/code
  base::http::Response sign_decision(base::http::Call& call);  // POST …/decision

  base::http::Response security(base::http::Call& call);             // GET /security
  base::http::Response enrol_begin(base::http::Call& call);          // POST /security/factors
  base::http::Response enrolment(base::http::Call& call);            // GET /security/factors/{id}
  base::http::Response enrol_finish(base::http::Call& call);         // POST /security/factors/{id}
  base::http::Response factor_remove(base::http::Call& call);        // POST /security/factors/{id}/remove
  base::http::Response sign_out_everywhere(base::http::Call& call);  // POST /security/sign-out

  static base::http::Response asset(base::http::Call& call);  // GET /assets/{name}; never blocks

 private:
  struct Flow;    // one interaction, its browser and session, as a request finds them
  struct Review;  // what the consent page shows
  struct SignIn;  // which of the two doors a login page stands in
  struct Decision;
  struct Undecided;
  struct Door;          // who comes to the dashboard
  struct SecurityForm;  // what the customer was about to add, and what is wrong with it
  struct Asked;
  struct Signing;
  struct Step;                                                  // a form of an interaction\'s sign-in
  struct DashboardStep;                                         // and of the dashboard\'s
  struct Tpp;                                                   // what customers know a client by
  using WayBack = std::optional<oauth::AuthorizationResponse>;  // none: the page has no TPP to return to

  base::Result<Flow, base::http::Response> flow(base::http::Call& call,
                                                consent::Activity activity = consent::Activity::counts);
  static Timer timer_of(const base::http::Call& call, const Flow& flow, const consent::CustomerSession& session);
  static Timer dashboard_timer(const base::http::Call& call, const consent::CustomerSession& session);
  base::http::Response still_signed_in(PageFrame page, const std::string& go_on) const;
  static SignIn door_of(const Flow& flow);
  static SignIn dashboard_door();
  // Where a sign-in to the dashboard leads: to the consents; a confirmation (?confirm) to the security page.
  static base::http::Response dashboard_entered(bool confirmed_only, const consent::SessionWithHandle& verified);
  base::Result<base::http::Parameters, base::http::Response> form_of(base::http::Call& call, const PageFrame& frame,
                                                                     const std::optional<std::string>& session_handle,
                                                                     const std::string& again, const std::string& tpp,
                                                                     const WayBack& way_back);
  // What came in with one of the forms of signing in, once it is known to be our own.
  base::Result<Step, base::http::Response> step(base::http::Call& call, Text title);
  base::Result<DashboardStep, base::http::Response> dashboard_step(base::http::Call& call, Text title);
  PageFrame frame(const base::http::Call& call, Text title, const std::vector<std::string>& ui_locales = {}) const;
  base::http::Response error_page(PageFrame frame, Text title, std::string text, const std::string& again,
                                  const std::string& tpp, const WayBack& way_back) const;
  // Sends the browser back to the TPP, as its response mode says: by a 303, or by a page whose form it posts.
  base::http::Response send_back(PageFrame frame, const oauth::AuthorizationResponse& response,
                                 const std::string& tpp) const;
  base::http::Response interaction_error(base::http::Call& call, const oauth::InteractionError& error);
  // No page shows it: the browser carries it to the client at once.
  static bool is_for_the_client(const oauth::InteractionError& error);
  // Interactions::bind with the flow's browser; when the request is for another customer, it has ended.
  base::Result<oauth::InteractionView, oauth::InteractionError> bind(base::http::Call& call, const Flow& flow,
                                                                     const base::PsuId& psu);
  enum class Mistake : std::uint8_t { no, yes };  // does the notice speak of what the customer typed?
  base::http::Response show_login(const PageFrame& frame, const SignIn& door, const std::string& notice,
                                  Mistake mistake = Mistake::no) const;
  // What the second element is given for: fills the door's linking. Empty where nothing is bound.
  void link(base::http::Call& call, const Flow& flow, SignIn& door);
  // `choose`: another way to confirm, or the code once more.
  base::http::Response show_code(base::http::Call& call, const PageFrame& frame, const SignIn& door,
                                 const std::string& notice, Mistake mistake = Mistake::no,
                                 const std::optional<std::string>& choose = std::nullopt);
  base::Result<consent::SessionWithHandle, base::http::Response> answered(base::http::Call& call, const PageFrame& page,
                                                                          const SignIn& door,
                                                                          const base::http::Parameters& form);
  base::http::Response finish_code(base::http::Call& call, const Flow& flow, const PageFrame& page,
                                   const consent::SessionWithHandle& verified);
  // `ticked`: what the customer has chosen so far; nullopt: nothing yet, so what was shared before.
  base::http::Response show_review(base::http::Call& call, const Flow& flow, const std::string& notice,
                                   const std::optional<std::set<base::AccountId>>& ticked = {});
  base::http::Response refused(base::http::Call& call, PageFrame frame, const SignIn& door,
                               const consent::AuthenticationRefusal& refusal, bool code_step);
  base::Result<Review, base::http::Response> review(base::http::Call& call, const Flow& flow,
                                                    const std::optional<std::set<base::AccountId>>& ticked = {});
  base::Result<Review, base::http::Response> review(base::http::Call& call, PageFrame page, const Asked& asked,
                                                    const std::optional<std::set<base::AccountId>>& ticked = {});
  base::Result<Signing, base::http::Response> signing(base::http::Call& call);
  base::http::Response show_signing(base::http::Call& call, const Signing& signing);
  base::http::Response not_signed(base::http::Call& call, const Signing& signing, const consent::ConsentError& error);
  bool renewable(const consent::Consent& consent) const;
  // The decision of whoever is signed in to the flow, in one transaction; the URL that leads back to the client.
  base::Result<oauth::AuthorizationResponse, Undecided> decide(base::http::Call& call, const Flow& flow,
                                                               const Decision& decision);
  base::http::Response not_approved(base::http::Call& call, int status, std::string code, std::string why) const;
  Door dashboard_visit(base::http::Call& call) const;
  base::http::Response show_security(base::http::Call& call, const PageFrame& page,
                                     const consent::CustomerSession& session, const SecurityForm& form);
  base::http::Response show_enrolment(PageFrame page, const consent::EnrolmentOffer& offer,
                                      const std::string& notice) const;
  base::http::Response factor_refused(base::http::Call& call, PageFrame page, const Door& door,
                                      const consent::FactorRefusal& refusal, SecurityForm form);
  PageFrame signed_in_frame(const base::http::Call& call, Text title, const std::string& handle,
                            const consent::CustomerSession& session) const;
  base::http::Response no_such_consent(base::http::Call& call, PageFrame page,
                                       const consent::ConsentError& error) const;
  Tpp tpp_of(base::db::Transaction& tx, const base::Caller& caller, const base::ClientId& client) const;
  Tpp tpp_named(base::http::Call& call, const base::ClientId& client) const;
  static void set_linked(SignIn& door, std::vector<std::string> lines);
  std::string client_name(base::db::Transaction& tx, const base::Caller& caller, const base::ClientId& client) const;

  PsuPagesSettings settings_;
  PsuPagesDeps deps_;
};

}  // namespace gateway
