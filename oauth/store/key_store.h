// oauth.signing_key. Changes of the ring come one after the other, by an advisory lock.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "oauth/tokens/key_schedule.h"

namespace oauth {

struct SigningKeyRow {
  KeyDates dates;
  std::string algorithm;
  std::string public_jwk;
  std::string sealed_private;  // empty: wiped
  std::string kek_id;
};

void lock_key_ring(base::db::Transaction& tx, const base::BrandId& brand);  // until the transaction ends
// By algorithm, each line in the order of its activation.
std::vector<SigningKeyRow> read_signing_keys(base::db::Transaction& tx, const base::BrandId& brand);
void insert_signing_key(base::db::Transaction& tx, const base::BrandId& brand, const SigningKeyRow& key);
void set_key_retirement(base::db::Transaction& tx, const base::BrandId& brand, const std::string& kid,
                        base::Instant retires_at);
void set_key_compromised(base::db::Transaction& tx, const base::BrandId& brand, const std::string& kid,
                         base::Instant at);
// Wipes the private halves of keys that can sign no more. How many.
int wipe_private_halves(base::db::Transaction& tx, const base::BrandId& brand, base::Instant now);

std::vector<base::db::Statement> key_statements();

}  // namespace oauth
