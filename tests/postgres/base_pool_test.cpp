// The pool against a real server: what is retried, what never is, and what a deadline means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "base/db/postgres_pool.h"
#include "base/db/sql.h"
#include "base/migrations.h"
#include "tests/support/database.h"

namespace base::db {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Statement kPid{"test.pid", "SELECT pg_backend_pid()"};
constexpr Statement kKill{"test.kill", "SELECT pg_terminate_backend($1, 10000)"};
constexpr Statement kKillSelf{"test.kill_self", "SELECT pg_terminate_backend(pg_backend_pid())"};
constexpr Statement kInsert{"test.insert", "INSERT INTO public.thing (id, note) VALUES ($1, $2)"};
constexpr Statement kCount{"test.count", "SELECT count(*) FROM public.thing"};
constexpr Statement kTouch{"test.touch", "UPDATE public.thing SET note = $2 WHERE id = $1"};
constexpr Statement kSleep{"test.sleep", "SELECT pg_sleep($1)"};
constexpr Statement kRepeatable{"test.repeatable", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"};
constexpr Statement kTimeout{"test.timeout",
                             "SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'"};
constexpr Statement kEcho{"test.echo", R"sql(
  SELECT $1::timestamptz, $2::text, $3::bigint, $4::boolean, $5::bytea, $6::text[], $7::date, $8::double precision,
         $9::jsonb ->> 'a', $10::uuid, extract(epoch FROM $1::timestamptz)::text, octet_length($5::bytea))sql"};

class DatabasePool : public testing::Test {
 protected:
  DatabasePool() {
    database.sql(R"(CREATE TABLE public.thing (id bigint PRIMARY KEY, note text);
                    GRANT SELECT, INSERT, UPDATE, DELETE ON public.thing TO aldgate_service;
                    GRANT pg_signal_backend TO aldgate_service)");
    pool = database.pool({kPid, kKill, kKillSelf, kInsert, kCount, kTouch, kSleep, kRepeatable, kTimeout, kEcho}, 4);
  }

  int pid_of(Transaction& tx) { return value<int>((*exec_row(tx, kPid))[0]); }
  std::int64_t count() {
    return read_only(*pool, database.deadline(),
                     [](Transaction& tx) { return value<std::int64_t>((*exec_row(tx, kCount))[0]); });
  }
  void insert(std::int64_t id) {
    pool->run(database.deadline(), [&](Transaction& tx) {
      exec(tx, kInsert, id, "");
      return true;
    });
  }
  void kill(int pid) { database.sql("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 10000)"); }
  // Until the server shows what is waited for.
  void wait_until(const std::string& condition) {
    const auto give_up = database.clock().now() + 30s;
    while (database.sql("SELECT " + condition)[0][0] != "t") {
      ASSERT_LT(database.clock().now(), give_up) << condition;
      std::this_thread::yield();
    }
  }

  tests::Database database{base::migrations()};
  std::unique_ptr<PostgresPool> pool;
};

TEST_F(DatabasePool, AStatementThatDoesNotPrepareStopsTheBootByItsName) {
  try {
    database.pool({kPid, {"test.typo", "SELEC 1"}});
    FAIL() << "it booted";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("test.typo"));
    EXPECT_THAT(error.what(), HasSubstr("syntax error"));
  }
  EXPECT_THROW(database.pool({{"test.table", "SELECT a FROM base.nothing"}}), std::runtime_error);
  EXPECT_THROW(database.pool({{"test.unqualified", "SELECT brand_id FROM brand"}}), std::runtime_error);
}

TEST_F(DatabasePool, TwoStatementsOfOneNameStopTheBoot) { EXPECT_THROW(database.pool({kPid, kPid}), BrokenInvariant); }

TEST_F(DatabasePool, AServerThatIsNotThereStopsTheBoot) {
  auto settings = database.service_settings();
  settings.host = "/nonexistent";
  EXPECT_THROW(PostgresPool(std::move(settings), {}, database.clock(), database.metrics()), std::runtime_error);
}

TEST_F(DatabasePool, CommitsOnTrueAndRollsBackOnFalseAndOnExceptions) {
  insert(1);
  pool->run(database.deadline(), [&](Transaction& tx) {
    exec(tx, kInsert, 2, "");
    return false;
  });
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) -> bool {
                           exec(tx, kInsert, 3, "");
                           throw std::logic_error("refused");
                         }),
               std::logic_error);
  EXPECT_EQ(count(), 1);
  insert(4);
  EXPECT_EQ(count(), 2);
}

