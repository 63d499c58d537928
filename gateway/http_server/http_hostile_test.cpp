// The server under clients that break off, keep silent, read slowly and come in crowds. Nothing here asserts how long
// something takes; where another client "is still served", the hostile ones are provably in place meanwhile.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <charconv>
#include <random>

#include "tests/support/http_fixture.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using tests::get;
using tests::HttpClient;
using tests::HttpFixture;
using tests::post;

void allow_many_descriptors() {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_GE(limit.rlim_cur, 4500u) << "the hard limit of open files is too low for this test";
}

struct Tally {
  std::atomic<std::uint64_t> right{0};
  std::atomic<std::uint64_t> wrong{0};
  std::atomic<std::uint64_t> missing{0};
  std::atomic<std::uint64_t> broken_off{0};
};

// Clients with ids nobody else uses; a part of them breaks off at every possible point. Each reply that is read must be
// the one to the request that was sent.
void crowd(const tests::HttpClientOptions& options, std::uint64_t wanted, unsigned seed, std::size_t pipelined,
           Tally& tally) {
  std::mt19937 random(seed);
  std::uint64_t serial = 0;
  while (tally.right < wanted && tally.wrong == 0 && tally.missing == 0) {
    HttpClient client(options);
    const bool breaks_off = random() % 2 == 0;
    const std::size_t rounds = 1 + random() % 8;
    for (std::size_t round = 0; round < rounds; ++round) {
      std::string stream;
      std::vector<std::string> ids;
      for (std::size_t i = 0; i < pipelined; ++i) {
        ids.push_back("id" + std::to_string(seed) + "x" + std::to_string(++serial));
        const std::string path = (random() % 2 == 0 ? "/inline/" : "/pool/") + ids.back();
        stream += random() % 4 == 0 ? post(path, ids.back()) : get(path);
      }
      if (breaks_off && round + 1 == rounds) {
        client.send(std::string_view(stream).substr(0, 1 + random() % stream.size()));
        if (random() % 2 == 0) client.reset();
        ++tally.broken_off;
        break;
      }
      if (!client.send(stream)) {
        ++tally.missing;
        break;
      }
      for (const std::string& id : ids) {
        const auto reply = client.read_reply();
        if (!reply) {
          ++tally.missing;
        } else if (reply->body.find("/" + id + " ") == std::string::npos) {
          ++tally.wrong;
        } else {
          ++tally.right;
        }
      }
    }
  }
}

void run_crowd(HttpFixture& f, const tests::HttpClientOptions& options, std::uint64_t wanted, std::size_t pipelined) {
  const std::size_t descriptors = tests::open_descriptors();
  Tally tally;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 12; ++i) threads.emplace_back([&, i] { crowd(options, wanted, i, pipelined, tally); });
  for (auto& thread : threads) thread.join();
  EXPECT_GE(tally.right, wanted);
  EXPECT_EQ(tally.wrong, 0u);
  EXPECT_EQ(tally.missing, 0u);
  EXPECT_GT(tally.broken_off, 20u);
  HttpFixture::wait_until([&] { return f.server->stats().open_connections == 0; });
  EXPECT_EQ(tests::open_descriptors(), descriptors);
}

// 100,000 replies over the three.
TEST(HttpServerUnderAttack, GivesNoReplyToAnotherClientOverPlainConnections) {
  HttpFixture f;
  run_crowd(f, f.plain(), 20000, 1);
}

TEST(HttpServerUnderAttack, GivesNoReplyToAnotherClientWhenPipelined) {
  HttpFixture f;
  run_crowd(f, f.plain(), 60000, 8);
}

TEST(HttpServerUnderAttack, GivesNoReplyToAnotherClientOverTls) {
  HttpFixture f({.tls = true});
  run_crowd(f, f.tls(), 20000, 4);
}

