#include "oauth/resource_server.h"

#include <algorithm>

#include "base/secret.h"
#include "oauth/binding/dpop.h"
#include "oauth/binding/mtls.h"
#include "oauth/client.h"
#include "oauth/oauth_error.h"
#include "oauth/profile/profile.h"

namespace oauth {
namespace {

enum class Scheme { dpop, bearer };

// [RFC9449-7.1] the algs that a proof may use stand in every DPoP challenge
constexpr std::string_view kAlgs = "algs=\"PS256 ES256 EdDSA\"";

// The scheme a caller of this listener should use.
Scheme scheme_of(const base::http::Call& call) {
  return call.request.listener == base::http::Listener::mtls ? Scheme::bearer : Scheme::dpop;
}

std::string challenge(Scheme scheme, std::string_view code, std::string_view text, std::string_view scope = "") {
  std::string out = scheme == Scheme::dpop ? "DPoP " : "Bearer ";
  if (code.empty()) return out + (scheme == Scheme::dpop ? std::string(kAlgs) : "realm=\"api\"");
  out.append("error=\"").append(code).append("\", error_description=\"").append(error_description(text)).append("\"");
  if (!scope.empty()) out.append(", scope=\"").append(scope).append("\"");
  if (scheme == Scheme::dpop) out.append(", ").append(kAlgs);
  return out;
}

AccessRefusal refusal(Scheme scheme, std::string code, std::string public_text, std::string log_text) {
  AccessRefusal out;
  out.www_authenticate = challenge(scheme, code, public_text);
  out.code = std::move(code);
  out.public_text = std::move(public_text);
  out.log_text = std::move(log_text);
  return out;
}

AccessRefusal invalid_token(Scheme scheme, std::string log_text) {
  return refusal(scheme, "invalid_token", "the access token is not valid here", std::move(log_text));
}

AccessRefusal of_proof(const OAuthError& error) {
  AccessRefusal out = refusal(Scheme::dpop, std::string(to_text(error.code)), error.public_text, error.log_text);
  out.dpop_nonce = error.dpop_nonce;
  return out;
}

bool is_form(const base::http::Headers& headers) {
  const auto type = headers.only("Content-Type");
  return type && base::http::equal_ignoring_case(type->substr(0, type->find_first_of("; \t")),
                                                 "application/x-www-form-urlencoded");
}

struct Presented {
  Scheme scheme = Scheme::dpop;
  std::string token;
};

base::Result<Presented, AccessRefusal> read_authorization(const base::http::Call& call) {
  const Scheme wanted = scheme_of(call);
  const auto& request = call.request;
  // [FAPI2-SP-FINAL-5.3.4-1] "shall not accept access tokens in the query parameters"
  if (const auto query = base::http::Parameters::parse(request.raw_query); query && query->count("access_token") != 0) {
    auto out =
        refusal(wanted, "invalid_request", "access tokens belong in the Authorization header", "token in the query");
    out.status = 400;  // [RFC6750-3.1] invalid_request: 400
    return base::failure(std::move(out));
  }
  // [RFC6750-2.2] a form's body is no place for it either
  if (is_form(request.headers)) {
    if (const auto form = base::http::Parameters::parse(request.body); form && form->count("access_token") != 0) {
      auto out =
          refusal(wanted, "invalid_request", "access tokens belong in the Authorization header", "token in the body");
      out.status = 400;
      return base::failure(std::move(out));
    }
  }
  if (request.headers.count("Authorization") == 0) {
    return base::failure(refusal(wanted, "", "an access token is needed", "no Authorization header"));
  }
  if (request.headers.count("Authorization") > 1) {
    auto out =
        refusal(wanted, "invalid_request", "more than one Authorization header", "more than one Authorization header");
    out.status = 400;
    return base::failure(std::move(out));
  }
  const std::string_view value = *request.headers.only("Authorization");
  const std::size_t space = value.find(' ');
  const std::string_view scheme = value.substr(0, space);
  std::string_view token = space == std::string_view::npos ? std::string_view() : value.substr(space);
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  // [RFC9110-11.1] schemes are compared without case
  if (base::http::equal_ignoring_case(scheme, "DPoP")) return Presented{Scheme::dpop, std::string(token)};
  if (base::http::equal_ignoring_case(scheme, "Bearer")) return Presented{Scheme::bearer, std::string(token)};
  return base::failure(refusal(wanted, "", "an access token is needed", "Authorization of another scheme"));
}

// [RFC9728-5.1] "resource_metadata: The URL of the protected resource metadata."
void point_to_metadata(AccessRefusal& refusal, const Settings& settings, const base::http::Call& call) {
  if (refusal.status != 401) return;
  refusal.www_authenticate.append(", resource_metadata=\"")
      .append(settings.base_of(call.request.listener))
      .append(settings.paths.protected_resource)
      .append("\"");
}

}  // namespace

bool PresentedAccess::has_scope(std::string_view scope) const { return scope_has(scope_, scope); }

AccessRefusal insufficient_scope(const base::http::Call& call, std::string_view scope) {
  const std::string text = "the access token has not the scope that is needed";
  AccessRefusal out;
  out.status = 403;
  out.code = "insufficient_scope";
  out.www_authenticate = challenge(scheme_of(call), out.code, text, scope);
  out.public_text = text;
  out.log_text = "[RFC6750-3.1] scope missing: " + std::string(scope);
  return out;
}

void add_headers(const AccessRefusal& refusal, base::http::Response& response) {
  response.headers.set("WWW-Authenticate", refusal.www_authenticate);
  response.headers.set("Cache-Control", "no-store");
  if (!refusal.dpop_nonce.empty()) response.headers.set("DPoP-Nonce", refusal.dpop_nonce);
}

base::Result<PresentedAccess, AccessRefusal> ResourceServer::authenticate(base::http::Call& call) {
  auto outcome = [&]() -> base::Result<PresentedAccess, AccessRefusal> {
    TRY(const Presented presented, read_authorization(call));
    const auto token = deps_.tokens.read(call.caller, presented.token);
    if (!token) return base::failure(invalid_token(presented.scheme, token.error()));
    call.event.client = token->client;
    call.event.grant = token->grant;
    call.event.consent = token->consent;

    std::optional<DpopProof> proof;
    switch (presented.scheme) {
      case Scheme::dpop: {
        // [RFC9449-7.1] "the public key to which the access token is bound matches the public key from the DPoP proof"
        if (!token->jkt)
          return base::failure(invalid_token(Scheme::dpop, "a certificate-bound token under the DPoP scheme"));
        auto checked = deps_.dpop.check(call, kFapi2, presented.token);
        if (!checked) return base::failure(of_proof(checked.error()));
        proof = std::move(*checked);
        if (!proof) {
          return base::failure(refusal(Scheme::dpop, "invalid_dpop_proof", "a DPoP proof is needed", "no DPoP header"));
        }
        if (!base::constant_time_equal(proof->jkt, *token->jkt)) {
          return base::failure(invalid_token(Scheme::dpop, "the proof's key is not the token's"));
        }
        break;
      }
      case Scheme::bearer: {
        // [RFC9449-7.1] "MUST NOT accept a DPoP-bound access token as a bearer token"
        if (!token->x5t)
          return base::failure(invalid_token(Scheme::dpop, "a DPoP-bound token under the Bearer scheme"));
        // [RFC8705-3] "MUST verify that the certificate matches the certificate associated with the access token. If
        // they do not match, the resource access attempt MUST be rejected with … 401 … invalid_token"
        const auto thumbprint = certificate_thumbprint(call.request.peer);
        if (!thumbprint)
          return base::failure(invalid_token(Scheme::bearer, "a certificate-bound token without its certificate"));
        if (!base::constant_time_equal(*thumbprint, *token->x5t)) {
          return base::failure(invalid_token(Scheme::bearer, "the certificate is not the token's"));
        }
        break;
      }
    }

    // [FAPI2-SP-FINAL-5.3.4-2] "shall verify the validity, integrity, expiration and revocation status of access
    // tokens": on the primary, at each use (DESIGN decision 8).
    const auto standing = base::db::read_only(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
      return deps_.tokens.stands(tx, call.caller, *token);
    });
    if (!standing) return base::failure(invalid_token(presented.scheme, standing.error()));
    call.event.psu = standing->psu;

    PresentedAccess access;
    if (proof) {
      const auto rule = standing->require_dpop_nonce ? NonceRule::always : NonceRule::whenever_needed;
      if (const auto used = deps_.dpop.use_once(call.caller, *proof, kFapi2, rule); !used) {
        return base::failure(of_proof(used.error()));
      }
      access.next_dpop_nonce_ = proof->next_nonce;
    }
    access.client_ = token->client;
    access.grant_ = token->grant;
    access.consent_ = token->consent;
    access.psu_ = standing->psu;
    access.subject_ = token->subject;
    access.scope_ = token->scope;
    access.auth_time_ = token->auth_time;
    access.acr_ = token->acr;
    return access;
  }();
  if (!outcome) {
    point_to_metadata(outcome.error(), deps_.settings, call);
    call.event.refuse(outcome.error().code.empty() ? "no_token" : outcome.error().code, outcome.error().log_text);
  }
  return outcome;
}

