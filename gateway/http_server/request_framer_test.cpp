#include "gateway/http_server/request_framer.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/http_corpus.h"

namespace gateway {
namespace {

struct Framed {
  std::vector<base::http::Request> requests;
  std::vector<bool> keep_alive;
  std::optional<FramingFault> fault;
  bool in_the_middle = false;
  bool operator==(const Framed& other) const {
    if (requests.size() != other.requests.size() || keep_alive != other.keep_alive ||
        in_the_middle != other.in_the_middle)
      return false;
    if (fault.has_value() != other.fault.has_value() || (fault && fault->status != other.fault->status)) return false;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const auto& a = requests[i];
      const auto& b = other.requests[i];
      if (a.method_text != b.method_text || a.path != b.path || a.raw_query != b.raw_query ||
          a.has_query != b.has_query || a.body != b.body || !(a.headers.list() == b.headers.list())) {
        return false;
      }
    }
    return true;
  }
};

constexpr std::size_t kBodyLimit = std::size_t{1} << 20;

class Feeder {
 public:
  void feed(std::string_view input) {
    while (!framed_.fault) {
      const RequestFramer::Step step = framer_.consume(input);
      if (step == RequestFramer::Step::need_more) {
        EXPECT_TRUE(input.empty());
        return;
      }
      if (step == RequestFramer::Step::fault) {
        framed_.fault = framer_.fault();
      } else if (step == RequestFramer::Step::head) {
        framed_.keep_alive.push_back(framer_.keep_alive());
        if (const auto fault = framer_.expect_body(kBodyLimit)) framed_.fault = fault;
      } else {
        framed_.requests.push_back(framer_.take_request());
      }
    }
  }
  const RequestFramer& framer() const { return framer_; }
  Framed result() const {
    Framed framed = framed_;
    framed.in_the_middle = !framer_.idle() && !framed.fault;
    return framed;
  }

 private:
  RequestFramer framer_{FramingLimits{}};
  Framed framed_;
};

Framed frame_whole(std::string_view bytes) {
  Feeder feeder;
  feeder.feed(bytes);
  return feeder.result();
}

Framed frame_bytewise(std::string_view bytes) {
  Feeder feeder;
  for (const char& byte : bytes) feeder.feed({&byte, 1});
  return feeder.result();
}

const std::string kGet = "GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-One:  one \r\nX-Two:\ttwo\t\r\nX-One: again\r\n\r\n";
const std::string kPost = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const std::string kChunked =
    "PUT /c HTTP/1.1\r\nhost: [::1]:8443\r\ntransfer-encoding: Chunked\r\n\r\n"
    "5\r\nhello\r\n1;name=\"value\"\r\n \r\n00000005\r\nworld\r\n0\r\nTrailer: dropped\r\n\r\n";

// [RFC9112-2.2] [RFC9112-5.1] [RFC9112-5.2] [RFC9112-3.2] [RFC9112-3.2.4] [RFC9112-6.1] [RFC9112-6.3-5] [RFC9112-2.3]
// [RFC9110-5.5]
TEST(RequestFramer, RefusesEveryRequestOfTheCorpus) {
  for (const auto& refused : tests::refused_requests()) {
    const Framed framed = frame_whole(refused.bytes);
    ASSERT_TRUE(framed.fault) << refused.name;
    EXPECT_EQ(framed.fault->status, refused.status) << refused.name << ": " << framed.fault->why;
    EXPECT_TRUE(framed.requests.empty()) << refused.name;
  }
}

TEST(RequestFramer, RefusesTheCorpusAlikeWhenItComesByteByByte) {
  for (const auto& refused : tests::refused_requests()) {
    const Framed framed = frame_bytewise(refused.bytes);
    ASSERT_TRUE(framed.fault) << refused.name;
    EXPECT_EQ(framed.fault->status, refused.status) << refused.name;
  }
}

TEST(RequestFramer, ReadsNothingAfterAFault) {
  Feeder feeder;
  feeder.feed("GET /x HTTP/1.1\r\nHost : a\r\n\r\n");
  feeder.feed(kGet);
  ASSERT_TRUE(feeder.result().fault);
  EXPECT_TRUE(feeder.result().requests.empty());
}

TEST(RequestFramer, KeepsHeadersInOrderWithDuplicatesAndTheRawQuery) {
  const Framed framed = frame_whole(kGet);
  ASSERT_EQ(framed.requests.size(), 1u);
  const auto& request = framed.requests[0];
  EXPECT_EQ(request.method, base::http::Method::get);
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.raw_query, "b=c");
  EXPECT_TRUE(request.has_query);
  const std::vector<base::http::Header> wanted{{"Host", "a"}, {"X-One", "one"}, {"X-Two", "two"}, {"X-One", "again"}};
  EXPECT_EQ(request.headers.list(), wanted);
}

