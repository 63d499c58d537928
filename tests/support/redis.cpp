#include "tests/support/redis.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

extern char** environ;

namespace tests {
namespace {

std::string test_socket() {
  const char* path = std::getenv("ALDGATE_TEST_REDIS");
  if (path == nullptr || *path == '\0')
    throw std::runtime_error("ALDGATE_TEST_REDIS is not set: it is the unix socket of a Redis for tests");
  return path;
}

}  // namespace

RedisFixture::RedisFixture() {
  static std::atomic<int> count{0};
  prefix_ = "test:" + std::to_string(getpid()) + ":" + std::to_string(++count) + ":";
  redis_ = std::make_unique<base::cache::Redis>(settings(), protocol_, monotonic_, metrics_);
}

RedisFixture::~RedisFixture() {
  if (const auto keys = redis_->command({"KEYS", prefix_ + "*"}))
    for (const auto& key : keys->list) redis_->command({"DEL", key.text});
}

base::cache::RedisSettings RedisFixture::settings() const {
  base::cache::RedisSettings settings;
  settings.unix_socket = test_socket();
  settings.key_prefix = prefix_;
  settings.deadline = std::chrono::seconds(2);  // a busy machine is no fault of the code under test
  return settings;
}

PrivateRedis::PrivateRedis() {
  std::string name = std::filesystem::temp_directory_path() / "aldgate-redis-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a private Redis");
  folder_ = name;
}

PrivateRedis::~PrivateRedis() {
  stop();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

std::string PrivateRedis::socket() const { return folder_ + "/socket"; }

void PrivateRedis::start() {
  const std::string path = socket();
  const std::string log = folder_ + "/log";
  std::array<const char*, 10> words{"redis-server", "--unixsocket", path.c_str(), "--port", "0", "--save", "",
                                    "--logfile",    log.c_str(),    nullptr};
  pid_t pid = -1;
  if (posix_spawnp(&pid, "redis-server", nullptr, nullptr, const_cast<char**>(words.data()), environ) != 0)
    throw std::runtime_error("redis-server does not start");
  pid_ = pid;
  base::SystemProtocolClock protocol;
  base::SystemMonotonicClock monotonic;
  base::observe::Metrics metrics;
  base::cache::RedisSettings settings;
  settings.unix_socket = path;
  settings.failures_to_open = 1 << 30;
  base::cache::Redis probe(std::move(settings), protocol, monotonic, metrics);
  const auto give_up = monotonic.now() + std::chrono::seconds(20);
  while (!probe.available()) {
    if (monotonic.now() > give_up) throw std::runtime_error("redis-server does not answer");
    usleep(2000);  // it starts
  }
}

void PrivateRedis::stop() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  std::error_code error;
  std::filesystem::remove(socket(), error);
}

}  // namespace tests
