// Other sites, other customers, other texts: what a form may not do.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using base::http::Headers;

void replace(FormOnPage& form, const std::string& name, const std::string& value) {
  for (auto& field : form.fields) {
    if (field.name == name) field.value = value;
  }
}

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};
  Customer alice{gateway};
  std::string consent = tpp.consent();
  Pushed pushed = tpp.push(consent);
  FormOnPage decision;

  Stage() {
    alice.open(pushed.url);
    alice.sign_in();
    decision = alice.page().form("allow");
    decision.fields.push_back({"account", alice.page().accounts().at(0)});
  }
  // Refused with the way back, and nothing was written.
  void expect_forged() {
    EXPECT_EQ(alice.page().status(), 403) << alice.page().text();
    EXPECT_TRUE(alice.page().has("error"));
    EXPECT_EQ(alice.take_callback(), "");
    EXPECT_EQ(tpp.consent_status(consent), "AWAU");
    EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_grant"), "0");
    EXPECT_EQ(gateway.one("SELECT count(*) FROM base.outbox"), "0");
  }
};

TEST(ForgedForms, WithoutOrWithAForeignTokenChangeNothing) {
  Stage s;
  FormOnPage forged = s.decision;
  std::erase_if(forged.fields, [](const auto& field) { return field.name == "csrf"; });
  s.alice.submit(forged);
  s.expect_forged();

  Customer mallory(s.gateway);
  mallory.open("/login");
  forged = s.decision;
  replace(forged, "csrf", mallory.page().form("login").fields.at(0).value);
  s.alice.submit(forged);
  s.expect_forged();

  forged = s.decision;
  forged.fields.push_back({"csrf", s.decision.fields.at(0).value});
  s.alice.submit(forged);
  s.expect_forged();

  s.alice.submit(s.decision);
  EXPECT_NE(Callback(s.alice.take_callback()).code, "") << "the customer's own form still works";
}

TEST(ForgedForms, FromOtherSitesAreRefusedEvenWithTheRightToken) {
  Stage s;
  for (const char* site : {"cross-site", "same-site", "none"}) {
    s.alice.submit(s.decision, {{"Sec-Fetch-Site", site}});
    s.expect_forged();
  }
}

TEST(ForgedForms, OfAnotherTypeOrWithRepeatedNamesAreRefused) {
  Stage s;
  FormOnPage twice = s.decision;
  twice.fields.push_back({"decision", "deny"});
  s.alice.submit(twice);
  s.expect_forged();
}

TEST(ForgedForms, WithoutTheSessionsCookieAreRefused) {
  Stage s;
  Customer mallory(s.gateway);
  mallory.submit(s.decision);
  EXPECT_EQ(mallory.page().status(), 403);
  EXPECT_EQ(mallory.take_callback(), "");
  s.alice.cookies.clear();
  s.alice.submit(s.decision);
  s.expect_forged();
}

TEST(ForgedForms, OfAnAnonymousSessionCannotDecide) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string consent = tpp.consent();
  const Pushed pushed = tpp.push(consent);
  Customer mallory(gateway);
  mallory.open(pushed.url);
  FormOnPage form = mallory.page().form("login");
  const std::string interaction = mallory.page().path;
  form.action = interaction + "/decision";
  form.fields.push_back({"decision", "allow"});
  mallory.submit(form);
  EXPECT_EQ(mallory.page().status(), 403);
  EXPECT_EQ(mallory.take_callback(), "");
  // Nor with the password alone.
  mallory.open(interaction);
  mallory.press("login", {{"username", "alice"}, {"password", "alice"}});
  form = mallory.page().form("verify");
  form.action = interaction + "/decision";
  form.fields.push_back({"decision", "allow"});
  mallory.submit(form);
  EXPECT_EQ(mallory.page().status(), 403);
  EXPECT_EQ(tpp.consent_status(consent), "AWAU");
}