TEST_F(DatabasePool, AConstraintBrokenIsTheCallersExceptionAndTheSessionLivesOn) {
  insert(1);
  EXPECT_THROW(insert(1), pqxx::unique_violation);
  insert(2);
  EXPECT_EQ(count(), 2);
}

TEST_F(DatabasePool, AnErrorQuotesNoRow) {
  database.sql("CREATE UNIQUE INDEX ON public.thing (note)");
  const auto insert_name = [&](std::int64_t id) {
    pool->run(database.deadline(), [&](Transaction& tx) {
      exec(tx, kInsert, id, "Alice Example");
      return true;
    });
  };
  insert_name(1);
  try {
    insert_name(2);
    FAIL() << "twice the same";
  } catch (const pqxx::unique_violation& error) {
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("Alice")));
  }
}

TEST_F(DatabasePool, ATransactionWhoseStatementFailedCannotBeCommittedByMistake) {
  insert(1);
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           exec(tx, kInsert, 2, "");
                           try {
                             exec(tx, kInsert, 1, "");
                           } catch (const pqxx::unique_violation&) {
                           }
                           return true;
                         }),
               BrokenInvariant);
  EXPECT_EQ(count(), 1);
}

TEST_F(DatabasePool, AWriteKeptForLaterIsThereForTheNextStatementAndAfterCommit) {
  pool->run(database.deadline(), [&](Transaction& tx) {
    exec_later(tx, kInsert, 1, "");
    exec_later(tx, kInsert, 2, std::optional<std::string>());
    EXPECT_EQ(value<std::int64_t>((*exec_row(tx, kCount))[0]), 2);
    exec_later(tx, kInsert, 3, "");
    EXPECT_EQ(exec_count(tx, kTouch, 3, "touched"), 1u);
    EXPECT_EQ(exec_count(tx, kTouch, 404, "touched"), 0u);
    exec_later(tx, kInsert, 4, "");
    return true;
  });
  EXPECT_EQ(count(), 4);
  EXPECT_EQ(database.sql("SELECT note FROM public.thing WHERE id = 3")[0][0], "touched");
}

TEST_F(DatabasePool, AWriteKeptForLaterIsGoneWhenTheTransactionIs) {
  pool->run(database.deadline(), [&](Transaction& tx) {
    exec_later(tx, kInsert, 1, "");
    return false;
  });
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) -> bool {
                           exec_later(tx, kInsert, 2, "");
                           exec_count(tx, kTouch, 2, "");
                           exec_later(tx, kInsert, 3, "");
                           throw std::logic_error("refused");
                         }),
               std::logic_error);
  EXPECT_EQ(count(), 0);
}

// It goes in one message with COMMIT, which the server skips then.
TEST_F(DatabasePool, AWriteKeptForLaterThatFailsCommitsNothingAndTheSessionLivesOn) {
  insert(1);
  int before = 0;
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           before = pid_of(tx);
                           exec_later(tx, kInsert, 2, "");
                           exec_later(tx, kInsert, 1, "");
                           exec_later(tx, kInsert, 3, "");
                           return true;
                         }),
               pqxx::unique_violation);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(read_only(*pool, database.deadline(), [&](Transaction& tx) { return pid_of(tx); }), before);
}

TEST_F(DatabasePool, AFirstStatementThatFailsLeavesNoTransactionOpen) {
  insert(1);
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           exec_count(tx, kInsert, 1, "Alice Example");
                           return true;
                         }),
               pqxx::unique_violation);
  insert(2);
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(database.sql("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")[0][0], "0");
}

