// What a TPP hears of its consents: registered, signed, sent again when it was away, and nobody else's.
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "base/encoding.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"
#include "tests/journeys/support/receiver.h"
#include "webhooks/signing/standard_webhooks.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

// Stands for the TPP's server.
class Recording final : public base::net::HttpsClient {
 public:
  base::Result<base::net::HttpsResponse, base::net::NetError> send(const base::net::HttpsRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests_.push_back({request.url, request.headers, request.body});
    if (status_ == 0) return base::failure(base::net::NetError{base::net::NetErrorKind::connect, "as arranged", {}});
    base::net::HttpsResponse response;
    response.status = status_;
    return response;
  }
  void answer(int status) { status_ = status; }  // 0: nobody is there
  struct Request {
    std::string url;
    base::http::Headers headers;
    std::string body;
  };
  std::vector<Request> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Request> requests_;
  int status_ = 204;
};

base::Secret key_of(const std::string& whsec) {
  return base::Secret(base::base64_decode(std::string_view(whsec).substr(6)).value_or(""));
}

std::string signature(const std::string& whsec, const base::http::Headers& headers, const std::string& body) {
  const std::chrono::sys_seconds at{
      std::chrono::seconds(std::stoll(std::string(headers.only("webhook-timestamp").value_or("0"))))};
  return webhooks::sign_v1(key_of(whsec), headers.only("webhook-id").value_or(""), at, body);
}

struct Endpoint {
  std::string id, secret, path;
};

Endpoint add_endpoint(const Tpp& tpp, const std::string& url, const std::string& more = "") {
  const Answer created = tpp.resource("POST", "/webhooks/v1/endpoints", tpp.client_token("webhooks"),
                                      "{\"url\":" + quoted(url) + more + "}");
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_TRUE(created.at("/secret").starts_with("whsec_"));
  return {created.at("/id"), created.at("/secret"), created.header("Location")};
}

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};
  Customer alice{gateway};
  Recording receiver;
  std::unique_ptr<webhooks::DeliveryWorker> worker = std::make_unique<webhooks::DeliveryWorker>(
      webhooks::DeliveryDeps{gateway.parts().delivery_database, receiver, gateway.clock(), gateway.parts().business,
                             gateway.parts().monotonic, gateway.parts().entropy, gateway.parts().kek,
                             gateway.parts().outbox, gateway.parts().audit, gateway.parts().metrics},
      gateway.parts().settings.deliveries);

  std::vector<Recording::Request> deliver() {
    while (!worker->run_once().idle()) {
    }
    return receiver.take();
  }
};

std::string type_of(const std::string& body) { return Answer{200, {}, body}.at("/type"); }

TEST(Webhooks, ARegisteredEndpointHearsOfTheConsentAndOfItsEndOverTheWire) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  Receiver receiver;
  const Endpoint endpoint = add_endpoint(tpp, receiver.url());
  const Authorised done = walk(tpp, alice);
  alice.dashboard();
  alice.revoke(done.consent);
  while (!gateway.parts().delivery_worker.run_once().idle()) {
  }
  const auto arrivals = receiver.arrivals();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(type_of(arrivals[0].body), "consent.authorised");
  EXPECT_EQ(type_of(arrivals[1].body), "consent.revoked");
  for (const auto& arrival : arrivals) {
    const Answer body{200, {}, arrival.body};
    EXPECT_EQ(body.at("/data/consent_id"), done.consent);
    EXPECT_EQ(arrival.headers.only("webhook-signature"), signature(endpoint.secret, arrival.headers, arrival.body));
    EXPECT_EQ(arrival.body.find("alice"), std::string::npos);
    EXPECT_EQ(arrival.body.find("Archer"), std::string::npos);
  }
  EXPECT_NE(arrivals[0].headers.only("webhook-id"), arrivals[1].headers.only("webhook-id"));
  const Answer deliveries = tpp.resource("GET", "/webhooks/v1/deliveries", tpp.client_token("webhooks"));
  ASSERT_EQ(deliveries.count("/data"), 2u) << deliveries.body;
  EXPECT_EQ(deliveries.at("/data/0/status"), "succeeded");
}

