#include "gateway/http_server/response_bytes.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using base::http::Response;
using namespace std::string_literals;
using namespace std::chrono_literals;

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string sent(const Response& response, ReplyFrame frame = {}) {
  std::string out;
  EXPECT_TRUE(append_reply(out, response, frame, kDate));
  return out;
}

// RFC 9110 section 5.6.7 example.
TEST(HttpDate, WritesTheExampleOfTheSpecification) {
  EXPECT_EQ(http_date(base::Instant(784111777s)), kDate);
  EXPECT_EQ(http_date(base::Instant(0s)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(base::Instant(1709251199s + 999ms)), "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(HttpDate, ChangesWithTheSecondOnly) {
  DateText date;
  EXPECT_EQ(date.at_view(base::Instant(784111777s)), kDate);
  EXPECT_EQ(date.at_view(base::Instant(784111777s + 999ms)), kDate);
  EXPECT_EQ(date.at_view(base::Instant(784111778s)), "Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(date.at_view(base::Instant(784111777s)), kDate);
}

// [RFC9110-6.6.1]
TEST(Reply, CarriesDateLengthAndHeadersInOrder) {
  EXPECT_EQ(sent({200, {{"A", "1"}, {"B", ""}, {"A", "2"}}, "hello"}),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nA: 1\r\nB: \r\nA: 2\r\nContent-Length: "
            "5\r\n\r\nhello");
}

TEST(Reply, SaysWhatHappensToTheConnection) {
  EXPECT_EQ(sent({200, {}, ""}).find("Connection"), std::string::npos);
  EXPECT_NE(sent({200, {}, ""}, {false, AfterReply::close}).find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(sent({200, {}, ""}, {false, AfterReply::keep_alive_http10}).find("Connection: keep-alive\r\n"),
            std::string::npos);
}

TEST(Reply, ToHeadHasTheLengthAndNoBody) {
  const std::string reply = sent({200, {}, "hello"}, {true, AfterReply::keep_alive});
  EXPECT_NE(reply.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(reply.ends_with("\r\n\r\n"));
}

// [RFC9110-8.6]
TEST(Reply, WithoutContentHasNeitherLengthNorBody) {
  for (const int status : {204, 304}) {
    const std::string reply = sent({status, {}, "ignored"});
    EXPECT_EQ(reply.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(reply.ends_with("\r\n\r\n"));
  }
}

TEST(Reply, TakesNoFramingHeadersFromTheApplication) {
  const std::string reply = sent({200,
                                  {{"content-length", "99"},
                                   {"Transfer-Encoding", "chunked"},
                                   {"CONNECTION", "x"},
                                   {"Keep-Alive", "y"},
                                   {"date", "z"}},
                                  "a"});
  EXPECT_EQ(reply, "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 1\r\n\r\na");
}

// [RFC9110-5.5]
TEST(Reply, ThatCouldBeSplitIsNotWritten) {
  for (const Response& response : std::vector<Response>{
           {200, {{"A", "a\r\nB: b"}}, ""},
           {200, {{"A", "a\n"}}, ""},
           {200, {{"A", "a\r"}}, ""},
           {200, {{"A", "a\0b"s}}, ""},
           {200, {{"A", "a\x7f"}}, ""},
           {200, {{"A: b\r\nC", "d"}}, ""},
           {200, {{"A B", "c"}}, ""},
           {200, {{"", "c"}}, ""},
           {200, {{"Content-Length\r\n", "c"}}, ""},
           {199, {}, ""},
           {100, {}, ""},
           {600, {}, ""},
           {-1, {}, ""},
       }) {
    std::string out = "before";
    EXPECT_FALSE(append_reply(out, response, {}, kDate));
    EXPECT_EQ(out, "before");
  }
}

TEST(Reply, KeepsTabsAndForeignLettersInValues) {
  EXPECT_NE(sent({200, {{"A", "a\tb \xc3\xa9"}}, ""}).find("A: a\tb \xc3\xa9\r\n"), std::string::npos);
}

TEST(Reply, WithAnUnnamedStatusKeepsTheSpaceAfterTheNumber) {
  EXPECT_TRUE(sent({299, {}, ""}).starts_with("HTTP/1.1 299 \r\n"));
}

}  // namespace
}  // namespace gateway