TEST_F(DatabasePool, ADemandThatIsNotMetCommitsNothingAndSaysWhich) {
  const Statement wanted{"test.wanted",
                         "SELECT 1 / count(*) FROM (SELECT FROM public.thing WHERE id = $1 FOR SHARE) AS held"};
  const Statement filled{"test.filled",
                         "INSERT INTO public.thing (id) SELECT (SELECT id FROM public.thing WHERE id = $1)"};
  auto own = database.pool({kInsert, wanted, filled, kPid}, 1);
  const auto run = [&](const Statement& demand, std::int64_t id) -> std::optional<Unmet::Why> {
    try {
      own->run(database.deadline(), [&](Transaction& tx) {
        exec_later(tx, kInsert, 100, "");
        if (demand.name == kInsert.name) {
          exec_demand(tx, kInsert, id, "");
        } else {
          exec_demand(tx, demand, id);
        }
        exec_later(tx, kInsert, 101, "");
        return true;
      });
    } catch (const Unmet& unmet) {
      EXPECT_TRUE(unmet.is(demand));
      EXPECT_FALSE(unmet.is(kPid));
      return unmet.why();
    }
    return std::nullopt;
  };
  insert(1);
  EXPECT_EQ(run(kInsert, 1), Unmet::Why::already_there);
  EXPECT_EQ(run(wanted, 2), Unmet::Why::missing);
  EXPECT_EQ(run(filled, 2), Unmet::Why::missing);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(run(wanted, 1), std::nullopt);
  EXPECT_EQ(count(), 3);
}

TEST_F(DatabasePool, TheSameFailureOfAStatementThatIsNoDemandIsTheCallersException) {
  insert(1);
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           exec_demand(tx, kInsert, 2, "");
                           exec_later(tx, kInsert, 1, "");
                           return true;
                         }),
               pqxx::unique_violation);
  EXPECT_EQ(count(), 1);
}

TEST_F(DatabasePool, ALastStatementAnswersAndCommits) {
  std::int64_t seen = 0;
  pool->run(database.deadline(), [&](Transaction& tx) {
    exec_later(tx, kInsert, 1, "");
    seen = value<std::int64_t>(exec_last(tx, kCount)[0][0]);
    return true;
  });
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(value<std::int64_t>(read_only(*pool, database.deadline(),
                                          [](Transaction& tx) {
                                            return exec_last(tx, kCount);  // in a look-up as any other
                                          })[0][0]),
            1);
}

TEST_F(DatabasePool, NothingFollowsALastStatementAndNothingTakesItBack) {
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           exec_last(tx, kCount);
                           exec_later(tx, kInsert, 1, "");
                           return true;
                         }),
               BrokenInvariant);
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           exec_last(tx, kCount);
                           return false;
                         }),
               BrokenInvariant);
  EXPECT_EQ(count(), 0);
}

