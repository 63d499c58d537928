#include "oauth/tokens/subject.h"

#include "base/crypto/hash.h"
#include "base/encoding.h"

namespace oauth {
namespace {

// [FAPI2-SP-FINAL-6.7] no client_id can begin like this (registration refuses ':'), and no UUID does.
constexpr std::string_view kPairwisePrefix = "pairwise:";
constexpr std::size_t kPairwiseBytes = 24;

}  // namespace

std::string Subjects::subject_of(const base::BrandId& brand, SubjectType type, std::string_view sector,
                                 const base::PsuId& psu) const {
  switch (type) {
    case SubjectType::public_:
      break;
    case SubjectType::pairwise: {
      // [OIDC-CORE-8.1] "The Subject Identifier value MUST NOT be reversible by any party other than the OpenID
      // Provider." A NUL ends each part, which none of them can hold: no two triples make the same message.
      std::string message;
      for (const std::string_view part : {sector, std::string_view(brand.str()), std::string_view(psu.str())}) {
        message.append(part).push_back('\0');
      }
      const std::string mac = base::crypto::hmac_sha256(pairwise_key_, message);
      return std::string(kPairwisePrefix) + base::base64url_encode(std::string_view(mac).substr(0, kPairwiseBytes));
    }
  }
  return psu.str();
}

}  // namespace oauth