AccessRefusal ResourceServer::ground_gone(const base::http::Call& call) const {
  AccessRefusal out = invalid_token(scheme_of(call), "the grant or its consent has ended");
  point_to_metadata(out, deps_.settings, call);
  return out;
}

base::Result<void, AccessRefusal> ResourceServer::demand(const base::http::Call& call, const PresentedAccess& access,
                                                         const AuthenticationDemand& demand) const {
  const bool acr_good = demand.acr_values.empty() || std::find(demand.acr_values.begin(), demand.acr_values.end(),
                                                               access.acr()) != demand.acr_values.end();
  const bool age_good =
      !demand.max_age || (access.auth_time() && call.caller.now.protocol - *access.auth_time() <= *demand.max_age);
  if (acr_good && age_good) return {};
  AccessRefusal out =
      refusal(scheme_of(call), "insufficient_user_authentication",
              !acr_good ? "a different authentication level is needed" : "a more recent authentication is needed",
              !acr_good ? "[RFC9470-3] acr " + access.acr() + " is none of those demanded"
                        : "[RFC9470-3] the customer authenticated too long ago, or never");
  if (!demand.acr_values.empty()) {
    std::string values;
    for (const auto& value : demand.acr_values) values.append(values.empty() ? "" : " ").append(value);
    out.www_authenticate.append(", acr_values=\"").append(error_description(values)).append("\"");
  }
  if (demand.max_age) {
    out.www_authenticate.append(", max_age=\"").append(std::to_string(demand.max_age->count())).append("\"");
  }
  point_to_metadata(out, deps_.settings, call);
  return base::failure(std::move(out));
}

}  // namespace oauth