// The reply of COMMIT is what tells: without it nobody knows.
TEST_F(DatabasePool, AConnectionLostInTheOnlyMessageIsInDoubtAndNeverRunsAgain) {
  int runs = 0;
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           ++runs;
                           exec_later(tx, kInsert, 1, "");
                           exec_later(tx, kKillSelf);
                           return true;
                         }),
               InDoubt);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabasePool, AConnectionLostWithWritesStillUnsentRunsAgainAndNothingIsDoubled) {
  int runs = 0;
  pool->run(database.deadline(), [&](Transaction& tx) {
    if (++runs == 1) kill(pid_of(tx));
    exec_later(tx, kInsert, 1, "");
    exec_count(tx, kTouch, 1, "x");
    exec_later(tx, kInsert, 2, "");
    return true;
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 2);
}

TEST_F(DatabasePool, ALookUpKeepsNoWrite) {
  EXPECT_THROW(read_only(*pool, database.deadline(),
                         [&](Transaction& tx) {
                           exec_later(tx, kInsert, 1, "");
                           return 0;
                         }),
               BrokenInvariant);
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabasePool, EveryTypeArrivesByWritesThatNobodyWaitsFor) {
  database.sql(R"(CREATE TABLE public.every (at timestamptz, text text, number bigint, yes boolean, octets bytea,
                                             items text[], day date, maybe bytea);
                  GRANT INSERT ON public.every TO aldgate_service)");
  const Statement every{"test.every", "INSERT INTO public.every VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
  auto other = database.pool({every}, 1);
  const Bytes bytes{std::string("\0\x01\xff\\x'\"", 7)};
  other->run(database.deadline(), [&](Transaction& tx) {
    exec_later(tx, every, Instant(std::chrono::microseconds(1767603600123456)), "te'xt\n", std::int64_t{-5}, true,
               bytes, std::vector<std::string>{"a", "b,c"}, std::chrono::sys_days(std::chrono::year(2026) / 2 / 28),
               std::optional<Bytes>(bytes));
    EXPECT_EQ(exec_count(tx, every, std::nullopt, std::nullopt, std::nullopt, false, Bytes{}, std::nullopt,
                         std::nullopt, std::optional<Bytes>()),
              1u);
    return true;
  });
  EXPECT_EQ(database.sql(R"(SELECT count(*) FROM public.every
                             WHERE at = '2026-01-05 09:00:00.123456+00' AND text = E'te''xt\n' AND number = -5 AND yes
                               AND octets = '\x0001ff5c782722' AND maybe = octets AND items = '{a,"b,c"}'
                               AND day = '2026-02-28')")[0][0],
            "1");
  EXPECT_EQ(database.sql(R"(SELECT count(*) FROM public.every
                             WHERE num_nulls(at, text, number, items, day, maybe) = 6 AND NOT yes AND octets = '')")[0]
                                                                                                                    [0],
            "1");
}

TEST_F(DatabasePool, EveryTypeComesBackAsItWasSent) {
  const Instant at(std::chrono::microseconds(1767603600123456));
  const Bytes bytes{std::string("\0\x01\xff\\x'\"", 7)};
  const std::vector<std::string> items{"a", "", "b,c", "\"", "\\", "{}", "NULL", "é"};
  const std::chrono::sys_days day(std::chrono::year(2026) / 2 / 28);
  const BankId id("018d0000-0000-7000-8000-000000000001");
  pool->run(database.deadline(), [&](Transaction& tx) {
    const auto row = *exec_row(tx, kEcho, at, "te'xt\n", std::int64_t{-5}, true, bytes, items, day, 0.1,
                               std::string(R"({"a": "b"})"), id);
    EXPECT_EQ(value<Instant>(row[0]), at);
    EXPECT_EQ(value<std::string>(row[1]), "te'xt\n");
    EXPECT_EQ(value<std::int64_t>(row[2]), -5);
    EXPECT_TRUE(value<bool>(row[3]));
    EXPECT_EQ(value<Bytes>(row[4]), bytes);
    EXPECT_EQ(value<std::vector<std::string>>(row[5]), items);
    EXPECT_EQ(value<std::chrono::sys_days>(row[6]), day);
    EXPECT_EQ(value<double>(row[7]), 0.1);
    EXPECT_EQ(value<std::string>(row[8]), "b");
    EXPECT_EQ(value<BankId>(row[9]), id);
    EXPECT_EQ(value<std::string>(row[10]), "1767603600.123456");
    EXPECT_EQ(value<int>(row[11]), 7);
    return false;
  });
}

TEST_F(DatabasePool, NullsGoBothWaysAndIntoAPlainTypeTheyThrow) {
  pool->run(database.deadline(), [&](Transaction& tx) {
    const auto row = *exec_row(tx, kEcho, std::optional<Instant>(), std::optional<std::string>(), std::nullopt,
                               std::optional<bool>(), std::optional<Bytes>(), std::optional<std::vector<std::string>>(),
                               std::nullopt, std::nullopt, std::nullopt, std::optional<BankId>());
    EXPECT_FALSE(value<std::optional<Instant>>(row[0]).has_value());
    EXPECT_FALSE(value<std::optional<std::string>>(row[1]).has_value());
    EXPECT_FALSE(value<std::optional<Bytes>>(row[4]).has_value());
    EXPECT_THROW(value<Instant>(row[0]), BrokenInvariant);
    EXPECT_THROW(value<std::string>(row[1]), BrokenInvariant);
    EXPECT_THROW(value<std::int64_t>(row[2]), BrokenInvariant);
    return false;
  });
}

TEST_F(DatabasePool, TimesAreExactAtTheEdges) {
  for (const std::int64_t micros : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1767603600000001},
                                    std::int64_t{1767603600999999}, std::int64_t{253402300799999999}}) {
    const Instant at{std::chrono::microseconds(micros)};
    read_only(*pool, database.deadline(), [&](Transaction& tx) {
      const auto row = *exec_row(tx, kEcho, at, "", 0, false, Bytes{}, std::vector<std::string>{},
                                 std::chrono::sys_days(), 0.0, "{}", std::optional<BankId>());
      EXPECT_EQ(value<Instant>(row[0]), at);
      return 0;
    });
  }
}

