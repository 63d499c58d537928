#include "oauth/interactions.h"

#include <algorithm>

#include "base/crypto/hash.h"
#include "base/crypto/key_encryption.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "oauth/endpoints/pushed_authorization.h"
#include "oauth/evidence.h"
#include "oauth/registration/clients.h"
#include "oauth/scope.h"
#include "oauth/store/client_store.h"
#include "oauth/store/code_store.h"
#include "oauth/store/grant_store.h"
#include "oauth/store/pushed_request_store.h"
#include "oauth/tokens/handle.h"
#include "oauth/tokens/id_token.h"
#include "oauth/tokens/key_ring.h"
#include "oauth/tokens/requested_claims.h"

namespace oauth {
namespace {

using Outcome = PushedRequestRow::Outcome;

// How this client is answered now.
ResponseTools answering(const InteractionDeps& deps, const Client& client, const base::Caller& caller) {
  return {deps.settings.issuer, deps.keys.current(), profile_of(client.profile), caller.now.protocol};
}

InteractionError page_error(InteractionErrorCode code, std::string public_text, std::string log_text) {
  return {code, std::move(public_text), std::move(log_text), std::nullopt, {}, {}};
}

InteractionError unknown() {
  return page_error(InteractionErrorCode::unknown,
                    "This request is not known here. Please start again at your provider.",
                    "no such request_uri or interaction, or another client's");
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

// An error about a genuine request: with the way back.
InteractionError with_return(InteractionError error, const ResponseTools& tools, const PushedRequest& request,
                             std::string_view oauth_code) {
  error.way_back = error_response(tools, request, oauth_code, error.public_text);
  error.client = request.client;
  error.ui_locales = words_of(request.ui_locales);
  return error;
}

InteractionView view_of(const ResponseTools& tools, const PushedRequestRow& row, const Client& client,
                        std::string handle) {
  InteractionView view;
  view.handle = std::move(handle);
  view.client = client.id;
  view.client_name = client.name;
  view.on_behalf_of = client.on_behalf_of;
  view.redirect_origin = origin_of(row.request.redirect_uri);
  view.way_back = error_response(tools, row.request, "access_denied", "");
  view.consent = row.request.consent;
  view.scope = row.request.scope;
  view.details = details_of(row.request.authorization_details);
  view.login_hint = row.request.login_hint;
  view.ui_locales = words_of(row.request.ui_locales);
  view.bound = !row.browser_hash.empty();
  view.psu = row.psu;
  view.ends_at = row.request.ends_at;
  return view;
}

// What is wrong with the interaction whoever asks: it ended, or its time is over.
std::optional<InteractionError> ending_of(const ResponseTools& tools, const PushedRequestRow& row) {
  switch (row.outcome) {
    case Outcome::granted:
      return with_return(page_error(InteractionErrorCode::already_granted,
                                    "You have already given your permission. Please go back to your provider.",
                                    "the interaction ended: granted"),
                         tools, row.request, "invalid_request");
    case Outcome::refused:
      return with_return(page_error(InteractionErrorCode::already_refused,
                                    "This request was cancelled. Please start again at your provider.",
                                    "the interaction ended: refused"),
                         tools, row.request, "access_denied");
    case Outcome::none:
      break;
  }
  if (tools.now >= row.request.ends_at) {
    return with_return(
        page_error(InteractionErrorCode::expired, "This request is too old. Please start again at your provider.",
                   "the interaction's life is over"),
        tools, row.request, "access_denied");
  }
  return std::nullopt;
}

InteractionError other_browser(const ResponseTools& tools, const PushedRequest& request) {
  // [FAPI2-SP-FINAL-6.5] browser swapping: the transaction belongs to the browser that logged in
  return with_return(page_error(InteractionErrorCode::other_browser,
                                "This request was opened in another browser. Please start again at your provider.",
                                "the interaction is bound to another browser"),
                     tools, request, "access_denied");
}

struct Found {
  PushedRequestRow row;
  Client client;
};

base::Result<Client, InteractionError> live_client(base::db::Transaction& tx, const base::BrandId& brand,
                                                   const base::ClientId& id) {
  auto client = find_client(tx, brand, id, KeysWanted::live);
  if (!client || client->status != ClientStatus::live) {
    return base::failure(page_error(InteractionErrorCode::client_disabled, "This provider cannot be served at present.",
                                    "the client is disabled"));
  }
  return std::move(*client);
}

base::Result<Found, InteractionError> find_open(base::db::Transaction& tx, const InteractionDeps& deps,
                                                const base::Caller& caller, const std::string& handle_text,
                                                RowLock lock) {
  const auto handle = parse_handle(handle_text, caller.now.protocol);
  if (!handle) return base::failure(unknown());
  auto row = find_interaction(tx, caller.tenant.brand, *handle, lock);
  if (!row || !row->opened) return base::failure(unknown());
  TRY(Client client, live_client(tx, caller.tenant.brand, row->request.client));
  if (auto ended = ending_of(answering(deps, client, caller), *row)) return base::failure(std::move(*ended));
  return Found{std::move(*row), std::move(client)};
}

base::db::AuditEntry refusal_evidence(const base::Caller& caller, const PushedRequestRow& row, std::string_view error) {
  auto entry =
      evidence(caller, row.psu.empty() ? base::db::ActorKind::system : base::db::ActorKind::psu,
               row.psu.empty() ? "browser" : row.psu.str(), "authorization.refuse", "client", row.request.client.str());
  entry.outcome = std::string(error);
  entry.reason = "[RFC6749-4.1.2.1] the authorization ended with an error";
  if (!row.request.consent.empty()) entry.facts["consent"] = row.request.consent.str();
  return entry;
}

struct AuthorizationParameters {
  base::ClientId client;
  std::string request_uri;
};

base::Result<AuthorizationParameters, InteractionError> read_parameters(const base::http::Request& request) {
  const auto refuse = [](std::string log_text) {
    return base::failure(page_error(InteractionErrorCode::invalid_request,
                                    "This link is not complete. Please start again at your provider.",
                                    std::move(log_text)));
  };
  const bool post = request.method == base::http::Method::post;
  const auto parameters = base::http::Parameters::parse(post ? request.body : request.raw_query, 64);
  if (!parameters) return refuse("the parameters are not well-formed");
  // [RFC6749-3.1] "Request and response parameters MUST NOT be included more than once."
  if (parameters->first_repeated()) return refuse("a parameter is repeated");
  const auto client = parameters->only("client_id");
  const auto request_uri = parameters->only("request_uri");
  // [FAPI2-SP-FINAL-5.3.2.2-4] "shall reject authorization requests sent without using … pushed authorization requests"
  if (!client || !request_uri) return refuse("client_id or request_uri is missing: only pushed requests are accepted");
  // [RFC9101-5] "If this parameter is present in the authorization request, "request" MUST NOT be present."
  if (parameters->count("request") != 0) return refuse("request beside request_uri");
  return AuthorizationParameters{base::ClientId(std::string(*client)), std::string(*request_uri)};
}

std::string_view to_text(InteractionRefusal refusal) {
  switch (refusal) {
    case InteractionRefusal::access_denied:
      return "access_denied";
    case InteractionRefusal::login_required:
      return "login_required";
    case InteractionRefusal::server_error:
      return "server_error";
    case InteractionRefusal::temporarily_unavailable:
      return "temporarily_unavailable";
    case InteractionRefusal::invalid_scope:
      return "invalid_scope";
  }
  return "server_error";
}

}  // namespace

std::string_view to_text(InteractionErrorCode code) {
  switch (code) {
    case InteractionErrorCode::invalid_request:
      return "invalid_request";
    case InteractionErrorCode::unknown:
      return "unknown";
    case InteractionErrorCode::expired:
      return "expired";
    case InteractionErrorCode::spent:
      return "spent";
    case InteractionErrorCode::other_browser:
      return "other_browser";
    case InteractionErrorCode::other_customer:
      return "other_customer";
    case InteractionErrorCode::other_subject:
      return "other_subject";
    case InteractionErrorCode::not_bound:
      return "not_bound";
    case InteractionErrorCode::already_granted:
      return "already_granted";
    case InteractionErrorCode::already_refused:
      return "already_refused";
    case InteractionErrorCode::intent_refused:
      return "intent_refused";
    case InteractionErrorCode::client_disabled:
      return "client_disabled";
    case InteractionErrorCode::login_required:
      return "login_required";
  }
  return "";
}

Interactions::Interactions(InteractionDeps deps) : deps_(deps), handle_key_(deps.kek.derive(kHandleKeyLabel)) {}

base::Result<InteractionView, InteractionError> Interactions::open(
    base::http::Call& call, const std::optional<std::string>& browser_binding_hash) {
  const base::Caller& caller = call.caller;
  const base::Instant now = caller.now.protocol;
  auto outcome = [&]() -> base::Result<InteractionView, InteractionError> {
    TRY(const AuthorizationParameters parameters, read_parameters(call.request));
    if (!parameters.request_uri.starts_with(kRequestUriPrefix)) return base::failure(unknown());
    const auto request_handle =
        parse_handle(std::string_view(parameters.request_uri).substr(kRequestUriPrefix.size()), now);
    if (!request_handle) return base::failure(unknown());

    return base::db::in_transaction(
        deps_.pool, caller.deadline, [&](base::db::Transaction& tx) -> base::Result<InteractionView, InteractionError> {
          const auto row = find_pushed_request(tx, caller.tenant.brand, *request_handle, RowLock::none);
          // [RFC9126-4] "the authorization server … client_id … matches": another client's request is no request
          if (!row || row->request.client != parameters.client) return base::failure(unknown());
          call.event.client = row->request.client;
          call.event.consent = row->request.consent;
          TRY(const Client client, live_client(tx, caller.tenant.brand, row->request.client));
          const ResponseTools tools = answering(deps_, client, caller);
          if (auto ended = ending_of(tools, *row)) return base::failure(std::move(*ended));
          const bool same_browser = !row->browser_hash.empty() && browser_binding_hash &&
                                    base::constant_time_equal(row->browser_hash, *browser_binding_hash);
          // [RFC9126-7.3] one-time use: it counts from the login on, not from the first look at the page
          if (!row->browser_hash.empty() && !same_browser) {
            return base::failure(
                with_return(page_error(InteractionErrorCode::spent,
                                       "This request is already in use. Please start again at your provider.",
                                       "the request_uri was used: another browser has logged in with it"),
                            tools, row->request, "access_denied"));
          }
          // [RFC9126-4] "The authorization server MUST … validate that the request_uri has not expired"
          if (now >= row->request.expires_at && !same_browser) {
            return base::failure(with_return(page_error(InteractionErrorCode::expired,
                                                        "This request is too old. Please start again at your provider.",
                                                        "the request_uri is expired"),
                                             tools, row->request, "access_denied"));
          }
          // [OIDC-CORE-3.1.2.6] login_required: "prompt=none" and a page would be needed
          if (row->request.prompt == "none") {
            return base::failure(with_return(page_error(InteractionErrorCode::login_required, "You need to log in.",
                                                        "prompt=none, but every authorization needs a login"),
                                             tools, row->request, "login_required"));
          }
          if (!row->request.consent.empty() &&
              !deps_.consents.intent(tx, caller, row->request.client, row->request.consent)) {
            return base::failure(
                with_return(page_error(InteractionErrorCode::intent_refused,
                                       "This permission can no longer be given. Please start again at your provider.",
                                       "the consent is not authorisable now"),
                            tools, row->request, "access_denied"));
          }
          if (!row->opened) mark_opened(tx, *row, now);
          return view_of(tools, *row, client,
                         interaction_handle_of(handle_key_, row->request.ends_at, row->request_hash));
        });
  }();
  if (!outcome) call.event.refuse(std::string(oauth::to_text(outcome.error().code)), outcome.error().log_text);
  return outcome;
}

base::Result<InteractionView, InteractionError> Interactions::find(base::db::Transaction& tx,
                                                                   const base::Caller& caller,
                                                                   const std::string& handle) {
  TRY(const Found found, find_open(tx, deps_, caller, handle, RowLock::none));
  return view_of(answering(deps_, found.client, caller), found.row, found.client, handle);
}

base::Result<InteractionView, InteractionError> Interactions::bind(base::db::Transaction& tx,
                                                                   const base::Caller& caller,
                                                                   const std::string& handle,
                                                                   const std::string& browser_binding_hash,
                                                                   const base::PsuId& psu) {
  ENSURE(browser_binding_hash.size() >= 16 && !psu.empty(), "an interaction is bound to a browser and a customer");
  TRY(Found found, find_open(tx, deps_, caller, handle, RowLock::update));
  const ResponseTools tools = answering(deps_, found.client, caller);
  PushedRequestRow& row = found.row;
  if (row.browser_hash.empty()) {
    // [OIDC-CORE-3.1.2.2] "The Authorization Server MUST NOT reply with an ID Token or Access Token for a different
    // user"
    if (!is_for_subject(row.request.requested_claims,
                        deps_.subjects.subject_of(caller.tenant.brand, found.client, psu))) {
      return base::failure(with_return(
          page_error(InteractionErrorCode::other_subject,
                     "Another customer is meant by this request. Please start again at your provider.",
                     "[OIDC-CORE-5.5.1] the request asks for a sub that is not the one of the customer who logged in"),
          tools, row.request, "login_required"));
    }
    const bool first = mark_bound(tx, row, browser_binding_hash, psu, caller.now.protocol);
    ENSURE(first, "a locked, unbound interaction can be bound");
    row.browser_hash = browser_binding_hash;
    row.psu = psu;
  } else if (!base::constant_time_equal(row.browser_hash, browser_binding_hash)) {
    return base::failure(other_browser(tools, row.request));
  } else if (row.psu != psu) {
    return base::failure(
        with_return(page_error(InteractionErrorCode::other_customer,
                               "Somebody else has logged in for this request. Please start again at your provider.",
                               "the interaction is bound to another customer"),
                    tools, row.request, "access_denied"));
  }
  return view_of(tools, row, found.client, handle);
}

base::Result<AuthorizationResponse, InteractionError> Interactions::grant(base::db::Transaction& tx,
                                                                          const base::Caller& caller,
                                                                          const std::string& handle,
                                                                          const GrantDecision& decision) {
  TRY(const Found found, find_open(tx, deps_, caller, handle, RowLock::update));
  const ResponseTools tools = answering(deps_, found.client, caller);
  const PushedRequestRow& row = found.row;
  const PushedRequest& request = row.request;
  if (row.browser_hash.empty()) {
    return base::failure(
        with_return(page_error(InteractionErrorCode::not_bound, "Please log in first.", "grant before login"), tools,
                    request, "access_denied"));
  }
  if (!base::constant_time_equal(row.browser_hash, decision.browser_binding_hash)) {
    return base::failure(other_browser(tools, request));
  }
  if (row.psu != decision.psu) {
    return base::failure(
        with_return(page_error(InteractionErrorCode::other_customer, "Somebody else has logged in for this request.",
                               "the decision is of another customer than the login"),
                    tools, request, "access_denied"));
  }
  // What was shown is what is granted.
  if (request.consent != decision.consent) {
    return base::failure(with_return(
        page_error(InteractionErrorCode::intent_refused, "This permission is not the one that was asked for.",
                   "the decision is about another consent than the request"),
        tools, request, "access_denied"));
  }
  const base::Instant now = caller.now.protocol;
  const base::BrandId& brand = caller.tenant.brand;
  Grant grant;
  grant.id = base::new_id<base::GrantId>(now, deps_.entropy);
  grant.client = request.client;
  grant.psu = decision.psu;
  grant.consent = request.consent;
  grant.scope = request.scope;
  grant.authorization_details = request.authorization_details;
  grant.long_lived = request.long_lived;
  grant.auth_time = decision.auth_time;
  grant.acr = decision.acr;
  grant.requested_claims = request.requested_claims;
  insert_grant(tx, brand, grant, now);

  CodeRow code;
  code.client = request.client;
  code.grant = grant.id;
  code.redirect_uri = request.redirect_uri;
  code.code_challenge = request.code_challenge;
  code.dpop_jkt = request.dpop_jkt;
  code.nonce = request.nonce;
  if (request.state) code.state_hash = left_half_hash(*request.state, found.client.id_token_signed_response_alg);
  const Handle code_handle = new_handle(now + profile_of(found.client.profile).code_lifetime, deps_.entropy);
  insert_code(tx, brand, code_handle, code, now);
  const bool ended = mark_ended(tx, row, Outcome::granted, now);
  ENSURE(ended, "a locked, open interaction can be ended");

  auto entry = evidence(caller, base::db::ActorKind::psu, decision.psu.str(), "grant.create", "grant", grant.id.str());
  entry.facts = {{"client", grant.client.str()}, {"scope", grant.scope}, {"acr", grant.acr}};
  if (!grant.consent.empty()) entry.facts["consent"] = grant.consent.str();
  // What the customer saw of authorization details, by hash: the grant itself keeps them.
  if (!grant.authorization_details.empty()) {
    entry.facts["authorization_details_sha256"] = base::crypto::sha256_base64url(grant.authorization_details);
  }
  deps_.audit.record(tx, entry);

  return code_response(tools, request, code_handle.text);
}

base::Result<AuthorizationResponse, InteractionError> Interactions::refuse(
    base::db::Transaction& tx, const base::Caller& caller, const std::string& handle,
    const std::optional<std::string>& browser_binding_hash, InteractionRefusal refusal) {
  TRY(const Found found, find_open(tx, deps_, caller, handle, RowLock::update));
  const ResponseTools tools = answering(deps_, found.client, caller);
  const PushedRequestRow& row = found.row;
  if (!row.browser_hash.empty() &&
      (!browser_binding_hash || !base::constant_time_equal(row.browser_hash, *browser_binding_hash))) {
    return base::failure(other_browser(tools, row.request));
  }
  const bool ended = mark_ended(tx, row, Outcome::refused, caller.now.protocol);
  ENSURE(ended, "a locked, open interaction can be ended");
  deps_.audit.record(tx, refusal_evidence(caller, row, to_text(refusal)));
  return error_response(tools, row.request, to_text(refusal), "");
}

}  // namespace oauth
