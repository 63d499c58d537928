// The whole product in this process, on a migrated and seeded database of its own and the tests' Redis. It has no
// sockets: requests go straight through the pipeline, on the caller's thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/clock.h"
#include "base/http/message.h"
#include "base/system_clock.h"
#include "gateway/settings.h"
#include "gateway/wiring/product.h"
#include "tests/support/database.h"
#include "tests/support/redis.h"

namespace gateway {
class Pipeline;
}

namespace journeys {

inline constexpr const char* kIssuer = "https://localhost:8443";
inline constexpr const char* kMtlsBase = "https://localhost:8444";
inline constexpr const char* kOperationsBase = "http://127.0.0.1:9464";
inline constexpr const char* kRedirect = "https://localhost:9443/callback";

// What came back.
struct Answer {
  int status = 0;
  base::http::Headers headers;
  std::string body;

  std::string header(std::string_view name) const;  // "" when absent or repeated
  std::string interaction() const { return header("x-fapi-interaction-id"); }
  // What stands at a JSON pointer (RFC 6901): a string as it is, anything else as JSON text, "" when absent.
  std::string at(const std::string& pointer) const;
  std::size_t count(const std::string& pointer) const;  // members of the array or object there; 0 when absent
  std::string error() const { return at("/error"); }    // OAuth's
};
void PrintTo(const Answer& answer, std::ostream* out);

// Protocol time as requests see it: real, plus what a test has added.
class MovableClock final : public base::ProtocolClock {
 public:
  base::Instant now() const override { return real_.now() + std::chrono::seconds(offset_.load()); }
  void advance(std::chrono::seconds by) { offset_ += by.count(); }

 private:
  base::SystemProtocolClock real_;
  std::atomic<std::int64_t> offset_{0};
};

class Gateway {
 public:
  using Change = std::function<void(gateway::Settings&)>;
  explicit Gateway(const Change& change = {});
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // From any thread. The listener follows from the URL's port; `url` may be a path, then it is the issuer's.
  Answer send(const std::string& method, const std::string& url, base::http::Headers headers = {},
              std::string body = {}, const base::http::Peer& peer = default_peer());
  static base::http::Peer default_peer();

  gateway::Product::Parts& parts() { return product_->parts(); }
  base::Caller caller() const;  // of background work, at the clock's time
  MovableClock& clock() { return clock_; }
  base::Instant business_now() const;
  void advance_business(const std::string& iso_duration);  // as everybody can: POST /sandbox/clock

  // Plain SQL as superuser: for looking.
  std::vector<std::vector<std::string>> sql(const std::string& text) const { return database_->sql(text); }
  std::string one(const std::string& text) const;  // the first field of the first row, "" when there is none
  void flush_journal();
  std::string explain(const std::string& kind, const std::string& id);
  // Types of the events of a consent, in order.
  std::vector<std::string> events_of(const std::string& subject) const;

 private:
  std::unique_ptr<tests::Database> database_;
  tests::RedisFixture redis_;
  MovableClock clock_;
  std::unique_ptr<gateway::Product> product_;
  std::unique_ptr<gateway::Pipeline> pipeline_;
};

std::string iso8601(base::Instant at);
std::int64_t unix_seconds(base::Instant at);

}  // namespace journeys
