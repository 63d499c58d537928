#include "base/db/sql.h"

#include <gtest/gtest.h>

namespace base::db {
namespace {

using std::chrono::microseconds;

Instant at(std::int64_t micros) { return Instant(microseconds(micros)); }

TEST(TimestampText, IsExactBothWays) {
  const struct {
    std::int64_t micros;
    const char* text;
  } cases[] = {
      {0, "1970-01-01 00:00:00.000000+00"},
      {1, "1970-01-01 00:00:00.000001+00"},
      {-1, "1969-12-31 23:59:59.999999+00"},
      {1767603600123456, "2026-01-05 09:00:00.123456+00"},
      {951782400000000, "2000-02-29 00:00:00.000000+00"},
      {253402300799999999, "9999-12-31 23:59:59.999999+00"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(timestamp_text(at(c.micros)), c.text);
    EXPECT_EQ(timestamp_from_text(c.text), at(c.micros));
  }
}

TEST(TimestampText, ReadsTheShortFormsOfTheServer) {
  EXPECT_EQ(timestamp_from_text("1970-01-01 00:00:01+00"), at(1'000'000));
  EXPECT_EQ(timestamp_from_text("1970-01-01 00:00:00.5+00"), at(500'000));
  EXPECT_EQ(timestamp_from_text("1970-01-01 00:00:00.00001+00"), at(10));
}

TEST(TimestampText, RefusesWhatIsNotATimeInUtc) {
  for (const char* text : {"infinity", "-infinity", "", "1970-01-01", "1970-01-01 00:00:00", "1970-01-01 00:00:00+01",
                           "1970-01-01 00:00:00.+00", "1970-01-01 00:00:00.1234567+00", "0044-03-15 00:00:00+00 BC",
                           "1970-13-01 00:00:00+00", "1970-02-30 00:00:00+00", "1970-01-01T00:00:00+00"})
    EXPECT_THROW(timestamp_from_text(text), BrokenInvariant) << text;
}

TEST(DateText, IsExactBothWays) {
  const std::chrono::sys_days leap(std::chrono::year(2024) / 2 / 29);
  EXPECT_EQ(date_text(leap), "2024-02-29");
  EXPECT_EQ(date_from_text("2024-02-29"), leap);
  EXPECT_THROW(date_from_text("2023-02-29"), BrokenInvariant);
  EXPECT_THROW(date_from_text("2023-02-2"), BrokenInvariant);
}

TEST(TextArray, KeepsQuotesCommasBracesAndEmptyItems) {
  const std::vector<std::string> items{"plain",       "",         "with,comma", "with\"quote",
                                       "back\\slash", "{braces}", "NULL",       " "};
  EXPECT_EQ(text_array_from_text(text_array(items)), items);
  EXPECT_EQ(text_array({}), "{}");
  EXPECT_TRUE(text_array_from_text("{}").empty());
  EXPECT_EQ(text_array_from_text("{a,\"b c\"}"), (std::vector<std::string>{"a", "b c"}));
}

TEST(TextArray, RefusesNullsAndNesting) {
  for (const char* text : {"", "a", "{a", "{NULL}", "{{a}}", "{\"a}"})
    EXPECT_THROW(text_array_from_text(text), BrokenInvariant) << text;
}

TEST(Parameters, TextWithANulIsRefusedRatherThanCut) {
  EXPECT_THROW(detail::sent(std::string("a\0b", 3)), BrokenInvariant);
  EXPECT_THROW(detail::sent(std::vector<std::string>{std::string("\0", 1)}), BrokenInvariant);
  EXPECT_FALSE(detail::sent(std::optional<std::string>()).octets.has_value());
  EXPECT_EQ(detail::sent(true).octets, "t");
  const auto octets = detail::sent(std::optional<Bytes>(Bytes{std::string("\0\xff", 2)}));
  EXPECT_TRUE(octets.binary);
  EXPECT_EQ(octets.octets, std::string("\0\xff", 2));
}

TEST(BytesText, ReadsHexAndRefusesTheRest) {
  EXPECT_EQ(bytes_from_text("\\x00ff"), std::string("\0\xff", 2));
  EXPECT_THROW(bytes_from_text("00ff"), BrokenInvariant);
  EXPECT_THROW(bytes_from_text("\\x0"), BrokenInvariant);
}

}  // namespace
}  // namespace base::db