// The row changes between this transaction's snapshot and its own change of it.
TEST_F(DatabasePool, ASerializationFailureRunsAgain) {
  insert(1);
  int runs = 0;
  pool->run(database.deadline(), [&](Transaction& tx) {
    exec(tx, kRepeatable);
    exec(tx, kCount);
    if (++runs == 1) database.sql("UPDATE public.thing SET note = 'other' WHERE id = 1");
    exec(tx, kTouch, 1, "mine");
    return true;
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(database.sql("SELECT note FROM public.thing")[0][0], "mine");
  EXPECT_THAT(database.metrics().text(), HasSubstr("aldgate_db_retries_total{cause=\"40001\"} 1"));
}

TEST_F(DatabasePool, ADeadlockRunsAgain) {
  insert(1);
  insert(2);
  std::latch both_hold_one(2);
  std::atomic<int> runs{0};
  const auto work = [&](std::int64_t first_id, std::int64_t second_id) {
    bool first = true;
    pool->run(database.deadline(30s), [&](Transaction& tx) {
      ++runs;
      // Who runs again goes in the one order: otherwise the two might meet crosswise for ever.
      const bool crosswise = std::exchange(first, false);
      exec(tx, kTouch, crosswise ? first_id : 1, "x");
      if (crosswise) both_hold_one.arrive_and_wait();
      exec(tx, kTouch, crosswise ? second_id : 2, "x");
      return true;
    });
  };
  auto other = std::async(std::launch::async, [&] { work(2, 1); });
  work(1, 2);
  other.get();
  // The server chooses whom it refuses, on a slow machine both: the repeated runs are the refused ones.
  EXPECT_GE(runs, 3);
  EXPECT_THAT(database.metrics().text(),
              HasSubstr("aldgate_db_retries_total{cause=\"40P01\"} " + std::to_string(runs - 2)));
}

TEST_F(DatabasePool, AConflictThatDoesNotEndIsUnavailableAfterFourRuns) {
  int runs = 0;
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction&) -> bool {
                           ++runs;
                           throw pqxx::serialization_failure("again");
                         }),
               Unavailable);
  EXPECT_EQ(runs, 4);
}

TEST_F(DatabasePool, AConnectionLostBetweenStatementsRunsAgainAndNothingIsDoubled) {
  int runs = 0;
  pool->run(database.deadline(), [&](Transaction& tx) {
    exec(tx, kInsert, 1, "");
    if (++runs == 1) kill(pid_of(tx));
    exec(tx, kInsert, 2, "");
    return true;
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 2);
}

// The session is gone before COMMIT is sent: that is certain, so that it may run again.
TEST_F(DatabasePool, AConnectionLostAfterTheLastStatementAndBeforeCommitRunsAgain) {
  int runs = 0;
  pool->run(database.deadline(), [&](Transaction& tx) {
    exec(tx, kInsert, 1, "");
    if (++runs == 1) kill(pid_of(tx));
    return true;
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 1);
}

// A deferred trigger makes COMMIT wait for a lock that this test holds; the backend ends while it waits there.
TEST_F(DatabasePool, AConnectionLostDuringCommitIsInDoubtAndNeverRunsAgain) {
  database.sql(R"(CREATE FUNCTION public.wait_for_gate() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_catalog.pg_advisory_xact_lock(77); RETURN NULL; END $$;
                  CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON public.thing DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION public.wait_for_gate())");
  auto gate_keeper = database.pool({{"test.lock", "SELECT pg_advisory_xact_lock(77)"}}, 1);
  std::promise<void> locked, release;
  std::thread keeper([&] {
    gate_keeper->run(database.deadline(60s), [&](Transaction& tx) {
      exec(tx, {"test.lock", ""});
      locked.set_value();
      release.get_future().wait();
      return false;
    });
  });
  locked.get_future().wait();
  std::atomic<int> runs{0};
  std::atomic<int> pid{0};
  auto outcome = std::async(std::launch::async, [&] {
    pool->run(database.deadline(60s), [&](Transaction& tx) {
      ++runs;
      exec(tx, kInsert, 1, "");
      pid = pid_of(tx);
      return true;
    });
  });
  wait_until("EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)");
  kill(pid);
  EXPECT_THROW(outcome.get(), InDoubt);
  EXPECT_EQ(runs, 1);
  release.set_value();
  keeper.join();
  EXPECT_EQ(count(), 0);
  EXPECT_THAT(database.metrics().text(), HasSubstr("aldgate_db_in_doubt_total 1"));
}

TEST_F(DatabasePool, ACommitTheServerRefusesIsNotInDoubt) {
  database.sql(R"(CREATE TABLE public.child (id bigint REFERENCES public.thing DEFERRABLE INITIALLY DEFERRED);
                  GRANT INSERT, SELECT ON public.child TO aldgate_service)");
  auto other = database.pool({{"test.child", "INSERT INTO public.child (id) VALUES ($1)"}, kPid}, 1);
  try {
    other->run(database.deadline(), [&](Transaction& tx) {
      exec(tx, {"test.child", ""}, 404);
      return true;
    });
    FAIL() << "it committed";
  } catch (const InDoubt&) {
    FAIL() << "the server said no: there is no doubt";
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("foreign key"));
  }
  other->ping(database.deadline());
}

TEST_F(DatabasePool, ACommitThatIsRefusedInTheOnlyMessageIsNotInDoubt) {
  database.sql(R"(CREATE TABLE public.child (id bigint REFERENCES public.thing DEFERRABLE INITIALLY DEFERRED);
                  GRANT INSERT, SELECT ON public.child TO aldgate_service)");
  auto other = database.pool({{"test.child", "INSERT INTO public.child (id) VALUES ($1)"}, kInsert, kPid}, 1);
  try {
    other->run(database.deadline(), [&](Transaction& tx) {
      exec_later(tx, kInsert, 1, "");
      exec_later(tx, {"test.child", ""}, 404);
      return true;
    });
    FAIL() << "it committed";
  } catch (const InDoubt&) {
    FAIL() << "the server said no: there is no doubt";
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("foreign key"));
  }
  EXPECT_EQ(count(), 0);
  other->run(database.deadline(), [&](Transaction& tx) {
    exec_later(tx, kInsert, 1, "");
    exec_later(tx, {"test.child", ""}, 1);
    return true;
  });
  EXPECT_EQ(count(), 1);
}

