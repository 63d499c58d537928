// Bodies of payment, VRP and funds consents: what is accepted has terms of its kind, which are stored and read back,
// and a body that is kept is JSON; a refusal names a code of the standard.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "consent/payment/terms_json.h"
#include "gateway/partner_api/open_banking_uk/payment_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using consent::ConsentKind;
  constexpr ConsentKind kKinds[] = {
      ConsentKind::domestic_payment, ConsentKind::domestic_scheduled_payment, ConsentKind::domestic_standing_order,
      ConsentKind::domestic_vrp,     ConsentKind::funds_confirmation,         ConsentKind::international_payment,
      ConsentKind::file_payment};
  const ConsentKind kind = kKinds[data[0] % std::size(kKinds)];
  const auto request =
      gateway::read_payment_body(kind, std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  if (!request) {
    ENSURE(!request.error().public_text.empty() && !gateway::to_text(request.error().code).empty(),
           "a refusal says why");
    return 0;
  }
  ENSURE(consent::fits(request->terms, kind), "terms of the kind");
  const auto again = consent::terms_from_json(kind, consent::terms_to_json(request->terms));
  ENSURE(again.has_value() && *again == request->terms, "terms are stored and read back");
  ENSURE(!consent::terms_hash(request->terms).empty(), "there is something to agree to");
  const auto kept = gateway::read_payment_body(kind, request->request);
  ENSURE(kept.has_value() && kept->terms == request->terms, "what is given back means the same");
  return 0;
}
