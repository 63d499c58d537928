// The outbox in base.outbox. Appending also sends NOTIFY kOutboxChannel, which the relay may listen to.
#pragma once

#include <vector>

#include "base/db/outbox.h"
#include "base/db/statement.h"

namespace base::db {

constexpr const char* kOutboxChannel = "aldgate_outbox";

class OutboxStore final : public Outbox {
 public:
  void append(Transaction& tx, const Event& event) override;
  static std::vector<Statement> statements();
};

}  // namespace base::db
