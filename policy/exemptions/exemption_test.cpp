#include "policy/exemptions/exemption.h"

#include <gtest/gtest.h>

#include <random>

#include "policy/exemptions/regions.h"

namespace policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const base::Instant kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

base::Amount eur(std::int64_t minor) { return base::Amount::of_minor(minor, *base::Currency::parse("EUR")); }
base::Amount gbp(std::int64_t minor) { return base::Amount::of_minor(minor, *base::Currency::parse("GBP")); }

ExemptionFacts facts() {
  ExemptionFacts f;
  f.now = kNow;
  f.last_sca = kNow - days(1);
  return f;
}

ExemptionFacts paying(Region region, std::int64_t minor) {
  ExemptionFacts f = facts();
  f.region = region;
  f.amount = region == Region::eu ? eur(minor) : gbp(minor);
  return f;
}

ExemptionPolicy only(Exemption exemption, LowValueCounter counter = LowValueCounter::amount) {
  return {counter, {exemption}};
}

bool exempt(const ExemptionFacts& f, const ExemptionPolicy& policy = every_exemption()) {
  return decide(f, policy).exempt;
}

std::vector<FraudQuarter> quarters(std::vector<std::int64_t> fraud_millionths) {
  std::vector<FraudQuarter> all;
  std::chrono::sys_days begins = std::chrono::year(2024) / 1 / 1;
  for (const auto fraud : fraud_millionths) {
    all.push_back({begins, 1'000'000, fraud});
    begins += days(91);
  }
  return all;
}

ExemptionFacts low_risk(Region region, std::int64_t minor, Instrument instrument, std::int64_t millionths) {
  ExemptionFacts f = paying(region, minor);
  f.instrument = instrument;
  f.risk.analysed = true;
  f.fraud = quarters({millionths});
  return f;
}

// [RTS-SCA-10], [RTS-SCA-10a], [UK-SCA-RTS-10], [UK-SCA-RTS-10A]
TEST(Exemptions, AccountInformationByRegionAndDoorToTheDay) {
  struct Row {
    Region region;
    AccountAccess access;
    int last_allowed;  // days since the last authentication; 0: no limit
  };
  for (const Row& row :
       {Row{Region::eu, AccountAccess::direct, 180}, Row{Region::eu, AccountAccess::through_third_party, 180},
        Row{Region::uk, AccountAccess::direct, 90}, Row{Region::uk, AccountAccess::through_third_party, 0}}) {
    ExemptionFacts f = facts();
    f.region = row.region;
    f.access = row.access;
    f.last_reconfirmed = kNow;
    if (row.last_allowed == 0) {
      f.last_sca = kNow - days(4000);
      EXPECT_TRUE(exempt(f));
    } else {
      f.last_sca = kNow - days(row.last_allowed);
      EXPECT_TRUE(exempt(f));
      f.last_sca = kNow - days(row.last_allowed) - 1us;
      EXPECT_FALSE(exempt(f));
    }
    f.last_sca = kNow;
    f.beyond_recent_transactions = true;
    EXPECT_FALSE(exempt(f)) << "more than 90 days of transactions";
    f.beyond_recent_transactions = false;
    f.last_sca.reset();
    EXPECT_FALSE(exempt(f)) << "the first time";
  }
}

// [UK-SCA-RTS-36.6]
TEST(Exemptions, TheUkThirdPartyReconfirmsEveryNinetyDays) {
  ExemptionFacts f = facts();
  f.region = Region::uk;
  f.access = AccountAccess::through_third_party;
  f.last_sca = kNow - days(400);
  f.last_reconfirmed = kNow - days(90);
  EXPECT_TRUE(exempt(f));
  *f.last_reconfirmed -= 1us;
  EXPECT_FALSE(exempt(f));
  EXPECT_TRUE(decide(f, every_exemption()).reason.starts_with("[UK-SCA-RTS-36.6]"));
  f.last_sca = kNow - days(90);  // authenticating confirms as well
  EXPECT_TRUE(exempt(f));
}

// [RTS-SCA-10a.1], [RTS-SCA-10a.3]
TEST(Exemptions, InTheEuTheThirdPartysExemptionIsMandatoryAndSuspicionNeedsAReference) {
  ExemptionFacts f = facts();
  f.access = AccountAccess::through_third_party;
  EXPECT_TRUE(decide(f, every_exemption()).mandatory);
  EXPECT_TRUE(exempt(f, {LowValueCounter::amount, {}})) << "not the bank's choice";
  f.bank_insists = true;
  EXPECT_TRUE(exempt(f));
  f.fraud_suspected = true;
  EXPECT_TRUE(exempt(f)) << "undocumented";
  f.suspicion = "case 2026-117";
  EXPECT_FALSE(exempt(f));
  EXPECT_NE(decide(f, every_exemption()).reason.find("case 2026-117"), std::string::npos);
  ExemptionFacts uk = facts();
  uk.region = Region::uk;
  uk.access = AccountAccess::through_third_party;
  uk.bank_insists = true;
  EXPECT_FALSE(exempt(uk)) << "there the bank may";
}

