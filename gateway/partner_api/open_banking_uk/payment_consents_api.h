// UK Open Banking Read/Write API v4.0: domestic-payment-consents, domestic-scheduled-payment-consents,
// domestic-standing-order-consents, international-payment-consents, file-payment-consents with their files,
// domestic-vrp-consents and funds-confirmation-consents (create, read, and delete where the standard has it). The
// payments themselves are not here.
#pragma once

#include <string>

#include "base/http/call.h"
#include "base/http/message.h"
#include "consent/consent_kind.h"
#include "oauth/resource_server.h"

namespace consent {
class PaymentConsents;
}  // namespace consent

namespace gateway {

struct PaymentConsentsApiDeps {
  consent::PaymentConsents& consents;
  std::string base_url;       // "https://localhost:8443/open-banking/v4.0"
  std::string mtls_base_url;  // "https://localhost:8444/open-banking/v4.0"
};

// What the token says, without how it was proven.
struct ClientFacts {
  base::ClientId client;
  bool of_the_client = false;  // a client-credentials token
  bool has_scope = false;
};

class PaymentConsentsApi {
 public:
  explicit PaymentConsentsApi(PaymentConsentsApiDeps deps) : deps_(std::move(deps)) {}

  using Kind = consent::ConsentKind;
  template <Kind kind>
  base::http::Response create(base::http::Call& call, const oauth::PresentedAccess& access) {
    return create(call, facts_of(access, kind), kind);
  }
  template <Kind kind>
  base::http::Response read(base::http::Call& call, const oauth::PresentedAccess& access) {
    return read(call, facts_of(access, kind), kind);
  }
  template <Kind kind>
  base::http::Response remove(base::http::Call& call, const oauth::PresentedAccess& access) {
    return remove(call, facts_of(access, kind), kind);
  }

  base::http::Response upload_file(base::http::Call& call, const oauth::PresentedAccess& access) {
    return upload(call, facts_of(access, Kind::file_payment));
  }
  base::http::Response read_file(base::http::Call& call, const oauth::PresentedAccess& access) {
    return file(call, facts_of(access, Kind::file_payment));
  }

  base::http::Response create(base::http::Call& call, const ClientFacts& token, Kind kind);
  base::http::Response read(base::http::Call& call, const ClientFacts& token, Kind kind);
  base::http::Response remove(base::http::Call& call, const ClientFacts& token, Kind kind);
  base::http::Response upload(base::http::Call& call, const ClientFacts& token);
  base::http::Response file(base::http::Call& call, const ClientFacts& token);

 private:
  static ClientFacts facts_of(const oauth::PresentedAccess& access, Kind kind);
  std::string link(const base::http::Call& call, Kind kind, const base::ConsentId& id) const;

  PaymentConsentsApiDeps deps_;
};

}  // namespace gateway
