// What happens at once: one winner, and nothing after the end.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <thread>

#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

constexpr int kThreads = 32;

void many_connections(gateway::Settings& s) { s.database.connections = kThreads + 2; }

// All of them begin at the same moment.
std::vector<Answer> at_once(int count, const std::function<Answer(int)>& work) {
  std::vector<Answer> answers(static_cast<std::size_t>(count));
  std::barrier begin(count);
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      begin.arrive_and_wait();
      answers[static_cast<std::size_t>(i)] = work(i);
    });
  }
  threads.clear();
  return answers;
}

int count_of(const std::vector<Answer>& answers, int status) {
  return static_cast<int>(
      std::count_if(answers.begin(), answers.end(), [&](const Answer& a) { return a.status == status; }));
}

std::string nonce_of(Tpp& tpp) {
  const std::string url = std::string(kIssuer) + "/token";
  return tpp
      .post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
            {{"DPoP", tpp.proof({.url = url, .token = "", .nonce = "AAAA"})}})
      .header("DPoP-Nonce");
}

// A token request ready to be sent, with an assertion and a proof of its own.
struct Ready {
  Form form;
  std::string proof;
};
Ready ready(Tpp& tpp, Form form, const std::string& nonce) {
  return {tpp.authenticated(std::move(form)),
          tpp.proof({.url = std::string(kIssuer) + "/token", .token = "", .nonce = nonce})};
}

TEST(Races, ThirtyTwoRedemptionsOfOneCodeYieldTokensOnceAndEndTheGrant) {
  Gateway gateway(many_connections);
  Tpp tpp(gateway);
  Customer alice(gateway);
  Authorised done;
  const std::string code = authorise(tpp, alice, done);
  const std::string nonce = nonce_of(tpp);
  std::vector<Ready> requests;
  for (int i = 0; i < kThreads; ++i) requests.push_back(ready(tpp, tpp.code_form(code, done.pushed), nonce));
  const auto answers = at_once(kThreads, [&](int i) {
    const Ready& request = requests[static_cast<std::size_t>(i)];
    return tpp.post("/token", request.form, {{"DPoP", request.proof}});
  });
  EXPECT_EQ(count_of(answers, 200), 1);
  EXPECT_EQ(count_of(answers, 400), kThreads - 1);
  for (const Answer& answer : answers) {
    if (answer.status != 200) {
      EXPECT_EQ(answer.error(), "invalid_grant");
      EXPECT_EQ(answer.at("/access_token"), "");
      continue;
    }
    EXPECT_EQ(tpp.obie("GET", "/accounts", answer.at("/access_token")).status, 401) << "the grant has ended";
    EXPECT_EQ(tpp.refresh(answer.at("/refresh_token")).answer.error(), "invalid_grant");
  }
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.refresh_token"), "1");
}

TEST(Races, OneAssertionAndOneProofAreEachAcceptedOnce) {
  Gateway gateway(many_connections);
  Tpp tpp(gateway);
  const std::string nonce = nonce_of(tpp);
  const Form ask{{"grant_type", "client_credentials"}, {"scope", "accounts"}};
  const Form same_assertion = tpp.authenticated(ask);
  std::vector<Ready> requests;
  for (int i = 0; i < kThreads; ++i) requests.push_back(ready(tpp, ask, nonce));
  auto answers = at_once(kThreads, [&](int i) {
    return tpp.post("/token", same_assertion, {{"DPoP", requests[static_cast<std::size_t>(i)].proof}});
  });
  EXPECT_EQ(count_of(answers, 200), 1);
  EXPECT_EQ(count_of(answers, 401), kThreads - 1);

  const std::string proof = ready(tpp, ask, nonce).proof;
  answers = at_once(kThreads, [&](int i) {
    return tpp.post("/token", requests[static_cast<std::size_t>(i)].form, {{"DPoP", proof}});
  });
  EXPECT_EQ(count_of(answers, 200), 1);
  EXPECT_EQ(count_of(answers, 400), kThreads - 1);
}

TEST(Races, TwoTabsThatAllowYieldOneCode) {
  Gateway gateway(many_connections);
  Tpp tpp(gateway);
  Customer alice(gateway);
  const std::string consent = tpp.consent();
  alice.open(tpp.push(consent).url);
  alice.sign_in();
  FormOnPage form = alice.page().form("allow");
  form.fields.push_back({"account", alice.page().accounts().at(0)});
  std::atomic<int> codes{0};
  at_once(8, [&](int) {
    Customer tab(gateway);
    tab.cookies = alice.cookies;
    tab.submit(form);
    if (!Callback(tab.take_callback()).code.empty()) ++codes;
    return tab.page().answer;
  });
  EXPECT_EQ(codes, 1);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_grant"), "1");
  EXPECT_EQ(gateway.events_of(consent).size(), 1u);
}

