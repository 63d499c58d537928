#include "gateway/http_server/request_framer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/ensure.h"
#include "base/result.h"

namespace gateway {
namespace {

// A chunk-size line with its extension, and all extensions of one body.
constexpr std::size_t kChunkLine = 256;
constexpr std::size_t kChunkExtensions = 4096;
constexpr std::size_t kLongestMethod = 32;
constexpr std::size_t kReservedBody = 64 * 1024;

enum CharacterClass : std::uint8_t {
  kTokenCharacter = 1,
  kTargetCharacter = 2,
  kFieldCharacter = 4,
  kHostCharacter = 8
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&](std::string_view characters, std::uint8_t as) {
    for (const char c : characters) classes[static_cast<unsigned char>(c)] |= as;
  };
  constexpr std::string_view kAlphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  mark(kAlphanumeric, kTokenCharacter | kTargetCharacter | kHostCharacter);
  mark("!#$%&'*+-.^_`|~", kTokenCharacter);
  // RFC 3986: unreserved, sub-delims, ':', '@', '/', '?', '%'. Brackets are not legal there but browsers send them.
  mark("-._~!$&'()*+,;=:@/?%[]", kTargetCharacter);
  mark("-._~!$&'()*+,;=%", kHostCharacter);
  // RFC 9110 section 5.5: VCHAR, obs-text, SP, HTAB.
  for (std::size_t c = 0x20; c < 256; ++c) {
    if (c != 0x7f) classes[c] |= kFieldCharacter;
  }
  classes['\t'] |= kFieldCharacter;
  return classes;
}
constexpr auto kClasses = make_classes();

bool is(char c, std::uint8_t wanted) { return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0; }
bool all_are(std::string_view text, std::uint8_t wanted) {
  std::uint8_t every = wanted;
  for (const char c : text) every = static_cast<std::uint8_t>(every & kClasses[static_cast<unsigned char>(c)]);
  return (every & wanted) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// `wanted` is lower case.
bool same(std::string_view text, std::string_view wanted) {
  if (text.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != wanted[i]) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct Field {
  std::string_view name;
  std::string_view value;
};

base::http::Method method_of(std::string_view text) {
  using base::http::Method;
  if (text == "GET") return Method::get;
  if (text == "POST") return Method::post;
  if (text == "PUT") return Method::put;
  if (text == "HEAD") return Method::head;
  if (text == "PATCH") return Method::patch;
  if (text == "DELETE") return Method::delete_;
  if (text == "OPTIONS") return Method::options;
  return Method::other;
}

bool valid_ipv6_literal(std::string_view text) {
  return text.size() >= 2 && std::all_of(text.begin(), text.end(), [](char c) {
           const char l = lower(c);
           return is_digit(c) || (l >= 'a' && l <= 'f') || c == ':' || c == '.';
         });
}

// uri-host [":" port], not empty, port 0 to 65535.
bool valid_host(std::string_view host) {
  std::string_view port;
  bool has_port = false;
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || !valid_ipv6_literal(host.substr(1, end - 1))) return false;
    port = host.substr(end + 1);
    if (!port.empty()) {
      if (port.front() != ':') return false;
      port.remove_prefix(1);
      has_port = true;
    }
  } else {
    const std::size_t colon = host.find(':');
    if (colon != std::string_view::npos) {
      port = host.substr(colon + 1);
      has_port = true;
    }
    const std::string_view name = host.substr(0, colon);
    if (name.empty() || !all_are(name, kHostCharacter)) return false;
  }
  if (!has_port) return true;
  if (port.empty() || port.size() > 5 || !all_digits(port)) return false;
  unsigned number = 0;
  for (const char c : port) number = number * 10 + static_cast<unsigned>(c - '0');
  return number <= 65535;
}

base::Result<Field, FramingFault> split_field(std::string_view line) {
  // [RFC9112-5.2] "A server that receives an obs-fold in a request message ... MUST either reject the message by
  // sending a 400 (Bad Request)" or replace it. It also may not stand between request line and fields (section 2.2).
  if (line.front() == ' ' || line.front() == '\t')
    return base::failure(FramingFault{400, "A header line begins with white space."});
  std::size_t colon = 0;
  while (colon < line.size() && is(line[colon], kTokenCharacter)) ++colon;
  // [RFC9112-5.1] "A server MUST reject, with a response status code of 400 (Bad Request), any received request message
  // that contains whitespace between a header field name and colon."
  if (colon == 0 || colon == line.size() || line[colon] != ':')
    return base::failure(FramingFault{400, "A header name is not valid."});
  const std::string_view value = trimmed(line.substr(colon + 1));
  // [RFC9110-5.5] "Field values containing CR, LF, or NUL characters are invalid and dangerous"
  if (!all_are(value, kFieldCharacter))
    return base::failure(FramingFault{400, "A header value contains a control character."});
  return Field{line.substr(0, colon), value};
}

}  // namespace