TEST(ForgedForms, ReachNoOtherCustomersConsent) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  Customer erin(gateway);
  const Authorised done = walk(tpp, alice);
  erin.dashboard("erin");
  EXPECT_EQ(erin.page().answer.body.find(done.consent), std::string::npos);
  EXPECT_EQ(erin.open("/consents/" + done.consent).status(), 404);
  const std::string unknown = "/consents/0192d3a0-0000-7000-8000-000000000000";
  EXPECT_EQ(erin.open(unknown).status(), 404);
  EXPECT_EQ(erin.open("/consents/not-an-id").status(), 404);
  FormOnPage form = erin.dashboard("erin").form("logout");
  form.action = "/consents/" + done.consent + "/revoke";
  erin.submit(form);
  EXPECT_EQ(erin.page().status(), 404);
  form.action = "/consents/not-an-id/revoke";
  erin.submit(form);
  EXPECT_EQ(erin.page().status(), 404);
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);

  alice.dashboard();
  alice.open("/consents/" + done.consent);
  FormOnPage revoke = alice.page().form("revoke");
  replace(revoke, "csrf", "forged");
  alice.submit(revoke);
  EXPECT_EQ(alice.page().status(), 403);
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);
}

TEST(ForgedForms, AnAccountThatIsNotTheCustomersIsRefused) {
  Stage s;
  Customer erin(s.gateway);
  const Pushed hers = s.tpp.push(s.tpp.consent());
  erin.open(hers.url);
  erin.sign_in("erin");
  const std::string foreign = erin.page().accounts().at(0);
  for (const std::string& account :
       {foreign, std::string("0192d3a0-0000-7000-8000-000000000000"), std::string("not an id")}) {
    FormOnPage form = s.decision;
    replace(form, "account", account);
    s.alice.submit(form);
    EXPECT_EQ(s.alice.take_callback(), "") << account;
    EXPECT_TRUE(s.alice.page().has("error")) << account;
    EXPECT_EQ(s.tpp.consent_status(s.consent), "AWAU");
  }
  s.alice.submit(s.decision);
  EXPECT_NE(Callback(s.alice.take_callback()).code, "");
}

TEST(ForgedForms, WhatIsDecidedIsWhatWasShown) {
  Stage s;
  const std::string path = s.decision.action.substr(0, s.decision.action.rfind('/'));
  FormOnPage changed = s.decision;
  replace(changed, "shown", std::string(43, 'A'));
  s.alice.submit(changed);
  EXPECT_EQ(s.alice.take_callback(), "");
  EXPECT_TRUE(s.alice.page().has("allow")) << "shown again";
  EXPECT_EQ(s.tpp.consent_status(s.consent), "AWAU");

  // The text changes between show and submit: the client is renamed.
  s.gateway.sql("UPDATE oauth.client SET name = 'Renamed App' WHERE client_id = '" + s.tpp.id() + "'");
  s.alice.submit(s.decision);
  EXPECT_EQ(s.alice.take_callback(), "");
  EXPECT_TRUE(s.alice.page().has("allow"));
  EXPECT_NE(s.alice.page().text().find("Renamed App"), std::string::npos);
  s.alice.allow();
  EXPECT_NE(Callback(s.alice.take_callback()).code, "");
}

TEST(ForgedForms, PagesForbidFramesForeignFormsAndScripts) {
  Stage s;
  s.alice.open(s.pushed.url);
  const Answer& page = s.alice.page().answer;
  const std::string policy = page.header("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_NE(policy.find("form-action 'self' https://localhost:9443;"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("unsafe-inline"), std::string::npos);
  EXPECT_EQ(page.header("X-Frame-Options"), "DENY");
  EXPECT_EQ(page.header("Cache-Control"), "no-store");
  EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
  for (auto at = page.body.find("<script"); at != std::string::npos; at = page.body.find("<script", at + 1)) {
    EXPECT_EQ(page.body.compare(at, 21, "<script src=\"/assets/"), 0)
        << "a script in the page itself, or from elsewhere";
  }
}

TEST(ForgedForms, NamesOfClientsAreTextAndNeverMarkup) {
  Gateway gateway;
  Tpp tpp(gateway, "<script>alert(1)</script>\"'&");
  Customer alice(gateway);
  const Pushed pushed = tpp.push(tpp.consent());
  for (const char* step : {"login", "review"}) {
    EXPECT_EQ(alice.open(pushed.url).answer.body.find("<script>"), std::string::npos) << step;
    if (alice.page().has("username")) alice.sign_in();
  }
  EXPECT_TRUE(alice.page().has("allow"));
  EXPECT_EQ(alice.page().answer.body.find("<script>"), std::string::npos);
}

}  // namespace
}  // namespace journeys
