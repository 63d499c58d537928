#include "gateway/partner_api/open_banking_uk/transaction_query.h"

#include <gtest/gtest.h>

#include "gateway/partner_api/open_banking_uk/obie_time.h"

namespace gateway {
namespace {

TEST(TransactionQuery, LinksKeepTheFilterAsItWasSent) {
  const auto query = read_transaction_query(
      "fromBookingDateTime=2026-01-01&toBookingDateTime=2026-02-01T00%3A00%3A00&page=2.7.abc&other=1");
  ASSERT_TRUE(query);
  EXPECT_EQ(obie_time(*query->from), "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(obie_time(*query->to), "2026-02-01T00:00:00+00:00");
  EXPECT_EQ(query->page->str(), "2.7.abc");
  EXPECT_EQ(query->link("https://x/t", connectors::TransactionCursor("3.7.abc")),
            "https://x/t?fromBookingDateTime=2026-01-01&toBookingDateTime=2026-02-01T00%3A00%3A00&page=3.7.abc");
  EXPECT_EQ(read_transaction_query("")->link("https://x/t", std::nullopt), "https://x/t");
}

TEST(TransactionQuery, RefusesWithTheParametersName) {
  const std::pair<const char*, const char*> cases[] = {
      {"fromBookingDateTime=", "fromBookingDateTime"},
      {"fromBookingDateTime=01/02/2026", "fromBookingDateTime"},
      {"toBookingDateTime=2026-02-30", "toBookingDateTime"},
      {"fromBookingDateTime=2026-01-01&fromBookingDateTime=2026-01-02", "fromBookingDateTime"},
      {"page=", "page"},
      {"page=1&page=2", "page"}};
  for (const auto& [text, path] : cases) {
    const auto query = read_transaction_query(text);
    ASSERT_FALSE(query) << text;
    EXPECT_EQ(query.error().path, path);
  }
  EXPECT_FALSE(read_transaction_query("page=" + std::string(513, '1')));
  EXPECT_EQ(read_transaction_query("a=%zz").error().code, ObieCode::invalid_format);
}

}  // namespace
}  // namespace gateway
