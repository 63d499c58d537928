#include "connectors/sandbox/sealed_records.h"

#include <optional>
#include <string_view>

#include "base/crypto/envelope.h"
#include "base/ensure.h"
#include "base/json/strict.h"

namespace connectors {
namespace {

using base::crypto::DataKey;
using base::crypto::KeyEncryptionKey;
using base::json::Value;

struct Sealed {
  std::string wrapped_key, bytes;
};

// `place` names table and id: a record copied to another row does not open.
Sealed seal_record(const Value& record, const std::string& place, const KeyEncryptionKey& key, base::Entropy& entropy) {
  const DataKey data_key = DataKey::generate(entropy);
  return {data_key.wrap(key, place, entropy), data_key.seal(base::json::dump(record), place, entropy)};
}

Value open_record(const std::string& wrapped_key, const std::string& sealed, const std::string& place,
                  const KeyEncryptionKey& key) {
  const auto data_key = DataKey::unwrap(key, wrapped_key, place);
  ENSURE(data_key.has_value(),
         "a data key of the sandbox bank does not unwrap: is the key-encryption key another one?");
  const auto bytes = data_key->open(sealed, place);
  ENSURE(bytes.has_value(), "a sealed record of the sandbox bank does not open");
  auto record = base::json::parse_strict(bytes->reveal(), {.max_bytes = 65536});
  ENSURE(record.has_value(), "a sealed record of the sandbox bank is not JSON");
  return std::move(*record);
}

std::string place_of(const CustomerRow& row) { return "connectors.customer/" + row.psu.str(); }
std::string place_of(const AccountRow& row) { return "connectors.account/" + row.id.str(); }

}  // namespace

void seal(CustomerRow& row, const CustomerProfile& profile, const KeyEncryptionKey& key, base::Entropy& entropy) {
  const Value record = {
      {"display_name", profile.display_name}, {"otp", profile.otp}, {"totp_secret", profile.totp_secret}};
  Sealed sealed = seal_record(record, place_of(row), key, entropy);
  row.wrapped_key = std::move(sealed.wrapped_key);
  row.sealed_profile = std::move(sealed.bytes);
}

void seal(AccountRow& row, const AccountIdentity& identity, const KeyEncryptionKey& key, base::Entropy& entropy) {
  const Value record = {{"owner_name", identity.owner_name},
                        {"nickname", identity.nickname},
                        {"number", identity.sort_code_account_number},
                        {"iban", identity.iban}};
  Sealed sealed = seal_record(record, place_of(row), key, entropy);
  row.wrapped_key = std::move(sealed.wrapped_key);
  row.sealed_identity = std::move(sealed.bytes);
}

CustomerProfile open(const CustomerRow& row, const KeyEncryptionKey& key) {
  const Value record = open_record(row.wrapped_key, row.sealed_profile, place_of(row), key);
  return {record.at("display_name").get<std::string>(), record.at("otp").get<std::string>(),
          record.at("totp_secret").get<std::string>()};
}

AccountIdentity open(const AccountRow& row, const KeyEncryptionKey& key) {
  const Value record = open_record(row.wrapped_key, row.sealed_identity, place_of(row), key);
  return {record.at("owner_name").get<std::string>(), record.at("nickname").get<std::string>(),
          record.at("number").get<std::string>(), record.at("iban").get<std::string>()};
}

std::string username_index(const KeyEncryptionKey& key, const std::string& username) {
  return base::crypto::BlindIndex(key).of("connectors.customer.username", username);
}

}  // namespace connectors
