// The sandbox's customers, accounts and two years of transactions that end at the seed's business date.
#pragma once

#include <string>
#include <vector>

#include "base/caller.h"
#include "base/crypto/key_encryption.h"
#include "base/db/transaction.h"
#include "base/entropy.h"

namespace connectors {

// Fictional, published in the sandbox's description file.
struct SandboxPersona {
  std::string username, password;
  std::string otp;          // always accepted; empty when the customer has none
  std::string totp_secret;  // RFC 4648 base32; empty when the customer has none
  bool decoupled = false;
  std::string
      purpose;  // "lockout", "sca-fails", "locked", "no-accounts", "joint", "both-sign"; empty: an ordinary customer
};
const std::vector<SandboxPersona>& sandbox_personas();

struct SeedReport {
  int customers = 0, accounts = 0, transactions = 0;  // added by this run; all 0 when the seed was there
};

// Idempotent: a persona that exists is left as it is. Same key and same business date: same ids, same amounts.
SeedReport seed_sandbox(base::db::Transaction& tx, const base::Caller& caller,
                        const base::crypto::KeyEncryptionKey& key, base::Entropy& entropy);

}  // namespace connectors