RequestFramer::Line RequestFramer::take_line(std::string_view& input, std::size_t limit, std::string_view& line) {
  const std::size_t room = limit + 2 - std::min(partial_.size(), limit + 2);
  const std::size_t window = std::min(input.size(), room);
  const void* found = window == 0 ? nullptr : std::memchr(input.data(), '\n', window);
  if (found == nullptr) {
    if (window == room) return Line::too_long;
    partial_.append(input);
    input = {};
    return Line::partial;
  }
  const std::size_t size = static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
  if (partial_.empty()) {
    line = input.substr(0, size);
  } else {
    partial_.append(input.substr(0, size));
    line = partial_;
  }
  input.remove_prefix(size + 1);
  // [RFC9112-2.2] A recipient may take a single LF as the end of a line; an intermediary before us may not have.
  if (line.empty() || line.back() != '\r') return Line::bare_line_feed;
  line.remove_suffix(1);
  return Line::complete;
}

RequestFramer::Step RequestFramer::fail(int status, std::string_view why) {
  state_ = State::failed;
  fault_ = {status, why};
  partial_.clear();
  return Step::fault;
}

RequestFramer::Step RequestFramer::consume(std::string_view& input) {
  std::string_view line;
  for (;;) {
    switch (state_) {
      case State::request_line: {
        if (partial_.empty() && !input.empty() && !is(input.front(), kTokenCharacter) &&
            (input.front() != '\r' || skipped_empty_line_)) {
          return fail(400, "The request line is not valid.");
        }
        const Line result = take_line(input, limits_.request_line, line);
        if (result == Line::partial) return Step::need_more;
        if (result == Line::too_long) return fail(414, "The request line is too long.");
        if (result == Line::bare_line_feed) return fail(400, "A line does not end in CR LF.");
        if (line.empty()) {
          // [RFC9112-2.2] "a server that is expecting to receive and parse a request-line SHOULD ignore at least one
          // empty line (CRLF) received prior to the request-line." Exactly one here.
          if (skipped_empty_line_) return fail(400, "The request line is empty.");
          skipped_empty_line_ = true;
          partial_.clear();
          break;
        }
        if (const auto fault = read_request_line(line)) return fail(fault->status, fault->why);
        partial_.clear();
        state_ = State::headers;
        break;
      }
      case State::headers: {
        const Line result = take_line(input, std::max<std::size_t>(limits_.header_bytes - header_bytes_, 2) - 2, line);
        if (result == Line::partial) return Step::need_more;
        if (result == Line::too_long) return fail(431, "The header fields are too large.");
        if (result == Line::bare_line_feed) return fail(400, "A line does not end in CR LF.");
        if (line.empty()) {
          partial_.clear();
          if (const auto fault = finish_head()) return fail(fault->status, fault->why);
          state_ = State::awaiting_admission;
          return Step::head;
        }
        header_bytes_ += std::min(line.size() + 2, limits_.header_bytes - header_bytes_);
        if (++header_count_ > limits_.header_count) return fail(431, "There are too many header fields.");
        const auto field = split_field(line);
        if (!field) return fail(field.error().status, field.error().why);
        if (const auto fault = read_field(field->name, field->value)) return fail(fault->status, fault->why);
        partial_.clear();
        break;
      }
      case State::awaiting_admission:
        return Step::head;
      case State::sized_body:
      case State::chunk_data: {
        const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(input.size(), body_left_));
        request_.body.append(input.substr(0, take));
        input.remove_prefix(take);
        body_left_ -= take;
        if (body_left_ > 0) return Step::need_more;
        state_ = state_ == State::sized_body ? State::complete : State::chunk_end;
        break;
      }
      case State::chunk_size: {
        const Line result = take_line(input, kChunkLine, line);
        if (result == Line::partial) return Step::need_more;
        if (result != Line::complete) return fail(400, "A chunk size line is not valid.");
        if (const auto fault = read_chunk_size(line)) return fail(fault->status, fault->why);
        partial_.clear();
        state_ = body_left_ == 0 ? State::trailers : State::chunk_data;
        break;
      }
      case State::chunk_end: {
        const Line result = take_line(input, 0, line);
        if (result == Line::partial) return Step::need_more;
        if (result != Line::complete || !line.empty()) return fail(400, "A chunk does not end where its size says.");
        partial_.clear();
        state_ = State::chunk_size;
        break;
      }
      case State::trailers: {
        const Line result = take_line(input, std::max<std::size_t>(limits_.header_bytes - header_bytes_, 2) - 2, line);
        if (result == Line::partial) return Step::need_more;
        if (result != Line::complete) return fail(400, "The trailer fields are not valid.");
        if (line.empty()) {
          partial_.clear();
          state_ = State::complete;
          break;
        }
        header_bytes_ += std::min(line.size() + 2, limits_.header_bytes - header_bytes_);
        if (++header_count_ > limits_.header_count) return fail(400, "There are too many trailer fields.");
        if (const auto field = split_field(line); !field) return fail(field.error().status, field.error().why);
        partial_.clear();
        break;
      }
      case State::complete:
        return Step::complete;
      case State::failed:
        return Step::fault;
    }
  }
}

