// The numbers of the exemptions, by region, as data. RTS (EU) 2018/389 as amended by (EU) 2022/2360; UK: the FCA's
// technical standards on strong customer authentication (SCA-RTS), amounts of 2021.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "policy/exemptions/exemption.h"

namespace policy {

struct Allowance {
  std::int64_t each_minor;  // a payment may be as large as this
  std::int64_t sum_minor;   // all since the last authentication, this one included
  int uses;                 // consecutive ones since the last authentication, this one included
};

struct RiskBand {
  std::int64_t up_to_minor;      // exemption threshold value
  std::int64_t card_millionths;  // reference fraud rate: 0.13 % = 1300 of a million
  std::int64_t transfer_millionths;
};

struct RegionRules {
  Region region;
  std::string_view currency;
  std::chrono::days direct_access;                      // article 10: authentication at least so often
  std::optional<std::chrono::days> third_party_access;  // article 10a; none: never again
  std::optional<std::chrono::days> reconfirmation;      // the third party asks its customer so often
  bool third_party_mandatory;                           // [RTS-SCA-10a.1] EU: "shall not apply"
  std::chrono::days recent;                             // transactions of the last so many days
  Allowance contactless;
  Allowance low_value;
  std::array<RiskBand, 3> risk;  // the smallest first
};

const RegionRules& rules_of(Region region);

}  // namespace policy
