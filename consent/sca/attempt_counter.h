// Consecutive failed authentications of one customer, counted over all doors.
// [RTS-SCA-4.3b] at most five within a period before a block; [RTS-SCA-4.4] the customer is warned before, the block is
// temporary here and grows, and a secure way back exists (unlock).
//
// An attempt is taken before anything is verified, in one UPDATE … RETURNING, and given back when the element was
// right: so wrong answers plus attempts under way never exceed the limit, whatever runs at once. Taking the last
// attempt sets the block in the same statement (a crash between leaves a block that ends by itself); giving it back
// lifts it. Subjects are keyed hashes, of the customer or, for a name that nobody has, of that name: the answer does
// not tell which.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/clock.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "base/result.h"
#include "base/secret.h"

namespace consent {

struct LockoutPolicy {
  int attempts = 5;  // 2..5 (checked)
  // First, second, … block; the last one repeats. A full success starts over.
  std::vector<std::chrono::seconds> blocks{std::chrono::minutes(15), std::chrono::hours(1), std::chrono::hours(6),
                                           std::chrono::hours(24)};
};

struct AttemptTaken {
  int left = 0;                                // attempts left after this one, should it fail
  std::optional<base::Instant> blocked_until;  // set when this is the last one: holds should it fail
};

struct Blocked {
  base::Instant until;
  // All attempts are taken, but not all have failed: the others are being verified at this moment. The block holds only
  // if they fail too.
  bool undecided = false;
};

class AttemptCounter {
 public:
  // `key`: at least 32 bytes, the same on every node.
  AttemptCounter(base::db::Pool& pool, base::Secret key, LockoutPolicy policy);

  std::string subject_of(const base::PsuId& psu) const;
  std::string subject_of_unknown(std::string_view username) const;

  base::Result<AttemptTaken, Blocked> take(const base::Caller& caller, const std::string& subject);
  // The element was right (or could not be verified at all): this attempt did not fail.
  void give_back(base::db::Transaction& tx, const base::Caller& caller, const std::string& subject);
  // The element was wrong: the attempt stays taken, and is known to have failed.
  void confirm_failure(base::db::Transaction& tx, const base::Caller& caller, const std::string& subject);
  // Both elements were right: the count of consecutive failures is zero again.
  void reset(base::db::Transaction& tx, const base::Caller& caller, const std::string& subject);

  // Unblocks, after re-identification by the bank (or by the sandbox's reset).
  void unlock(const base::Caller& caller, const base::PsuId& psu);
  // The same in the caller's transaction, with its evidence.
  void unlock(base::db::Transaction& tx, const base::Caller& caller, const base::PsuId& psu);
  // Deletes counters that say nothing any more, over all tenants; returns how many.
  int purge(const base::Caller& caller, int limit = 1000);

  const LockoutPolicy& policy() const { return policy_; }

 private:
  base::db::Pool& pool_;
  const base::Secret key_;
  const LockoutPolicy policy_;
};

}  // namespace consent
