// DPoP proofs from strangers: nothing but a proof that verifies is accepted, and htu has one normal form.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "oauth/binding/dpop.h"
#include "oauth/binding/htu.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto normal = oauth::normalised_htu(text)) {
    ENSURE(oauth::normalised_htu(*normal) == normal, "a normal form is its own");
    ENSURE(normal->find_first_of("?#@\\ \r\n") == std::string::npos || normal->find('@') > normal->find('/', 8),
           "no query, fragment, user information or line end is left");
  }
  const base::Instant now{std::chrono::seconds(1'780'000'000)};
  oauth::ProofKeys known;
  const auto proof =
      oauth::check_proof(text, {"POST", "https://localhost:8443/token", std::nullopt}, oauth::kFapi2, now, known);
  if (proof) {
    ENSURE(proof->jkt.size() == 43 && proof->jti_hash.size() == 43, "an accepted proof has a key and an id");
    ENSURE(proof->issued_at <= now + oauth::kFapi2.future_skew, "and is of now");
  }
  return 0;
}
