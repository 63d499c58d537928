#include "gateway/partner_api/open_banking_uk/obie_time.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(ObieTime, ReadsPayloadTimesWithTheirOffset) {
  const std::pair<const char*, const char*> cases[] = {{"2026-11-22T13:00:00Z", "2026-11-22T13:00:00+00:00"},
                                                       {"2026-11-22T13:00:00+00:00", "2026-11-22T13:00:00+00:00"},
                                                       {"2026-11-22T13:00:00.999Z", "2026-11-22T13:00:00+00:00"},
                                                       {"2026-11-22T00:30:00+01:00", "2026-11-21T23:30:00+00:00"},
                                                       {"2026-11-22T23:30:00-05:30", "2026-11-23T05:00:00+00:00"},
                                                       {"2028-02-29T00:00:00Z", "2028-02-29T00:00:00+00:00"}};
  for (const auto& [text, want] : cases) {
    const auto at = obie_time_from_payload(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(obie_time(*at), want);
  }
}

TEST(ObieTime, RefusesPayloadTimesOfOtherForms) {
  for (const char* text : {"",
                           "2026-11-22",
                           "2026-11-22T13:00:00",
                           "2026-11-22 13:00:00Z",
                           "2026-11-22T13:00Z",
                           "2026-11-22T24:00:00Z",
                           "2026-11-22T13:60:00Z",
                           "2026-11-22T13:00:60Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-22T13:00:00.Z",
                           "2026-11-22T13:00:00+0100",
                           "2026-11-22T13:00:00+24:00",
                           "2026-11-22T13:00:00Zx",
                           "26-11-22T13:00:00Z",
                           "2026-11-22t13:00:00z",
                           " 2026-11-22T13:00:00Z",
                           "2026-11-22T13:00:00.1234567890Z",
                           "+2026-11-22T13:00:00Z",
                           "2026-11-22T13:00:00 01:00"}) {
    EXPECT_FALSE(obie_time_from_payload(text)) << text;
  }
}

TEST(ObieTime, ReadsQueryTimesWithoutRegardToAZone) {
  const std::pair<const char*, const char*> cases[] = {{"2026-11-22", "2026-11-22T00:00:00+00:00"},
                                                       {"2026-11-22T13:00:00", "2026-11-22T13:00:00+00:00"},
                                                       {"2026-11-22T13:00:00Z", "2026-11-22T13:00:00+00:00"},
                                                       {"2026-11-22T13:00:00+05:00", "2026-11-22T13:00:00+00:00"},
                                                       {"2026-11-22T13:00:00 05:00", "2026-11-22T13:00:00+00:00"}};
  for (const auto& [text, want] : cases) {
    const auto at = obie_time_from_query(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(obie_time(*at), want);
  }
  for (const char* text : {"", "yesterday", "2026-11", "2026-11-31", "2026-11-22T", "2026-11-22T13",
                           "2026-11-22T13:00:00+5", "2026-11-22Z"}) {
    EXPECT_FALSE(obie_time_from_query(text)) << text;
  }
}

}  // namespace
}  // namespace gateway
