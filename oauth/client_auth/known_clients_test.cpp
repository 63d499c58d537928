#include "oauth/client_auth/known_clients.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace oauth {
namespace {

const base::BrandId kBrand("brand");
const base::BrandId kOtherBrand("other");

std::shared_ptr<const Client> client(const std::string& id, std::int64_t revision) {
  Client made;
  made.id = base::ClientId(id);
  made.revision = revision;
  return std::make_shared<const Client>(std::move(made));
}

std::size_t how_many(const KnownClients& known, std::size_t of) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < of; ++i)
    found += known.find(kBrand, base::ClientId("client-" + std::to_string(i))) != nullptr ? 1 : 0;
  return found;
}

TEST(KnownClients, FindsWhatWasKeptUntilItIsForgotten) {
  KnownClients known;
  const base::ClientId id("app");
  EXPECT_EQ(known.find(kBrand, id), nullptr);
  const auto kept = client("app", 1);
  known.keep(kBrand, kept);
  EXPECT_EQ(known.find(kBrand, id), kept);
  EXPECT_EQ(known.find(kBrand, base::ClientId("ap")), nullptr);
  known.forget(kBrand, id);
  known.forget(kBrand, id);
  EXPECT_EQ(known.find(kBrand, id), nullptr);
}

TEST(KnownClients, BrandsDoNotShareClients) {
  KnownClients known;
  known.keep(kBrand, client("app", 1));
  EXPECT_EQ(known.find(kOtherBrand, base::ClientId("app")), nullptr);
  known.forget(kOtherBrand, base::ClientId("app"));
  EXPECT_NE(known.find(kBrand, base::ClientId("app")), nullptr);
}

TEST(KnownClients, AnEarlierStateNeverReplacesALaterOne) {
  KnownClients known;
  known.keep(kBrand, client("app", 5));
  known.keep(kBrand, client("app", 4));
  EXPECT_EQ(known.find(kBrand, base::ClientId("app"))->revision, 5);
  known.keep(kBrand, client("app", 6));
  EXPECT_EQ(known.find(kBrand, base::ClientId("app"))->revision, 6);
  // Of the same revision the one that was read last: it says when a key was used.
  const auto again = client("app", 6);
  known.keep(kBrand, again);
  EXPECT_EQ(known.find(kBrand, base::ClientId("app")), again);
}

TEST(KnownClients, ANewOneTakesTheLastPlaceAndAKnownOneNone) {
  KnownClients known;
  const std::size_t all = KnownClients::kMost + 10;
  for (std::size_t i = 0; i < all; ++i) {
    const std::string id = "client-" + std::to_string(i);
    known.keep(kBrand, client(id, 1));
    ASSERT_NE(known.find(kBrand, base::ClientId(id)), nullptr) << i;
  }
  EXPECT_EQ(how_many(known, all), KnownClients::kMost);
  known.keep(kBrand, client("client-" + std::to_string(all - 1), 2));
  EXPECT_EQ(how_many(known, all), KnownClients::kMost);
}

TEST(KnownClients, AmongManyThreadsTheLatestStateStays) {
  KnownClients known;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::int64_t i = 1; i <= 500; ++i) {
        known.keep(kBrand, client("app", i));
        if (known.find(kBrand, base::ClientId("app"))->revision < i) ++wrong;
        known.keep(kBrand, client("own-" + std::to_string(t), i));
        known.forget(kBrand, base::ClientId("own-" + std::to_string(t)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(known.find(kBrand, base::ClientId("app"))->revision, 500);
}

}  // namespace
}  // namespace oauth
