// round_trip_floor: the processor time that one durable round trip costs the process that makes it: a prepared INSERT
// of the shape of an assertion's jti, with BEGIN and COMMIT in the same message, over libpq's pipeline mode, and one
// blocking read of the answer. The server's own time is not counted. What a request that must leave a row cannot do
// without, and nothing around it: no pool, no retries, no deadline.
//
// usage: round_trip_floor [ROUND_TRIPS=1000]     libpq's own environment says where; prints round_trip_us=…
#include <fcntl.h>
#include <libpq-fe.h>
#include <time.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void require(bool done, PGconn* with) {
  if (done) return;
  std::fprintf(stderr, "round_trip_floor: %s\n", PQerrorMessage(with));
  std::exit(1);
}

double processor_microseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

void command(PGconn* with, const char* sql) {
  PGresult* const result = PQexec(with, sql);
  require(PQresultStatus(result) == PGRES_COMMAND_OK, with);
  PQclear(result);
}

void prepare(PGconn* with, const char* name, const char* sql) {
  PGresult* const result = PQprepare(with, name, sql, 0, nullptr);
  require(PQresultStatus(result) == PGRES_COMMAND_OK, with);
  PQclear(result);
}

PGresult* next(PGconn* with) {
  while (PQisBusy(with) == 1) require(PQconsumeInput(with) == 1, with);
  return PQgetResult(with);
}

void round_trip(PGconn* with, unsigned number) {
  // 32 octets, none like another.
  std::array<char, 32> hash{};
  std::snprintf(hash.data(), hash.size(), "%u", number * 2654435761u);
  const std::array<const char*, 3> values{"a client's id of usual length", hash.data(), "2026-01-05 09:00:00+00"};
  const std::array<int, 3> lengths{0, static_cast<int>(hash.size()), 0}, formats{0, 1, 0};
  bool fits = PQenterPipelineMode(with) == 1 &&
              PQsendQueryPrepared(with, "begin", 0, nullptr, nullptr, nullptr, 0) == 1 &&
              PQsendQueryPrepared(with, "insert", 3, values.data(), lengths.data(), formats.data(), 0) == 1 &&
              PQsendQueryPrepared(with, "commit", 0, nullptr, nullptr, nullptr, 0) == 1 && PQpipelineSync(with) == 1;
  for (int i = 0; fits && i < 3; ++i) {
    PGresult* const result = next(with);
    fits = PQresultStatus(result) == PGRES_COMMAND_OK && next(with) == nullptr;
    PQclear(result);
  }
  PGresult* const end = fits ? next(with) : nullptr;
  require(PQresultStatus(end) == PGRES_PIPELINE_SYNC && PQexitPipelineMode(with) == 1, with);
  PQclear(end);
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned count = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1000;
  PGconn* const session = PQconnectdb("");
  require(PQstatus(session) == CONNECTION_OK, session);
  PQsetNoticeProcessor(
      session, [](void*, const char*) {}, nullptr);
  command(session, "CREATE SCHEMA IF NOT EXISTS bench");
  command(session,
          "CREATE TABLE IF NOT EXISTS bench.round_trip (client_id text, jti_hash bytea PRIMARY KEY, expires_at "
          "timestamptz NOT NULL)");
  command(session, "TRUNCATE bench.round_trip");
  prepare(session, "begin", "BEGIN");
  prepare(session, "commit", "COMMIT");
  prepare(session, "insert", "INSERT INTO bench.round_trip VALUES ($1, $2, $3)");
  // Reads then wait by themselves, without a poll.
  fcntl(PQsocket(session), F_SETFL, fcntl(PQsocket(session), F_GETFL) & ~O_NONBLOCK);
  const unsigned warming = count / 10;
  for (unsigned i = 0; i < warming; ++i) round_trip(session, i);
  const double started = processor_microseconds();
  for (unsigned i = warming; i < warming + count; ++i) round_trip(session, i);
  std::printf("round_trip_us=%.2f\n", (processor_microseconds() - started) / count);
  command(session, "DROP TABLE bench.round_trip");
  PQfinish(session);
  return 0;
}
