#include "base/net/egress_guard.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ensure.h"
#include "base/http/message.h"

namespace base::net {
namespace {

constexpr std::size_t kMostUrlBytes = 2048;

tl::unexpected<EgressRefusal> refuse(EgressRefusalCode code, std::string text) {
  return failure(EgressRefusal{code, std::move(text)});
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_alpha(char c) { return c >= 'a' && c <= 'z'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool readable_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c <= 0x20 || c >= 0x7f) return false;
    if (std::string_view("\\\"<>^`{|}").find(c) != std::string_view::npos) return false;
    if (c == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) return false;
  }
  return true;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_digit(c) || is_lower_alpha(c) || c == '-'; });
}

// What an URL parser somewhere may take for a number, hence for an IPv4 address.
bool reads_as_number(std::string_view label) {
  if (std::all_of(label.begin(), label.end(), is_digit)) return true;
  return label.starts_with("0x") && std::all_of(label.begin() + 2, label.end(), is_hex);
}

bool is_name(std::string_view host) {
  if (host.size() > 253) return false;
  std::size_t labels = 0;
  std::string_view last;
  for (std::string_view rest = host;;) {
    const std::size_t dot = rest.find('.');
    last = rest.substr(0, dot);
    if (!is_label(last)) return false;
    ++labels;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return !reads_as_number(last) && (labels > 1 || host == "localhost");
}

// Names that by definition lead into the network we stand in (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
bool is_inside_name(std::string_view host) {
  constexpr std::array<std::string_view, 7> kSuffixes{".localhost", ".local", ".internal", ".home.arpa",
                                                      ".alt",       ".onion", ".test"};
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](std::string_view suffix) { return host.ends_with(suffix); });
}

}  // namespace

std::string_view to_text(EgressRefusalCode code) {
  switch (code) {
    case EgressRefusalCode::malformed:
      return "malformed";
    case EgressRefusalCode::scheme:
      return "scheme";
    case EgressRefusalCode::user_info:
      return "user_info";
    case EgressRefusalCode::fragment:
      return "fragment";
    case EgressRefusalCode::host_form:
      return "host_form";
    case EgressRefusalCode::port:
      return "port";
    case EgressRefusalCode::address_not_public:
      return "address_not_public";
  }
  return "malformed";
}

EgressPolicy EgressPolicy::sandbox() {
  EgressPolicy policy;
  for (const std::string_view text : {"127.0.0.0/8", "::1"}) {
    const auto cidr = Cidr::parse(text);
    ENSURE(cidr.has_value(), "loopback is a range");
    policy.allowed.push_back(*cidr);
  }
  policy.plain_http = PlainHttp::to_allowed_loopback;
  return policy;
}

std::string Url::text() const {
  std::string out = scheme == Scheme::https ? "https://" : "http://";
  out += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (scheme == Scheme::https ? 443 : 80)) out += ":" + std::to_string(port);
  return out + target;
}

Result<Url, EgressRefusal> parse_url(std::string_view text) {
  constexpr auto malformed = EgressRefusalCode::malformed;
  constexpr auto host_form = EgressRefusalCode::host_form;
  if (text.empty() || text.size() > kMostUrlBytes)
    return refuse(malformed, "The URL is empty or longer than 2048 bytes.");
  if (!readable_characters(text)) return refuse(malformed, "The URL has characters that must be percent-encoded.");

  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return refuse(malformed, "The URL is not absolute.");
  const std::string scheme = lower(text.substr(0, colon));
  if (scheme != "https" && scheme != "http")
    return refuse(EgressRefusalCode::scheme, "The URL must begin with https://.");
  url.scheme = scheme == "https" ? Scheme::https : Scheme::http;
  url.port = url.scheme == Scheme::https ? 443 : 80;
  text.remove_prefix(colon + 3);

  if (text.find('#') != std::string_view::npos) return refuse(EgressRefusalCode::fragment, "The URL has a fragment.");
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  url.target = text.substr(authority_end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos)
    return refuse(EgressRefusalCode::user_info, "The URL has a user name.");

  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return refuse(malformed, "The URL's host is not closed.");
    const auto address = IpAddress::parse(authority.substr(1, end - 1));
    if (!address || address->is_v4()) return refuse(host_form, "The URL's host is not an IPv6 address.");
    url.host = address->text();
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':') return refuse(malformed, "The URL's port is malformed.");
    has_port = !authority.empty();
    if (has_port) port = authority.substr(1);
  } else {
    const std::size_t end = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, end));
    has_port = end < authority.size();
    if (has_port) port = authority.substr(end + 1);
    const auto address = IpAddress::parse(url.host);
    if (!(address && address->is_v4()) && !is_name(url.host)) {
      return refuse(host_form, "The URL's host must be a full domain name in ASCII or an address in its usual form.");
    }
  }
  if (has_port) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    const bool whole = !port.empty() && port.size() <= 5 && is_digit(port.front()) && port.front() != '0';
    if (!whole || error != std::errc() || end != port.data() + port.size() || number > 65535) {
      return refuse(malformed, "The URL's port is malformed.");
    }
    url.port = static_cast<std::uint16_t>(number);
  }
  return url;
}

bool EgressGuard::allow_listed(const IpAddress& address) const {
  return std::any_of(policy_.allowed.begin(), policy_.allowed.end(),
                     [&](const Cidr& cidr) { return cidr.contains(address) || cidr.contains(address.canonical()); });
}

Result<Url, EgressRefusal> EgressGuard::admit(std::string_view text) const {
  TRY(Url url, parse_url(text));
  std::optional<IpAddress> address = IpAddress::parse(url.host);
  if (url.host == "localhost") address = IpAddress::v4({127, 0, 0, 1});
  if (address) {
    TRY_VOID(admit_address(url.scheme, *address, url.port));
    return url;
  }
  if (is_inside_name(url.host) && policy_.allowed.empty()) {
    return refuse(EgressRefusalCode::address_not_public, "The URL's host is a name for local use.");
  }
  // A name: its addresses are judged when they are dialled. What holds for every public address can be said now.
  if (url.scheme == Scheme::http) return refuse(EgressRefusalCode::scheme, "The URL must begin with https://.");
  const bool port_allowed = std::any_of(policy_.ports.begin(), policy_.ports.end(), [&](const PortRange& range) {
    return range.first <= url.port && url.port <= range.last;
  });
  if (!port_allowed && policy_.allowed.empty())
    return refuse(EgressRefusalCode::port, "The URL's port is not allowed.");
  return url;
}

Result<void, EgressRefusal> EgressGuard::admit_address(Scheme scheme, const IpAddress& address,
                                                       std::uint16_t port) const {
  const AddressKind kind = classify(address);
  if (allow_listed(address)) {
    const bool plain_allowed =
        policy_.plain_http == EgressPolicy::PlainHttp::to_allowed_loopback && kind == AddressKind::loopback;
    if (scheme == Scheme::http && !plain_allowed) {
      return refuse(EgressRefusalCode::scheme, "The URL must begin with https://.");
    }
    return {};
  }
  if (kind != AddressKind::global) {
    return refuse(EgressRefusalCode::address_not_public,
                  "The URL leads to an address that is not public (" + std::string(to_text(kind)) + ").");
  }
  if (scheme == Scheme::http) return refuse(EgressRefusalCode::scheme, "The URL must begin with https://.");
  const bool port_allowed = std::any_of(policy_.ports.begin(), policy_.ports.end(), [&](const PortRange& range) {
    return range.first <= port && port <= range.last;
  });
  if (!port_allowed) return refuse(EgressRefusalCode::port, "The URL's port is not allowed.");
  return {};
}

}  // namespace base::net
