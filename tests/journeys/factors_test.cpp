// Every way to confirm a sign-in, through the pages: a code of the bank, an authenticator app, a sent code, a passkey,
// and an approval on a second device.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/crypto/totp.h"
#include "base/json/strict.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"
#include "tests/support/passkey.h"

namespace journeys {
namespace {

using consent::FactorKind;

// What the page gives to a script.
std::string options_on(const Page& page, const std::string& button) {
  const std::string& html = page.answer.body;
  const std::size_t at = html.find(" id=\"" + button + "\"");
  if (at == std::string::npos) throw std::runtime_error("no #" + button + ": " + page.text());
  const std::size_t form = html.rfind("<form", at);
  const std::string begin = "data-options=\"";
  const std::size_t from = html.find(begin, form) + begin.size();
  std::string text = html.substr(from, html.find('"', from) - from);
  for (std::size_t quote = text.find("&quot;"); quote != std::string::npos; quote = text.find("&quot;")) {
    text.replace(quote, 6, "\"");
  }
  return text;
}

class Factors : public ::testing::Test {
 protected:
  // A session of the customer's that may change factors, without the pages for it.
  std::string authenticated(const std::string& username) {
    auto& p = gateway.parts();
    const std::string handle(p.customer_sessions.start(gateway.caller()).handle.reveal());
    const auto logged_in = p.customer_authentication.login(gateway.caller(), handle, username, username);
    const std::string known(logged_in->session.handle.reveal());
    EXPECT_TRUE(p.customer_authentication.challenge(gateway.caller(), known, {}, std::string(consent::kBankFactor)));
    const auto done = p.customer_authentication.one_time_code(gateway.caller(), known, "123456");
    return std::string(done->handle.reveal());
  }

  std::string begun(const std::string& handle, const consent::Enrolment& wanted, consent::EnrolmentOffer& offer) {
    auto made = gateway.parts().customer_factors.enrol_begin(gateway.caller(), handle, wanted);
    EXPECT_TRUE(made) << made.error().log_text;
    offer = *made;
    return offer.id;
  }

  std::string enrolled(const consent::Enrolment& wanted,
                       const std::function<std::string(const consent::EnrolmentOffer&)>& answer) {
    const std::string handle = authenticated("alice");
    consent::EnrolmentOffer offer;
    begun(handle, wanted, offer);
    const auto factor =
        gateway.parts().customer_factors.enrol_finish(gateway.caller(), handle, offer.id, answer(offer));
    EXPECT_TRUE(factor) << factor.error().log_text;
    return factor ? factor->id : "";
  }

  std::string last_code(const std::string& username) {
    const Answer answer = gateway.send("GET", "/sandbox/messages?psu=" + username);
    EXPECT_EQ(answer.status, 200);
    const std::string text = answer.at("/messages/0/text");
    const std::size_t at = text.find_first_of("0123456789");
    return at == std::string::npos ? "" : text.substr(at, 6);
  }

  // At the code page of an authorization.
  const Page& at_code(Customer& customer, const std::string& username) {
    const std::string consent = tpp.consent();
    pushed = tpp.push(consent);
    customer.open(pushed.url);
    return customer.press("login", {{"username", username}, {"password", username}});
  }

