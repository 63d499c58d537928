// Request framing: the same bytes are read as the same requests wherever the network cuts them, nothing is read after a
// fault, and no header of an accepted request can end a header.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ensure.h"
#include "gateway/http_server/request_framer.h"

namespace {

constexpr std::size_t kBodyLimit = 4096;

struct Framed {
  std::vector<std::string> requests;
  int fault = 0;
  bool operator==(const Framed&) const = default;
};

std::string flat(const base::http::Request& request) {
  std::string text =
      request.method_text + ' ' + request.path + (request.has_query ? '?' + request.raw_query : "") + '\n';
  for (const auto& [name, value] : request.headers.list()) {
    ENSURE(!name.empty() && name.find_first_of(std::string_view("\r\n\0: \t", 6)) == std::string::npos,
           "a name is a token");
    ENSURE(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a value stays in its line");
    text += name + ':' + value + '\n';
  }
  ENSURE(!request.path.empty() && request.headers.list().size() <= 100, "an accepted head keeps the limits");
  ENSURE(request.body.size() <= kBodyLimit, "a body keeps its limit");
  return text + '\n' + request.body;
}

void feed(gateway::RequestFramer& framer, std::string_view input, Framed& framed) {
  using Step = gateway::RequestFramer::Step;
  while (framed.fault == 0) {
    const Step step = framer.consume(input);
    if (step == Step::need_more) {
      ENSURE(input.empty(), "bytes are taken or wait for a decision");
      return;
    }
    if (step == Step::fault) {
      framed.fault = framer.fault().status;
      ENSURE(framed.fault >= 400 && framed.fault < 600, "a fault has an error status");
      std::string_view more = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
      ENSURE(framer.consume(more) == Step::fault, "a fault is final");
    } else if (step == Step::head) {
      if (const auto fault = framer.expect_body(kBodyLimit)) framed.fault = fault->status;
    } else {
      framed.requests.push_back(flat(framer.take_request()));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 31;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  Framed whole;
  gateway::RequestFramer in_one_piece{gateway::FramingLimits{}};
  feed(in_one_piece, bytes, whole);

  Framed cut;
  gateway::RequestFramer in_pieces{gateway::FramingLimits{}};
  for (std::size_t at = 0; at < bytes.size(); at += piece) feed(in_pieces, bytes.substr(at, piece), cut);
  ENSURE(cut == whole, "cutting changes nothing");
  return 0;
}
