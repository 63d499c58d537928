// Strict, incremental HTTP/1.x request framing (RFC 9112 sections 2 to 7, RFC 9110 sections 5.5, 7.2, 10.1.1).
// Every byte is looked at once, however the network split it: a line that is not complete yet is kept, never searched
// again. Whatever two parsers could read in two ways is a fault, and after a fault nothing more is read (request
// smuggling). Not covered: HTTP/2, CONNECT; trailers are checked and dropped, chunk extensions bounded and dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/http/message.h"

namespace gateway {

struct FramingLimits {
  std::size_t request_line = 8192;
  std::size_t header_bytes = 32768;
  std::size_t header_count = 100;
};

struct FramingFault {
  int status = 400;
  std::string_view why;  // a constant sentence: quotes nothing of the request
};

class RequestFramer {
 public:
  enum class Step {
    need_more,  // all of the input was taken
    head,       // the head is complete: read request(), then call expect_body() or give up the connection
    complete,   // the message is complete: call take_request()
    fault,      // see fault(); the connection must end
  };

  explicit RequestFramer(const FramingLimits& limits) : limits_(limits) {}

  // Takes bytes from the front of `input`; what belongs to the next message stays there.
  Step consume(std::string_view& input);

  // After Step::head. A body announced as longer than `limit` is a fault at once (413).
  std::optional<FramingFault> expect_body(std::size_t limit);
  // After Step::head or complete: method, target, headers (and body).
  const base::http::Request& request() const { return request_; }
  // After Step::complete (or after Step::head when no body is announced): the message; the framer is ready for the
  // next.
  base::http::Request take_request();

  const FramingFault& fault() const { return fault_; }
  bool announces_body() const { return chunked_ || content_length_.value_or(0) > 0; }
  bool expects_continue() const { return expects_continue_; }
  bool is_http10() const { return minor_version_ == 0; }
  // What the request says about the connection after it (RFC 9112 section 9.3).
  bool keep_alive() const { return !connection_close_ && (minor_version_ == 1 || connection_keep_alive_); }
  // No byte of a request has been seen.
  bool idle() const { return state_ == State::request_line && partial_.empty() && !skipped_empty_line_; }
  bool in_head() const { return state_ == State::request_line || state_ == State::headers; }

 private:
  enum class State : std::uint8_t {
    request_line,
    headers,
    awaiting_admission,
    sized_body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    complete,
    failed,
  };
  enum class Line { complete, partial, too_long, bare_line_feed };

  Line take_line(std::string_view& input, std::size_t limit, std::string_view& line);
  Step fail(int status, std::string_view why);
  std::optional<FramingFault> read_request_line(std::string_view line);
  std::optional<FramingFault> read_target(std::string_view target);
  std::optional<FramingFault> read_field(std::string_view name, std::string_view value);
  std::optional<FramingFault> finish_head();
  std::optional<FramingFault> read_chunk_size(std::string_view line);

  FramingLimits limits_;
  State state_ = State::request_line;
  std::string partial_;  // the beginning of a line whose end has not arrived
  base::http::Request request_;
  std::string authority_;  // of an absolute-form target
  FramingFault fault_;

  std::size_t header_bytes_ = 0;
  std::size_t header_count_ = 0;
  std::size_t host_count_ = 0;
  std::size_t host_at_ = 0;
  std::optional<std::uint64_t> content_length_;
  std::uint64_t body_left_ = 0;  // of the body, or of the chunk
  std::size_t body_limit_ = 0;
  std::size_t extension_bytes_ = 0;
  std::uint8_t minor_version_ = 1;
  bool has_transfer_encoding_ = false;
  bool chunked_ = false;
  bool connection_close_ = false;
  bool connection_keep_alive_ = false;
  bool expects_continue_ = false;
  bool skipped_empty_line_ = false;
};

}  // namespace gateway
