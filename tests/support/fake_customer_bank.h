// A bank of three customers for the consent engine's ports, and the mailbox of what is sent to them.
#pragma once

#include <atomic>
#include <barrier>
#include <string>
#include <vector>

#include "consent/ports/code_sender.h"
#include "consent/ports/customer_bank.h"

namespace tests {

inline const base::PsuId kAlice("psu-alice");
inline const base::PsuId kBob("psu-bob");
inline const base::PsuId kCarol("psu-carol");

// alice / alice / 123456, bob / bob / 654321, and carol / carol, who approves on a device.
class FakeCustomerBank final : public consent::CustomerBank {
 public:
  base::Result<consent::BankCustomer, consent::BankFailure> verify_password(const base::Caller& caller,
                                                                            const std::string& username,
                                                                            std::string_view password) override {
    ++passwords;
    if (away) return base::failure(consent::BankFailure::unavailable);
    const auto psu = find_username(caller, username);
    if (!psu || password != username) return base::failure(consent::BankFailure::refused);
    return consent::BankCustomer{*psu, "A Name"};
  }
  base::Result<void, consent::BankFailure> verify_one_time_code(const base::Caller&, const base::PsuId& psu,
                                                                std::string_view code) override {
    ++codes;
    if (hold) hold->arrive_and_wait();
    if (away) return base::failure(consent::BankFailure::unavailable);
    if (code != (psu == kAlice ? "123456" : "654321")) return base::failure(consent::BankFailure::refused);
    return {};
  }
  base::Result<consent::BankMethod, consent::BankFailure> method(const base::Caller&, const base::PsuId& psu) override {
    if (away) return base::failure(consent::BankFailure::unavailable);
    if (barred) return base::failure(consent::BankFailure::refused);
    return psu == kCarol ? consent::BankMethod::decoupled : consent::BankMethod::one_time_code;
  }
  std::optional<base::PsuId> find_username(const base::Caller&, const std::string& username) override {
    if (username == "carol") return kCarol;
    if (username == "alice") return kAlice;
    if (username == "bob") return kBob;
    return std::nullopt;
  }
  base::Result<std::vector<consent::ShareableAccount>, consent::BankFailure> accounts(const base::Caller&,
                                                                                      const base::PsuId&) override {
    return std::vector<consent::ShareableAccount>{};
  }
  std::atomic<int> passwords{0};
  std::atomic<int> codes{0};
  std::atomic<bool> away{false};
  std::atomic<bool> barred{false};
  std::barrier<>* hold = nullptr;
};

class Mailbox final : public consent::CodeSender {
 public:
  bool send(const base::Caller&, const consent::CodeMessage& message) override {
    if (away) return false;
    messages.push_back(message);
    return true;
  }
  // The six digits of the last message.
  std::string code() const {
    const std::string& text = messages.at(messages.size() - 1).text;
    return text.substr(text.find_first_of("0123456789"), 6);
  }
  bool away = false;
  std::vector<consent::CodeMessage> messages;
};

}  // namespace tests