// [RTS-SCA-16], [UK-SCA-RTS-16], [RTS-SCA-11], [UK-SCA-RTS-11]: each number, met and missed by one minor unit.
TEST(Exemptions, SmallPaymentsEndExactlyAtTheirNumbers) {
  struct Row {
    Region region;
    bool contactless;
    std::int64_t each, total;
  };
  for (const Row& row : {Row{Region::eu, false, 3000, 10000}, Row{Region::uk, false, 2500, 8500},
                         Row{Region::eu, true, 5000, 15000}, Row{Region::uk, true, 10000, 30000}}) {
    const Exemption exemption = row.contactless ? Exemption::art11_contactless : Exemption::art16_low_value;
    const auto by_amount = only(exemption), by_uses = only(exemption, LowValueCounter::uses);
    const auto make = [&](std::int64_t minor, UsedSince used) {
      ExemptionFacts f = paying(row.region, minor);
      f.remote = !row.contactless;
      if (row.contactless) f.terminal = TerminalUse::contactless;
      (row.contactless ? f.contactless : f.low_value) = used;
      return f;
    };
    EXPECT_TRUE(exempt(make(row.each, {}), by_amount));
    EXPECT_FALSE(exempt(make(row.each + 1, {}), by_amount));
    EXPECT_TRUE(exempt(make(row.each, {40, row.total - row.each}), by_amount))
        << "the number of uses is not the counter";
    EXPECT_FALSE(exempt(make(row.each, {0, row.total - row.each + 1}), by_amount));
    EXPECT_TRUE(exempt(make(row.each, {4, 10 * row.total}), by_uses)) << "the fifth; the sum is not the counter";
    EXPECT_FALSE(exempt(make(row.each, {5, 0}), by_uses)) << "the sixth";
    EXPECT_FALSE(exempt(make(1, {0, INT64_MAX}), by_amount)) << "a sum that overflows is used up";
  }
}

TEST(Exemptions, AnotherCurrencyIsNotConvertedByGuess) {
  ExemptionFacts f = paying(Region::eu, 100);
  f.amount = gbp(100);
  EXPECT_FALSE(exempt(f, only(Exemption::art16_low_value)));
  f.amount = base::Amount::of_minor(3000, *base::Currency::parse("JPY"));
  EXPECT_FALSE(exempt(f, only(Exemption::art16_low_value)));
  f.amount = eur(-1);
  EXPECT_FALSE(exempt(f));
  f.amount.reset();
  EXPECT_FALSE(exempt(f));
}

// [RTS-SCA-18.2b], [RTS-SCA-Annex], [UK-SCA-RTS-Annex]: each band of each instrument, at its rate and one millionth
// above.
TEST(Exemptions, EachBandOfTheFraudRatesEndsAtItsRateAndAtItsAmount) {
  struct Row {
    Region region;
    Instrument instrument;
    std::int64_t up_to, millionths;
  };
  std::vector<Row> rows;
  for (const auto& [region, amounts] : {std::pair{Region::eu, std::array{10000, 25000, 50000}},
                                        std::pair{Region::uk, std::array{8500, 22000, 44000}}}) {
    for (const auto& [instrument, rates] : {std::pair{Instrument::card, std::array{1300, 600, 100}},
                                            std::pair{Instrument::credit_transfer, std::array{150, 100, 50}}}) {
      for (std::size_t i = 0; i < 3; ++i) rows.push_back({region, instrument, amounts[i], rates[i]});
    }
  }
  const auto policy = only(Exemption::art18_transaction_risk);
  for (const Row& row : rows) {
    EXPECT_TRUE(exempt(low_risk(row.region, row.up_to, row.instrument, row.millionths), policy)) << row.up_to;
    EXPECT_FALSE(exempt(low_risk(row.region, row.up_to, row.instrument, row.millionths + 1), policy)) << row.up_to;
    EXPECT_FALSE(exempt(low_risk(row.region, row.up_to + 1, row.instrument, row.millionths), policy)) << row.up_to;
  }
}

// [RTS-SCA-18.2c]
TEST(Exemptions, EachSignOfRiskIsEnoughToAsk) {
  const auto policy = only(Exemption::art18_transaction_risk);
  const ExemptionFacts calm = low_risk(Region::eu, 100, Instrument::card, 0);
  ASSERT_TRUE(exempt(calm, policy));
  for (bool RiskSignals::*sign :
       {&RiskSignals::abnormal_spending, &RiskSignals::unusual_device, &RiskSignals::malware, &RiskSignals::known_fraud,
        &RiskSignals::abnormal_location, &RiskSignals::high_risk_payee_place}) {
    ExemptionFacts f = calm;
    f.risk.*sign = true;
    EXPECT_FALSE(exempt(f, policy));
  }
  ExemptionFacts unknown = calm;
  unknown.risk.analysed = false;
  EXPECT_FALSE(exempt(unknown, policy));
  unknown = calm;
  unknown.fraud.clear();
  EXPECT_FALSE(exempt(unknown, policy)) << "no rate is known";
}