  Gateway gateway;
  Tpp tpp{gateway};
  Pushed pushed;
};

TEST_F(Factors, TheDeviceApprovesWhileTheBrowserWaits) {
  Customer browser(gateway), device(gateway);
  at_code(browser, "carol");
  EXPECT_FALSE(browser.page().has("otp"));
  EXPECT_NE(browser.page().answer.header("Refresh"), "");
  const std::string number = browser.page().text_of("number");
  EXPECT_EQ(number.size(), 2U);
  browser.press("verify");
  EXPECT_TRUE(browser.page().has("notice")) << "not yet";
  device.open("/sandbox/device?psu=carol");
  EXPECT_EQ(device.page().text_of("number"), number);
  device.press("approve");
  EXPECT_TRUE(device.page().has("idle"));
  browser.open(browser.page().path.substr(0, browser.page().path.rfind("/code")));
  EXPECT_TRUE(browser.page().has("allow")) << browser.page().text();
  browser.allow();
  EXPECT_NE(Callback(browser.take_callback()).code, "");
}

TEST_F(Factors, WhatIsRefusedOnTheDeviceIsRefusedInTheBrowser) {
  Customer browser(gateway), device(gateway);
  at_code(browser, "carol");
  device.open("/sandbox/device?psu=carol");
  device.press("refuse");
  browser.press("verify");
  EXPECT_TRUE(browser.page().has("send-again")) << browser.page().text();
  EXPECT_FALSE(browser.page().has("allow"));
  EXPECT_EQ(gateway.one("SELECT failed FROM consent.authentication_counter"), "1");
  browser.press("send-again");
  device.open("/sandbox/device?psu=carol");
  device.press("approve");
  browser.press("verify");
  EXPECT_TRUE(browser.page().has("allow")) << browser.page().text();
}

TEST_F(Factors, NobodysDeviceDecidesForAnother) {
  Customer browser(gateway), device(gateway);
  at_code(browser, "carol");
  device.open("/sandbox/device?psu=carol");
  FormOnPage form = device.page().form("approve");
  for (auto& field : form.fields) {
    if (field.name == "psu") field.value = "alice";
  }
  device.submit(form);
  browser.press("verify");
  EXPECT_FALSE(browser.page().has("allow"));
  EXPECT_EQ(device.open("/sandbox/device?psu=nobody").status(), 404);
  EXPECT_EQ(gateway.send("GET", "/sandbox/messages?psu=nobody").status, 404);
}

TEST_F(Factors, AnAuthenticatorAppTakesTheBanksPlaceAndTheBankStaysAChoice) {
  std::optional<base::Secret> secret;
  enrolled({FactorKind::totp, "My app", ""}, [&](const consent::EnrolmentOffer& offer) {
    secret = base::crypto::base32_decode(offer.totp_secret);
    return base::crypto::totp_code(*secret, base::crypto::totp_step(gateway.clock().now()));
  });
  gateway.clock().advance(std::chrono::seconds(60));
  Customer customer(gateway);
  at_code(customer, "alice");
  EXPECT_NE(customer.page().text().find("My app"), std::string::npos);
  customer.press("verify", {{"otp", "123456"}});
  EXPECT_TRUE(customer.page().has("notice")) << "the bank's code is not asked for";
  customer.press("verify", {{"otp", base::crypto::totp_code(*secret, base::crypto::totp_step(gateway.clock().now()))}});
  EXPECT_TRUE(customer.page().has("allow")) << customer.page().text();

  Customer other(gateway);
  at_code(other, "alice");
  other.press("choose-bank_code-bank");
  other.press("verify", {{"otp", "123456"}});
  EXPECT_TRUE(other.page().has("allow")) << other.page().text();
}

TEST_F(Factors, ACodeIsSentOnlyWhenItIsAskedFor) {
  const std::string id = enrolled({FactorKind::sms, "Mobile", "+447700900123"},
                                  [&](const consent::EnrolmentOffer&) { return last_code("alice"); });
  Customer customer(gateway);
  at_code(customer, "alice");
  EXPECT_EQ(gateway.one("SELECT count(*) FROM connectors.sandbox_message"), "1");
  customer.press("choose-sms-" + id);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM connectors.sandbox_message"), "2");
  EXPECT_NE(customer.page().text().find("•••• 0123"), std::string::npos);
  customer.press("verify", {{"otp", last_code("alice")}});
  EXPECT_TRUE(customer.page().has("allow")) << customer.page().text();
}

TEST_F(Factors, ADeviceBoundPasskeySignsInWithoutAPassword) {
  tests::Passkey passkey(kIssuer);
  enrolled({FactorKind::passkey, "Telephone", ""},
           [&](const consent::EnrolmentOffer& offer) { return passkey.registered(offer.passkey_options); });
  Customer customer(gateway);
  customer.open("/login");
  const std::string credential = passkey.asserted(options_on(customer.page(), "passkey"));
  customer.press("passkey", {{"credential", credential}});
  EXPECT_EQ(customer.page().path, "/consents") << customer.page().text();
  // The same once more, in another session.
  Customer thief(gateway);
  thief.open("/login");
  thief.press("passkey", {{"credential", credential}});
  EXPECT_EQ(thief.page().path, "/login/passkey");
  EXPECT_TRUE(thief.page().has("username")) << "uniform: the login page again";

  // And an authorization, bound to this browser as with a code.
  const std::string consent = tpp.consent();
  pushed = tpp.push(consent);
  customer.open(pushed.url);
  customer.press("passkey", {{"credential", passkey.asserted(options_on(customer.page(), "passkey"))}});
  EXPECT_TRUE(customer.page().has("allow")) << customer.page().text();
  customer.allow();
  EXPECT_NE(Callback(customer.take_callback()).code, "");
}

TEST_F(Factors, ACopyablePasskeyServesBesideThePassword) {
  tests::Passkey passkey(kIssuer, tests::Passkey::Bound::copyable);
  enrolled({FactorKind::passkey, "Cloud", ""},
           [&](const consent::EnrolmentOffer& offer) { return passkey.registered(offer.passkey_options); });
  Customer customer(gateway);
  customer.open("/login");
  customer.press("passkey", {{"credential", passkey.asserted(options_on(customer.page(), "passkey"))}});
  EXPECT_TRUE(customer.page().has("notice"));
  at_code(customer, "alice");
  EXPECT_FALSE(customer.page().has("otp"));
  customer.press("passkey", {{"credential", passkey.asserted(options_on(customer.page(), "passkey"))}});
  EXPECT_TRUE(customer.page().has("allow")) << customer.page().text();
}

TEST_F(Factors, FormsOfTheCodePageNeedTheirToken) {
  Customer customer(gateway);
  at_code(customer, "alice");
  FormOnPage forged = customer.page().form("verify");
  for (auto& field : forged.fields) {
    if (field.name == "csrf") field.value = std::string(43, 'A');
  }
  forged.fields.push_back({"otp", "123456"});
  EXPECT_EQ(customer.submit(forged).status(), 403);
  forged.action = forged.action.substr(0, forged.action.rfind('/')) + "/passkey";
  EXPECT_EQ(customer.submit(forged).status(), 403);
  forged.action = "/login/passkey";
  EXPECT_EQ(customer.submit(forged).status(), 403);
}

TEST_F(Factors, ThePagesLoadTheirOwnScriptAndNothingElse) {
  Customer customer(gateway);
  customer.open("/login");
  const std::string policy = customer.page().answer.header("Content-Security-Policy");
  EXPECT_NE(policy.find("script-src 'self';"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  const Answer script = gateway.send("GET", "/assets/passkey.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
}

std::vector<std::string> messages_of(Gateway& gateway, const std::string& username) {
  const Answer answer = gateway.send("GET", "/sandbox/messages?psu=" + username);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < answer.count("/messages"); ++i) {
    const std::string at = "/messages/" + std::to_string(i);
    all.push_back(answer.at(at + "/to") + " " + answer.at(at + "/text"));
  }
  return all;
}

std::size_t notices(const std::vector<std::string>& messages, const std::string& to, const std::string& words) {
  return static_cast<std::size_t>(std::count_if(messages.begin(), messages.end(), [&](const std::string& message) {
    return message.starts_with(to + " ") && message.find(words) != std::string::npos;
  }));
}

TEST_F(Factors, AChangeIsToldAtTheOtherAddressesAndStandsOnTheSecurityPage) {
  const std::string phone = "+441632960001", mail = "alice@example.org";
  const auto code = [&](const auto&) { return last_code("alice"); };
  const std::string first = enrolled({FactorKind::sms, "My <b>phone", phone}, code);
  EXPECT_EQ(notices(messages_of(gateway, "alice"), phone, "was added"), 0U) << "there was no other address to tell";
  EXPECT_EQ(
      gateway.one("SELECT count(*) FROM base.audit WHERE action = 'psu.factor_notice' AND outcome = 'no_address'"),
      "1");
  enrolled({FactorKind::email, "Mail", mail}, code);
  EXPECT_EQ(notices(messages_of(gateway, "alice"), phone, "e-mail address a•••@example.org was added"), 1U);
  EXPECT_EQ(notices(messages_of(gateway, "alice"), mail, "was added"), 0U) << "not to the new address itself";
  enrolled({FactorKind::totp, "call +44 900 to unlock", ""}, [&](const consent::EnrolmentOffer& offer) {
    return base::crypto::totp_code(*base::crypto::base32_decode(offer.totp_secret),
                                   base::crypto::totp_step(gateway.clock().now()));
  });
  const auto after = messages_of(gateway, "alice");
  EXPECT_EQ(notices(after, phone, "An authenticator app was added"), 1U);
  EXPECT_EQ(notices(after, mail, "An authenticator app was added"), 1U);
  EXPECT_EQ(notices(after, mail, "900"), 0U) << "no words of whoever made the change";

  // Removed: told at the address that goes, and at those that stay.
  ASSERT_TRUE(gateway.parts().customer_factors.remove(gateway.caller(), authenticated("alice"), first));
  const auto removed = messages_of(gateway, "alice");
  EXPECT_EQ(notices(removed, phone, "telephone number •••• 0001 was removed"), 1U);
  EXPECT_EQ(notices(removed, mail, "telephone number •••• 0001 was removed"), 1U);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE action = 'psu.factor_notice' AND outcome = 'ok'"), "3");

  Customer alice(gateway);
  alice.open("/login");
  alice.press("login", {{"username", "alice"}, {"password", "alice"}});
  alice.press("choose-bank_code-bank");
  alice.press("verify", {{"otp", "123456"}});
  alice.open("/security");
  const std::string changes = alice.page().text_of("changed");
  EXPECT_NE(changes.find("Removed: Text message “My <b>phone” •••• 0001"), std::string::npos) << alice.page().text();
  EXPECT_NE(changes.find("Added: E-mail “Mail” a•••@example.org"), std::string::npos) << changes;
  EXPECT_LT(changes.find("Removed"), changes.find("Added")) << "newest first";
  Customer bob(gateway);
  bob.dashboard("bob");
  bob.open("/security");
  EXPECT_EQ(bob.page().text_of("changed"), "") << "nobody else's";
  EXPECT_TRUE(messages_of(gateway, "bob").empty());
}

TEST_F(Factors, ARefusedChangeTellsNobody) {
  const auto code = [&](const auto&) { return last_code("alice"); };
  const std::string id = enrolled({FactorKind::sms, "Phone", "+441632960001"}, code);
  const std::size_t before = messages_of(gateway, "alice").size();
  EXPECT_FALSE(gateway.parts().customer_factors.remove(gateway.caller(), authenticated("ivan"), id));
  EXPECT_EQ(messages_of(gateway, "alice").size(), before);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE action = 'psu.factor_remove' AND outcome = 'unknown'"),
            "1");
  const std::string handle = authenticated("alice");
  consent::EnrolmentOffer offer;
  begun(handle, {FactorKind::totp, "App", ""}, offer);
  EXPECT_FALSE(gateway.parts().customer_factors.enrol_finish(gateway.caller(), handle, offer.id, "000000"));
  EXPECT_EQ(messages_of(gateway, "alice").size(), before);
}

}  // namespace
}  // namespace journeys