TEST(HttpServerUnderAttack, ServesOthersWhileFiveHundredTlsClientsKeepSilent) {
  allow_many_descriptors();
  HttpFixture f({.tls = true, .limits = {.connections_per_address = 2000}});
  std::vector<std::unique_ptr<HttpClient>> silent;
  auto options = f.tls();
  options.tls = false;
  for (int i = 0; i < 500; ++i) {
    silent.push_back(std::make_unique<HttpClient>(options));
    if (i % 2 == 0)
      silent.back()->send(std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7));  // a hello that never ends
  }
  HttpFixture::wait_until([&] { return f.server->stats().open_connections == 500; });
  for (int i = 0; i < 20; ++i) {
    HttpClient client(f.tls());
    const auto reply = client.exchange(get("/x"));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
  }
  EXPECT_GE(f.server->stats().open_connections, 500u);
}

TEST(HttpServerUnderAttack, HoldsTwoThousandIdleConnectionsAndGivesEveryDescriptorBack) {
  allow_many_descriptors();
  HttpFixture f({.limits = {.connections_per_address = 3000}});
  const std::size_t before = tests::open_descriptors();
  {
    std::vector<std::unique_ptr<HttpClient>> idle;
    for (int i = 0; i < 2000; ++i) {
      idle.push_back(std::make_unique<HttpClient>(f.plain()));
      ASSERT_TRUE(idle.back()->connected());
      if (i % 100 == 0) {
        ASSERT_EQ(idle.back()->exchange(get("/inline/x"))->status, 200);
      }
    }
    HttpFixture::wait_until([&] { return f.server->stats().open_connections == 2000; });
    HttpClient other(f.plain());
    for (int i = 0; i < 20; ++i) ASSERT_EQ(other.exchange(get("/x"))->status, 200);
    for (int i = 0; i < 2000; i += 50) ASSERT_EQ(idle[static_cast<std::size_t>(i)]->exchange(get("/x"))->status, 200);
  }
  HttpFixture::wait_until([&] { return f.server->stats().open_connections == 0; });
  EXPECT_EQ(tests::open_descriptors(), before);
}

TEST(HttpServerUnderAttack, ServesOthersWhileReadersAreSlow) {
  HttpFixture f({.tls = true});
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (auto options : {f.plain(), f.tls()}) {
    options.receive_buffer = 4096;
    for (int i = 0; i < 10; ++i) {
      slow.push_back(std::make_unique<HttpClient>(options));
      ASSERT_TRUE(slow.back()->send(get(i % 2 == 0 ? "/inline/big?5000000" : "/big?5000000")));
    }
  }
  HttpFixture::wait_until([&] { return f.server->stats().replies == 20; });
  for (const auto& options : {f.plain(), f.tls()}) {
    HttpClient other(options);
    for (int i = 0; i < 20; ++i) ASSERT_EQ(other.exchange(get(i % 2 == 0 ? "/inline/x" : "/x"))->status, 200);
  }
  // A slow reader gets its reply whole, however long it took over it.
  EXPECT_EQ(slow.front()->read_reply()->body.size(), 5000000u);
  EXPECT_EQ(slow.back()->read_reply()->body.size(), 5000000u);
}

// Requests whose replies are not read stop being answered; the server does not collect replies without bound.
TEST(HttpServerUnderAttack, StopsAnsweringAClientThatPipelinesAndDoesNotRead) {
  HttpFixture f({.limits = {.unsent_reply_bytes = 64 * 1024}});
  auto options = f.plain();
  options.receive_buffer = 4096;
  HttpClient client(options);
  constexpr int kRequests = 2000;
  std::thread writer([&] {
    std::string stream;
    for (int i = 0; i < kRequests; ++i) stream += get("/inline/big?20000");
    client.send(stream);
  });
  // It has stopped when the others, one on each IO thread, have been served while this one got nothing more.
  HttpClient other(f.plain());
  HttpClient another(f.plain());
  std::uint64_t others = 0;
  std::uint64_t answered = 0;
  for (std::uint64_t before = ~std::uint64_t{0}; before != answered;) {
    before = answered;
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(other.exchange(get("/inline/x"))->status, 200);
      ASSERT_EQ(another.exchange(get("/inline/x"))->status, 200);
      others += 2;
    }
    answered = f.server->stats().replies - others;
  }
  EXPECT_LT(answered, std::uint64_t{kRequests});
  for (int i = 0; i < kRequests; ++i) {
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply) << i;
    ASSERT_EQ(reply->body.size(), 20000u);
  }
  writer.join();
}

