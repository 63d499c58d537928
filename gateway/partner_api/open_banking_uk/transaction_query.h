// The query of GET …/transactions: fromBookingDateTime, toBookingDateTime, page. Other parameters are read over; these
// must not be repeated.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.h"
#include "base/result.h"
#include "connectors/bank.h"
#include "gateway/partner_api/open_banking_uk/obie_error.h"

namespace gateway {

struct TransactionQuery {
  std::optional<base::Instant> from = std::nullopt, to = std::nullopt;
  std::optional<connectors::TransactionCursor> page = std::nullopt;
  std::vector<base::http::Parameter> filter = {};  // the dates as they were sent: links keep them

  // `resource` with the filter and this page.
  std::string link(const std::string& resource, const std::optional<connectors::TransactionCursor>& cursor) const;
};

base::Result<TransactionQuery, ObieFailure> read_transaction_query(std::string_view raw_query);

}  // namespace gateway
