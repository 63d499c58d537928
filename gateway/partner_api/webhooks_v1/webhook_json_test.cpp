#include "gateway/partner_api/webhooks_v1/webhook_json.h"

#include <gtest/gtest.h>

#include "base/json/strict.h"
#include "gateway/partner_api/webhooks_v1/webhook_problem.h"

namespace gateway {
namespace {

using Kind = WebhookBodyError::Kind;

base::http::Request with_body(std::string body, std::string type = "application/json") {
  base::http::Request request;
  request.body = std::move(body);
  if (!type.empty()) request.headers.add("Content-Type", std::move(type));
  return request;
}
// These endpoints never ask: their limits ran before they did.
struct NoFurtherLimits final : base::http::AfterAuthentication {
  std::optional<base::http::Response> refuse(base::http::Call&, const base::ClientId&) override { return std::nullopt; }
};
base::http::Request with_query(std::string query) {
  base::http::Request request;
  request.raw_query = std::move(query);
  request.has_query = true;
  return request;
}

TEST(WebhookJson, ReadsAnEndpointToCreate) {
  const auto full =
      new_endpoint_of(with_body(R"({"url":"https://a.example/h","description":"d","event_types":["consent.revoked"]})",
                                "application/json; charset=utf-8"));
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->url, "https://a.example/h");
  EXPECT_EQ(full->events.types, (std::vector<std::string>{"consent.revoked"}));
  const auto least = new_endpoint_of(with_body(R"({"url":"https://a.example/h"})"));
  ASSERT_TRUE(least.has_value());
  EXPECT_TRUE(least->events.all());
}

TEST(WebhookJson, RefusesBodiesThatAreNoEndpoint) {
  struct Case {
    const char* body;
    const char* type;
    Kind kind;
    const char* pointer;
  };
  for (const Case& c : std::vector<Case>{
           {R"({"url":"x"})", "", Kind::media_type, ""},
           {R"({"url":"x"})", "text/plain", Kind::media_type, ""},
           {"", "application/json", Kind::syntax, ""},
           {"{", "application/json", Kind::syntax, ""},
           {"[]", "application/json", Kind::syntax, ""},
           {R"({"url":"x","url":"y"})", "application/json", Kind::syntax, ""},
           {R"({"url":"x","a":[[[[[1]]]]]})", "application/json", Kind::syntax, ""},
           {"{}", "application/json", Kind::invalid, "/url"},
           {R"({"url":1})", "application/json", Kind::invalid, "/url"},
           {R"({"url":null})", "application/json", Kind::invalid, "/url"},
           {R"({"url":"x","event_types":"*"})", "application/json", Kind::invalid, "/event_types"},
           {R"({"url":"x","event_types":["a",1]})", "application/json", Kind::invalid, "/event_types/1"},
           {R"({"url":"x","secret":"whsec_abc"})", "application/json", Kind::invalid, "/secret"},
       }) {
    const auto read = new_endpoint_of(with_body(c.body, c.type));
    ASSERT_FALSE(read.has_value()) << c.body;
    EXPECT_EQ(read.error().kind, c.kind) << c.body;
    EXPECT_EQ(read.error().pointer, c.pointer) << c.body;
  }
}

TEST(WebhookJson, ReadsAChangeAndRefusesAStatusThatIsNone) {
  const auto change = endpoint_change_of(with_body(R"({"status":"disabled"})"));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->status, webhooks::EndpointStatus::disabled);
  EXPECT_FALSE(change->url.has_value());
  for (const char* body : {R"({"status":"deleted"})", R"({"status":true})", R"({"id":"x"})"}) {
    EXPECT_FALSE(endpoint_change_of(with_body(body)).has_value()) << body;
  }
}

TEST(WebhookJson, ReadsTheOverlapWithinItsBounds) {
  const auto read = [](const base::http::Request& request) {
    const auto overlap = overlap_of(request);
    EXPECT_TRUE(overlap.has_value());
    return overlap ? overlap->value_or(std::chrono::seconds(-1)).count() : -2;
  };
  EXPECT_EQ(read(base::http::Request{}), -1);
  EXPECT_EQ(read(with_body("{}")), -1);
  EXPECT_EQ(read(with_body(R"({"overlap_seconds":0})")), 0);
  EXPECT_EQ(read(with_body(R"({"overlap_seconds":604800})")), 604800);
  for (const char* body : {R"({"overlap_seconds":-1})", R"({"overlap_seconds":604801})", R"({"overlap_seconds":"1"})",
                           R"({"overlap_seconds":1.5})", R"({"grace":1})"}) {
    EXPECT_FALSE(overlap_of(with_body(body)).has_value()) << body;
  }
}

TEST(WebhookJson, ReadsTheFilterOfADeliveryList) {
  const auto filter = delivery_filter_of(with_query("status=dead&limit=10"), std::nullopt);
  ASSERT_TRUE(filter.has_value());
  EXPECT_EQ(filter->status, webhooks::DeliveryStatus::dead);
  EXPECT_EQ(filter->limit, 10);
  for (const char* query : {"status=gone", "limit=0", "limit=101", "limit=x", "limit=", "cursor=%21", "cursor=YWJj",
                            "status=dead&status=dead", "page=2", "%zz"}) {
    const auto refused = delivery_filter_of(with_query(query), std::nullopt);
    ASSERT_FALSE(refused.has_value()) << query;
    EXPECT_EQ(refused.error().kind, Kind::query) << query;
  }
  EXPECT_FALSE(delivery_filter_of(with_query("status=pending"), webhooks::DeliveryStatus::dead).has_value());
}

TEST(WebhookJson, ACursorLeadsToTheNextPage) {
  webhooks::DeliveryPage page;
  page.next = webhooks::DeliveryId("01890a5d-ac96-774b-bcce-b302099a8057");
  const auto json = base::json::parse_strict(delivery_page_json(page), {.max_bytes = 1000});
  const auto filter =
      delivery_filter_of(with_query("cursor=" + json->at("next_cursor").get<std::string>()), std::nullopt);
  ASSERT_TRUE(filter.has_value());
  EXPECT_EQ(filter->before, page.next);
}

TEST(WebhookJson, TheSecretIsInTheAnswerToCreateOnly) {
  webhooks::CreatedEndpoint created;
  created.endpoint.id = webhooks::EndpointId("01890a5d-ac96-774b-bcce-b302099a8057");
  created.whsec = base::Secret::copy_of("whsec_abc");
  EXPECT_NE(created_endpoint_json(created).find(R"("secret":"whsec_abc")"), std::string::npos);
  EXPECT_EQ(endpoint_json(created.endpoint).find("secret"), std::string::npos);
}

TEST(WebhookProblem, SaysWhatWhereAndUnderWhichInteraction) {
  const base::http::Request request;
  NoFurtherLimits limits;
  base::observe::RequestEvent event;
  base::http::Call call{request, {}, {}, event, limits};
  call.caller.interaction = base::InteractionId("93bac548-d2de-4546-b106-880a5018460d");
  const auto response = webhook_problem(
      call, webhooks::WebhookError{webhooks::WebhookErrorCode::url_refused, "public", "egress guard: port", "/url"});
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.headers.only("content-type"), "application/problem+json");
  const auto body = base::json::parse_strict(response.body, {.max_bytes = 4096});
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->at("type"), "urn:aldgate:problem:url-refused");
  EXPECT_EQ(body->at("status"), 422);
  EXPECT_EQ(body->at("detail"), "public");
  EXPECT_EQ(body->at("interaction_id"), "93bac548-d2de-4546-b106-880a5018460d");
  EXPECT_EQ(body->at("errors").at(0).at("pointer"), "#/url");
  EXPECT_EQ(response.body.find("egress guard"), std::string::npos);
  EXPECT_EQ(event.error, "url-refused");
  EXPECT_EQ(event.reason, "egress guard: port");
}

