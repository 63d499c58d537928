// How the customer's way ends without a grant: no, cancel, wrong answers, lockout, time.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

void expect_denied(const std::string& url, const Pushed& pushed) {
  const Callback callback(url);
  EXPECT_TRUE(callback.url.starts_with(std::string(kRedirect) + "?")) << callback.url;
  EXPECT_EQ(callback.error, "access_denied");
  EXPECT_EQ(callback.state, pushed.state);
  EXPECT_EQ(callback.iss, kIssuer);
  EXPECT_EQ(callback.code, "");
}

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};
  Customer alice{gateway};
  std::string consent;
  Pushed pushed;

  explicit Stage(const Gateway::Change& change = {})
      : gateway(change), consent(tpp.consent()), pushed(tpp.push(consent)) {
    alice.open(pushed.url);
  }
};

TEST(Endings, DenyingSendsTheCustomerBackWithAccessDeniedAndRejectsTheConsent) {
  Stage s;
  s.alice.sign_in();
  s.alice.press("deny");
  expect_denied(s.alice.take_callback(), s.pushed);
  EXPECT_EQ(s.tpp.consent_status(s.consent), "RJCT");
  EXPECT_EQ(s.tpp.push(s.consent).answer.error(), "invalid_request") << "a rejected consent is not authorised later";
  EXPECT_EQ(s.gateway.one("SELECT count(*) FROM oauth.authorization_grant"), "0");
}

TEST(Endings, CancellingBeforeLoginIsAccessDeniedAndLeavesTheConsentWaiting) {
  Stage s;
  s.alice.press("cancel");
  expect_denied(s.alice.take_callback(), s.pushed);
  EXPECT_EQ(s.tpp.consent_status(s.consent), "AWAU");
  const Page& again = s.alice.open(s.pushed.url);
  EXPECT_TRUE(again.has("error"));
  EXPECT_FALSE(again.has("username")) << "an ended interaction does not begin anew";
}

TEST(Endings, CancellingAtTheCodeAndAtTheReviewIsAccessDeniedToo) {
  Stage s;
  s.alice.press("login", {{"username", "alice"}, {"password", "alice"}});
  ASSERT_TRUE(s.alice.page().has("otp"));
  s.alice.press("cancel");
  expect_denied(s.alice.take_callback(), s.pushed);

  const Pushed second = s.tpp.push(s.consent);
  s.alice.open(second.url);
  s.alice.sign_in();
  ASSERT_TRUE(s.alice.page().has("allow"));
  s.alice.press("cancel");
  expect_denied(s.alice.take_callback(), second);
  EXPECT_EQ(s.tpp.consent_status(s.consent), "AWAU");
}

TEST(Endings, AllowingWithoutAnAccountAsksForOne) {
  Stage s;
  s.alice.sign_in();
  s.alice.press("allow");
  EXPECT_TRUE(s.alice.page().has("notice"));
  EXPECT_TRUE(s.alice.page().has("allow"));
  EXPECT_EQ(s.alice.take_callback(), "");
  EXPECT_EQ(s.tpp.consent_status(s.consent), "AWAU");
}

TEST(Endings, AWrongPasswordAndAnUnknownNameLookAlike) {
  Stage s;
  const std::string wrong = s.alice.press("login", {{"username", "alice"}, {"password", "wrong"}}).text_of("notice");
  const int status = s.alice.page().status();
  const std::string unknown = s.alice.press("login", {{"username", "nobody"}, {"password", "wrong"}}).text_of("notice");
  EXPECT_NE(wrong, "");
  EXPECT_EQ(wrong, unknown);
  EXPECT_EQ(status, s.alice.page().status());
  s.alice.sign_in();
  EXPECT_TRUE(s.alice.page().has("allow")) << "the right answers still work";
}

TEST(Endings, AWrongCodeSaysNoMoreThanAWrongPassword) {
  Stage s;
  const std::string password = s.alice.press("login", {{"username", "alice"}, {"password", "wrong"}}).text_of("notice");
  s.alice.press("login", {{"username", "alice"}, {"password", "alice"}});
  ASSERT_TRUE(s.alice.page().has("otp"));
  s.alice.press("verify", {{"otp", "000000"}});
  EXPECT_EQ(s.alice.page().text_of("notice"), password);
  s.alice.press("verify", {{"otp", "123456"}});
  EXPECT_TRUE(s.alice.page().has("allow"));
}

TEST(Endings, FiveFailuresBlockWhateverTheDoorAndTheResetUnblocks) {
  Stage s;
  for (int i = 0; i < 4; ++i) {
    s.alice.press("login", {{"username", "erin"}, {"password", "wrong"}});
    ASSERT_TRUE(s.alice.page().has("username")) << i;
  }
  s.alice.press("login", {{"username", "erin"}, {"password", "wrong"}});
  Customer other(s.gateway);  // the right password at another door: blocked all the same
  other.open("/login");
  other.press("login", {{"username", "erin"}, {"password", "erin"}});
  EXPECT_TRUE(other.page().has("error"));
  EXPECT_FALSE(other.page().has("otp"));
  EXPECT_EQ(other.page().status(), 403);

  EXPECT_EQ(s.gateway.send("POST", "/sandbox/psu/nobody/reset").status, 404);
  ASSERT_EQ(s.gateway.send("POST", "/sandbox/psu/erin/reset").status, 204);
  Customer erin(s.gateway);
  erin.open("/login");
  erin.sign_in("erin");
  EXPECT_EQ(erin.page().path, "/consents");
}

