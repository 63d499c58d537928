#include "gateway/http_server/response_bytes.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gateway {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

constexpr std::array<bool, 256> make_token_characters() {
  std::array<bool, 256> token{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~")) {
    token[static_cast<unsigned char>(c)] = true;
  }
  return token;
}
constexpr auto kTokenCharacters = make_token_characters();

bool sendable(const base::http::Header& header) {
  if (header.name.empty()) return false;
  for (const char c : header.name) {
    if (!kTokenCharacters[static_cast<unsigned char>(c)]) return false;
  }
  return std::none_of(header.value.begin(), header.value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

bool belongs_to_the_server(std::string_view name) {
  using base::http::equal_ignoring_case;
  switch (name.size()) {
    case 4:
      return equal_ignoring_case(name, "date");
    case 10:
      return equal_ignoring_case(name, "connection") || equal_ignoring_case(name, "keep-alive");
    case 14:
      return equal_ignoring_case(name, "content-length");
    case 17:
      return equal_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

std::string http_date(base::Instant now) {
  using std::chrono::days;
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  std::string text;
  const auto two = [&](std::int64_t number) {
    text += static_cast<char>('0' + number / 10 % 10);
    text += static_cast<char>('0' + number % 10);
  };
  text += kDays[std::chrono::weekday(day).c_encoding()];
  text += ", ";
  two(static_cast<unsigned>(date.day()));
  text += ' ';
  text += kMonths[static_cast<unsigned>(date.month()) - 1];
  text += ' ';
  two(static_cast<int>(date.year()) / 100);
  two(static_cast<int>(date.year()) % 100);
  text += ' ';
  two(time.hours().count());
  text += ':';
  two(time.minutes().count());
  text += ':';
  two(time.seconds().count());
  text += " GMT";
  return text;
}

std::string_view DateText::at_view(base::Instant now) {
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second != second_) {
    text_ = http_date(now);
    second_ = second;
  }
  return text_;
}

bool append_reply(std::string& out, const base::http::Response& response, const ReplyFrame& frame,
                  std::string_view date) {
  if (response.status < 200 || response.status > 599) return false;
  std::size_t size = 160 + response.body.size();
  for (const auto& header : response.headers.list()) {
    if (!sendable(header)) return false;
    size += header.name.size() + header.value.size() + 4;
  }
  if (out.capacity() - out.size() < size) out.reserve(std::max(out.size() + size, out.capacity() * 2));

  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reason(response.status);
  // [RFC9110-6.6.1] "An origin server with a clock MUST generate a Date header field in all 2xx (Successful), 3xx
  // (Redirection), and 4xx (Client Error) responses"
  out += "\r\nDate: ";
  out += date;
  out += "\r\n";
  for (const auto& header : response.headers.list()) {
    if (belongs_to_the_server(header.name)) continue;
    out += header.name;
    out += ": ";
    out += header.value;
    out += "\r\n";
  }
  const bool has_no_content = response.status == 204 || response.status == 304;
  // [RFC9110-8.6] "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx
  // (Informational) or 204 (No Content)."
  if (!has_no_content) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  switch (frame.after) {
    case AfterReply::keep_alive:
      break;
    case AfterReply::keep_alive_http10:
      out += "Connection: keep-alive\r\n";
      break;
    case AfterReply::close:
      out += "Connection: close\r\n";
      break;
  }
  out += "\r\n";
  if (!has_no_content && !frame.body_omitted) out += response.body;
  return true;
}

}  // namespace gateway
