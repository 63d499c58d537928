#include "gateway/partner_api/open_banking_uk/obie_error.h"

#include <gtest/gtest.h>

#include "base/json/strict.h"

namespace gateway {
namespace {

class NoLimits final : public base::http::AfterAuthentication {
 public:
  std::optional<base::http::Response> refuse(base::http::Call&, const base::ClientId&) override { return std::nullopt; }
};

struct Bench {
  NoLimits no_limits;
  base::http::Request request;
  base::observe::RequestEvent event;
  base::http::Call call{request, {}, {}, event, no_limits};
  Bench() { event.interaction = base::InteractionId("93bac548-d2de-4546-b106-880a5018460d"); }
};

TEST(ObieError, HasTheOfficialShape) {
  Bench b;
  const auto response = obie_error_response(
      b.call, std::vector{ObieFailure{ObieCode::field_missing, "Data.Permissions", "Missing.", "secret log"},
                          ObieFailure::make(ObieCode::field_unexpected, "Data.X", "Unexpected.")});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.headers.only("content-type"), "application/json; charset=utf-8");
  const auto body = base::json::parse_strict(response.body, {.max_bytes = 4096});
  ASSERT_TRUE(body);
  EXPECT_EQ(
      base::json::dump(*body),
      R"({"Code":"400","Errors":[{"ErrorCode":"U004","Message":"Missing.","Path":"Data.Permissions"},)"
      R"({"ErrorCode":"U005","Message":"Unexpected.","Path":"Data.X"}],"Id":"93bac548-d2de-4546-b106-880a5018460d","Message":"Missing."})");
  EXPECT_EQ(response.body.find("secret log"), std::string::npos);
  EXPECT_EQ(b.event.error, "UK.OBIE.U004");
  EXPECT_EQ(b.event.reason, "Data.Permissions: secret log");
}

TEST(ObieError, EveryCodeHasItsStatusAndBodyOrNone) {
  const std::tuple<ObieCode, int, const char*> cases[] = {
      {ObieCode::field_expected, 400, "U001"},     {ObieCode::field_invalid, 400, "U002"},
      {ObieCode::field_invalid_date, 400, "U003"}, {ObieCode::field_missing, 400, "U004"},
      {ObieCode::field_unexpected, 400, "U005"},   {ObieCode::header_invalid, 400, "U006"},
      {ObieCode::header_missing, 400, "U007"},     {ObieCode::invalid_consent_status, 400, "U009"},
      {ObieCode::invalid_format, 400, "U010"},     {ObieCode::not_found, 400, "U011"},
      {ObieCode::unexpected_error, 500, "U000"},   {ObieCode::temporarily_unavailable, 503, "U000"},
      {ObieCode::reauthenticate, 403, "U028"},     {ObieCode::forbidden, 403, "U008"},
      {ObieCode::unauthorized, 401, ""},           {ObieCode::not_acceptable, 406, ""},
      {ObieCode::unsupported_media_type, 415, ""}, {ObieCode::payload_too_large, 413, ""},
      {ObieCode::too_many_requests, 429, ""},      {ObieCode::unknown_route, 404, ""},
      {ObieCode::method_not_allowed, 405, ""}};
  for (const auto& [code, status, text] : cases) {
    Bench b;
    const auto response = obie_error_response(b.call, ObieFailure::make(code, "", "Text."));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(http_status(code), status);
    EXPECT_EQ(to_text(code), text);
    EXPECT_EQ(response.body.empty(), std::string_view(text).empty()) << status;
    EXPECT_FALSE(b.event.error.empty());
  }
}

}  // namespace
}  // namespace gateway