// Requests that wait inside the TLS layer, where the poll cannot see them, are answered once the reader has caught up.
TEST(HttpServerUnderAttack, AnswersEveryRequestOfATlsClientThatSendsManyAndReadsLate) {
  HttpFixture f({.tls = true});
  for (const std::string path : {"/inline/big?300000", "/big?300000"}) {
    auto options = f.tls();
    options.receive_buffer = 4096;
    HttpClient client(options);
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(client.send(get(path)));  // each a TLS record of its own
    for (int i = 0; i < 60; ++i) {
      const auto reply = client.read_reply();
      ASSERT_TRUE(reply) << path << i;
      ASSERT_EQ(reply->body.size(), 300000u);
    }
  }
}

TEST(HttpServerUnderAttack, SurvivesClientsKilledInTheMiddleOfAReply) {
  HttpFixture f({.tls = true});
  const std::size_t before = tests::open_descriptors();
  for (int i = 0; i < 200; ++i) {
    HttpClient client(i % 2 == 0 ? f.plain() : f.tls());
    ASSERT_TRUE(client.send(get(i % 4 < 2 ? "/inline/big?2000000" : "/big?2000000")));
    char first = 0;
    if (i % 3 != 0) (void)!::read(client.fd(), &first, 1);
    if (i % 5 == 0) {
      client.close();
    } else {
      client.reset();
    }
  }
  HttpFixture::wait_until([&] { return f.server->stats().open_connections == 0; });
  EXPECT_EQ(tests::open_descriptors(), before);
  EXPECT_EQ(HttpClient(f.tls()).exchange(get("/x"))->status, 200);
}

TEST(HttpServerUnderAttack, LateRepliesToClientsThatWentReachNobody) {
  HttpFixture f({.pool_threads = 8});
  for (int i = 0; i < 8; ++i) {
    HttpClient client(f.plain());
    ASSERT_TRUE(client.send(get("/gate")));
    f.application.gate.wait_for(static_cast<std::size_t>(i + 1));
    client.reset();
  }
  HttpFixture::wait_until([&] { return f.server->stats().open_connections == 0; });
  // Fresh connections on the same descriptors, waiting for nothing.
  std::vector<std::unique_ptr<HttpClient>> fresh;
  for (int i = 0; i < 8; ++i) {
    fresh.push_back(std::make_unique<HttpClient>(f.plain()));
    ASSERT_EQ(fresh.back()->exchange(get("/inline/first"))->status, 200);
  }
  f.application.gate.open();
  HttpFixture::wait_until([&] { return f.server->stats().orphaned == 8; });
  for (auto& client : fresh) {
    const auto reply = client->exchange(get("/inline/second"));
    ASSERT_TRUE(reply);
    EXPECT_NE(reply->body.find("/inline/second"), std::string::npos);
  }
}

TEST(HttpServerUnderAttack, OutlivesAnEmptyDescriptorTable) {
  HttpFixture f;
  HttpClient served(f.plain());
  ASSERT_EQ(served.exchange(get("/inline/x"))->status, 200);
  std::vector<std::unique_ptr<HttpClient>> clients;
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  rlimit tight = old;
  tight.rlim_cur = tests::open_descriptors() + 6;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  // Client and server share the table: clients take it up until no connection can be accepted any more.
  for (int i = 0; i < 12; ++i) clients.push_back(std::make_unique<HttpClient>(f.plain()));
  HttpFixture::wait_until([&] { return f.closed(ClosedBecause::no_descriptors) > 0; });
  EXPECT_EQ(served.exchange(get("/inline/x"))->status, 200);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  clients.clear();
  EXPECT_EQ(HttpClient(f.plain()).exchange(get("/inline/x"))->status, 200);
}

}  // namespace
}  // namespace gateway
