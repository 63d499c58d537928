#include <algorithm>

#include "oauth/registration/clients.h"

namespace oauth {
namespace {

constexpr std::size_t kMaxUri = 1024;

bool host_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

bool uri_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~!$&'()*+,;=:@/?%").find(c) != std::string_view::npos;
}

// Dot segments in any spelling: a browser resolves them, a comparison does not.
bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    std::string plain;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      if (segment.substr(i, 3) == "%2e" || segment.substr(i, 3) == "%2E") {
        plain += '.';
        i += 2;
      } else {
        plain += segment[i];
      }
    }
    if (plain == "." || plain == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

}  // namespace

std::optional<std::string> redirect_uri_fault(std::string_view uri) {
  if (uri.empty() || uri.size() > kMaxUri) return "it is empty or too long";
  // [RFC6749-3.1.2] "The endpoint URI MUST NOT include a fragment component." Nor anything that parsers read
  // differently: backslashes, control characters, spaces, non-ASCII.
  if (!std::all_of(uri.begin(), uri.end(), [](char c) { return uri_character(c) || c == '[' || c == ']'; })) {
    return "it has a fragment, or a character that no URI needs";
  }
  const bool https = uri.starts_with("https://");
  const bool http = uri.starts_with("http://");
  // [FAPI2-SP-FINAL-5.3.2.2-8] "shall only accept … https … except for native apps … loopback interface redirection"
  if (!https && !http) return "it is not an https URI";
  std::string_view rest = uri.substr(https ? 8 : 7);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos) return "it has user information";
  const std::size_t port_colon =
      authority.starts_with('[') ? authority.find(':', authority.find(']')) : authority.find(':');
  const std::string_view host = authority.substr(0, port_colon);
  const std::string_view port = port_colon == std::string_view::npos ? "" : authority.substr(port_colon + 1);
  if (port_colon != std::string_view::npos &&
      (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)) {
    return "its port is not a number";
  }
  const bool loopback_v6 = host == "[::1]";
  if (!loopback_v6 && (host.empty() || !std::all_of(host.begin(), host.end(), host_character) || host.front() == '.' ||
                       host.back() == '.' || host.find("..") != std::string_view::npos)) {
    return "its host is not a plain lower-case name";
  }
  if (http && host != "127.0.0.1" && !loopback_v6) return "http is for loopback addresses only";
  if (rest.find_first_of("[]") != std::string_view::npos) return "it has a character that no path needs";
  const std::string_view path = rest.substr(0, rest.find('?'));
  if (!path.empty() && path.front() == '/' && has_dot_segment(path)) return "its path has dot segments";
  for (std::size_t i = rest.find('%'); i != std::string_view::npos; i = rest.find('%', i + 1)) {
    const std::string_view digits = rest.substr(i + 1, 2);
    if (digits.size() != 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      return "it has a broken escape";
    }
  }
  // The response's own parameters may not stand in it already.
  if (const std::size_t query = rest.find('?'); query != std::string_view::npos) {
    const auto parameters = base::http::Parameters::parse(rest.substr(query + 1), 32);
    if (!parameters) return "its query is not well-formed";
    for (const char* own : {"code", "state", "iss", "error", "response"}) {
      if (parameters->count(own) != 0) return "its query has a parameter of the authorization response";
    }
  }
  return std::nullopt;
}

std::string origin_of(std::string_view redirect_uri) {
  const std::size_t scheme_end = redirect_uri.find("://");
  if (scheme_end == std::string_view::npos) return "";
  return std::string(redirect_uri.substr(0, redirect_uri.find_first_of("/?", scheme_end + 3)));
}

}  // namespace oauth