TEST(Webhooks, AReceiverThatWasAwayGetsTheSameMessageLater) {
  Stage s;
  const Endpoint endpoint = add_endpoint(s.tpp, "https://hooks.example.com/in");
  walk(s.tpp, s.alice);
  s.receiver.answer(0);
  const auto first = s.deliver();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_TRUE(s.deliver().empty()) << "not before its time";
  s.gateway.clock().advance(7s);
  s.receiver.answer(500);
  const auto second = s.deliver();
  ASSERT_EQ(second.size(), 1u);
  s.gateway.clock().advance(7min);
  s.receiver.answer(204);
  const auto third = s.deliver();
  ASSERT_EQ(third.size(), 1u);
  for (const auto* attempt : {&second[0], &third[0]}) {
    EXPECT_EQ(attempt->headers.only("webhook-id"), first[0].headers.only("webhook-id"));
    EXPECT_EQ(attempt->body, first[0].body);
    EXPECT_EQ(attempt->headers.only("webhook-signature"), signature(endpoint.secret, attempt->headers, attempt->body));
  }
  s.gateway.clock().advance(24h);
  EXPECT_TRUE(s.deliver().empty()) << "delivered is delivered";
  const Answer deliveries = s.tpp.resource("GET", "/webhooks/v1/deliveries", s.tpp.client_token("webhooks"));
  EXPECT_EQ(deliveries.count("/data/0/attempts"), 3u) << deliveries.body;
}

TEST(Webhooks, WhoNeverAnswersEndsAmongTheDeadLettersAndMayAskAgain) {
  Stage s;
  add_endpoint(s.tpp, "https://hooks.example.com/in");
  walk(s.tpp, s.alice);
  s.receiver.answer(503);
  std::size_t attempts = 0;
  for (int i = 0; i < 12; ++i) {
    attempts += s.deliver().size();
    s.gateway.clock().advance(30h);
  }
  EXPECT_EQ(attempts, webhooks::RetrySchedule::standard().attempts());
  const std::string token = s.tpp.client_token("webhooks");
  const Answer dead = s.tpp.resource("GET", "/webhooks/v1/dead-letters", token);
  ASSERT_EQ(dead.count("/data"), 1u) << dead.body;
  s.receiver.answer(204);
  const std::string redeliver = "/webhooks/v1/dead-letters/" + dead.at("/data/0/id") + "/redeliver";
  Answer again = s.tpp.resource("POST", redeliver, token);
  if (again.status == 409) {  // an endpoint that failed for days is switched off: its owner switches it on again
    const std::string endpoint = "/webhooks/v1/endpoints/" + dead.at("/data/0/endpoint_id");
    EXPECT_EQ(s.tpp.resource("GET", endpoint, token).at("/status"), "disabled");
    EXPECT_EQ(s.tpp.resource("PATCH", endpoint, token, R"({"status":"enabled"})").status, 200);
    again = s.tpp.resource("POST", redeliver, token);
  }
  ASSERT_EQ(again.status, 202) << again.body;
  EXPECT_GE(s.deliver().size(), 1u);
  EXPECT_EQ(s.tpp.resource("GET", "/webhooks/v1/dead-letters", token).count("/data"), 0u);
}

TEST(Webhooks, ARotatedSecretSignsBesideTheNewOneUntilItsOverlapEnds) {
  Stage s;
  const Endpoint endpoint = add_endpoint(s.tpp, "https://hooks.example.com/in");
  const Answer rotated = s.tpp.resource("POST", endpoint.path + "/rotate-secret", s.tpp.client_token("webhooks"),
                                        R"({"overlap_seconds":3600})");
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  const std::string fresh = rotated.at("/secret");
  EXPECT_NE(fresh, endpoint.secret);
  walk(s.tpp, s.alice);
  const auto both = s.deliver();
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(both[0].headers.only("webhook-signature"), signature(fresh, both[0].headers, both[0].body) + " " +
                                                           signature(endpoint.secret, both[0].headers, both[0].body));
  s.gateway.clock().advance(3601s);
  walk(s.tpp, s.alice);
  const auto one = s.deliver();
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].headers.only("webhook-signature"), signature(fresh, one[0].headers, one[0].body));
}

