#include "policy/exemptions/exemption.h"

#include <algorithm>
#include <array>

#include "policy/exemptions/fraud_rate.h"
#include "policy/exemptions/regions.h"

namespace policy {
namespace {

constexpr std::array kAll{Exemption::art10_account_information, Exemption::art10a_account_information,
                          Exemption::art11_contactless,         Exemption::art12_unattended_terminal,
                          Exemption::art13_trusted_beneficiary, Exemption::art14_recurring,
                          Exemption::art15_own_account,         Exemption::art16_low_value,
                          Exemption::art17_corporate,           Exemption::art18_transaction_risk};

ExemptionDecision asks(std::string reason) { return {false, {}, false, std::move(reason)}; }
ExemptionDecision exempts(Exemption by, std::string reason) { return {true, by, false, std::move(reason)}; }

std::string in_words(const RegionRules& rules, std::int64_t minor) {
  return base::Amount::of_minor(minor, *base::Currency::parse(rules.currency)).decimal() + " " +
         std::string(rules.currency);
}

bool in_currency(const ExemptionFacts& facts, const RegionRules& rules) {
  return facts.amount && facts.amount->currency().code() == rules.currency && !facts.amount->negative();
}

// Sums saturate: a counter that overflowed is one that is used up.
std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t total = 0;
  return __builtin_add_overflow(a, b, &total) ? INT64_MAX : total;
}

// Articles 11 and 16: each payment, and one of the two counters since the last authentication.
std::optional<std::string> beyond(const ExemptionFacts& facts, const RegionRules& rules, const Allowance& allowance,
                                  const UsedSince& used, LowValueCounter counter) {
  if (!in_currency(facts, rules)) return "the amount is not in " + std::string(rules.currency);
  if (facts.amount->minor() > allowance.each_minor)
    return "more than " + in_words(rules, allowance.each_minor) + " at once";
  switch (counter) {
    case LowValueCounter::amount:
      if (sum(used.minor, facts.amount->minor()) > allowance.sum_minor)
        return "more than " + in_words(rules, allowance.sum_minor) + " since the last authentication";
      return std::nullopt;
    case LowValueCounter::uses:
      if (used.uses >= allowance.uses)
        return std::to_string(allowance.uses) + " payments since the last authentication";
      return std::nullopt;
  }
  return "no counter is chosen";
}

std::optional<std::string> risk_found(const RiskSignals& risk) {
  if (!risk.analysed) return "no risk analysis was made";
  if (risk.abnormal_spending) return "abnormal spending or behaviour";
  if (risk.unusual_device) return "unusual device or software";
  if (risk.malware) return "malware in the session";
  if (risk.known_fraud) return "a known fraud scenario";
  if (risk.abnormal_location) return "an abnormal location of the payer";
  if (risk.high_risk_payee_place) return "a high-risk location of the payee";
  return std::nullopt;
}

ExemptionDecision account_information(const ExemptionFacts& facts, const RegionRules& rules, const auto& offered) {
  const bool third_party = facts.access == AccountAccess::through_third_party;
  const Exemption by = third_party ? Exemption::art10a_account_information : Exemption::art10_account_information;
  const std::string clause = third_party ? "[RTS-SCA-10a] " : "[RTS-SCA-10] ";
  const bool mandatory = third_party && rules.third_party_mandatory;
  if (!mandatory && !offered(by)) return asks(clause + "the bank does not use this exemption");
  if (facts.beyond_recent_transactions)
    return asks(clause + "more than the balance and the transactions of " + std::to_string(rules.recent.count()) +
                " days");
  if (!facts.last_sca) return asks(clause + "accessed for the first time");
  const auto limit = third_party ? rules.third_party_access : std::optional(rules.direct_access);
  if (limit && facts.now - *facts.last_sca > *limit)
    return asks(clause + "more than " + std::to_string(limit->count()) + " days since the last authentication");
  if (third_party && rules.reconfirmation) {
    const base::Instant since = std::max(facts.last_reconfirmed.value_or(*facts.last_sca), *facts.last_sca);
    // Not for the bank to authenticate: the third party asks its customer, and goes on then.
    if (facts.now - since > *rules.reconfirmation)
      return asks("[UK-SCA-RTS-36.6] the third party has not reconfirmed its customer's consent for " +
                  std::to_string(rules.reconfirmation->count()) + " days");
  }
  ExemptionDecision decision = exempts(by, clause + "balance and recent transactions, authenticated before");
  decision.mandatory = mandatory;
  return decision;
}

ExemptionDecision payment(const ExemptionFacts& facts, const RegionRules& rules, LowValueCounter counter,
                          const auto& offered) {
  using enum Exemption;
  if (!facts.amount || facts.amount->negative()) return asks("no amount that could be judged");
  // What has to be authenticated whatever else is true of it.
  if (facts.changes_trusted_list) return asks("[RTS-SCA-13.1] the list of trusted beneficiaries is made or changed");
  if (facts.first_of_series) return asks("[RTS-SCA-14.1] a series is made or amended, or begins");

  std::string why_not = "no exemption applies";
  if (!facts.remote) {
    if (facts.terminal == TerminalUse::unattended && facts.transport_or_parking && offered(art12_unattended_terminal))
      return exempts(art12_unattended_terminal,
                     "[RTS-SCA-12] a transport fare or a parking fee at an unattended terminal");
    if (facts.terminal == TerminalUse::contactless && offered(art11_contactless)) {
      const auto more = beyond(facts, rules, rules.contactless, facts.contactless, counter);
      if (!more) return exempts(art11_contactless, "[RTS-SCA-11] contactless, within its limits");
      why_not = "[RTS-SCA-11] " + *more;
    }
    return asks(why_not);
  }
  if (facts.own_accounts && facts.instrument == Instrument::credit_transfer && offered(art15_own_account))
    return exempts(art15_own_account, "[RTS-SCA-15] between the customer's own accounts at this bank");
  if (facts.payee_trusted && offered(art13_trusted_beneficiary))
    return exempts(art13_trusted_beneficiary, "[RTS-SCA-13.2] the payee is on the customer's list");
  if (facts.in_series && offered(art14_recurring))
    return exempts(art14_recurring, "[RTS-SCA-14.2] of a series with this amount and payee that was authenticated");
  if (facts.corporate_protocol && offered(art17_corporate))
    return exempts(art17_corporate, "[RTS-SCA-17] a dedicated corporate process");
  if (offered(art16_low_value)) {
    const auto more = beyond(facts, rules, rules.low_value, facts.low_value, counter);
    if (!more) return exempts(art16_low_value, "[RTS-SCA-16] a low value, within its limits");
    why_not = "[RTS-SCA-16] " + *more;
  }
  if (offered(art18_transaction_risk)) {
    const auto most = largest_exempt_minor(facts.region, facts.instrument, facts.fraud);
    const auto found = risk_found(facts.risk);
    if (!in_currency(facts, rules)) {
      why_not += "; [RTS-SCA-18] the amount is not in " + std::string(rules.currency);
    } else if (!most) {
      why_not += "; [RTS-SCA-18.2a] the fraud rate allows no exemption now";
    } else if (facts.amount->minor() > *most) {
      why_not += "; [RTS-SCA-18.2b] more than the fraud rate allows, " + in_words(rules, *most);
    } else if (found) {
      why_not += "; [RTS-SCA-18.2c] " + *found;
    } else {
      return exempts(art18_transaction_risk,
                     "[RTS-SCA-18] low risk; the fraud rate allows up to " + in_words(rules, *most));
    }
  }
  return asks(why_not);
}

}  // namespace

