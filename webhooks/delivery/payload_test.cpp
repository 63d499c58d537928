#include "webhooks/delivery/payload.h"

#include <gtest/gtest.h>

namespace webhooks {
namespace {

const base::Instant kAt{std::chrono::microseconds(1767225599987654)};  // 2025-12-31T23:59:59.987654Z

TEST(Payload, HasTypeTimestampOfTheEventAndData) {
  EXPECT_EQ(
      payload("consent.revoked", kAt, R"({"status": "RVOK", "consent_id": "c1"})"),
      R"({"data":{"consent_id":"c1","status":"RVOK"},"timestamp":"2025-12-31T23:59:59.987Z","type":"consent.revoked"})");
}

TEST(Payload, TakesNothingButAnObject) {
  for (const char* data : {"", "[]", "\"x\"", "null", "{", R"({"a":1,"a":2})"}) {
    EXPECT_FALSE(payload("a.b", kAt, data).has_value()) << data;
  }
}

TEST(Iso8601, IsUtcToTheMillisecondAlsoBefore1970) {
  EXPECT_EQ(iso8601(base::Instant(std::chrono::microseconds(0))), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso8601(base::Instant(std::chrono::microseconds(-1))), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(iso8601(base::Instant(std::chrono::sys_days(std::chrono::year(2028) / 2 / 29))),
            "2028-02-29T00:00:00.000Z");
}

TEST(ResponseExcerpt, IsBoundedPrintableAndWithoutOurSecrets) {
  EXPECT_EQ(response_excerpt(std::string(5000, 'a')).size(), 1024u);
  EXPECT_EQ(response_excerpt("a\n\x01\xc3\xa9\x7f"), "a ....");
  const std::string echoed = response_excerpt(R"({"secret":"whsec_MfKQ9r8G","signature":"v1,g0hM9SsE= v1,abc="} ok)");
  EXPECT_EQ(echoed.find("MfKQ9r8G"), std::string::npos);
  EXPECT_EQ(echoed.find("g0hM"), std::string::npos);
  EXPECT_EQ(echoed.find("abc="), std::string::npos);
  EXPECT_TRUE(echoed.ends_with(" ok"));
}

}  // namespace
}  // namespace webhooks
