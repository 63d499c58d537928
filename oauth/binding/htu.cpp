#include "oauth/binding/htu.h"

#include <algorithm>
#include <vector>

namespace oauth {
namespace {

constexpr std::size_t kMaxUri = 2048;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool path_character(char c) {
  return unreserved(c) || std::string_view("!$&'()*+,;=:@/").find(c) != std::string_view::npos;
}

// RFC 3986 section 6.2.2.1 and 6.2.2.2: escapes in upper case, unreserved characters unescaped.
std::optional<std::string> normalised_escapes(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      if (!path_character(path[i])) return std::nullopt;
      out += path[i];
      continue;
    }
    if (i + 2 >= path.size()) return std::nullopt;
    const int high = hex_value(path[i + 1]);
    const int low = hex_value(path[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    const char decoded = static_cast<char>(high * 16 + low);
    if (unreserved(decoded)) {
      out += decoded;
    } else {
      out += '%';
      out += kHex[static_cast<std::size_t>(high)];
      out += kHex[static_cast<std::size_t>(low)];
    }
    i += 2;
  }
  return out;
}

// RFC 3986 section 5.2.4, of an absolute path.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool directory = false;
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // '/'
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    directory = segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const auto segment : kept) out.append("/").append(segment);
  if (out.empty() || directory) out += '/';
  return out;
}

}  // namespace

std::optional<std::string> normalised_htu(std::string_view uri) {
  if (uri.size() > kMaxUri) return std::nullopt;
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string scheme = lower(uri.substr(0, colon));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  std::string_view rest = uri.substr(colon + 1);
  if (!rest.starts_with("//")) return std::nullopt;
  rest.remove_prefix(2);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  const std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);

  std::string_view host = authority;
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = authority.substr(0, close + 1);
    const std::string_view after = authority.substr(close + 1);
    if (!after.empty() && after.front() != ':') return std::nullopt;
    if (!after.empty()) port = after.substr(1);
    if (host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) {
      return std::nullopt;
    }
  } else {
    const std::size_t port_colon = authority.find(':');
    host = authority.substr(0, port_colon);
    if (port_colon != std::string_view::npos) port = authority.substr(port_colon + 1);
    // Userinfo, escapes and everything but a plain host name are refused rather than understood.
    if (!std::all_of(host.begin(), host.end(), unreserved)) return std::nullopt;
  }
  if (host.empty() || port.size() > 5) return std::nullopt;
  if (port.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const bool default_port = port.empty() || (scheme == "https" && port == "443") || (scheme == "http" && port == "80");

  const auto escapes = normalised_escapes(path);
  if (!escapes) return std::nullopt;
  std::string out = scheme + "://" + lower(host);
  if (!default_port) out.append(":").append(port);
  return out + without_dot_segments(*escapes);
}

}  // namespace oauth
