#include "oauth/client_auth/jwks_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/system_clock.h"
#include "tests/support/fake_jwks.h"

namespace oauth {
namespace {

using namespace std::chrono_literals;
using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;

constexpr const char* kUri = "https://tpp.example/jwks.json";
const base::ClientId kClient("app");

std::string set_of(const std::vector<PrivateKey>& keys) {
  std::vector<base::crypto::PublicKey> all;
  for (const auto& key : keys) all.push_back(key.public_key());
  return base::crypto::JwkSet::from_keys(std::move(all))->to_json();
}

class JwksCacheTest : public testing::Test {
 protected:
  base::Caller caller(std::chrono::milliseconds patience = 10s) const {
    base::Caller caller;
    caller.now = {now_, now_};
    caller.deadline = {monotonic_.now() + patience};
    return caller;
  }
  base::Result<SharedJwks, std::string> keys(const SharedJwks& missed = nullptr) {
    return cache_.keys(caller(), kClient, kUri, missed);
  }
  bool has(std::string_view kid) {
    const auto set = keys();
    return set && (*set)->signatures.by_kid(kid) != nullptr;
  }

  base::Instant now_{1'800'000'000s};
  base::SystemMonotonicClock monotonic_;
  tests::FakeJwks publisher_;
  JwksCache cache_{publisher_, monotonic_};
  PrivateKey one_ = PrivateKey::generate(JwsAlgorithm::es256, "one");
  PrivateKey two_ = PrivateKey::generate(JwsAlgorithm::es256, "two");
};

// [RFC9111-5.2.2] [RFC9111-1.2.2]
TEST(JwksLife, FollowsTheHeadersWithinBounds) {
  struct Case {
    const char* cache_control;
    const char* age;
    std::chrono::seconds want;
  };
  const Case cases[] = {
      {"", "", 300s},
      {"max-age=600", "", 600s},
      {"public, max-age=600, must-revalidate", "", 600s},
      {"PUBLIC , Max-Age=\"600\"", "", 600s},
      {"max-age=600", "100", 500s},
      {"max-age=600", "599", 60s},
      {"max-age=600", "-5", 600s},
      {"max-age=600", "soon", 600s},
      {"max-age=0", "", 60s},
      {"max-age=59", "", 60s},
      {"max-age=86400", "", 3600s},
      {"max-age=99999999999999999999", "", 3600s},
      {"max-age=-1", "", 60s},
      {"max-age=", "", 60s},
      {"max-age", "", 300s},
      {"max-age=1e3", "", 60s},
      {"no-store", "", 60s},
      {"max-age=600, no-cache", "", 60s},
      {"x-max-age=600", "", 300s},
      {",,=,;", "", 300s},
  };
  for (const auto& c : cases) EXPECT_EQ(jwks_life(c.cache_control, c.age), c.want) << c.cache_control << " " << c.age;
}

TEST_F(JwksCacheTest, ASetIsFetchedOnceWhileItIsFresh) {
  publisher_.publish(kUri, set_of({one_}), "max-age=600");
  EXPECT_TRUE(has("one"));
  now_ += 599s;
  EXPECT_TRUE(has("one"));
  EXPECT_EQ(publisher_.count(), 1u);
  now_ += 1s;
  EXPECT_TRUE(has("one"));
  EXPECT_EQ(publisher_.count(), 2u);
}

TEST_F(JwksCacheTest, AKeyThatIsTakenAwayEndsWithTheFreshness) {
  publisher_.publish(kUri, set_of({one_, two_}), "max-age=60");
  EXPECT_TRUE(has("two"));
  publisher_.publish(kUri, set_of({one_}), "max-age=60");
  now_ += 60s;
  EXPECT_FALSE(has("two"));
  EXPECT_TRUE(has("one"));
}

TEST_F(JwksCacheTest, AMissedKeyAsksAgainAtABoundedRate) {
  publisher_.publish(kUri, set_of({one_}), "max-age=3600");
  const auto first = keys();
  ASSERT_TRUE(first);
  publisher_.publish(kUri, set_of({one_, two_}), "max-age=3600");
  now_ += JwksCache::kFetchEvery - 1s;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(keys(*first));
  EXPECT_EQ(publisher_.count(), 1u);
  now_ += 1s;
  const auto newer = keys(*first);
  ASSERT_TRUE(newer) << newer.error();
  EXPECT_NE((*newer)->signatures.by_kid("two"), nullptr);
  EXPECT_EQ(publisher_.count(), 2u);
  // What another thread has fetched meanwhile is found without a fetch.
  EXPECT_TRUE(keys(*first));
  EXPECT_EQ(publisher_.count(), 2u);
}

TEST_F(JwksCacheTest, WhenThePublisherIsAwayTheSetLivesForItsFreshnessAndTheGraceAndNoLonger) {
  publisher_.publish(kUri, set_of({one_}), "max-age=60");
  EXPECT_TRUE(has("one"));
  publisher_.answers.clear();
  now_ += 60s + JwksCache::kGrace - 1s;
  EXPECT_TRUE(has("one"));
  EXPECT_EQ(publisher_.count(), 2u);
  now_ += 1s;
  const auto gone = keys();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error(), "connect: nobody answers");
  now_ += JwksCache::kFetchEvery;
  publisher_.publish(kUri, set_of({one_}));
  EXPECT_TRUE(has("one"));
}

TEST_F(JwksCacheTest, AFailedFirstFetchIsNotRepeatedForEveryRequest) {
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(keys());
  EXPECT_EQ(publisher_.count(), 1u);
  now_ += JwksCache::kFetchEvery;
  EXPECT_FALSE(keys());
  EXPECT_EQ(publisher_.count(), 2u);
}

// [FAPI2-SP-FINAL-5.4.2] The rules of keys that are registered by value hold for published ones.
TEST_F(JwksCacheTest, ASetThatCouldNotBeRegisteredIsNotBelieved) {
  const std::string twice = R"({"keys":[)" + one_.public_key().to_jwk() + "," + one_.public_key().to_jwk() + "]}";
  const std::string two_names =
      R"({"keys":[)" + one_.public_key().to_jwk() + "," + one_.public_key().with_kid("other").to_jwk() + "]}";
  const std::string with_private = R"({"keys":[)" + std::string(one_.to_private_jwk().reveal()) + "]}";
  std::string many = R"({"keys":[)";
  for (int i = 0; i < 33; ++i) {
    many +=
        (i == 0 ? "" : ",") + PrivateKey::generate(JwsAlgorithm::es256, "k" + std::to_string(i)).public_key().to_jwk();
  }
  many += "]}";
  const std::pair<const char*, oauth::JwksResponse> cases[] = {
      {"no JSON", {200, "<html>", "", ""}},
      {"one key, no set", {200, one_.public_key().to_jwk(), "", ""}},
      {"empty", {200, R"({"keys":[]})", "", ""}},
      {"symmetric only", {200, R"({"keys":[{"kty":"oct","k":"AAAA"}]})", "", ""}},
      {"a private half", {200, with_private, "", ""}},
      {"a kid twice", {200, twice, "", ""}},
      {"a key under two names", {200, two_names, "", ""}},
      {"too many", {200, many, "", ""}},
      {"a redirect", {302, set_of({one_}), "", ""}},
      {"an error", {500, set_of({one_}), "", ""}},
      {"no content", {204, "", "", ""}},
  };
  for (const auto& [name, response] : cases) {
    publisher_.answers[kUri] = response;
    EXPECT_FALSE(keys()) << name;
    now_ += JwksCache::kFetchEvery;
  }
  publisher_.publish(kUri, set_of({one_}));
  EXPECT_TRUE(keys());
}

TEST_F(JwksCacheTest, AnotherUriIsAnotherSet) {
  publisher_.publish(kUri, set_of({one_}));
  EXPECT_TRUE(has("one"));
  publisher_.publish("https://tpp.example/new.json", set_of({two_}));
  const auto set = cache_.keys(caller(), kClient, "https://tpp.example/new.json");
  ASSERT_TRUE(set);
  EXPECT_EQ((*set)->signatures.by_kid("one"), nullptr);
  EXPECT_NE((*set)->signatures.by_kid("two"), nullptr);
}

// Everybody who comes while a flight is under way takes what it brings.
TEST_F(JwksCacheTest, ThereIsOneFlightPerClient) {
  publisher_.publish(kUri, set_of({one_}));
  std::atomic<int> arrived{0};
  publisher_.during = [&] {
    while (arrived.load() < 3) std::this_thread::yield();
  };
  std::atomic<int> served{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      ++arrived;
      if (keys()) ++served;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(served.load(), 3);
  EXPECT_EQ(publisher_.count(), 1u);
}

// A slow publisher holds kMostThreads threads and no more: the others are answered at once.
TEST_F(JwksCacheTest, SlowPublishersCannotHoldEveryThread) {
  std::atomic<bool> released{false};
  publisher_.during = [&] {
    while (!released.load()) std::this_thread::yield();
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < JwksCache::kMostThreads; ++i) {
    threads.emplace_back([&, i] {
      const std::string name = std::to_string(i);
      EXPECT_FALSE(cache_.keys(caller(), base::ClientId("slow" + name), "https://slow.example/" + name));
    });
  }
  while (publisher_.count() < JwksCache::kMostThreads) std::this_thread::yield();
  const auto refused = keys();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "too many key sets are being fetched");
  EXPECT_EQ(publisher_.count(), JwksCache::kMostThreads);
  released = true;
  for (auto& thread : threads) thread.join();
  publisher_.publish(kUri, set_of({one_}));
  EXPECT_TRUE(has("one"));
}

TEST_F(JwksCacheTest, WhoWaitsForAnothersFlightWaitsNoLongerThanItsDeadline) {
  publisher_.publish(kUri, set_of({one_}));
  std::atomic<bool> released{false};
  publisher_.during = [&] {
    while (!released.load()) std::this_thread::yield();
  };
  std::thread first([&] { EXPECT_TRUE(keys()); });
  while (publisher_.count() == 0) std::this_thread::yield();
  EXPECT_FALSE(cache_.keys(caller(0ms), kClient, kUri));  // the flight has not landed: it is released below
  released = true;
  first.join();
}

}  // namespace
}  // namespace oauth
