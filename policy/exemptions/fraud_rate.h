// Fraud rates of RTS (EU) 2018/389 articles 18 to 20: which transaction-risk bands an instrument may use now.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "policy/exemptions/regions.h"

namespace policy {

// [RTS-SCA-19.1] "the total value of unauthorised or fraudulent remote transactions … divided by the total value of all
// remote transactions for the same type": is it above the rate? Exact, without division. Without transactions: no.
bool above(const FraudQuarter& quarter, std::int64_t millionths);

enum class BandState : std::uint8_t {
  usable,
  // [RTS-SCA-20.1] one quarter above: the authority is told at once, and what will be done
  usable_and_reported,
  // [RTS-SCA-20.2] two consecutive quarters above: "shall immediately cease", until one quarter is at or below
  stopped,
  unproven,  // no quarter yet: there is no rate that could be low enough
};
std::string_view to_text(BandState state);

// `quarters`: the oldest first, of completed quarters. Quarters apart by more than one are not consecutive.
BandState band_state(const std::vector<FraudQuarter>& quarters, std::int64_t millionths);

// The largest payment that may be exempted now; nullopt: none. [RTS-SCA-18.2a], [RTS-SCA-18.2b]
std::optional<std::int64_t> largest_exempt_minor(Region region, Instrument instrument,
                                                 const std::vector<FraudQuarter>& quarters);

}  // namespace policy
