// Pages that stand for nothing else: in the customer's language, saying nothing of what came in.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using base::http::Headers;

struct Bare {
  std::string method, url;
  int status;
  std::string english, german, french;
};

void expect_bare(Gateway& gateway, const Bare& bare, const std::string& body = {}) {
  const std::vector<std::pair<Headers, std::string>> wishes{
      {{}, bare.english},
      {{{"Accept-Language", "de-AT,de;q=0.9,en;q=0.5"}}, bare.german},
      {{{"Accept-Language", "de"}, {"Cookie", "__Host-aldgate-language=fr"}}, bare.french}};
  for (const auto& [headers, words] : wishes) {
    Headers sent = headers;
    if (!body.empty()) sent.add("Content-Type", "application/x-www-form-urlencoded");
    const Answer answer = gateway.send(bare.method, bare.url, sent, body);
    EXPECT_EQ(answer.status, bare.status) << bare.url;
    EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=utf-8") << bare.url;
    EXPECT_NE(answer.body.find(words), std::string::npos) << bare.url << ": " << answer.body;
    EXPECT_EQ(answer.body.find("mallory"), std::string::npos) << "what came in is not said again";
    EXPECT_NE(answer.body.find(answer.header("x-fapi-interaction-id")), std::string::npos) << "the reference";
  }
}

TEST(ErrorPages, OfUnknownAddressesWrongMethodsAndLongBodies) {
  Gateway gateway;
  expect_bare(gateway, {"GET", "/consents/mallory/nowhere/at/all", 404, "There is no such page",
                        "Diese Seite gibt es nicht", "Cette page n’existe pas"});
  expect_bare(gateway, {"DELETE", "/consents?mallory", 405, "cannot be used like that", "nicht benutzen",
                        "ne s’utilise pas ainsi"});
  expect_bare(gateway, {"POST", "/login", 413, "too much at once", "zu viel auf einmal", "trop à la fois"},
              "mallory=" + std::string(20'000, 'x'));
}

TEST(ErrorPages, OfWhoAsksTooOften) {
  Gateway gateway([](gateway::Settings& s) {
    s.limits.enabled = true;
    s.limits.address = {1, std::chrono::seconds(600)};
  });
  gateway.send("GET", "/login");
  expect_bare(gateway, {"GET", "/login?mallory", 429, "Too many requests", "Zu viele Anfragen", "Trop de demandes"});
}

TEST(ErrorPages, OfASurfaceThatIsNoPageKeepItsForm) {
  Gateway gateway;
  const Answer api = gateway.send("GET", "/webhooks/v1/nothing", {{"Accept-Language", "de"}});
  EXPECT_EQ(api.status, 404);
  EXPECT_EQ(api.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(gateway.send("POST", "/webhooks/v1/endpoints", {}, std::string(70'000, 'x')).status, 413);
}

TEST(ErrorPages, TheSandboxsDeviceSpeaksTheCustomersLanguage) {
  Gateway gateway;
  Customer device(gateway);
  device.open("/sandbox/device?psu=carol&lang=de");
  EXPECT_EQ(device.page().text_of("idle"), "Nichts wartet auf eine Bestätigung.") << device.page().text();
  device.open("/sandbox/device?psu=carol");
  EXPECT_EQ(device.page().text_of("idle"), "Nichts wartet auf eine Bestätigung.") << "the choice is kept";
  EXPECT_NE(device.page().answer.body.find("psu=carol&amp;lang=fr"), std::string::npos) << "and may be changed";
  device.open("/sandbox/device?psu=mallory");
  EXPECT_EQ(device.page().status(), 404);
  EXPECT_EQ(device.page().answer.body.find("mallory"), std::string::npos);
}

}  // namespace
}  // namespace journeys
