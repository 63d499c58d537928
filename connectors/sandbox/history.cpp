#include "connectors/sandbox/history.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/crypto/hash.h"

namespace connectors {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_days;

// Numbers for one purpose on one day; SHA-256, so that they are the same on every machine.
std::uint64_t number(const std::string& account, const std::string& purpose, std::int64_t day) {
  const std::string digest = base::crypto::sha256(account + "|" + purpose + "|" + std::to_string(day));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(digest[i]);
  return value;
}
std::int64_t between(std::uint64_t number, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(number % static_cast<std::uint64_t>(high - low + 1));
}

struct Merchant {
  const char* name;
  const char* category;  // ISO 18245
  std::int64_t low, high;
};
constexpr std::array kGroceries{Merchant{"Greenway Market", "5411", 1200, 7800},
                                Merchant{"Corner Pantry", "5411", 300, 2600},
                                Merchant{"Harvest & Co", "5411", 900, 5400}};
constexpr std::array kSmall{Merchant{"Bean Street Coffee", "5814", 260, 540},
                            Merchant{"Noodle Yard", "5812", 880, 2400}, Merchant{"City Transport", "4111", 280, 860},
                            Merchant{"Paper Lantern Books", "5942", 700, 2900},
                            Merchant{"Lido Cinema", "7832", 900, 2600}};
constexpr std::array kTravel{Merchant{"Hotel Lindenhof", "7011", 8900, 24000},
                             Merchant{"Trattoria Sole", "5812", 1800, 6400},
                             Merchant{"Rail Europa", "4112", 1500, 9800}};

struct Standing {
  unsigned day_of_month;
  const char* label;
  const char* counterparty;
  std::int64_t low, high;  // minor units, positive
  const char* sub_family;
  const char* proprietary;
  const char* reference;
};
constexpr std::array kDirectDebits{
    Standing{3, "gym", "Riverside Leisure", 2999, 2999, "UKDirectDebit", "DD", "MEMBERSHIP"},
    Standing{5, "council", "Borough Council", 14200, 14200, "UKDirectDebit", "DD", "COUNCIL TAX"},
    Standing{12, "energy", "Brightwell Energy", 6200, 13800, "UKDirectDebit", "DD", "GAS AND POWER"},
    Standing{18, "mobile", "Hummingbird Mobile", 1500, 1500, "UKDirectDebit", "DD", "PLAN"},
};

template <std::size_t N>
HistoryEvent card(const std::string& account, const std::string& purpose, sys_days day,
                  const std::array<Merchant, N>& merchants) {
  const std::int64_t date = day.time_since_epoch().count();
  const Merchant& merchant = merchants[number(account, purpose + " merchant", date) % N];
  const base::Instant happened =
      day + hours(8) + seconds(between(number(account, purpose + " time", date), 0, 12 * 3600));
  HistoryEvent event;
  event.label = purpose + " " + std::to_string(date);
  event.happened = happened;
  // Card payments are booked during the night after next.
  event.booked = day + days(2) + hours(3) + seconds(between(number(account, purpose + " booking", date), 0, 3600));
  event.pending_first = true;
  event.amount_minor = -between(number(account, purpose + " amount", date), merchant.low, merchant.high);
  event.contra = "bank:cards";
  event.domain_family = "CustomerCardTransactions";
  event.domain_sub_family = "PointOfSaleDebitCard";
  event.proprietary_code = "CARD";
  event.information = std::string("CARD PAYMENT ") + merchant.name;
  event.merchant_name = merchant.name;
  event.merchant_category = merchant.category;
  return event;
}

HistoryEvent transfer(const std::string& label, sys_days day, std::int64_t amount, const char* counterparty,
                      const char* reference, const char* proprietary, const char* sub_family, const char* contra) {
  HistoryEvent event;
  event.label = label + " " + std::to_string(day.time_since_epoch().count());
  event.happened = event.booked = day + hours(2) + seconds(static_cast<std::int64_t>(label.size()) * 61);
  event.amount_minor = amount;
  event.contra = contra;
  event.domain_family = amount < 0 ? "IssuedCreditTransfers" : "ReceivedCreditTransfers";
  event.domain_sub_family = sub_family;
  event.proprietary_code = proprietary;
  event.reference = reference;
  event.information = std::string(counterparty) + " " + reference;
  event.counterparty_name = counterparty;
  return event;
}

void everyday(const std::string& account, sys_days day, std::vector<HistoryEvent>& events) {
  const std::chrono::year_month_day date(day);
  const auto day_of_month = static_cast<unsigned>(date.day());
  const std::int64_t count = day.time_since_epoch().count();
  const std::int64_t salary = between(number(account, "salary", 0), 2400, 3900) * 100;
  if (day_of_month == 25)
    events.push_back(transfer("salary", day, salary, "Northwind Trading Ltd", "SALARY", "SALARY",
                              "DomesticCreditTransfer", "bank:clearing"));
  if (day_of_month == 1) {
    events.push_back(
        transfer("rent", day, -salary * 35 / 100, "Oakfield Lettings", "RENT", "SO", "StandingOrder", "bank:clearing"));
  }
  if (day_of_month == 26)
    events.push_back(
        transfer("saving", day, -20000, "Own savings", "SAVINGS", "TFR", "InternalBookTransfer", "bank:transfers"));
  for (const Standing& standing : kDirectDebits) {
    if (standing.day_of_month != day_of_month) continue;
    const std::int64_t amount = between(number(account, standing.label, count), standing.low, standing.high);
    HistoryEvent event = transfer(standing.label, day, -amount, standing.counterparty, standing.reference,
                                  standing.proprietary, standing.sub_family, "bank:direct-debits");
    event.domain_family = "ReceivedDirectDebits";
    events.push_back(std::move(event));
  }
  if (number(account, "groceries?", count) % 7 < 2) events.push_back(card(account, "groceries", day, kGroceries));
  if (number(account, "small?", count) % 10 < 6) events.push_back(card(account, "small", day, kSmall));
  if (number(account, "evening?", count) % 10 < 2) events.push_back(card(account, "evening", day, kSmall));
}

void savings(sys_days day, std::vector<HistoryEvent>& events) {
  const auto day_of_month = static_cast<unsigned>(std::chrono::year_month_day(day).day());
  if (day_of_month == 26)
    events.push_back(transfer("saving", day, 20000, "Own current account", "SAVINGS", "TFR", "InternalBookTransfer",
                              "bank:transfers"));
  if (day_of_month == 28)
    events.push_back(transfer("interest", day, 1460, "Interest", "INTEREST", "INT", "Interest", "bank:interest"));
}

void euro_travel(const std::string& account, sys_days day, std::vector<HistoryEvent>& events) {
  const std::int64_t count = day.time_since_epoch().count();
  const auto day_of_month = static_cast<unsigned>(std::chrono::year_month_day(day).day());
  if (day_of_month == 10)
    events.push_back(transfer("top-up", day, 25000, "Own current account", "TOP UP", "TFR", "InternalBookTransfer",
                              "bank:exchange"));
  if (number(account, "travel?", count) % 20 == 0) events.push_back(card(account, "travel", day, kTravel));
}

}  // namespace

std::vector<HistoryEvent> history(const std::string& account_name, AccountRole role, base::Instant end) {
  const sys_days last = std::chrono::floor<days>(end);
  const sys_days first = last - kHistoryLength;
  std::vector<HistoryEvent> events;
  const std::int64_t opening = role == AccountRole::everyday ? 185000 : role == AccountRole::savings ? 640000 : 120000;
  events.push_back(transfer("opening", first, opening, "Balance brought forward", "OPENING", "OPENING",
                            "DomesticCreditTransfer", "bank:opening"));
  for (sys_days day = first + days(1); day <= last; day += days(1)) {
    switch (role) {
      case AccountRole::everyday:
        everyday(account_name, day, events);
        break;
      case AccountRole::savings:
        savings(day, events);
        break;
      case AccountRole::euro_travel:
        euro_travel(account_name, day, events);
        break;
    }
  }
  std::erase_if(events, [&](const HistoryEvent& event) { return event.happened > end; });
  std::sort(events.begin(), events.end(), [](const HistoryEvent& a, const HistoryEvent& b) {
    return std::tie(a.booked, a.label) < std::tie(b.booked, b.label);
  });
  return events;
}

}  // namespace connectors