TEST(RequestFramer, TellsAnEmptyQueryFromNone) {
  EXPECT_TRUE(frame_whole("GET /x? HTTP/1.1\r\nHost: a\r\n\r\n").requests.at(0).has_query);
  EXPECT_FALSE(frame_whole("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").requests.at(0).has_query);
}

TEST(RequestFramer, JoinsChunksAndDropsExtensionsAndTrailers) {
  const Framed framed = frame_whole(kChunked);
  ASSERT_EQ(framed.requests.size(), 1u);
  EXPECT_EQ(framed.requests[0].body, "hello world");
  EXPECT_EQ(framed.requests[0].headers.count("Trailer"), 0u);
}

TEST(RequestFramer, ReadsTheSameWhereverTheNetworkCutsTheBytes) {
  const std::string stream = kGet + kPost + kChunked + kGet;
  const Framed whole = frame_whole(stream);
  ASSERT_EQ(whole.requests.size(), 4u);
  EXPECT_EQ(frame_bytewise(stream), whole);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Feeder feeder;
    feeder.feed(std::string_view(stream).substr(0, cut));
    feeder.feed(std::string_view(stream).substr(cut));
    ASSERT_EQ(feeder.result(), whole) << cut;
  }
}

TEST(RequestFramer, LeavesTheNextRequestInTheInput) {
  RequestFramer framer{FramingLimits{}};
  const std::string stream = kGet + kPost;
  std::string_view input = stream;
  ASSERT_EQ(framer.consume(input), RequestFramer::Step::head);
  EXPECT_EQ(input, kPost);
}

