#include "oauth/endpoints/introspection.h"

#include <algorithm>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/json/object_text.h"
#include "base/json/strict.h"
#include "oauth/checks/current_client.h"
#include "oauth/checks/table.h"
#include "oauth/grants/refresh_token.h"
#include "oauth/scope.h"

namespace oauth {
namespace {

using base::json::ObjectText;
using Answer = base::Result<std::string, OAuthError>;  // JSON

constexpr std::string_view kSignedType = "application/token-introspection+jwt";

std::int64_t seconds_of(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

// [RFC7662-2.2] "the authorization server SHOULD NOT include any additional information about an inactive token,
// including why the token is inactive". The request's own event says why.
std::string inactive(RequestContext& context, std::string why) {
  context.call.event.reason = "inactive: " + std::move(why);
  return ObjectText().boolean("active", false).take();
}

void add_grant_facts(ObjectText& answer, const base::ConsentId& consent, base::Instant auth_time,
                     const std::string& acr, const std::string& authorization_details) {
  if (!consent.empty()) answer.text("consent_id", consent.str());
  answer.number("auth_time", seconds_of(auth_time));
  if (!acr.empty()) answer.text("acr", acr);
  // [RFC9396-9.2] "the AS MUST convey authorization_details … in the introspection response"
  if (!authorization_details.empty()) {
    const auto details = base::json::parse_strict(authorization_details, {.max_bytes = kMaxAccessTokenBytes});
    if (details) answer.json("authorization_details", base::json::dump(*details));
  }
}

bool consent_stands(base::db::Transaction& tx, const GrantTools& tools, const base::Caller& caller,
                    const base::ConsentId& consent) {
  return consent.empty() || tools.consents.authorised(tx, caller, consent, ConsentLock::none);
}

Answer of_access_token(base::db::Transaction& tx, const GrantTools& tools, const AccessTokenCheck& tokens,
                       RequestContext& context, const AccessToken& token) {
  // [RFC9701-5] "the authorization server MUST … determine whether the protected resource is allowed": its audience,
  // which is our own resource servers, and the client that the token was issued to.
  if (token.client != context.client->id && !scope_has(context.client->scope, kScopeIntrospection)) {
    return inactive(context, "the caller is neither the token's client nor its audience");
  }
  const base::Caller& caller = context.call.caller;
  // Without a consent this is the last that is asked: what it answers changes nothing of what is committed.
  const auto standing = tokens.stands(tx, caller, token, token.consent.empty() ? FactsAre::last : FactsAre::first);
  if (!standing) return inactive(context, standing.error());
  if (!consent_stands(tx, tools, caller, token.consent)) return inactive(context, "the consent is not authorised now");
  context.call.event.psu = standing->psu;

  ObjectText answer;
  answer.boolean("active", true)
      .text("iss", token.issuer)
      .text("aud", token.audience)
      .text("client_id", token.client.str())
      .text("sub", token.subject)
      .text("scope", token.scope)
      .text("jti", token.jti)
      .number("iat", seconds_of(token.issued_at))
      .number("exp", seconds_of(token.expires_at))
      .text("token_type", token.jkt ? "DPoP" : "Bearer");  // [RFC9449-6.2]
  ObjectText confirmation;
  if (token.jkt) confirmation.text("jkt", *token.jkt);       // [RFC9449-6.2]
  if (token.x5t) confirmation.text("x5t#S256", *token.x5t);  // [RFC8705-3.2]
  answer.json("cnf", confirmation.take());
  if (token.auth_time) add_grant_facts(answer, token.consent, *token.auth_time, token.acr, token.authorization_details);
  return answer.take();
}

// A refresh token is between its client and this server: no resource server is told of it.
Answer of_refresh_token(base::db::Transaction& tx, const GrantTools& tools, RequestContext& context,
                        const std::string& token) {
  const base::Caller& caller = context.call.caller;
  const base::BrandId& brand = caller.tenant.brand;
  const auto row = find_refresh_token(tx, brand, base::crypto::sha256(token));
  if (!row) return inactive(context, "no token of ours");
  context.call.event.grant = row->grant;
  if (row->client != context.client->id) return inactive(context, "a refresh token of another client");
  if (retry_is_over(*row, tools.settings, context.now())) return inactive(context, "the refresh token was replaced");
  const auto grant = find_live_grant(tx, brand, row->grant, GrantLock::none);
  if (!grant) return inactive(context, "the grant has ended");
  context.call.event.consent = grant->consent;
  context.call.event.psu = grant->psu;
  if (!consent_stands(tx, tools, caller, grant->consent)) return inactive(context, "the consent is not authorised now");

  ObjectText answer;
  answer.boolean("active", true)
      .text("iss", tools.settings.issuer)
      .text("client_id", grant->client.str())
      .text("sub", tools.subjects.subject_of(brand, *context.client, grant->psu))
      .text("scope", grant->scope)
      .number("iat", seconds_of(row->issued_at));
  add_grant_facts(answer, grant->consent, grant->auth_time, grant->acr, grant->authorization_details);
  return answer.take();
}

// [RFC9701-5] typ, iss, aud and iat; what was asked about stands in token_introspection, and nowhere beside it
std::string sign_answer(const GrantTools& tools, const RequestContext& context, const std::string& answer) {
  const std::string claims = ObjectText()
                                 .text("iss", tools.settings.issuer)
                                 .text("aud", context.client->id.str())  // never wider: attack 9
                                 .number("iat", seconds_of(context.now()))
                                 .json("token_introspection", answer)
                                 .take();
  return base::crypto::sign_compact({.typ = "token-introspection+jwt", .kid = "", .jwk = ""}, claims,
                                    tools.keys.current()->signing_key(context.now()));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The part before the next separator; what is left stays in `text`.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return trimmed(part);
}

// [RFC9110-12.4.2] qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), in thousandths; 0 when malformed
int thousandths(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int value = text[0] == '1' ? 1000 : 0;
  int place = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return 0;
    value += (c - '0') * place;
    place /= 10;
  }
  return value <= 1000 ? value : 0;
}

// How much this media type is asked for by name; 0: not at all.
int quality_of(const base::http::Headers& headers, std::string_view media_type) {
  int quality = 0;
  for (std::string_view list : headers.all("Accept")) {
    while (!list.empty()) {
      std::string_view range = take_until(list, ',');
      if (!base::http::equal_ignoring_case(take_until(range, ';'), media_type)) continue;
      int own = 1000;
      while (!range.empty()) {
        std::string_view parameter = take_until(range, ';');
        if (base::http::equal_ignoring_case(take_until(parameter, '='), "q")) own = thousandths(trimmed(parameter));
      }
      quality = std::max(quality, own);
    }
  }
  return quality;
}

}  // namespace

bool wants_signed_introspection(const base::http::Headers& headers) {
  const int signed_answer = quality_of(headers, kSignedType);
  return signed_answer > 0 && signed_answer >= quality_of(headers, "application/json");
}

base::http::Response IntrospectionEndpoint::operator()(base::http::Call& call) {
  return answer_current(call, checks_, [&](RequestContext& context) { return answer(context); });
}

base::http::Response IntrospectionEndpoint::answer(RequestContext& context) const {
  base::http::Call& call = context.call;
  if (const auto checked = run_checks(Column::introspection, context); !checked) {
    return to_response(checked.error(), call);
  }
  // [RFC7662-2.1] token_type_hint: "the authorization server MAY ignore this parameter": the two kinds look different.
  const std::string token(*context.form.only("token"));
  const auto access = tokens_.read(call.caller, token);
  if (access) {
    call.event.grant = access->grant;
    call.event.consent = access->consent;
  }
  auto answer = base::db::in_transaction(grants_.pool, call.caller.deadline, [&](base::db::Transaction& tx) -> Answer {
    record_authentication(tx, context);
    if (access) return of_access_token(tx, grants_, tokens_, context, *access);
    if (token.find('.') != std::string::npos) return inactive(context, access.error());
    return of_refresh_token(tx, grants_, context, token);
  });
  if (!answer) return to_response(answer.error(), call);

  base::http::Response response;
  const bool sign = wants_signed_introspection(call.request.headers);
  response.body = sign ? sign_answer(grants_, context, *answer) : std::move(*answer);
  response.headers.add("Content-Type", std::string(sign ? kSignedType : "application/json"));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Vary", "Accept");
  return response;
}

}  // namespace oauth
