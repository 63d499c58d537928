// A request for one customer (OpenID Connect Core sections 3.1.2.2 and 5.5.1): nobody else may answer it.
#include <gtest/gtest.h>

#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using base::json::Value;

struct RequestedSubject : testing::Test {
  std::string subject_at(Tpp& client, const std::string& username) {
    Customer customer(gateway);
    return subject_of(walk(client, customer, {.username = username}).tokens.id);
  }
  static std::string subject_of(const std::string& id_token) {
    const auto jws = base::crypto::parse_compact(id_token);
    return jws ? Value::parse(jws->payload)["sub"].get<std::string>() : "";
  }
  Pushed push(Tpp& client, Value asked) {
    asked["id_token"]["openbanking_intent_id"] = {{"value", consent = client.consent()}, {"essential", true}};
    return client.push(consent, {{"claims", base::json::dump(asked)}});
  }

  Gateway gateway;
  Tpp tpp{gateway};
  std::string consent;
};

TEST_F(RequestedSubject, TheNamedCustomerIsServed) {
  const std::string alice = subject_at(tpp, "alice");
  for (const Value& asked : {Value{{"id_token", {{"sub", {{"value", alice}}}}}},
                             Value{{"userinfo", {{"sub", {{"values", {"nobody", alice}}}}}}}}) {
    const Pushed pushed = push(tpp, asked);
    ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    Customer customer(gateway);
    customer.open(pushed.url);
    customer.sign_in();
    customer.allow();
    const Tokens tokens = tpp.redeem(Callback(customer.take_callback()).code, pushed);
    ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
    EXPECT_EQ(subject_of(tokens.id), alice);
  }
}

TEST_F(RequestedSubject, AnotherCustomerEndsTheRequestAndTheClientIsTold) {
  const Pushed pushed = push(tpp, {{"id_token", {{"sub", {{"value", subject_at(tpp, "alice")}}}}}});
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  Customer ivan(gateway);
  ivan.open(pushed.url);
  ivan.sign_in("ivan");
  const Callback callback(ivan.take_callback());
  EXPECT_EQ(callback.error, "login_required") << ivan.page().text();
  EXPECT_EQ(callback.code, "");
  EXPECT_EQ(callback.state, pushed.state);
  EXPECT_EQ(callback.iss, kIssuer);
  EXPECT_EQ(
      gateway.one("SELECT count(*) FROM oauth.authorization_code WHERE redirect_uri <> '' AND grant_id IN (SELECT "
                  "grant_id FROM oauth.authorization_grant WHERE consent_id = '" +
                  consent + "')"),
      "0");
  EXPECT_EQ(tpp.consent_status(consent), "AWAU") << "nobody decided about the consent";

  // What the client was told stays true: the right customer comes too late to the same link.
  Customer alice(gateway);
  alice.open(pushed.url);
  EXPECT_TRUE(alice.page().has("error")) << alice.page().text();
  EXPECT_FALSE(alice.page().has("username"));
}

TEST_F(RequestedSubject, ASubjectOfAnotherSectorNamesNobodyHere) {
  Tpp pairwise(gateway, "Pairwise", base::crypto::JwsAlgorithm::es256, [](oauth::NewClient& client) {
    client.subject_type = oauth::SubjectType::pairwise;
    client.sector = "pairwise.example";
  });
  const std::string as_public = subject_at(tpp, "alice");
  const std::string as_pairwise = subject_at(pairwise, "alice");
  for (const auto& [name, served] : {std::pair(as_public, false), std::pair(as_pairwise, true)}) {
    const Pushed pushed = push(pairwise, {{"id_token", {{"sub", {{"value", name}}}}}});
    Customer alice(gateway);
    alice.open(pushed.url);
    alice.sign_in();
    if (served) {
      alice.allow();
      EXPECT_NE(Callback(alice.take_callback()).code, "");
    } else {
      EXPECT_EQ(Callback(alice.take_callback()).error, "login_required");
    }
  }
}

TEST_F(RequestedSubject, AMalformedSubIsRefusedAndClaimsNobodyKnowsAreIgnored) {
  for (const char* sub : {R"("alice")", "7", "[]", R"({"value":7})", R"({"value":""})", R"({"value":null})",
                          R"({"values":"alice"})", R"({"values":[]})", R"({"values":[7]})"}) {
    for (const char* place : {"id_token", "userinfo"}) {
      const Pushed pushed = push(tpp, {{place, {{"sub", Value::parse(sub)}}}});
      EXPECT_EQ(pushed.answer.error(), "invalid_request") << place << sub;
      EXPECT_NE(pushed.answer.at("/error_description").find("sub"), std::string::npos);
    }
  }
  const Pushed pushed = push(tpp, {{"id_token", {{"nickname", {{"value", "Al"}, {"essential", true}}}, {"x", nullptr}}},
                                   {"verified_claims", {{"anything", true}}}});
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  alice.allow();
  EXPECT_NE(Callback(alice.take_callback()).code, "");
}

// A program that decides in the customer's place is told as a browser would be.
TEST_F(RequestedSubject, TheSandboxsAutomatedApprovalObeysIt) {
  const Pushed pushed = push(tpp, {{"id_token", {{"sub", {{"value", "somebody-else"}}}}}});
  const Answer answer =
      gateway.send("POST", std::string(kIssuer) + "/sandbox/authorize", {{"Content-Type", "application/json"}},
                   base::json::dump({{"client_id", tpp.id()},
                                     {"request_uri", pushed.request_uri},
                                     {"username", "alice"},
                                     {"decision", "allow"}}));
  EXPECT_NE((answer.body + answer.header("Location")).find("login_required"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace journeys
