// What a client is told a customer is called (OpenID Connect Core section 8): `sub` of ID tokens, access tokens,
// userinfo and introspection.
#pragma once

#include <string>
#include <string_view>

#include "base/id.h"
#include "base/secret.h"
#include "oauth/client.h"

namespace oauth {

inline constexpr std::string_view kPairwiseKeyLabel = "aldgate oauth pairwise subject v1";

class Subjects {
 public:
  // `pairwise_key` is derived from the key-encryption key: every node names a customer alike, and nobody without it
  // finds the customer behind a name, or two names of one customer.
  explicit Subjects(base::Secret pairwise_key) : pairwise_key_(std::move(pairwise_key)) {}

  // `sector`: the client's; of no meaning with a public subject.
  std::string subject_of(const base::BrandId& brand, SubjectType type, std::string_view sector,
                         const base::PsuId& psu) const;
  std::string subject_of(const base::BrandId& brand, const Client& client, const base::PsuId& psu) const {
    return subject_of(brand, client.subject_type, client.sector, psu);
  }

 private:
  base::Secret pairwise_key_;
};

}  // namespace oauth
