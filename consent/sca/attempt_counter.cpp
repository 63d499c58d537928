#include "consent/sca/attempt_counter.h"

#include "base/crypto/hash.h"
#include "base/ensure.h"
#include "consent/store/attempt_store.h"

namespace consent {
namespace {

constexpr std::chrono::hours kForgetAfter{24 * 30};

}  // namespace

AttemptCounter::AttemptCounter(base::db::Pool& pool, base::Secret key, LockoutPolicy policy)
    : pool_(pool), key_(std::move(key)), policy_(std::move(policy)) {
  ENSURE(key_.reveal().size() >= 32, "the key of failed attempts has at least 32 bytes");
  // [RTS-SCA-4.3b] "shall not exceed five"
  ENSURE(policy_.attempts >= 2 && policy_.attempts <= 5, "between two and five attempts");
  ENSURE(!policy_.blocks.empty(), "at least one length of block");
  for (const auto block : policy_.blocks) ENSURE(block > std::chrono::seconds(0), "a block has a length");
}

std::string AttemptCounter::subject_of(const base::PsuId& psu) const {
  return base::crypto::hmac_sha256(key_, "psu:" + psu.str());
}

std::string AttemptCounter::subject_of_unknown(std::string_view username) const {
  return base::crypto::hmac_sha256(key_, "name:" + std::string(username));
}

base::Result<AttemptTaken, Blocked> AttemptCounter::take(const base::Caller& caller, const std::string& subject) {
  using Outcome = base::Result<AttemptTaken, Blocked>;
  std::vector<std::string> blocks;
  for (const auto block : policy_.blocks) blocks.push_back(std::to_string(block.count()));
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    const base::Instant now = caller.now.protocol;
    if (const auto taken = AttemptStore::take(tx, caller.tenant, subject, policy_.attempts, blocks, now)) {
      return AttemptTaken{policy_.attempts - taken->taken, taken->blocked_until};
    }
    const auto state = AttemptStore::find(tx, caller.tenant, subject);
    // Lifted between the two statements: whoever was under way was right. Trying again is the caller's business.
    if (!state || !state->blocked_until) return base::failure(Blocked{now, true});
    return base::failure(Blocked{*state->blocked_until, state->failed < policy_.attempts});
  });
}

void AttemptCounter::give_back(base::db::Transaction& tx, const base::Caller& caller, const std::string& subject) {
  AttemptStore::give_back(tx, caller.tenant, subject, caller.now.protocol);
}

void AttemptCounter::confirm_failure(base::db::Transaction& tx, const base::Caller& caller,
                                     const std::string& subject) {
  AttemptStore::confirm_failure(tx, caller.tenant, subject, caller.now.protocol);
}

void AttemptCounter::reset(base::db::Transaction& tx, const base::Caller& caller, const std::string& subject) {
  AttemptStore::reset(tx, caller.tenant, subject);
}

void AttemptCounter::unlock(const base::Caller& caller, const base::PsuId& psu) {
  base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    unlock(tx, caller, psu);
    return true;
  });
}

void AttemptCounter::unlock(base::db::Transaction& tx, const base::Caller& caller, const base::PsuId& psu) {
  AttemptStore::reset(tx, caller.tenant, subject_of(psu));
}

int AttemptCounter::purge(const base::Caller& caller, int limit) {
  const base::Instant now = caller.now.protocol;
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return AttemptStore::purge(tx, now - kForgetAfter, now, limit);
  });
}

}  // namespace consent