TEST(Races, ManyAttemptsAtOnceAreNoMoreThanFive) {
  Gateway gateway(many_connections);
  std::atomic<int> wrong{0};
  at_once(16, [&](int) {
    Customer mallory(gateway);
    mallory.open("/login");
    mallory.press("login", {{"username", "erin"}, {"password", "guess"}});
    if (mallory.page().status() == 200) ++wrong;
    return mallory.page().answer;
  });
  Customer erin(gateway);
  erin.open("/login");
  erin.press("login", {{"username", "erin"}, {"password", "erin"}});
  EXPECT_FALSE(erin.page().has("otp")) << "blocked";
  gateway.flush_journal();
  EXPECT_LE(std::stoi(gateway.one(
                "SELECT count(*) FROM base.request_journal WHERE event->>'error' = 'authentication_refused'")),
            5);
}

// After the call that revokes has returned, no use succeeds any more, whatever was under way.
void nothing_after(const std::function<void(Gateway&, Tpp&, const Authorised&)>& revoke, bool refresh) {
  Gateway gateway(many_connections);
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  std::atomic<bool> revoked{false};
  std::atomic<int> good{0};
  std::atomic<int> late{0};
  std::atomic<int> refused{0};
  std::vector<std::jthread> users;
  for (int i = 0; i < 8; ++i) {
    users.emplace_back([&] {
      for (bool last = false; !last;) {
        last = revoked.load();  // this use begins after the end, and is the last one
        const Answer answer =
            refresh ? tpp.refresh(done.tokens.refresh).answer : tpp.obie("GET", "/accounts", done.tokens.access);
        if (answer.status == 200) {
          ++good;
          if (last) ++late;
        } else {
          ++refused;
          EXPECT_EQ(answer.status, refresh ? 400 : 401) << answer.body;
        }
      }
    });
  }
  while (good < 16 && refused == 0) std::this_thread::yield();
  EXPECT_EQ(refused, 0) << "before the end";
  revoke(gateway, tpp, done);
  revoked = true;
  users.clear();
  EXPECT_EQ(late, 0);
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 401);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_grant WHERE ended_at IS NULL"), "0");
}

void on_the_dashboard(Gateway& gateway, Tpp&, const Authorised& done) {
  Customer alice(gateway);
  alice.dashboard();
  alice.revoke(done.consent);
}
void by_the_tpp(Gateway&, Tpp& tpp, const Authorised& done) {
  EXPECT_EQ(tpp.obie("DELETE", "/account-access-consents/" + done.consent, tpp.client_token()).status, 204);
}

const consent::Actor kStaff{base::db::ActorKind::staff, "kim"};

void by_the_bank(Gateway& gateway, Tpp&, const Authorised& done) {
  EXPECT_TRUE(gateway.parts().consent_upkeep.revoke_by_bank(gateway.caller(), base::ConsentId(done.consent), kStaff,
                                                            consent::StatusReason::fraud_suspected, "reported"));
}
void by_closing_its_account(Gateway& gateway, Tpp&, const Authorised& done) {
  const std::string account =
      gateway.one("SELECT account_id FROM consent.consent_account WHERE consent_id = '" + done.consent + "'");
  EXPECT_EQ(gateway.parts().consent_upkeep.account_closed(gateway.caller(), base::AccountId(account), kStaff, "closed"),
            1);
}
void by_ending_the_client(Gateway& gateway, Tpp& tpp, const Authorised&) {
  EXPECT_EQ(gateway.parts().consent_upkeep.end_all_of_client(gateway.caller(), base::ClientId(tpp.id()), kStaff,
                                                             "its licence was withdrawn"),
            1);
}

TEST(Races, AfterTheBanksRevocationNoUseSucceeds) { nothing_after(by_the_bank, false); }
TEST(Races, AfterTheBanksRevocationNoRefreshSucceeds) { nothing_after(by_the_bank, true); }
TEST(Races, AfterTheAccountWasClosedNoUseSucceeds) { nothing_after(by_closing_its_account, false); }
TEST(Races, AfterTheAccountWasClosedNoRefreshSucceeds) { nothing_after(by_closing_its_account, true); }
TEST(Races, AfterTheClientsEndNoUseSucceeds) { nothing_after(by_ending_the_client, false); }
TEST(Races, AfterTheClientsEndNoRefreshSucceeds) { nothing_after(by_ending_the_client, true); }
TEST(Races, AfterTheDashboardsRevocationNoUseSucceeds) { nothing_after(on_the_dashboard, false); }
TEST(Races, AfterTheDashboardsRevocationNoRefreshSucceeds) { nothing_after(on_the_dashboard, true); }
TEST(Races, AfterTheTppsDeletionNoUseSucceeds) { nothing_after(by_the_tpp, false); }
TEST(Races, AfterTheTppsDeletionNoRefreshSucceeds) { nothing_after(by_the_tpp, true); }

}  // namespace
}  // namespace journeys
