// A reply as bytes on the wire (RFC 9112 section 4, RFC 9110 sections 5.6.7, 6.6.1, 8.6). Date, Content-Length and
// Connection are written here and nowhere else; nothing an application puts into a header can end that header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/http/message.h"

namespace gateway {

// IMF-fixdate, 29 characters.
std::string http_date(base::Instant now);

// The date of the present second, formatted once a second.
class DateText {
 public:
  std::string_view at_view(base::Instant now);

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

enum class AfterReply : std::uint8_t { keep_alive, keep_alive_http10, close };

struct ReplyFrame {
  bool body_omitted = false;  // HEAD
  AfterReply after = AfterReply::keep_alive;
};

// Appends the reply to `out`. False, and nothing appended, when it cannot be sent as it is: a status outside 200 to
// 599, a header name that is no token, a control character (CR, LF, NUL) in a header value.
bool append_reply(std::string& out, const base::http::Response& response, const ReplyFrame& frame,
                  std::string_view date);

}  // namespace gateway