TEST(Webhooks, EventsGoToTheirOwnerAndToThoseWhoAskedForTheirType) {
  Stage s;
  Tpp other(s.gateway, "Other");
  add_endpoint(other, "https://other.example.com/in");
  add_endpoint(s.tpp, "https://hooks.example.com/revoked", R"(,"event_types":["consent.revoked"])");
  add_endpoint(s.tpp, "https://hooks.example.com/all");
  const Authorised done = walk(s.tpp, s.alice);
  auto sent = s.deliver();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].url, "https://hooks.example.com/all");
  s.alice.dashboard();
  s.alice.revoke(done.consent);
  sent = s.deliver();
  ASSERT_EQ(sent.size(), 2u);
  for (const auto& request : sent) EXPECT_EQ(type_of(request.body), "consent.revoked");
}

TEST(Webhooks, EndpointsAreTheirOwnersAlone) {
  Stage s;
  Tpp other(s.gateway, "Other");
  const Endpoint endpoint = add_endpoint(s.tpp, "https://hooks.example.com/in");
  const std::string token = other.client_token("webhooks");
  const std::string unknown = "/webhooks/v1/endpoints/0192d3a0-0000-7000-8000-000000000000";
  for (const std::string& path : {endpoint.path, unknown, std::string("/webhooks/v1/endpoints/no-id")}) {
    EXPECT_EQ(other.resource("GET", path, token).status, 404);
    EXPECT_EQ(other.resource("PATCH", path, token, R"({"description":"mine"})").status, 404);
    EXPECT_EQ(other.resource("DELETE", path, token).status, 404);
    EXPECT_EQ(other.resource("POST", path + "/rotate-secret", token).status, 404);
    EXPECT_EQ(other.resource("POST", path + "/test", token).status, 404);
  }
  EXPECT_EQ(other.resource("GET", "/webhooks/v1/endpoints", token).count("/data"), 0u);
  EXPECT_EQ(s.tpp.resource("GET", endpoint.path, s.tpp.client_token("accounts")).status, 403) << "another scope";
  const Answer own = s.tpp.resource("GET", endpoint.path, s.tpp.client_token("webhooks"));
  EXPECT_EQ(own.status, 200);
  EXPECT_EQ(own.at("/secret"), "") << "shown once";
}

TEST(Webhooks, AddressesThatNobodyShouldCallAreRefused) {
  Stage s;
  const std::string token = s.tpp.client_token("webhooks");
  for (const char* url :
       {"http://hooks.example.com/in", "https://10.0.0.1/in", "https://169.254.169.254/latest", "https://[fd00::1]/in",
        "https://user:pass@hooks.example.com/", "https://hooks.example.com/#x", "ftp://hooks.example.com/", "", "x"}) {
    const Answer refused = s.tpp.resource("POST", "/webhooks/v1/endpoints", token, "{\"url\":" + quoted(url) + "}");
    EXPECT_GE(refused.status, 400) << url;
    EXPECT_LT(refused.status, 500) << url;
    EXPECT_EQ(refused.header("Content-Type"), "application/problem+json") << url;
  }
  EXPECT_EQ(s.tpp.resource("POST", "/webhooks/v1/endpoints", token, "{").status, 400);
  EXPECT_GE(
      s.tpp.resource("POST", "/webhooks/v1/endpoints", token, R"({"url":"https://hooks.example.com/","x":1})").status,
      400);
  EXPECT_EQ(s.tpp.resource("GET", "/webhooks/v1/endpoints", token).count("/data"), 0u);
}

TEST(Webhooks, ATestEventAndADeletedEndpoint) {
  Stage s;
  const Endpoint endpoint = add_endpoint(s.tpp, "https://hooks.example.com/in");
  const std::string token = s.tpp.client_token("webhooks");
  EXPECT_EQ(s.tpp.resource("POST", endpoint.path + "/test", token).status, 202);
  EXPECT_EQ(s.deliver().size(), 1u);
  EXPECT_GT(s.tpp.resource("GET", "/webhooks/v1/event-types", token).count("/data"), 1u);
  EXPECT_EQ(s.tpp.resource("DELETE", endpoint.path, token).status, 204);
  EXPECT_EQ(s.tpp.resource("GET", endpoint.path, token).status, 404);
  walk(s.tpp, s.alice);
  EXPECT_TRUE(s.deliver().empty());
}

}  // namespace
}  // namespace journeys
