#include "consent/sca/customer_sessions.h"

#include <algorithm>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "consent/sca/session_rows.h"
#include "consent/store/session_store.h"

namespace consent {

CustomerSession session_from(const SessionRow& row, const SessionLimits& limits) {
  CustomerSession s;
  s.id = row.id;
  s.psu = row.psu;
  s.knowledge_at = row.knowledge_at;
  s.possession_at = row.possession_at;
  s.challenge = row.challenge;
  s.challenge_ends = row.challenge_ends;
  s.created = row.created;
  s.last_active = row.last_active;
  s.ends = row.ends;
  s.bound_terms = row.bound_terms;
  s.method = row.method;
  s.idle_ends = std::min<base::Instant>(row.last_active + limits.idle, row.ends);
  return s;
}

std::string session_hash(std::string_view handle) { return base::crypto::sha256(handle); }

CustomerSessions::CustomerSessions(base::db::Pool& pool, base::Entropy& entropy, SessionLimits limits)
    : pool_(pool), entropy_(entropy), limits_(limits) {
  // [RTS-SCA-4.3d] "shall not exceed 5 minutes"
  ENSURE(limits.idle > std::chrono::seconds(0) && limits.idle <= std::chrono::minutes(5),
         "a customer session idles for at most five minutes");
  ENSURE(limits.touch >= std::chrono::seconds(0) && limits.touch < limits.idle,
         "activity is written more often than a session may idle");
  ENSURE(limits.absolute >= limits.idle && limits.challenge > std::chrono::seconds(0),
         "session limits must be positive");
}

SessionWithHandle CustomerSessions::start(const base::Caller& caller) {
  const base::Instant now = caller.now.protocol;
  std::string handle = base::random_handle(entropy_);
  SessionRow row;
  row.id = base::uuid_v7(now, entropy_);
  row.created = now;
  row.last_active = now;
  row.ends = now + limits_.absolute;
  base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    SessionStore::insert(tx, caller.tenant, session_hash(handle), row);
    return true;
  });
  return {base::Secret(std::move(handle)), session_from(row, limits_)};
}

std::optional<CustomerSession> CustomerSessions::find(const base::Caller& caller, std::string_view handle,
                                                      Activity activity) {
  if (handle.empty()) return std::nullopt;
  const base::Instant now = caller.now.protocol;
  const std::string hash = session_hash(handle);
  auto row = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return SessionStore::find(tx, caller.tenant, hash, now, now - limits_.idle);
  });
  if (!row) return std::nullopt;
  if (activity == Activity::counts && row->last_active + limits_.touch <= now && row->last_active < now) {
    base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
      return SessionStore::touch(tx, caller.tenant, hash, now, now);
    });
    row->last_active = now;
  }
  return session_from(*row, limits_);
}

std::optional<CustomerSession> CustomerSessions::extend(const base::Caller& caller, std::string_view handle) {
  auto session = find(caller, handle, Activity::does_not_count);
  if (!session) return std::nullopt;
  const base::Instant now = caller.now.protocol;
  base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return SessionStore::touch(tx, caller.tenant, session_hash(handle), now, now);
  });
  session->last_active = std::max(session->last_active, now);
  session->idle_ends = std::min<base::Instant>(session->last_active + limits_.idle, session->ends);
  return session;
}

bool CustomerSessions::spend_binding(base::db::Transaction& tx, const base::Caller& caller, std::string_view handle,
                                     const std::string& terms_hash) {
  return SessionStore::spend_binding(tx, caller.tenant, session_hash(handle), terms_hash);
}

void CustomerSessions::end(const base::Caller& caller, std::string_view handle) {
  base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    SessionStore::end(tx, caller.tenant, session_hash(handle));
    return true;
  });
}

int CustomerSessions::end_all(const base::Caller& caller, const base::PsuId& psu) {
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return SessionStore::end_of_psu(tx, caller.tenant, psu);
  });
}

int CustomerSessions::purge(const base::Caller& caller, int limit) {
  const base::Instant now = caller.now.protocol;
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return SessionStore::purge(tx, now, now - limits_.idle, limit);
  });
}

std::string csrf_token(std::string_view handle) {
  ENSURE(!handle.empty(), "a session without a handle has no forms");
  return base::base64url_encode(
      std::string_view(base::crypto::hmac_sha256(base::Secret::copy_of(handle), "aldgate csrf token")));
}

bool csrf_token_matches(std::string_view handle, std::string_view presented) {
  if (handle.empty()) return false;
  return base::constant_time_equal(csrf_token(handle), presented);
}

}  // namespace consent
