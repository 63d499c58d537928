#include "gateway/http_server/deadline_lists.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using std::chrono::nanoseconds;

DeadlineLists lists() {
  return DeadlineLists({nanoseconds(0), nanoseconds(10), nanoseconds(20), nanoseconds(30), nanoseconds(40),
                        nanoseconds(50), nanoseconds(60)});
}

TEST(DeadlineLists, GiveTheEarliestOfAllKinds) {
  DeadlineLists deadlines = lists();
  EXPECT_FALSE(deadlines.earliest());
  Deadline idle;
  Deadline head;
  deadlines.set(idle, DeadlineKind::idle, nanoseconds(0));
  EXPECT_EQ(deadlines.earliest(), nanoseconds(40));
  deadlines.set(head, DeadlineKind::head, nanoseconds(5));
  EXPECT_EQ(deadlines.earliest(), nanoseconds(25));
  deadlines.clear(head);
  EXPECT_EQ(deadlines.earliest(), nanoseconds(40));
  deadlines.clear(idle);
  EXPECT_FALSE(deadlines.earliest());
}

TEST(DeadlineLists, NameWhatIsDueAndNothingBefore) {
  DeadlineLists deadlines = lists();
  Deadline first;
  Deadline second;
  deadlines.set(first, DeadlineKind::head, nanoseconds(0));
  deadlines.set(second, DeadlineKind::head, nanoseconds(1));
  EXPECT_EQ(deadlines.due(nanoseconds(19)), nullptr);
  EXPECT_EQ(deadlines.due(nanoseconds(20)), &first);
  deadlines.clear(first);
  EXPECT_EQ(deadlines.due(nanoseconds(20)), nullptr);
  EXPECT_EQ(deadlines.due(nanoseconds(21)), &second);
  deadlines.clear(second);
}

TEST(DeadlineLists, SettingAgainMovesTheDeadline) {
  DeadlineLists deadlines = lists();
  Deadline one;
  deadlines.set(one, DeadlineKind::handshake, nanoseconds(0));
  deadlines.set(one, DeadlineKind::linger, nanoseconds(5));
  EXPECT_EQ(one.kind, DeadlineKind::linger);
  EXPECT_EQ(deadlines.due(nanoseconds(64)), nullptr);
  EXPECT_EQ(deadlines.due(nanoseconds(65)), &one);
  deadlines.set(one, DeadlineKind::none, nanoseconds(65));
  EXPECT_FALSE(deadlines.earliest());
  deadlines.clear(one);  // twice is harmless
}

}  // namespace
}  // namespace gateway
