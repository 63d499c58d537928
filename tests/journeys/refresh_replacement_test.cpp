// The day a policy of the operator's replaces refresh tokens [FAPI2-SP-FINAL-5.3.2.1-9]: nobody loses access, whatever
// reply is lost and whatever happens at once.
#include <gtest/gtest.h>

#include <barrier>
#include <set>
#include <thread>

#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 64;

struct Stage {
  explicit Stage(const Gateway::Change& change = {}) : gateway(change) {
    Customer alice(gateway);
    done = walk(tpp, alice);
  }

  void replace_all() {
    auto& parts = gateway.parts();
    const base::Caller caller = gateway.caller();
    base::db::with_transaction(parts.database, caller.deadline, [&](base::db::Transaction& tx) {
      return parts.authorization_server.clients().replace_all_refresh_tokens(tx, caller,
                                                                             {base::db::ActorKind::staff, "operator"});
    });
    gateway.clock().advance(1s);
  }
  bool replace(const std::string& client) {
    auto& parts = gateway.parts();
    const base::Caller caller = gateway.caller();
    const bool known = base::db::in_transaction(parts.database, caller.deadline, [&](base::db::Transaction& tx) {
                         return parts.authorization_server.clients().replace_refresh_tokens(
                             tx, caller, {base::db::ActorKind::staff, "operator"}, base::ClientId(client));
                       }).has_value();
    gateway.clock().advance(1s);
    return known;
  }
  bool opens_accounts(const Tokens& tokens) { return tpp.obie("GET", "/accounts", tokens.access).status == 200; }
  std::string rows() { return gateway.one("SELECT count(*) FROM oauth.refresh_token"); }

  Gateway gateway;
  Tpp tpp{gateway};
  Authorised done;
};

TEST(RefreshReplacement, WithoutAPolicyARefreshGivesNoNewTokenAndWritesNothingOfItsOwn) {
  Stage s;
  const std::string before = s.gateway.one("SELECT xmin FROM oauth.refresh_token");
  for (int i = 0; i < 3; ++i) {
    const Tokens again = s.tpp.refresh(s.done.tokens.refresh);
    EXPECT_EQ(again.answer.status, 200) << again.answer.body;
    EXPECT_EQ(again.refresh, "");
  }
  EXPECT_EQ(s.gateway.one("SELECT xmin FROM oauth.refresh_token"), before);
  EXPECT_EQ(s.rows(), "1");
}

TEST(RefreshReplacement, ATokenOfBeforeIsReplacedOnceAndALostReplyIsRepeatedWithTheSameOne) {
  Stage s;
  ASSERT_TRUE(s.replace(s.tpp.id()));
  const Tokens lost = s.tpp.refresh(s.done.tokens.refresh);
  ASSERT_EQ(lost.answer.status, 200) << lost.answer.body;
  ASSERT_NE(lost.refresh, "");
  EXPECT_NE(lost.refresh, s.done.tokens.refresh);
  s.gateway.clock().advance(30s);
  const Tokens repeated = s.tpp.refresh(s.done.tokens.refresh);
  ASSERT_EQ(repeated.answer.status, 200) << repeated.answer.body;
  EXPECT_EQ(repeated.refresh, lost.refresh);
  EXPECT_TRUE(s.opens_accounts(repeated));
  EXPECT_EQ(s.rows(), "2");

  // The new one is an ordinary refresh token.
  const Tokens next = s.tpp.refresh(lost.refresh);
  EXPECT_EQ(next.answer.status, 200) << next.answer.body;
  EXPECT_EQ(next.refresh, "");
  EXPECT_TRUE(s.opens_accounts(next));
  EXPECT_NE(
      s.gateway.explain("grant", s.gateway.one("SELECT grant_id FROM oauth.refresh_token LIMIT 1")).find("replaced"),
      std::string::npos);
}

// The retry time begins with the first replacement; repeating does not prolong it. [RFC9700-4.14.2]
TEST(RefreshReplacement, AfterTheRetryTimeTheOldTokenIsNoGoodAndTheGrantStays) {
  Stage s;
  s.replace_all();
  const Tokens renewed = s.tpp.refresh(s.done.tokens.refresh);
  ASSERT_NE(renewed.refresh, "");
  s.gateway.clock().advance(59s);
  EXPECT_EQ(s.tpp.refresh(s.done.tokens.refresh).refresh, renewed.refresh);
  EXPECT_EQ(s.tpp.introspect(s.done.tokens.refresh).at("/active"), "true");
  s.gateway.clock().advance(1s);
  EXPECT_EQ(s.tpp.refresh(s.done.tokens.refresh).answer.error(), "invalid_grant");
  EXPECT_EQ(s.tpp.introspect(s.done.tokens.refresh).at("/active"), "false");
  const Tokens next = s.tpp.refresh(renewed.refresh);
  EXPECT_EQ(next.answer.status, 200) << next.answer.body;
  EXPECT_TRUE(s.opens_accounts(next));
}

TEST(RefreshReplacement, TheRetryTimeIsTheOperators) {
  Stage s([](gateway::Settings& settings) { settings.refresh_token_retry = 10s; });
  s.replace_all();
  ASSERT_NE(s.tpp.refresh(s.done.tokens.refresh).refresh, "");
  s.gateway.clock().advance(10s);
  EXPECT_EQ(s.tpp.refresh(s.done.tokens.refresh).answer.error(), "invalid_grant");
}

