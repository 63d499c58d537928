#include "gateway/pipeline/forwarded.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/http/message.h"

namespace gateway {
namespace {

using Nodes = base::Result<std::vector<ForwardedNode>, std::string_view>;

constexpr std::size_t kMostNodes = 64;

auto refuse(std::string_view why) { return base::failure(why); }

// [RFC9110-5.6.2] tchar
bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.size() > 5 || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

base::net::IpAddress unmapped(const base::net::IpAddress& address) {
  const auto& octets = address.octets();
  const bool mapped = !address.is_v4() &&
                      std::all_of(octets.begin(), octets.begin() + 10, [](auto o) { return o == 0; }) &&
                      octets[10] == 0xff && octets[11] == 0xff;
  return mapped ? base::net::IpAddress::v4({octets[12], octets[13], octets[14], octets[15]}) : address;
}

// [RFC7239-6] node = nodename [ ":" node-port ]; an IPv6 address stands in brackets.
std::optional<ForwardedNode> node_of(std::string_view text) {
  std::string_view name = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    name = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (name.find(':') == std::string_view::npos) return std::nullopt;
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    name = text.substr(0, colon);
    port = text.substr(colon);
  }
  ForwardedNode node;
  if (!port.empty()) {
    if (port.size() < 2 || port.front() != ':') return std::nullopt;
    port.remove_prefix(1);
    const bool obfuscated = port.front() == '_' && std::all_of(port.begin(), port.end(), is_token);
    const auto number = port_of(port);
    if (!number && !obfuscated) return std::nullopt;
    node.port = number.value_or(0);
  }
  // [RFC7239-6.3] obfnode = "_" 1*( ALPHA / DIGIT / "." / "_" / "-")
  const bool hidden = name.size() > 1 && name.front() == '_' && std::all_of(name.begin(), name.end(), is_token);
  if (hidden || base::http::equal_ignoring_case(name, "unknown")) return node;
  const auto address = base::net::IpAddress::parse(name);
  if (!address || address->is_v4() == text.starts_with('[')) return std::nullopt;
  node.address = unmapped(*address);
  return node;
}

// What is left of a field line.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}
  bool done() const { return rest_.empty(); }
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token);
    const std::string_view token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(token.size());
    return token;
  }
  // [RFC9110-5.6.4] after the opening quote; nullopt when there is no closing one
  std::optional<std::string> quoted() {
    std::string text;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (c == '\\') {
        if (rest_.empty()) return std::nullopt;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      text += c;
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

// [RFC7239-4] forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
// nullopt: an empty element, of which a list may have some [RFC9110-5.6.1].
base::Result<std::optional<ForwardedNode>, std::string_view> element_of(Cursor& cursor) {
  std::vector<std::string> names;
  std::optional<ForwardedNode> node;
  do {
    std::string name(cursor.token());
    if (name.empty()) continue;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (!cursor.take('=')) return refuse("Forwarded has a parameter without a value");
    std::optional<std::string> value;
    if (cursor.take('"')) {
      value = cursor.quoted();
    } else {
      value = cursor.token();
      if (value->empty()) value.reset();
    }
    if (!value) return refuse("Forwarded has a parameter whose value is neither a token nor a quoted string");
    // [RFC7239-4] "Each parameter MUST NOT occur more than once per field-value"
    if (std::find(names.begin(), names.end(), name) != names.end()) return refuse("Forwarded repeats a parameter");
    if (name == "for") {
      node = node_of(*value);
      if (!node) return refuse("Forwarded has a for that is no node");
    }
    names.push_back(std::move(name));
  } while (cursor.take(';'));
  if (!node && !names.empty()) node.emplace();  // a proxy that does not tell
  return node;
}

}  // namespace

Nodes read_forwarded(std::string_view line) {
  std::vector<ForwardedNode> nodes;
  Cursor cursor(line);
  while (true) {
    cursor.skip_blanks();
    TRY(const auto node, element_of(cursor));
    if (nodes.size() == kMostNodes) return refuse("Forwarded has more than 64 elements");
    if (node) nodes.push_back(*node);
    cursor.skip_blanks();
    if (cursor.done()) return nodes;
    if (!cursor.take(',')) return refuse("Forwarded is not a list of elements");
  }
}

Nodes read_x_forwarded_for(std::string_view line) {
  std::vector<ForwardedNode> nodes;
  while (true) {
    const std::size_t end = std::min(line.find(','), line.size());
    std::string_view item = line.substr(0, end);
    item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
    item = item.substr(0, item.find_last_not_of(" \t") + 1);
    // There is no standard for it: an IPv6 address stands bare, or in brackets, with these perhaps with a port.
    std::optional<ForwardedNode> node;
    if (const auto bare = base::net::IpAddress::parse(item)) {
      node = ForwardedNode{unmapped(*bare), 0};
    } else {
      node = node_of(item);
    }
    if (!node) return refuse("X-Forwarded-For has an item that is no address");
    if (nodes.size() == kMostNodes) return refuse("X-Forwarded-For has more than 64 items");
    nodes.push_back(*node);
    if (end == line.size()) return nodes;
    line.remove_prefix(end + 1);
  }
}

}  // namespace gateway
