// Request objects: from strangers nothing is accepted; of what the client itself signed, whatever it is, only a request
// without two meanings comes out.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/crypto/jws.h"
#include "base/ensure.h"
#include "base/system_clock.h"
#include "oauth/checks/request_object.h"

namespace {

class Nobody final : public oauth::JwksFetcher {
 public:
  std::optional<std::string> fault(const std::string&) const override { return "no network"; }
  base::Result<oauth::JwksResponse, std::string> get(const std::string&, std::size_t, base::db::Deadline) override {
    return base::failure(std::string("no network"));
  }
};

oauth::Client client_of(const base::crypto::PrivateKey& key) {
  oauth::Client client;
  client.id = base::ClientId("app");
  oauth::ClientKey registered;
  registered.kid = key.kid();
  registered.jwk = key.public_key().to_jwk();
  registered.thumbprint = key.public_key().thumbprint();
  client.keys.push_back(std::move(registered));
  return client;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key = base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::es256, "k1");
  static const oauth::Client client = client_of(key);
  static Nobody nobody;
  static const base::SystemMonotonicClock monotonic;
  static oauth::ClientKeys keys(nobody, monotonic);
  const base::Instant now{std::chrono::seconds(1'780'000'000)};
  base::Caller caller;
  caller.now = {now, now};

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ENSURE(!oauth::verify_request_object(text, client, "https://localhost:8443", caller, keys), "nobody signed this");
  const std::string object =
      base::crypto::sign_compact({.typ = "oauth-authz-req+jwt", .kid = "", .jwk = ""}, text, key);
  const auto read = oauth::verify_request_object(object, client, "https://localhost:8443", caller, keys);
  if (!read) {
    ENSURE(!read.error().public_text.empty(), "a refusal says why");
    return 0;
  }
  ENSURE(!read->parameters.first_repeated(), "each parameter has one value");
  ENSURE(read->parameters.only("client_id") == "app", "it is the client's");
  for (const char* name : {"request", "request_uri", "iss", "aud", "exp", "nbf", "iat", "jti"}) {
    ENSURE(read->parameters.count(name) == 0, "not a parameter");
  }
  ENSURE(read->jti_expires_at > now && read->jti_expires_at < now + std::chrono::hours(2), "its record is bounded");
  return 0;
}