TEST(RefreshReplacement, OneClientsTokensAreReplacedAndNotAnothers) {
  Stage s;
  Tpp other(s.gateway, "Other App");
  Customer alice(s.gateway);
  const Authorised theirs = walk(other, alice);
  ASSERT_TRUE(s.replace(s.tpp.id()));
  EXPECT_EQ(other.refresh(theirs.tokens.refresh).refresh, "");
  const Tokens renewed = s.tpp.refresh(s.done.tokens.refresh);
  ASSERT_NE(renewed.refresh, "");
  // Neither the old nor the new one is worth anything to somebody else.
  EXPECT_EQ(other.refresh(s.done.tokens.refresh).answer.error(), "invalid_grant");
  EXPECT_EQ(other.refresh(renewed.refresh).answer.error(), "invalid_grant");
  EXPECT_FALSE(s.replace("nobody"));
}

TEST(RefreshReplacement, AnotherPolicyReplacesTheReplacement) {
  Stage s;
  s.replace_all();
  const Tokens second = s.tpp.refresh(s.done.tokens.refresh);
  s.replace_all();
  const Tokens third = s.tpp.refresh(second.refresh);
  ASSERT_EQ(third.answer.status, 200) << third.answer.body;
  const std::set<std::string> all{"", s.done.tokens.refresh, second.refresh, third.refresh};
  EXPECT_EQ(all.size(), 4u);
  EXPECT_EQ(s.tpp.refresh(s.done.tokens.refresh).refresh, second.refresh) << "still in its retry time";
}

TEST(RefreshReplacement, ARefusedRefreshReplacesNothing) {
  Stage s;
  s.replace_all();
  EXPECT_EQ(s.tpp
                .call("/token", {{"grant_type", "refresh_token"},
                                 {"refresh_token", s.done.tokens.refresh},
                                 {"scope", "openid payments"}})
                .error(),
            "invalid_scope");
  EXPECT_EQ(s.rows(), "1");
  EXPECT_EQ(s.gateway.one("SELECT count(*) FROM oauth.refresh_token WHERE replaced_at IS NOT NULL"), "0");
}

TEST(RefreshReplacement, TheEndOfTheGrantIsTheEndOfBoth) {
  for (const bool by_the_old_one : {true, false}) {
    Stage s;
    s.replace_all();
    const Tokens renewed = s.tpp.refresh(s.done.tokens.refresh);
    ASSERT_NE(renewed.refresh, "");
    EXPECT_EQ(s.tpp.revoke(by_the_old_one ? s.done.tokens.refresh : renewed.refresh).status, 200);
    EXPECT_EQ(s.tpp.refresh(s.done.tokens.refresh).answer.error(), "invalid_grant");
    EXPECT_EQ(s.tpp.refresh(renewed.refresh).answer.error(), "invalid_grant");
  }
}

TEST(RefreshReplacement, SixtyFourUsesAtOnceAllSucceedWithTheSameNewToken) {
  Stage s([](gateway::Settings& settings) {
    settings.database.connections = 34;
    settings.request_deadline = 60s;
  });
  s.replace_all();
  std::vector<Tokens> all(kThreads);
  std::barrier begin(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& tokens : all) {
      threads.emplace_back([&] {
        begin.arrive_and_wait();
        tokens = s.tpp.refresh(s.done.tokens.refresh);
      });
    }
  }
  std::set<std::string> renewed;
  for (const Tokens& tokens : all) {
    EXPECT_EQ(tokens.answer.status, 200) << tokens.answer.body;
    renewed.insert(tokens.refresh);
  }
  ASSERT_EQ(renewed.size(), 1u);
  EXPECT_NE(*renewed.begin(), "");
  EXPECT_EQ(s.rows(), "2");
  EXPECT_EQ(s.tpp.refresh(*renewed.begin()).answer.status, 200);
}

// The database's session dies in the middle of a replacement, `times` times: before COMMIT, or while it is under way.
void sessions_die(Stage& s, const std::string& when, int times) {
  s.gateway.sql("CREATE SEQUENCE public.deaths");
  s.gateway.sql(
      "CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
      " IF nextval('public.deaths') <= " +
      std::to_string(times) + " THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$");
  s.gateway.sql("CREATE CONSTRAINT TRIGGER die AFTER INSERT ON oauth.refresh_token " + when +
                " FOR EACH ROW EXECUTE FUNCTION public.die()");
}

TEST(RefreshReplacement, ASessionThatDiesInTheMiddleLosesNothing) {
  for (const std::string when : {"", "DEFERRABLE INITIALLY DEFERRED"}) {
    Stage s;
    s.replace_all();
    sessions_die(s, when, 5);
    std::set<std::string> renewed;
    int refused = 0;
    for (int i = 0; i < 12 && renewed.empty(); ++i) {
      const Tokens tokens = s.tpp.refresh(s.done.tokens.refresh);
      if (tokens.answer.status == 200) {
        renewed.insert(tokens.refresh);
      } else {
        EXPECT_GE(tokens.answer.status, 500) << tokens.answer.body;
        ++refused;
      }
    }
    EXPECT_GT(refused, 0) << "no session died in a way that the client saw";
    ASSERT_EQ(renewed.size(), 1u);
    EXPECT_EQ(s.tpp.refresh(s.done.tokens.refresh).refresh, *renewed.begin());
    EXPECT_EQ(s.tpp.refresh(*renewed.begin()).answer.status, 200);
    EXPECT_EQ(s.rows(), "2");
  }
}

}  // namespace
}  // namespace journeys