TEST(Exemptions, TrustedRecurringOwnAndCorporatePaymentsHaveNoAmount) {
  const std::int64_t much = 5'000'000'00;
  ExemptionFacts f = paying(Region::eu, much);
  EXPECT_FALSE(exempt(f));
  f.payee_trusted = true;
  EXPECT_EQ(decide(f, every_exemption()).by, Exemption::art13_trusted_beneficiary);
  f = paying(Region::eu, much);
  f.in_series = true;
  EXPECT_EQ(decide(f, every_exemption()).by, Exemption::art14_recurring);
  f = paying(Region::eu, much);
  f.own_accounts = true;
  EXPECT_EQ(decide(f, every_exemption()).by, Exemption::art15_own_account);
  f.instrument = Instrument::card;
  EXPECT_FALSE(exempt(f)) << "article 15 speaks of credit transfers";
  f = paying(Region::eu, much);
  f.corporate_protocol = true;
  EXPECT_EQ(decide(f, every_exemption()).by, Exemption::art17_corporate);
}

// [RTS-SCA-13.1], [RTS-SCA-14.1]
TEST(Exemptions, ListsAndSeriesAreMadeWithAuthenticationWhateverElseIsTrue) {
  ExemptionFacts f = low_risk(Region::eu, 1, Instrument::credit_transfer, 0);
  f.payee_trusted = f.own_accounts = f.in_series = f.corporate_protocol = true;
  ASSERT_TRUE(exempt(f));
  f.changes_trusted_list = true;
  EXPECT_FALSE(exempt(f));
  f.changes_trusted_list = false;
  f.first_of_series = true;
  EXPECT_FALSE(exempt(f));
}

// [RTS-SCA-12]
TEST(Exemptions, UnattendedTerminalsAreForFaresAndParkingOnly) {
  ExemptionFacts f = paying(Region::eu, 9'000'00);
  f.remote = false;
  f.terminal = TerminalUse::unattended;
  EXPECT_FALSE(exempt(f));
  f.transport_or_parking = true;
  EXPECT_EQ(decide(f, every_exemption()).by, Exemption::art12_unattended_terminal);
  f.remote = true;
  EXPECT_FALSE(exempt(f));
}

// Over random facts: what must hold whatever they are.
TEST(Exemptions, HoldWhateverTheFacts) {
  std::mt19937_64 random(20261122);
  const auto chance = [&] { return random() % 4 == 0; };
  int exempted = 0;
  for (int i = 0; i < 50'000; ++i) {
    ExemptionFacts f =
        paying(random() % 2 == 0 ? Region::eu : Region::uk, static_cast<std::int64_t>(random() % 60'000));
    f.instrument = random() % 2 == 0 ? Instrument::card : Instrument::credit_transfer;
    f.remote = !chance();
    f.terminal = static_cast<TerminalUse>(random() % 3);
    f.transport_or_parking = chance();
    f.payee_trusted = chance();
    f.in_series = chance();
    f.own_accounts = chance();
    f.first_of_series = chance();
    f.changes_trusted_list = chance();
    f.risk.analysed = !chance();
    f.risk.malware = chance();
    f.low_value = {static_cast<int>(random() % 8), static_cast<std::int64_t>(random() % 12'000)};
    f.contactless = {static_cast<int>(random() % 8), static_cast<std::int64_t>(random() % 40'000)};
    f.fraud = quarters({static_cast<std::int64_t>(random() % 2000), static_cast<std::int64_t>(random() % 200)});
    f.access = static_cast<AccountAccess>(random() % 3);
    ExemptionPolicy policy = every_exemption();
    if (chance()) policy.counter = LowValueCounter::uses;
    const ExemptionDecision decision = decide(f, policy);
    exempted += decision.exempt ? 1 : 0;
    EXPECT_EQ(decision.exempt, decision.by.has_value());
    EXPECT_FALSE(decision.reason.empty());
    if (f.access == AccountAccess::none) {
      EXPECT_FALSE(decision.mandatory);
      ExemptionFacts insisted = f;
      insisted.bank_insists = true;
      EXPECT_FALSE(exempt(insisted, policy)) << "the bank can always ask";
      EXPECT_FALSE(exempt(f, {policy.counter, {}})) << "what is not offered is not used";
      // A larger payment, or one after more uses, is never easier.
      if (!decision.exempt) {
        ExemptionFacts more = f;
        more.amount = base::Amount::of_minor(f.amount->minor() + 1 + static_cast<std::int64_t>(random() % 5000),
                                             f.amount->currency());
        more.low_value.uses += 1;
        more.low_value.minor += 100;
        EXPECT_FALSE(exempt(more, policy));
      }
    }
    ExemptionFacts suspected = f;
    suspected.fraud_suspected = true;
    suspected.suspicion = "case 1";
    EXPECT_FALSE(exempt(suspected, policy));
  }
  EXPECT_GT(exempted, 5'000);
  EXPECT_LT(exempted, 45'000);
}

}  // namespace
}  // namespace policy
