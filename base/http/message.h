// HTTP messages as values: no sockets, no library. What arrived is kept as it arrived (raw ordered headers, raw path,
// raw query), so that duplicates are seen and refused by whoever must not have them (RFC 9110, RFC 9112).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_text(Method method);

struct Header {
  std::string name;   // as received; compare without case
  std::string value;  // outer whitespace removed
  bool operator==(const Header&) const = default;
};

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> list) : list_(list) {}
  void add(std::string name, std::string value) { list_.push_back({std::move(name), std::move(value)}); }
  void set(std::string_view name, std::string value);  // replaces all of that name
  void remove(std::string_view name);                  // all of that name
  // The only value of that name. nullopt when absent *or repeated*: ask count() to tell the two apart.
  std::optional<std::string_view> only(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<Header>& list() const { return list_; }

 private:
  std::vector<Header> list_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

enum class Listener : std::uint8_t { public_, mtls, staff, operations };
std::string_view to_text(Listener listener);

// The other end of the connection.
struct Peer {
  std::string address;  // textual, without port; IPv4-mapped IPv6 is shown as IPv4
  std::uint16_t port = 0;
  bool tls = false;
  std::string
      certificate_der;  // what the client proved possession of in the handshake; empty when none. Not validated.
  std::vector<std::string> certificate_chain_der;  // what it sent beside it, in its order; proves nothing by itself
};

struct Request {
  Method method = Method::other;
  std::string method_text;  // as received: DPoP htm compares exactly
  std::string path;         // raw, undecoded, begins with '/', without query
  std::string raw_query;    // after '?', undecoded; empty when none
  bool has_query = false;   // "/x?" has one, "/x" has not
  Headers headers;
  std::string body;  // de-chunked
  Peer peer;
  Listener listener = Listener::public_;
};

struct Response {
  int status = 200;
  Headers headers;  // Content-Length, Date, Connection and Transfer-Encoding belong to the server
  std::string body;
};

// Name-value pairs of a query or form, decoded ('+' is space in both), in order, duplicates kept.
struct Parameter {
  std::string name;
  std::string value;
};
class Parameters {
 public:
  // nullopt: bad escape, NUL or malformed UTF-8 after decoding, or more than `limit` pairs. Empty pairs ("a&&b") are
  // skipped.
  static std::optional<Parameters> parse(std::string_view encoded, std::size_t limit = 256);
  static Parameters of(std::vector<Parameter> list);
  std::optional<std::string_view> only(std::string_view name) const;  // absent or repeated: nullopt
  std::size_t count(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  // The first name that occurs twice, if any (RFC 6749 section 3.1: parameters MUST NOT be included more than once).
  std::optional<std::string_view> first_repeated() const;
  const std::vector<Parameter>& list() const { return list_; }

 private:
  std::vector<Parameter> list_;
};

std::string form_encode(const std::vector<Parameter>& parameters);  // '%20' for space

}  // namespace base::http
