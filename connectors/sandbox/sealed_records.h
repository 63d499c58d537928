// What of the sandbox's customers and accounts is sealed at rest, under a data key each (erasure is deleting the key).
#pragma once

#include <string>

#include "base/crypto/key_encryption.h"
#include "base/entropy.h"
#include "base/id.h"
#include "connectors/store/sandbox_accounts.h"
#include "connectors/store/sandbox_customers.h"

namespace connectors {

struct CustomerProfile {
  std::string display_name;
  std::string otp;          // always accepted; empty: none
  std::string totp_secret;  // base32; empty: none
};

struct AccountIdentity {
  std::string owner_name, nickname;
  std::string sort_code_account_number;  // 14 digits
  std::string iban;                      // empty: none
};

// Fill wrapped_key and the sealed bytes of the row; the row's id must be set.
void seal(CustomerRow& row, const CustomerProfile& profile, const base::crypto::KeyEncryptionKey& key,
          base::Entropy& entropy);
void seal(AccountRow& row, const AccountIdentity& identity, const base::crypto::KeyEncryptionKey& key,
          base::Entropy& entropy);
// Throw when the row does not open: another key, or a damaged or moved row.
CustomerProfile open(const CustomerRow& row, const base::crypto::KeyEncryptionKey& key);
AccountIdentity open(const AccountRow& row, const base::crypto::KeyEncryptionKey& key);

// How a username is looked up.
std::string username_index(const base::crypto::KeyEncryptionKey& key, const std::string& username);

}  // namespace connectors