std::optional<FramingFault> RequestFramer::read_request_line(std::string_view line) {
  constexpr FramingFault kNotValid{400, "The request line is not valid."};
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || method_end == target_end || method_end == 0) return kNotValid;
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);
  if (!all_are(method, kTokenCharacter)) return kNotValid;
  if (method.size() > kLongestMethod) return FramingFault{501, "The method is not known."};
  // [RFC9112-2.3] HTTP-version = HTTP-name "/" DIGIT "." DIGIT, case-sensitive.
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7]))
    return kNotValid;
  if (version[5] != '1' || version[7] > '1') return FramingFault{505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  minor_version_ = static_cast<std::uint8_t>(version[7] - '0');
  request_.method = method_of(method);
  request_.method_text.assign(method);
  return read_target(target);
}

std::optional<FramingFault> RequestFramer::read_target(std::string_view target) {
  constexpr FramingFault kNotValid{400, "The request target is not valid."};
  if (target.empty() || !all_are(target, kTargetCharacter)) return kNotValid;
  authority_.clear();
  if (target.front() != '/') {
    if (target == "*") {
      // [RFC9112-3.2.4] asterisk-form is only for a server-wide OPTIONS.
      if (request_.method != base::http::Method::options) return kNotValid;
      request_.path.assign(target);
      return std::nullopt;
    }
    const std::size_t scheme = same(target.substr(0, 7), "http://") ? 7 : same(target.substr(0, 8), "https://") ? 8 : 0;
    if (scheme == 0) return kNotValid;
    target.remove_prefix(scheme);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view authority = target.substr(0, end);
    if (!valid_host(authority)) return kNotValid;
    authority_.assign(authority);
    target.remove_prefix(end);
  }
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (path.find_first_of("[]") != std::string_view::npos) return kNotValid;
  request_.path.assign(path.empty() ? std::string_view("/") : path);
  request_.has_query = question != std::string_view::npos;
  if (request_.has_query) request_.raw_query.assign(target.substr(question + 1));
  return std::nullopt;
}

std::optional<FramingFault> RequestFramer::read_field(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (same(name, "host")) {
        if (!valid_host(value)) return FramingFault{400, "The Host header is not valid."};
        host_at_ = request_.headers.list().size();
        ++host_count_;
      }
      break;
    case 6:
      if (same(name, "expect")) {
        // [RFC9110-10.1.1] "A server that receives an Expect field value containing a member other than 100-continue
        // MAY respond with a 417 (Expectation Failed)"; from HTTP/1.0 100-continue is ignored (finish_head).
        if (!same(value, "100-continue")) return FramingFault{417, "The expectation is not known."};
        expects_continue_ = true;
      }
      break;
    case 10:
      if (same(name, "connection")) {
        for (std::string_view rest = value; !rest.empty();) {
          const std::size_t comma = std::min(rest.find(','), rest.size());
          const std::string_view option = trimmed(rest.substr(0, comma));
          if (same(option, "close")) connection_close_ = true;
          if (same(option, "keep-alive")) connection_keep_alive_ = true;
          rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
      }
      break;
    case 14:
      if (same(name, "content-length")) {
        // [RFC9112-6.3-5] An invalid Content-Length, and here also a repeated or padded one, is an unrecoverable error.
        if (content_length_) return FramingFault{400, "Content-Length is repeated."};
        if (value.empty() || value.size() > 18 || !all_digits(value) || (value.size() > 1 && value.front() == '0')) {
          return FramingFault{400, "Content-Length is not a number."};
        }
        std::uint64_t length = 0;
        for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
        content_length_ = length;
      }
      break;
    case 17:
      if (same(name, "transfer-encoding")) {
        if (has_transfer_encoding_) return FramingFault{400, "Transfer-Encoding is repeated."};
        has_transfer_encoding_ = true;
        chunked_ = same(value, "chunked");
        if (!chunked_) {
          // [RFC9112-6.1] "A server that receives a request message with a transfer coding it does not understand
          // SHOULD respond with 501 (Not Implemented)."
          const std::size_t comma = value.rfind(',');
          const bool chunked_last =
              comma != std::string_view::npos && same(trimmed(value.substr(comma + 1)), "chunked");
          return FramingFault{chunked_last ? 501 : 400, "The transfer coding is not chunked alone."};
        }
      }
      break;
    default:
      break;
  }
  request_.headers.add(std::string(name), std::string(value));
  return std::nullopt;
}

