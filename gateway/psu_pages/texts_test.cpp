#include "gateway/psu_pages/texts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gateway {
namespace {

TEST(Language, FollowsTheRequestedLocalesBeforeTheBrowser) {
  EXPECT_EQ(choose_language({"xx", "fr-CA"}, "de"), Language::fr);
  EXPECT_EQ(choose_language({}, "de-AT,de;q=0.9,en;q=0.8"), Language::de);
  EXPECT_EQ(choose_language({}, "ja, fr;q=0.5, de;q=0.7"), Language::de);
}

TEST(Language, FallsBackToEnglishOnAnythingElse) {
  EXPECT_EQ(choose_language({}, ""), Language::en);
  EXPECT_EQ(choose_language({}, "*"), Language::en);
  EXPECT_EQ(choose_language({}, "de;q=abc"), Language::en);
  EXPECT_EQ(choose_language({}, "de;q=0"), Language::en);
  EXPECT_EQ(choose_language({"klingon"}, std::string(10000, 'd')), Language::en);
}

TEST(Texts, FillTheirPlaces) {
  EXPECT_EQ(text(Language::en, Text::back_to_tpp, "Acme"), "Return to Acme");
  EXPECT_EQ(text(Language::en, Text::period_range, "a", "b"), "from a to b");
  // A name that looks like a place is not filled again.
  EXPECT_EQ(text(Language::en, Text::back_to_tpp, "{1}", "x"), "Return to {1}");
}

TEST(Texts, EveryPlaceOfEnglishStandsInEveryLanguage) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Text::count_); ++i) {
    const auto key = static_cast<Text>(i);
    for (const auto place : {"{0}", "{1}"}) {
      const auto has = [&](Language language) {
        return text(language, key, "{0}", "{1}").find(place) != std::string::npos;
      };
      EXPECT_EQ(has(Language::en), has(Language::de)) << i;
      EXPECT_EQ(has(Language::en), has(Language::fr)) << i;
    }
  }
}

TEST(Dates, ReadAsPeopleWriteThem) {
  const base::Instant at =
      std::chrono::sys_days{std::chrono::year{2026} / 3 / 9} + std::chrono::hours{7} + std::chrono::minutes{5};
  EXPECT_EQ(date_text(Language::en, at), "9 March 2026");
  EXPECT_EQ(date_text(Language::de, at), "9. März 2026");
  EXPECT_EQ(date_time_text(Language::fr, at), "9 mars 2026, 07:05 UTC");
}

TEST(Clusters, ShowEveryPermissionExactlyOnce) {
  std::vector<policy::Permission> all;
  for (const auto& [permission, name] : policy::kPermissionNames) all.push_back(permission);
  for (const auto language : {Language::en, Language::de, Language::fr}) {
    std::size_t shown = 0;
    for (const auto& cluster : clusters(language, all)) shown += cluster.permissions.size();
    EXPECT_EQ(shown, all.size());
  }
}

TEST(Clusters, LeaveOutWhatIsNotAskedFor) {
  const auto found = clusters(Language::en, {policy::Permission::ReadBalances});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].permissions, std::vector<std::string>{"Your balance"});
}

}  // namespace
}  // namespace gateway
