#include "consent/services/sca_exemptions.h"

#include "consent/store/exemption_store.h"
#include "policy/exemptions/regions.h"

namespace consent {
namespace {

using base::db::Transaction;
using policy::Exemption;

// The first day of the quarter after the one that begins then; nullopt: no quarter begins then.
std::optional<std::chrono::sys_days> quarter_end(std::chrono::sys_days begins) {
  const std::chrono::year_month_day date(begins);
  const unsigned month = static_cast<unsigned>(date.month());
  if (static_cast<unsigned>(date.day()) != 1 || (month - 1) % 3 != 0) return std::nullopt;
  return std::chrono::sys_days(date + std::chrono::months(3));
}

// Only quarters that are over have a rate: those that began at least one quarter before this one's beginning.
std::chrono::sys_days this_quarter(base::Instant now) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
  const unsigned month = (static_cast<unsigned>(date.month()) - 1) / 3 * 3 + 1;
  return std::chrono::sys_days(date.year() / std::chrono::month(month) / 1);
}

}  // namespace

policy::ExemptionDecision ScaExemptions::decide(Transaction& tx, const base::Caller& caller,
                                                const ExemptionQuestion& question) {
  policy::ExemptionFacts facts = question.facts;
  const base::Instant now = caller.now.business;
  const std::string currency(policy::rules_of(facts.region).currency);
  facts.now = now;
  if (facts.amount) {
    facts.low_value =
        ExemptionStore::lock_used(tx, caller.tenant, question.psu, Exemption::art16_low_value, currency, now);
    facts.contactless =
        ExemptionStore::lock_used(tx, caller.tenant, question.psu, Exemption::art11_contactless, currency, now);
    facts.fraud = ExemptionStore::quarters(tx, caller.tenant, facts.instrument, this_quarter(now));
  }
  policy::ExemptionDecision decision = policy::decide(facts, policy_);
  if (decision.by == Exemption::art16_low_value || decision.by == Exemption::art11_contactless)
    ExemptionStore::add(tx, caller.tenant, question.psu, *decision.by, currency, facts.amount->minor(), now);
  ExemptionStore::record(
      tx, caller.tenant,
      {now, question.psu, question.client, facts.region, decision, facts.amount, question.consent, caller.interaction});
  return decision;
}

base::Result<void, std::string> ScaExemptions::enter_quarter(Transaction& tx, const base::Caller& caller,
                                                             const std::string& staff, policy::Instrument instrument,
                                                             const policy::FraudQuarter& quarter) {
  const auto ends = quarter_end(quarter.begins);
  if (!ends) return base::failure(std::string("a quarter begins on the first of January, April, July or October"));
  if (*ends > caller.now.business) return base::failure(std::string("the quarter is not over"));
  if (quarter.total_minor < 0 || quarter.fraud_minor < 0 || quarter.fraud_minor > quarter.total_minor)
    return base::failure(std::string("the fraudulent value is a part of the total"));
  ExemptionStore::keep_quarter(tx, caller.tenant, instrument, quarter, caller.now.protocol);
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = base::db::ActorKind::staff;
  entry.actor = staff;
  entry.action = "exemptions.enter_quarter";
  entry.object_kind = "bank";
  entry.object = caller.tenant.bank.str();
  entry.outcome = "ok";
  entry.reason = "[RTS-SCA-19] the fraud of a quarter";
  entry.interaction = caller.interaction;
  entry.facts = {{"instrument", std::string(policy::to_text(instrument))},
                 {"total_minor", std::to_string(quarter.total_minor)},
                 {"fraud_minor", std::to_string(quarter.fraud_minor)}};
  audit_.record(tx, entry);
  return {};
}

std::vector<BandReport> ScaExemptions::bands(Transaction& tx, const base::Caller& caller, policy::Region region) {
  std::vector<BandReport> all;
  for (const auto instrument : {policy::Instrument::card, policy::Instrument::credit_transfer}) {
    const auto quarters = ExemptionStore::quarters(tx, caller.tenant, instrument, this_quarter(caller.now.business));
    for (const auto& band : policy::rules_of(region).risk) {
      const std::int64_t rate =
          instrument == policy::Instrument::card ? band.card_millionths : band.transfer_millionths;
      all.push_back({instrument, band.up_to_minor, rate, policy::band_state(quarters, rate)});
    }
  }
  return all;
}

}  // namespace consent
