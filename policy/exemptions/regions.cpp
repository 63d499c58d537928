#include "policy/exemptions/regions.h"

namespace policy {
namespace {

using std::chrono::days;

constexpr RegionRules kEu{
    .region = Region::eu,
    .currency = "EUR",
    .direct_access = days(180),       // [RTS-SCA-10.2b]
    .third_party_access = days(180),  // [RTS-SCA-10a.2b]
    .reconfirmation = {},
    .third_party_mandatory = true,
    .recent = days(90),
    .contactless = {5000, 15000, 5},                                      // [RTS-SCA-11]
    .low_value = {3000, 10000, 5},                                        // [RTS-SCA-16]
    .risk = {{{10000, 1300, 150}, {25000, 600, 100}, {50000, 100, 50}}},  // [RTS-SCA-Annex]
};

constexpr RegionRules kUk{
    .region = Region::uk,
    .currency = "GBP",
    .direct_access = days(90),   // [UK-SCA-RTS-10]
    .third_party_access = {},    // [UK-SCA-RTS-10A]
    .reconfirmation = days(90),  // [UK-SCA-RTS-36.6]
    .third_party_mandatory = false,
    .recent = days(90),
    .contactless = {10000, 30000, 5},                                    // [UK-SCA-RTS-11]
    .low_value = {2500, 8500, 5},                                        // [UK-SCA-RTS-16]
    .risk = {{{8500, 1300, 150}, {22000, 600, 100}, {44000, 100, 50}}},  // [UK-SCA-RTS-Annex]
};

}  // namespace

const RegionRules& rules_of(Region region) {
  switch (region) {
    case Region::eu:
      return kEu;
    case Region::uk:
      return kUk;
  }
  return kEu;
}

}  // namespace policy
