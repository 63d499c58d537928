#include "connectors/sandbox/transaction_pages.h"

#include <gtest/gtest.h>

namespace connectors {
namespace {

MovementQuery query() {
  MovementQuery asked;
  asked.accounts = {{base::AccountId("11111111-1111-7111-8111-111111111111"), 10},
                    {base::AccountId("22222222-2222-7222-8222-222222222222"), 20}};
  asked.credits = asked.debits = true;
  return asked;
}

TEST(PageFrame, EveryRecordStandsOnExactlyOnePage) {
  for (std::int64_t records = 0; records <= 60; ++records) {
    for (int page_size = 1; page_size <= 61; ++page_size) {
      std::int64_t seen = 0, page = 1;
      while (true) {
        const auto frame = frame_of(page, records, page_size);
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->offset, seen);
        seen += std::min<std::int64_t>(page_size, records - frame->offset);
        EXPECT_EQ(frame->has_previous, page > 1);
        EXPECT_EQ(frame->has_next, page < frame->total_pages);
        if (!frame->has_next) break;
        ++page;
      }
      EXPECT_EQ(seen, records);
      EXPECT_FALSE(frame_of(page + 1, records, page_size));
    }
  }
}

TEST(Cursor, ComesBackAsItWasMade) {
  const std::string digest = question_digest(query(), 25);
  const auto position = position_of(cursor_of({3, {10, 0}}, digest), digest, 2);
  ASSERT_TRUE(position);
  EXPECT_EQ(position->page, 3);
  EXPECT_EQ(position->up_to, (std::vector<std::int64_t>{10, 0}));
}

TEST(Cursor, OfAnotherQuestionIsRefused) {
  const std::string digest = question_digest(query(), 25);
  std::vector<MovementQuery> others(5, query());
  others[0].from = base::Instant(std::chrono::seconds(1));
  others[1].to = base::Instant(std::chrono::seconds(1));
  others[2].credits = false;
  others[3].debits = false;
  others[4].accounts.pop_back();
  for (const MovementQuery& other : others) {
    EXPECT_NE(question_digest(other, 25), digest);
    EXPECT_FALSE(position_of(cursor_of({1, {10, 20}}, digest), question_digest(other, 25), 2));
  }
  EXPECT_NE(question_digest(query(), 26), digest);
  MovementQuery later = query();
  later.accounts[0].up_to = 99;
  EXPECT_EQ(question_digest(later, 25), digest) << "what is appended later does not change the question";
}

TEST(Cursor, RefusesWhatItDidNotMake) {
  const std::string d = question_digest(query(), 25);
  for (const std::string& text :
       std::vector<std::string>{std::string(), std::string("."), d, "1." + d, "1.2." + d, "1.2.3.4." + d, "0.1.2." + d,
                                "-1.1.2." + d, "01.1.2." + d, "1.+1.2." + d, "1.1.x." + d, "1.1.." + d,
                                "1.1.2." + d + "x", "1.1.2.", "99999999999999999999.1.2." + d, " 1.1.2." + d}) {
    EXPECT_FALSE(position_of(TransactionCursor(text), d, 2)) << text;
  }
}

}  // namespace
}  // namespace connectors
