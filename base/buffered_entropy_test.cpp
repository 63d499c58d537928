#include "base/buffered_entropy.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace base {
namespace {

TEST(BufferedEntropy, GivesNothingTwiceWhateverTheSizes) {
  BufferedEntropy entropy;
  std::set<std::string> seen;
  for (int i = 0; i < 400; ++i) {
    for (const std::size_t size : {16u, 31u, 32u, 255u, 256u, 257u, 2000u}) {
      std::string bytes(size, '\0');
      entropy.fill({reinterpret_cast<std::byte*>(bytes.data()), bytes.size()});
      EXPECT_TRUE(seen.insert(bytes.substr(0, 16)).second);
      EXPECT_TRUE(seen.insert(bytes.substr(size - 16)).second || size < 32);
    }
  }
}

TEST(BufferedEntropy, GivesNothingTwiceToManyThreads) {
  BufferedEntropy entropy;
  constexpr int kThreads = 8, kEach = 500;
  std::vector<std::vector<std::string>> given(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : given) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) mine.push_back(random_handle(entropy, 16));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& mine : given) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), std::size_t{kThreads} * kEach);
}

}  // namespace
}  // namespace base
