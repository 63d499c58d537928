// How a one-time code reaches a customer's telephone or mailbox. Wiring fills it: the sandbox keeps the messages and
// shows them. Calls may block; never inside a transaction.
#pragma once

#include <cstdint>
#include <string>

#include "base/caller.h"
#include "base/id.h"

namespace consent {

enum class Channel : std::uint8_t { sms, email };

struct CodeMessage {
  base::PsuId psu;
  Channel channel = Channel::sms;
  std::string to;    // telephone number or e-mail address
  std::string text;  // with the code in it; never logged
};

class CodeSender {
 public:
  virtual ~CodeSender() = default;
  // Handed over to whoever delivers it? False: try again later.
  virtual bool send(const base::Caller& caller, const CodeMessage& message) = 0;
};

}  // namespace consent