std::string_view to_text(Exemption exemption) {
  switch (exemption) {
    case Exemption::art10_account_information:
      return "art10_account_information";
    case Exemption::art10a_account_information:
      return "art10a_account_information";
    case Exemption::art11_contactless:
      return "art11_contactless";
    case Exemption::art12_unattended_terminal:
      return "art12_unattended_terminal";
    case Exemption::art13_trusted_beneficiary:
      return "art13_trusted_beneficiary";
    case Exemption::art14_recurring:
      return "art14_recurring";
    case Exemption::art15_own_account:
      return "art15_own_account";
    case Exemption::art16_low_value:
      return "art16_low_value";
    case Exemption::art17_corporate:
      return "art17_corporate";
    case Exemption::art18_transaction_risk:
      return "art18_transaction_risk";
  }
  return "";
}

std::string_view to_text(Instrument instrument) {
  switch (instrument) {
    case Instrument::card:
      return "card";
    case Instrument::credit_transfer:
      return "credit_transfer";
  }
  return "";
}

ExemptionPolicy every_exemption() { return {LowValueCounter::amount, {kAll.begin(), kAll.end()}}; }

ExemptionDecision decide(const ExemptionFacts& facts, const ExemptionPolicy& policy) {
  const RegionRules& rules = rules_of(facts.region);
  const bool access = facts.access != AccountAccess::none;
  const bool mandatory = facts.access == AccountAccess::through_third_party && rules.third_party_mandatory;
  // [RTS-SCA-10a.3] "objectively justified and duly evidenced reasons": a suspicion with a reference, in the one place
  // where the bank is not free.
  if (facts.fraud_suspected && (!mandatory || !facts.suspicion.empty()))
    return asks("fraud is suspected" + (facts.suspicion.empty() ? std::string() : ": " + facts.suspicion));
  if (facts.bank_insists && !mandatory) return asks("the bank asks for authentication");
  const auto offered = [&](Exemption exemption) {
    return std::find(policy.offered.begin(), policy.offered.end(), exemption) != policy.offered.end();
  };
  return access ? account_information(facts, rules, offered) : payment(facts, rules, policy.counter, offered);
}

}  // namespace policy