// What is held FOR SHARE by a demand must be held until the commit, in a single message too.
TEST_F(DatabasePool, ATransactionOfOneMessageHoldsItsLocksToItsEnd) {
  const Statement lock{"test.lock", "SELECT pg_advisory_xact_lock(77)"};
  const Statement share{"test.share", "SELECT id FROM public.thing WHERE id = 1 FOR SHARE"};
  auto other = database.pool({lock, share, kInsert}, 2);
  other->run(database.deadline(), [&](Transaction& tx) {
    exec_later(tx, kInsert, 1, "");
    return true;
  });
  std::promise<void> locked, release;
  std::thread keeper([&] {
    other->run(database.deadline(60s), [&](Transaction& tx) {
      exec(tx, lock);
      locked.set_value();
      release.get_future().wait();
      return false;
    });
  });
  locked.get_future().wait();
  auto outcome = std::async(std::launch::async, [&] {
    other->run(database.deadline(60s), [&](Transaction& tx) {
      exec_later(tx, share);
      exec_later(tx, lock);
      exec_later(tx, kInsert, 2, "");
      return true;
    });
  });
  wait_until("EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)");
  EXPECT_ANY_THROW(database.sql("SELECT id FROM public.thing WHERE id = 1 FOR UPDATE NOWAIT"));
  EXPECT_EQ(count(), 1) << "nothing of it is seen before its end";
  release.set_value();
  keeper.join();
  outcome.get();
  EXPECT_NO_THROW(database.sql("SELECT id FROM public.thing WHERE id = 1 FOR UPDATE NOWAIT"));
  EXPECT_EQ(count(), 2);
}

TEST_F(DatabasePool, ADeadConnectionInTheIdleListIsReplacedUnseen) {
  const int before = read_only(*pool, database.deadline(), [&](Transaction& tx) { return pid_of(tx); });
  kill(before);
  int runs = 0;
  pool->run(database.deadline(), [&](Transaction& tx) {
    ++runs;
    EXPECT_NE(pid_of(tx), before);
    return false;
  });
  EXPECT_EQ(runs, 1);
}

TEST_F(DatabasePool, ALookUpWhoseConnectionIsLostRunsAgain) {
  int runs = 0;
  pool->read(database.deadline(), [&](Transaction& tx) {
    if (++runs == 1) kill(pid_of(tx));
    exec(tx, kCount);
  });
  EXPECT_EQ(runs, 2);
}

