#include "gateway/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gateway {
namespace {

using base::http::Listener;
using base::http::Method;

const Router& router() {
  static const Router router(Router::Sandbox::on);
  return router;
}

TEST(Routes, EveryIdStandsOnce) {
  std::set<RouteId> ids;
  std::set<std::pair<Method, std::string_view>> places;
  for (const auto& route : routes()) {
    EXPECT_TRUE(ids.insert(route.id).second) << route.pattern;
    EXPECT_TRUE(places.insert({route.method, route.pattern}).second) << route.pattern;
  }
}

TEST(Routes, TokensAreAskedForExactlyWhereAScopeIsNamed) {
  for (const auto& route : routes())
    EXPECT_EQ(route.needs == Needs::access_token, !route.scope.empty()) << route.pattern;
}

TEST(Routes, NothingOfTheProductIsOnTheOperationsListenerAndTheReverse) {
  for (const auto& route : routes()) {
    EXPECT_EQ(route.surface == Surface::operations, route.listeners.has(Listener::operations)) << route.pattern;
  }
}

TEST(Routes, OnlyWhatReadsABodyHasALimitForOne) {
  for (const auto& route : routes()) {
    const bool reads = route.method == Method::post || route.method == Method::patch || route.method == Method::put;
    EXPECT_EQ(reads, route.body_limit > 0) << route.pattern;
  }
}

TEST(Router, FindsEveryRouteByItsPattern) {
  for (const auto& route : routes()) {
    std::string path(route.pattern);
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      path.replace(open, path.find('}') - open + 1, "x1");
    }
    for (const auto listener : {Listener::public_, Listener::mtls, Listener::staff, Listener::operations}) {
      const auto match = router().match(route.method, path, listener);
      if (route.listeners.has(listener)) {
        ASSERT_NE(match.route, nullptr) << route.pattern;
        EXPECT_EQ(match.route->id, route.id);
      } else {
        EXPECT_EQ(match.route, nullptr) << route.pattern;
      }
    }
  }
}

TEST(Router, AnswersHeadWhereItAnswersGet) {
  const auto match = router().match(Method::head, "/jwks", Listener::public_);
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->id, RouteId::jwks);
}

TEST(Router, TellsTheMethodsOfAKnownPath) {
  const auto match = router().match(Method::put, "/par", Listener::public_);
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allowed, std::vector<Method>{Method::post});
  EXPECT_EQ(match.surface, Surface::oauth);
}

TEST(Router, DecodesValuesOfSegments) {
  const auto match = router().match(Method::get, "/open-banking/v4.0/aisp/accounts/a%20b", Listener::mtls);
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.path_values, std::vector<std::string>{"a b"});
}

TEST(Router, MatchesNothingThatCouldBeReadTwoWays) {
  for (const std::string_view path :
       {"", "par", "/par/", "//par", "/./par", "/%70ar", "/PAR", "/consents/", "/consents/%2e%2e", "/consents/..",
        "/consents/a%2fb", "/consents/a%5cb", "/consents/%00", "/consents/%0a", "/consents/%zz", "/consents/a/revoke/",
        "/open-banking/v4.0/aisp/accounts//balances", "/open-banking/v4.0/aisp/accounts/x/balances/y"}) {
    const auto match = router().match(Method::get, path, Listener::public_);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_TRUE(match.allowed.empty()) << path;
  }
  EXPECT_EQ(router().match(Method::get, "/consents/" + std::string(600, 'a'), Listener::public_).route, nullptr);
}

TEST(Router, KnowsNoSandboxRouteInProduction) {
  const Router production(Router::Sandbox::off);
  for (const auto& route : routes()) {
    if (!route.sandbox_only || route.pattern.find('{') != std::string_view::npos) continue;
    EXPECT_EQ(production.match(route.method, route.pattern, Listener::public_).route, nullptr) << route.pattern;
  }
}

}  // namespace
}  // namespace gateway
