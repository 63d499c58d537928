#include "policy/exemptions/fraud_rate.h"

namespace policy {
namespace {

std::int64_t rate_of(const RiskBand& band, Instrument instrument) {
  switch (instrument) {
    case Instrument::card:
      return band.card_millionths;
    case Instrument::credit_transfer:
      return band.transfer_millionths;
  }
  return 0;
}

// A quarter has 90 to 92 days.
bool follows(const FraudQuarter& later, const FraudQuarter& earlier) {
  const auto apart = later.begins - earlier.begins;
  return apart >= std::chrono::days(89) && apart <= std::chrono::days(93);
}

}  // namespace

bool above(const FraudQuarter& quarter, std::int64_t millionths) {
  __extension__ using Wide = __int128;
  return static_cast<Wide>(quarter.fraud_minor) * 1'000'000 > static_cast<Wide>(quarter.total_minor) * millionths;
}

std::string_view to_text(BandState state) {
  switch (state) {
    case BandState::usable:
      return "usable";
    case BandState::usable_and_reported:
      return "usable_and_reported";
    case BandState::stopped:
      return "stopped";
    case BandState::unproven:
      return "unproven";
  }
  return "";
}

BandState band_state(const std::vector<FraudQuarter>& quarters, std::int64_t millionths) {
  BandState state = BandState::unproven;
  const FraudQuarter* before = nullptr;
  for (const FraudQuarter& quarter : quarters) {
    if (!above(quarter, millionths)) {
      state = BandState::usable;
    } else if (state == BandState::unproven) {
      // [RTS-SCA-18.2a] the rate must be "equivalent to or below" before the exemption is used at all
      state = BandState::stopped;
    } else if (state != BandState::stopped) {
      const bool second = state == BandState::usable_and_reported && before != nullptr && follows(quarter, *before);
      state = second ? BandState::stopped : BandState::usable_and_reported;
    }
    before = &quarter;
  }
  return state;
}

std::optional<std::int64_t> largest_exempt_minor(Region region, Instrument instrument,
                                                 const std::vector<FraudQuarter>& quarters) {
  std::optional<std::int64_t> largest;
  for (const RiskBand& band : rules_of(region).risk) {
    const BandState state = band_state(quarters, rate_of(band, instrument));
    if (state == BandState::usable || state == BandState::usable_and_reported) largest = band.up_to_minor;
  }
  return largest;
}

}  // namespace policy
