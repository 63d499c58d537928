#include "webhooks/event_catalog.h"

#include <gtest/gtest.h>

#include "base/ensure.h"

namespace webhooks {
namespace {

TEST(EventCatalog, JoinsTypesOfSeveralModulesSortedByName) {
  auto types = event_types();
  types.push_back({"consent.revoked", "A consent ended."});
  const EventCatalog catalog(types);
  ASSERT_EQ(catalog.all().size(), 3u);
  EXPECT_EQ(catalog.all().front().name, "consent.revoked");
  EXPECT_TRUE(catalog.knows("webhook.test"));
  EXPECT_FALSE(catalog.knows("webhook"));
  EXPECT_FALSE(catalog.knows("*"));
}

// [STDWH-1.0.0-event-types]
TEST(EventCatalog, RefusesNamesOfAnotherFormAndNamesTwice) {
  for (const char* name : {"", ".", "a.", ".a", "a..b", "a b", "a-b", "a/b", "caf\xc3\xa9"}) {
    EXPECT_THROW(EventCatalog(std::vector<EventType>{{name, ""}}), base::BrokenInvariant) << name;
  }
  EXPECT_THROW(EventCatalog(std::vector<EventType>{{std::string(129, 'a'), ""}}), base::BrokenInvariant);
  EXPECT_THROW(EventCatalog(std::vector<EventType>{{"a.b", "one"}, {"a.b", "two"}}), base::BrokenInvariant);
}

}  // namespace
}  // namespace webhooks