std::optional<FramingFault> RequestFramer::finish_head() {
  // [RFC9112-3.2] "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that
  // lacks a Host header field and to any request message that contains more than one Host header field line"
  if (host_count_ > 1 || (host_count_ == 0 && minor_version_ == 1))
    return FramingFault{400, "There must be one Host header."};
  // [RFC9112-6.1] Both fields "ought to be handled as an error"; with HTTP/1.0 Transfer-Encoding alone is faulty
  // framing.
  if (has_transfer_encoding_ && content_length_)
    return FramingFault{400, "Content-Length and Transfer-Encoding exclude each other."};
  if (has_transfer_encoding_ && minor_version_ == 0) return FramingFault{400, "HTTP/1.0 has no Transfer-Encoding."};
  if (!authority_.empty() && host_count_ == 1 &&
      !base::http::equal_ignoring_case(authority_, request_.headers.list()[host_at_].value)) {
    return FramingFault{400, "The request target names another host than the Host header."};
  }
  if (minor_version_ == 0) expects_continue_ = false;
  return std::nullopt;
}

std::optional<FramingFault> RequestFramer::read_chunk_size(std::string_view line) {
  constexpr FramingFault kNotValid{400, "A chunk size line is not valid."};
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < line.size(); ++digits) {
    const char c = lower(line[digits]);
    const int value = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (value < 0) break;
    if (digits == 15) return kNotValid;
    size = size * 16 + static_cast<std::uint64_t>(value);
  }
  if (digits == 0) return kNotValid;
  if (digits < line.size()) {
    // White space before ';' is legal only as "bad whitespace" and differs between parsers: refused.
    if (line[digits] != ';' || !all_are(line.substr(digits), kFieldCharacter)) return kNotValid;
    extension_bytes_ += line.size() - digits;
    if (extension_bytes_ > kChunkExtensions) return FramingFault{400, "The chunk extensions are too long."};
  }
  if (size > body_limit_ - request_.body.size()) return FramingFault{413, "The body is too large."};
  body_left_ = size;
  return std::nullopt;
}

std::optional<FramingFault> RequestFramer::expect_body(std::size_t limit) {
  ENSURE(state_ == State::awaiting_admission, "a body is expected once, after a head");
  body_limit_ = limit;
  if (chunked_) {
    state_ = State::chunk_size;
  } else if (const std::uint64_t length = content_length_.value_or(0); length == 0) {
    state_ = State::complete;
  } else if (length > limit) {
    fail(413, "The body is too large.");
    return fault_;
  } else {
    body_left_ = length;
    request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length, kReservedBody)));
    state_ = State::sized_body;
  }
  return std::nullopt;
}

base::http::Request RequestFramer::take_request() {
  ENSURE(state_ == State::complete || (state_ == State::awaiting_admission && !announces_body()),
         "the message is not complete");
  base::http::Request taken = std::move(request_);
  request_ = {};
  state_ = State::request_line;
  header_bytes_ = header_count_ = host_count_ = extension_bytes_ = 0;
  content_length_.reset();
  body_left_ = 0;
  minor_version_ = 1;
  has_transfer_encoding_ = chunked_ = connection_close_ = connection_keep_alive_ = expects_continue_ =
      skipped_empty_line_ = false;
  return taken;
}

}  // namespace gateway