TEST_F(DatabasePool, AStatementDoesNotOutliveTheDeadline) {
  EXPECT_THROW(pool->run(database.deadline(200ms),
                         [](Transaction& tx) {
                           exec(tx, kSleep, 60.0);
                           return true;
                         }),
               Unavailable);
  EXPECT_THROW(pool->read(database.deadline(200ms), [](Transaction& tx) { exec(tx, kSleep, 60.0); }), Unavailable);
  EXPECT_EQ(count(), 0);  // the next work has its own time
}

TEST_F(DatabasePool, WorkDoesNotBeginAfterItsDeadline) {
  const int before = count();
  EXPECT_THROW(pool->run(database.deadline(0ms),
                         [](Transaction& tx) {
                           exec(tx, kInsert, 4711, "late");
                           return true;
                         }),
               Unavailable);
  EXPECT_THROW(pool->read(database.deadline(-1s), [](Transaction&) { FAIL() << "the work was begun"; }), Unavailable);
  EXPECT_EQ(count(), before);
}

TEST_F(DatabasePool, TheStatementTimeoutFollowsTheDeadlineAndIsRightAfterARollback) {
  auto one = database.pool({kTimeout}, 1);
  const auto timeout = [&](std::chrono::milliseconds deadline, bool commit) {
    int found = 0;
    one->run(database.deadline(deadline), [&](Transaction& tx) {
      found = value<int>((*exec_row(tx, kTimeout))[0]);
      return commit;
    });
    return found;
  };
  EXPECT_EQ(timeout(3500ms, true), 3000);
  EXPECT_EQ(timeout(9s, false), 7500);
  EXPECT_EQ(timeout(3500ms, false), 3000);
  EXPECT_EQ(timeout(9s, true), 7500);
  EXPECT_EQ(timeout(9s, true), 7500);
  EXPECT_EQ(
      read_only(*one, database.deadline(18s), [](Transaction& tx) { return value<int>((*exec_row(tx, kTimeout))[0]); }),
      15000);
  EXPECT_EQ(timeout(18s, false), 15000);
}

TEST_F(DatabasePool, LeasesAreBoundedAndTheOneTooManyIsUnavailableAtItsDeadline) {
  auto small = database.pool({kPid}, 1);
  small->run(database.deadline(), [&](Transaction&) {
    EXPECT_THROW(small->ping(database.deadline(50ms)), Unavailable);
    EXPECT_THAT(database.metrics().text(), HasSubstr("aldgate_db_connections_in_use 1"));
    return false;
  });
  small->ping(database.deadline());
}

TEST_F(DatabasePool, AWaiterGetsTheConnectionThatComesBack) {
  auto small = database.pool({kPid}, 2);
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i)
        small->run(database.deadline(60s), [&](Transaction& tx) {
          exec(tx, kPid);
          ++done;
          return (t + i) % 2 == 0;
        });
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 160);
  EXPECT_LE(std::stoi(database.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'aldgate_service'"
                                   " AND datname = current_database()")[0][0]),
            2 + 4);
}

TEST_F(DatabasePool, TheServiceRoleSeesNoUnqualifiedNamesAndWritesUtc) {
  auto other = database.pool({{"test.session", R"sql(
      SELECT current_setting('search_path'), current_setting('timezone'), current_setting('default_transaction_isolation'),
             current_user::text)sql"}});
  read_only(*other, database.deadline(), [](Transaction& tx) {
    const auto row = *exec_row(tx, {"test.session", ""});
    EXPECT_EQ(value<std::string>(row[0]), "");
    EXPECT_EQ(value<std::string>(row[1]), "UTC");
    EXPECT_EQ(value<std::string>(row[2]), "read committed");
    EXPECT_EQ(value<std::string>(row[3]), "aldgate_service");
    return 0;
  });
}

TEST_F(DatabasePool, AListenerWakesOnNotifyAndOnInterrupt) {
  auto listener = pool->listen("test_channel");
  EXPECT_TRUE(listener->wait(10s));  // the first: what came before is unknown
  EXPECT_FALSE(listener->wait(1ms));
  database.sql("NOTIFY test_channel");
  EXPECT_TRUE(listener->wait(30s));
  listener->interrupt();
  EXPECT_FALSE(listener->wait(30s));
}

}  // namespace
}  // namespace base::db
