// The file of a file payment consent that declares its hash and nothing else: what is accepted comes to the sum of its
// payments and is stored and read back; a refusal says why.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "consent/payment/terms_json.h"
#include "gateway/partner_api/open_banking_uk/payment_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  consent::Consent declared;
  declared.kind = consent::ConsentKind::file_payment;
  declared.terms =
      consent::PaymentTerms{.amount = base::Amount::of_minor(0, *base::Currency::parse("GBP")),
                            .payees = {},
                            .debtor = {},
                            .reference = {},
                            .end_to_end = {},
                            .local_instrument = {},
                            .execution = {},
                            .standing_order = {},
                            .batch = consent::FileBatch{0, base::base64_encode(base::crypto::sha256(content))},
                            .cross_border = {}};
  const auto terms = gateway::read_payment_file(declared, content);
  if (!terms) {
    ENSURE(!terms.error().public_text.empty(), "a refusal says why");
    return 0;
  }
  const auto& payment = std::get<consent::PaymentTerms>(*terms);
  ENSURE(payment.batch->transactions == static_cast<std::int64_t>(payment.payees.size()),
         "every payment has its payee");
  ENSURE(payment.amount.minor() >= payment.batch->transactions, "no payment is of nothing");
  const auto again = consent::terms_from_json(declared.kind, consent::terms_to_json(*terms));
  ENSURE(again.has_value() && *again == *terms, "terms are stored and read back");
  return 0;
}
