#include "gateway/partner_api/open_banking_uk/request_checks.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/net/ip_address.h"

namespace gateway {
namespace {

constexpr const char* kAuthDate = "x-fapi-auth-date";
constexpr const char* kCustomerAddress = "x-fapi-customer-ip-address";
constexpr const char* kUserAgent = "x-customer-user-agent";
constexpr std::size_t kUserAgentLimit = 512;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

// IMF-fixdate (RFC 9110 section 5.6.7): "Sun, 10 Sep 2017 19:43:31 GMT"; the standard writes UTC as well.
bool is_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29) return false;
  constexpr std::string_view kForm = "ddd, nn mmm nnnn nn:nn:nn zzz";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char form = kForm[i];
    if (form == 'n' && (text[i] < '0' || text[i] > '9')) return false;
    if ((form == ',' || form == ' ' || form == ':') && text[i] != form) return false;
  }
  const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const std::string_view zone = text.substr(26);
  return is_one_of(text.substr(0, 3), kDays) && is_one_of(text.substr(8, 3), kMonths) &&
         (zone == "GMT" || zone == "UTC") && number(5) >= 1 && number(5) <= 31 && number(17) <= 23 &&
         number(20) <= 59 && number(23) <= 60;
}

bool is_ip_address(std::string_view text) { return base::net::IpAddress::parse(text).has_value(); }

bool is_user_agent(std::string_view text) {
  return !text.empty() && text.size() <= kUserAgentLimit &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
}

std::optional<ObieFailure> check_optional(const base::http::Request& request, const char* name,
                                          bool (*sound)(std::string_view), const char* wanted) {
  const std::size_t count = request.headers.count(name);
  if (count == 0) return std::nullopt;
  if (count > 1) return ObieFailure::make(ObieCode::header_invalid, name, "The header must not be repeated.");
  if (!sound(*request.headers.only(name))) return ObieFailure::make(ObieCode::header_invalid, name, wanted);
  return std::nullopt;
}

// Only what would change how we read the JSON: a charset other than UTF-8.
bool parameters_fit(const std::vector<std::string_view>& parts) {
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::size_t equals = parts[i].find('=');
    if (!base::http::equal_ignoring_case(trimmed(parts[i].substr(0, equals)), "charset")) continue;
    if (equals == std::string_view::npos) return false;
    std::string_view charset = trimmed(parts[i].substr(equals + 1));
    if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
      charset = charset.substr(1, charset.size() - 2);
    if (!base::http::equal_ignoring_case(charset, "utf-8")) return false;
  }
  return true;
}

bool is_json(std::string_view content_type) {
  const auto parts = split(content_type, ';');
  return base::http::equal_ignoring_case(parts[0], "application/json") && parameters_fit(parts);
}

bool refused_by_weight(const std::vector<std::string_view>& parts) {
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!parts[i].starts_with("q=") && !parts[i].starts_with("Q=")) continue;
    const std::string_view weight = parts[i].substr(2);
    return weight.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

bool takes_json(const base::http::Headers& headers) {
  const auto values = headers.all("accept");
  if (values.empty()) return true;
  for (const std::string_view value : values) {
    for (const std::string_view range : split(value, ',')) {
      const auto parts = split(range, ';');
      const bool fits = parts[0] == "*/*" || base::http::equal_ignoring_case(parts[0], "application/*") ||
                        base::http::equal_ignoring_case(parts[0], "application/json");
      if (fits && parameters_fit(parts) && !refused_by_weight(parts)) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<ObieFailure> check_obie_request(const base::http::Request& request, RequestBody body) {
  // [OBIE-4.0-Headers] Accept: "If the TPP sets to an unacceptable value the ASPSP must respond with a 406"
  if (!takes_json(request.headers))
    return ObieFailure::make(ObieCode::not_acceptable, "accept", "Only application/json is offered.");
  if (body == RequestBody::json) {
    const auto content_type = request.headers.only("content-type");
    // [OBIE-4.0-Headers] Content-Type: "The ASPSP must respond with a 415 if the Content-Type header is missing or not
    // valid"
    if (!content_type || !is_json(*content_type)) {
      return ObieFailure::make(ObieCode::unsupported_media_type, "content-type", "The body must be application/json.");
    }
  }
  if (auto failure = check_optional(request, kAuthDate, is_http_date, "Not an HTTP date.")) return failure;
  if (auto failure = check_optional(request, kCustomerAddress, is_ip_address, "Not an IP address.")) return failure;
  return check_optional(request, kUserAgent, is_user_agent, "Not 1 to 512 printable ASCII characters.");
}

bool customer_is_present(const base::http::Request& request) { return request.headers.count(kCustomerAddress) == 1; }

}  // namespace gateway
