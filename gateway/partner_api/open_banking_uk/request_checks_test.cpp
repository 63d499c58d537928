#include "gateway/partner_api/open_banking_uk/request_checks.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using base::http::Header;
using base::http::Request;

Request request(std::vector<Header> headers) {
  Request made;
  for (auto& header : headers) made.headers.add(header.name, header.value);
  return made;
}

TEST(ObieRequestChecks, AcceptsWhatTheStandardSends) {
  EXPECT_FALSE(check_obie_request(request({}), RequestBody::none));
  EXPECT_FALSE(check_obie_request(request({{"Accept", "application/json"},
                                           {"Content-Type", "application/json; charset=utf-8"},
                                           {"x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 UTC"},
                                           {"x-fapi-customer-ip-address", "2001:db8::1"},
                                           {"x-customer-user-agent", "Mozilla/5.0 (X11)"}}),
                                  RequestBody::json));
  for (const char* type : {"application/json", "Application/JSON", "application/json;charset=UTF-8",
                           "application/json; charset=\"utf-8\""}) {
    EXPECT_FALSE(check_obie_request(request({{"Content-Type", type}}), RequestBody::json)) << type;
  }
  for (const char* accept :
       {"*/*", "application/*", "text/html, application/json;q=0.5", "application/json; charset=utf-8"}) {
    EXPECT_FALSE(check_obie_request(request({{"Accept", accept}}), RequestBody::none)) << accept;
  }
}

// [OBIE-4.0-Headers]
TEST(ObieRequestChecks, RefusesTheRest) {
  struct Case {
    std::vector<Header> headers;
    RequestBody body;
    ObieCode want;
  };
  const std::vector<Case> cases = {
      {{}, RequestBody::json, ObieCode::unsupported_media_type},
      {{{"Content-Type", "text/plain"}}, RequestBody::json, ObieCode::unsupported_media_type},
      {{{"Content-Type", "application/jsonx"}}, RequestBody::json, ObieCode::unsupported_media_type},
      {{{"Content-Type", "application/json; charset=latin1"}}, RequestBody::json, ObieCode::unsupported_media_type},
      {{{"Content-Type", "application/jose+jwe"}}, RequestBody::json, ObieCode::unsupported_media_type},
      {{{"Content-Type", "application/json"}, {"Content-Type", "application/json"}},
       RequestBody::json,
       ObieCode::unsupported_media_type},
      {{{"Accept", "text/html"}}, RequestBody::none, ObieCode::not_acceptable},
      {{{"Accept", "application/jose+jwe"}}, RequestBody::none, ObieCode::not_acceptable},
      {{{"Accept", "application/json;q=0"}}, RequestBody::none, ObieCode::not_acceptable},
      {{{"Accept", "application/json;q=0.0, text/plain"}}, RequestBody::none, ObieCode::not_acceptable},
      {{{"x-fapi-auth-date", "2017-09-10T19:43:31Z"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 CET"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-auth-date", "Sun, 10 Sep 2017 25:43:31 GMT"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-auth-date", "Sun, 1O Sep 2017 19:43:31 GMT"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-auth-date", ""}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-customer-ip-address", "localhost"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-customer-ip-address", "10.0.0.256"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-customer-ip-address", "10.0.0.1, 10.0.0.2"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-fapi-customer-ip-address", "10.0.0.1"}, {"X-FAPI-Customer-IP-Address", "10.0.0.2"}},
       RequestBody::none,
       ObieCode::header_invalid},
      {{{"x-customer-user-agent", ""}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-customer-user-agent", "caf\xc3\xa9"}}, RequestBody::none, ObieCode::header_invalid},
      {{{"x-customer-user-agent", std::string(513, 'a')}}, RequestBody::none, ObieCode::header_invalid},
  };
  for (const Case& c : cases) {
    const auto failure = check_obie_request(request(c.headers), c.body);
    ASSERT_TRUE(failure) << (c.headers.empty() ? "" : c.headers[0].name + ": " + c.headers[0].value);
    EXPECT_EQ(failure->code, c.want) << (c.headers.empty() ? "" : c.headers[0].name + ": " + c.headers[0].value);
    EXPECT_FALSE(failure->path.empty());
  }
}

TEST(ObieRequestChecks, TheCustomersAddressSaysThatTheCustomerIsThere) {
  EXPECT_TRUE(customer_is_present(request({{"X-Fapi-Customer-Ip-Address", "10.0.0.1"}})));
  EXPECT_FALSE(customer_is_present(request({})));
}

}  // namespace
}  // namespace gateway