TEST(WebhookProblem, EachRefusalHasItsStatus) {
  using webhooks::WebhookErrorCode;
  const std::pair<WebhookErrorCode, int> cases[] = {
      {WebhookErrorCode::unknown_endpoint, 404}, {WebhookErrorCode::unknown_dead_letter, 404},
      {WebhookErrorCode::url_refused, 422},      {WebhookErrorCode::unknown_event_type, 422},
      {WebhookErrorCode::invalid_value, 422},    {WebhookErrorCode::too_many_endpoints, 409},
      {WebhookErrorCode::too_many_secrets, 409}, {WebhookErrorCode::endpoint_disabled, 409}};
  const base::http::Request request;
  NoFurtherLimits limits;
  for (const auto& [code, status] : cases) {
    base::observe::RequestEvent event;
    base::http::Call call{request, {}, {}, event, limits};
    EXPECT_EQ(webhook_problem(call, webhooks::WebhookError{code, "", "", ""}).status, status) << to_text(code);
  }
  const std::pair<Kind, int> bodies[] = {
      {Kind::media_type, 415}, {Kind::syntax, 400}, {Kind::invalid, 422}, {Kind::query, 400}};
  for (const auto& [kind, status] : bodies) {
    base::observe::RequestEvent event;
    base::http::Call call{request, {}, {}, event, limits};
    EXPECT_EQ(webhook_problem(call, WebhookBodyError{kind, "", ""}).status, status);
  }
}

}  // namespace
}  // namespace gateway
