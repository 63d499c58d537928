// What the files of PsuPages share.
#pragma once

#include <set>

#include "gateway/psu_pages/psu_pages.h"

namespace gateway {

inline constexpr std::string_view kBrowserCookie = "__Host-aldgate-browser";
inline constexpr std::string_view kDashboardCookie = "__Host-aldgate";
inline constexpr std::string_view kWaiting = "waiting";  // in the query of a page that asks again by itself

struct PsuPages::Flow {
  oauth::InteractionView view;
  std::string handle;
  std::string path;         // "/interaction/<handle>"
  std::string cookie_name;  // of this interaction's session
  std::optional<std::string> browser_hash;
  std::optional<std::string> session_handle;
  std::optional<consent::CustomerSession> session;
};

struct PsuPages::Review {
  consent::ConsentReview consent;
  std::vector<consent::ShareableAccount> accounts;
  PageValues values;  // the page's
  std::string shown;  // the same as plain text: the evidence of what the customer decided on
};

// A consent that somebody is asked to decide on.
struct PsuPages::Asked {
  base::ClientId client;
  std::string tpp;  // its registered name
  std::string on_behalf_of;
  base::ConsentId consent;
  base::PsuId psu;
  std::vector<oauth::AuthorizationDetail> details = {};
  std::string again;  // where it is asked
  std::optional<oauth::AuthorizationResponse> way_back = {};
  consent::DecidedIn decided_in = consent::DecidedIn::tpp_request;
};

// Who comes to the dashboard.
struct PsuPages::Door {
  std::optional<std::string> handle;
  std::optional<consent::CustomerSession> session;
  bool signed_in() const { return session && session->authenticated(); }
};

struct PsuPages::Decision {
  bool allow = false;
  const consent::AuthoriseConsent* consent = nullptr;  // nullptr: the request has none
  std::optional<base::db::AuditEntry> evidence;        // beside what the services record themselves
};

// One of the two says why.
struct PsuPages::Undecided {
  std::optional<consent::ConsentError> consent;
  std::optional<oauth::InteractionError> interaction;
};

struct PsuPages::SignIn {
  std::string login_action;
  std::string code_action;
  std::string cancel_action;  // empty: no way back to a TPP
  std::string again;
  std::string tpp;                                       // its name; empty on the dashboard
  std::optional<oauth::AuthorizationResponse> way_back;  // to the TPP
  std::string cookie_name;
  std::string username;  // login_hint: what the field begins with
  std::string passkey_action;
  std::string session_handle;       // empty before there is a session
  consent::Linking linking;         // what the second element is given for
  std::vector<std::string> linked;  // the same, line by line
  std::string back = {};            // the page it came from, on the dashboard
};

struct PsuPages::Step {
  Flow flow;
  PageFrame page;
  SignIn door;
  base::http::Parameters form;
};

struct PsuPages::DashboardStep {
  Door visit;
  PageFrame page;
  SignIn door;
  base::http::Parameters form;
};

struct PsuPages::Tpp {
  std::string name;
  std::string on_behalf_of;
};

// A decision on the dashboard: a further signature, or the renewal of an access.
struct PsuPages::Signing {
  Door door;
  PageFrame page;
  Asked asked;
  std::string terms_hash;  // what the second element must be given for; empty: for nothing but these minutes
  SignIn sign_in;

  bool confirmed(const base::Caller& caller) const;
};

void set_steps(PageValues& values, Language language);  // the names of the three steps
// What dynamic linking binds, in words: amount and payee; of a batch total, number and payees; of VRP the limits.
std::vector<std::string> linked_lines(Language language, const consent::Terms& terms);
// Authorization details in plain words, none left out: what is shown is what is granted.
std::vector<std::string> detail_lines(Language language, const std::vector<oauth::AuthorizationDetail>& details);
void set_details(PageValues& values, Language language, const std::vector<std::string>& lines);
void set_passkey(PageValues& values, Language language, const std::string& options, Text button);

// [RTS-SCA-4.3d] a page that asks again by itself keeps no session alive
consent::Activity activity_of(const base::http::Call& call);

std::string browser_hash(std::string_view browser);  // what an interaction is bound to

}  // namespace gateway