TEST(RequestFramer, SaysWhatTheRequestWantsOfTheConnection) {
  struct Case {
    std::string request;
    bool keep_alive;
  };
  for (const auto& c : std::vector<Case>{
           {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
           {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
           {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", false},
           {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n", false},
           {"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true},
           {"GET / HTTP/1.0\r\n\r\n", false},
           {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
           {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false},
       }) {
    EXPECT_EQ(frame_whole(c.request).keep_alive, std::vector<bool>{c.keep_alive}) << c.request;
  }
}

TEST(RequestFramer, TakesLegalOddities) {
  EXPECT_EQ(frame_whole("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").requests.size(), 1u);
  EXPECT_EQ(frame_whole("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").requests.at(0).path, "*");
  EXPECT_EQ(frame_whole("GET HTTPS://A:8443?q HTTP/1.1\r\nHost: a:8443\r\n\r\n").requests.at(0).path, "/");
  EXPECT_EQ(frame_whole("GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n").requests.at(0).raw_query, "y");
  EXPECT_EQ(frame_whole("GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa9\r\n\r\n").requests.size(), 1u);
  EXPECT_EQ(frame_whole("GET / HTTP/1.1\r\nHost: a\r\nX:\r\nCookie: foo\r\nAccept: text/html,\r\n\r\n").requests.size(),
            1u);
  EXPECT_EQ(frame_whole("get / HTTP/1.1\r\nHost: a\r\n\r\n").requests.at(0).method, base::http::Method::other);
  EXPECT_EQ(frame_whole("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").requests.size(), 1u);
  EXPECT_EQ(frame_whole("GET / HTTP/1.1\r\nHost: 127.0.0.1:65535\r\n\r\n").requests.size(), 1u);
}

TEST(RequestFramer, AcceptsExactlyTheLimitsAndNotOneByteMore) {
  const auto request = [](std::size_t target, std::size_t value) {
    return "GET /" + std::string(target, 'a') + " HTTP/1.1\r\nHost: a\r\nX: " + std::string(value, 'b') + "\r\n\r\n";
  };
  const FramingLimits limits;
  const std::size_t longest_target = limits.request_line - std::string_view("GET / HTTP/1.1").size();
  const std::size_t longest_value = limits.header_bytes - std::string_view("Host: a\r\nX: \r\n").size();
  EXPECT_FALSE(frame_whole(request(longest_target, 1)).fault);
  EXPECT_EQ(frame_whole(request(longest_target + 1, 1)).fault->status, 414);
  EXPECT_FALSE(frame_whole(request(1, longest_value)).fault);
  EXPECT_EQ(frame_whole(request(1, longest_value + 1)).fault->status, 431);
  EXPECT_FALSE(frame_bytewise(request(longest_target, longest_value)).fault);
}

TEST(RequestFramer, RefusesALongBodyBeforeItIsRead) {
  RequestFramer framer{FramingLimits{}};
  std::string_view input = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n";
  ASSERT_EQ(framer.consume(input), RequestFramer::Step::head);
  const auto fault = framer.expect_body(10);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->status, 413);
}

TEST(RequestFramer, BoundsAllExtensionsOfABodyTogether) {
  std::string body;
  for (int i = 0; i < 40; ++i) body += "1;" + std::string(200, 'e') + "\r\na\r\n";
  const Framed framed =
      frame_whole("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "0\r\n\r\n");
  ASSERT_TRUE(framed.fault);
  EXPECT_EQ(framed.fault->status, 400);
}

// [RFC9110-10.1.1]
TEST(RequestFramer, ReportsTheExpectationOnlyForHttp11) {
  RequestFramer framer{FramingLimits{}};
  std::string_view input = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";
  ASSERT_EQ(framer.consume(input), RequestFramer::Step::head);
  EXPECT_TRUE(framer.expects_continue());
  RequestFramer old{FramingLimits{}};
  input = "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
  ASSERT_EQ(old.consume(input), RequestFramer::Step::head);
  EXPECT_FALSE(old.expects_continue());
}

// Whatever a mutation makes of a request, it is framed alike in one piece and in random pieces, and what is accepted
// holds the promises made to the application.
TEST(RequestFramer, HundredThousandMutatedRequestsAreFramedAlikeHoweverTheyAreCut) {
  std::mt19937 random(20240607);
  std::vector<std::string> seeds{kGet, kPost, kChunked, kGet + kPost + kChunked};
  for (const auto& refused : tests::refused_requests()) {
    if (refused.bytes.size() < 400) seeds.push_back(refused.bytes);
  }
  const std::vector<std::string> splices{"\r\n",
                                         "\n",
                                         "\r",
                                         " ",
                                         "\t",
                                         ":",
                                         std::string(1, '\0'),
                                         "0\r\n\r\n",
                                         "Host: b\r\n",
                                         "Content-Length: 3\r\n",
                                         "Transfer-Encoding: chunked\r\n",
                                         "chunked",
                                         ",",
                                         ";",
                                         "HTTP/1.1",
                                         "\x7f",
                                         "\xff"};
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 120000; ++i) {
    std::string bytes = seeds[random() % (i % 2 == 0 ? 4 : seeds.size())];  // half of them legal before the edits
    for (auto edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % (bytes.size() + 1);
      switch (random() % 5) {
        case 0:
          bytes.insert(at, splices[random() % splices.size()]);
          break;
        case 1:
          bytes.erase(at, 1 + random() % 4);
          break;
        case 2:
          if (at < bytes.size()) bytes[at] = static_cast<char>(random() & 0xff);
          break;
        case 3:
          bytes += seeds[random() % seeds.size()].substr(0, random() % 80);
          break;
        default:
          bytes.insert(at, bytes.substr(random() % (bytes.size() + 1), random() % 20));
          break;
      }
    }
    const Framed whole = frame_whole(bytes);
    Feeder feeder;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t piece = 1 + random() % 24;
      feeder.feed(std::string_view(bytes).substr(at, piece));
      at += piece;
    }
    ASSERT_EQ(feeder.result(), whole) << testing::PrintToString(bytes);
    for (const auto& request : whole.requests) {
      ASSERT_FALSE(request.path.empty());
      for (const auto& header : request.headers.list()) {
        ASSERT_EQ(header.value.find_first_of(std::string_view("\r\n\0", 3)), std::string::npos);
        ASSERT_EQ(header.name.find_first_of(std::string_view("\r\n\0 :\t", 6)), std::string::npos);
      }
    }
    accepted += whole.requests.size();
    refused += whole.fault ? 1 : 0;
  }
  EXPECT_GT(accepted, 10000u);
  EXPECT_GT(refused, 10000u);
}

}  // namespace
}  // namespace gateway
