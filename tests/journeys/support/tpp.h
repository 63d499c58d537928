// A TPP's software: registered with a key of its own, speaks FAPI 2.0 with private_key_jwt and DPoP. What a sane client
// does stands in the short functions; what an attacker changes goes through Claims, headers and parameters.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto/jwk.h"
#include "base/http/message.h"
#include "oauth/registration/clients.h"
#include "tests/journeys/support/gateway.h"

namespace journeys {

// JSON text by name; an empty text removes the member.
using Claims = std::map<std::string, std::string>;
// An empty value removes the parameter.
using Form = std::vector<base::http::Parameter>;

std::string quoted(const std::string& text);  // as a JSON string

struct Pushed {
  Answer answer;
  std::string request_uri, url;  // url: what the customer's browser opens
  std::string verifier, state, nonce;
};

struct Tokens {
  Answer answer;
  std::string access, refresh, id;
};

// The query of the URL that the browser was sent back to.
struct Callback {
  explicit Callback(const std::string& url);
  std::string url, code, state, iss, error;
};

struct ProofOptions {
  std::string method = "POST";
  std::string url = {};    // htu
  std::string token = {};  // ath; empty: none
  std::string nonce = {};
  Claims claims = {};
  Claims header = {};
};

class Tpp {
 public:
  explicit Tpp(Gateway& gateway, std::string name = "Budget App",
               base::crypto::JwsAlgorithm algorithm = base::crypto::JwsAlgorithm::es256,
               const std::function<void(oauth::NewClient&)>& change = {});  // of what is registered
  Tpp(const Tpp&) = delete;
  Tpp& operator=(const Tpp&) = delete;

  const std::string& id() const { return id_; }
  Gateway& gateway() { return gateway_; }
  // From here on as another client that was registered with this key.
  void act_as(const std::string& client_id) { id_ = client_id; }

  base::crypto::PrivateKey key;
  base::crypto::PrivateKey proof_key;

  // Building blocks.
  std::string assertion(const Claims& claims = {}, const Claims& header = {}) const;
  std::string proof(const ProofOptions& options) const;
  Form authenticated(Form form) const;  // with client_assertion and its type
  // POST of a form, exactly as given.
  Answer post(const std::string& path, const Form& form, base::http::Headers headers) const;

  // A sane client's POST: authenticated, with a proof, again when the server asks for a nonce.
  Answer call(const std::string& path, const Form& form) const;
  // A resource: with token and proof, again when the server asks for a nonce.
  Answer resource(const std::string& method, const std::string& url, const std::string& token,
                  const std::string& json = "", const base::http::Headers& headers = {}) const;
  Answer obie(const std::string& method, const std::string& path, const std::string& token,
              const std::string& json = "", const base::http::Headers& headers = {}) const;

  std::string client_token(const std::string& scope = "accounts") const;
  Answer create_consent(const std::vector<std::string>& permissions = all_permissions(),
                        std::chrono::seconds life = std::chrono::hours(24 * 90)) const;
  std::string consent(const std::vector<std::string>& permissions = all_permissions()) const;  // its id
  std::string consent_status(const std::string& consent) const;

  Pushed push(const std::string& consent, const Form& changes = {}) const;               // openid, claims
  Pushed push_with_details(const std::string& consent, const Form& changes = {}) const;  // authorization_details
  Pushed push_form(Form form, const Form& changes) const;
  // As push(), in a request object whose claims are changed, with these parameters beside it.
  Pushed push_signed(const std::string& consent, const Claims& changes = {}, const Form& outside = {}) const;
  std::string request_object(const Form& parameters, const Claims& claims = {}, const Claims& header = {}) const;
  Form authorization_parameters(const std::string& consent, Pushed& pushed) const;
  Form code_form(const std::string& code, const Pushed& pushed, const Form& changes = {}) const;
  Tokens redeem(const std::string& code, const Pushed& pushed, const Form& changes = {}) const;
  Tokens refresh(const std::string& refresh_token) const;
  Answer revoke(const std::string& token) const;
  Answer introspect(const std::string& token, const std::string& accept = "") const;

  static std::vector<std::string> all_permissions();

 private:
  std::string random(std::size_t bytes = 24) const;

  Gateway& gateway_;
  std::string id_;
};

Tokens tokens_of(Answer answer);

}  // namespace journeys