TEST(Endings, WrongCodesCountTowardsTheSameBlockAsWrongPasswords) {
  Stage s;
  for (int i = 0; i < 2; ++i) s.alice.press("login", {{"username", "erin"}, {"password", "wrong"}});
  s.alice.press("login", {{"username", "erin"}, {"password", "erin"}});
  ASSERT_TRUE(s.alice.page().has("otp"));
  for (int i = 0; i < 2; ++i) {
    s.alice.press("verify", {{"otp", "000000"}});
    ASSERT_TRUE(s.alice.page().has("otp")) << i;
  }
  s.alice.press("verify", {{"otp", "000000"}});
  Customer other(s.gateway);
  other.open("/login");
  other.press("login", {{"username", "erin"}, {"password", "erin"}});
  EXPECT_FALSE(other.page().has("otp"));
  EXPECT_TRUE(other.page().has("error"));
}

TEST(Endings, CustomersWhoseAuthenticationAlwaysFailsOrIsLockedNeverPass) {
  Stage s;
  s.alice.press("login", {{"username", "frank"}, {"password", "frank"}});
  if (s.alice.page().has("otp")) s.alice.press("verify", {{"otp", "123456"}});
  EXPECT_FALSE(s.alice.page().has("allow"));
  Customer grace(s.gateway);
  grace.open(s.pushed.url);
  grace.press("login", {{"username", "grace"}, {"password", "grace"}});
  if (grace.page().has("otp")) grace.press("verify", {{"otp", "123456"}});
  EXPECT_FALSE(grace.page().has("allow"));
}

TEST(Endings, ACustomerWithoutAccountsIsToldSo) {
  Stage s;
  s.alice.sign_in("heidi");
  EXPECT_TRUE(s.alice.page().has("notice"));
  EXPECT_TRUE(s.alice.page().accounts().empty());
  s.alice.press("deny");
  expect_denied(s.alice.take_callback(), s.pushed);
}

TEST(Endings, AnIdleSessionEndsAndTheCustomerSignsInAgain) {
  Stage s;
  s.alice.sign_in();
  const FormOnPage decision = s.alice.page().form("allow");
  const std::string review = s.alice.page().path;
  s.gateway.clock().advance(301s);
  s.alice.submit(decision);
  EXPECT_EQ(s.alice.page().status(), 403);
  EXPECT_TRUE(s.alice.page().has("error"));
  EXPECT_EQ(s.alice.take_callback(), "");
  EXPECT_EQ(s.tpp.consent_status(s.consent), "AWAU") << "nothing was decided";

  s.alice.open(review);
  ASSERT_TRUE(s.alice.page().has("username"));
  s.alice.sign_in();
  ASSERT_TRUE(s.alice.page().has("allow")) << "the same browser and customer go on";
  s.alice.allow();
  EXPECT_NE(Callback(s.alice.take_callback()).code, "");
}

TEST(Endings, AnIdleDashboardShowsNothingAndRevokesNothing) {
  Stage s;
  s.alice.sign_in();
  s.alice.allow();
  s.alice.dashboard();
  s.alice.open("/consents/" + s.consent);
  const FormOnPage revoke = s.alice.page().form("revoke");
  s.gateway.clock().advance(301s);
  s.alice.submit(revoke);
  EXPECT_EQ(s.tpp.consent_status(s.consent), "AUTH");
  EXPECT_TRUE(s.alice.open("/consents").has("username"));
  EXPECT_EQ(s.alice.page().path, "/login");
}

TEST(Endings, AnInteractionThatIsTooOldOffersTheWayBack) {
  Stage s;
  const std::string path = s.alice.page().path;
  s.gateway.clock().advance(1800s + 91s);
  s.alice.open(path);
  EXPECT_EQ(s.alice.page().status(), 400);
  EXPECT_TRUE(s.alice.page().has("error"));
  EXPECT_FALSE(s.alice.page().has("username"));
  expect_denied(s.alice.page().link("return"), s.pushed);
}

TEST(Endings, ACustomerWhoLogsOutSeesNothingAnyMore) {
  Stage s;
  s.alice.dashboard();
  ASSERT_EQ(s.alice.page().path, "/consents");
  const auto before = s.alice.cookies;
  s.alice.press("logout");
  EXPECT_EQ(s.alice.page().path, "/login");
  s.alice.cookies = before;  // a thief who kept the cookie
  EXPECT_EQ(s.alice.open("/consents").path, "/login");
}

TEST(Endings, TheSessionsCookieChangesAtEachStepOfTheLogin) {
  Gateway gateway;
  Customer alice(gateway);
  alice.open("/login");
  const auto anonymous = alice.cookies;
  alice.press("login", {{"username", "alice"}, {"password", "alice"}});
  const auto half = alice.cookies;
  EXPECT_NE(anonymous, half);
  alice.press("verify", {{"otp", "123456"}});
  EXPECT_NE(half, alice.cookies);
  Customer thief(gateway);
  for (const auto& known : {anonymous, half}) {
    thief.cookies = known;
    EXPECT_EQ(thief.open("/consents").path, "/login") << "a fixed session gains nothing";
  }
  for (const auto& [name, value] : alice.cookies) EXPECT_TRUE(name.starts_with("__Host-")) << name;
}

}  // namespace
}  // namespace journeys
