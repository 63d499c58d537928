#include "consent/sca/webauthn/authenticator_data.h"

#include "consent/sca/webauthn/cbor.h"

namespace consent::webauthn {
namespace {

using base::crypto::RawAlgorithm;
using base::crypto::RawPublicKey;

auto refuse(std::string why) { return base::failure(std::move(why)); }

// COSE algorithm and key type identifiers (RFC 9053, RFC 8812).
constexpr std::int64_t kEs256 = -7;
constexpr std::int64_t kEdDsa = -8;
constexpr std::int64_t kRs256 = -257;
constexpr std::int64_t kOkp = 1;
constexpr std::int64_t kEc2 = 2;
constexpr std::int64_t kRsa = 3;

bool is(const cbor::Value* value, std::int64_t integer) {
  return value != nullptr && value->kind == cbor::Kind::integer && value->integer == integer;
}

const std::string* octets(const cbor::Value& key, std::int64_t label) {
  const cbor::Value* value = key.at(label);
  return value != nullptr && value->kind == cbor::Kind::bytes ? &value->string : nullptr;
}

base::Result<RawPublicKey, std::string> public_key_of(const cbor::Value& key) {
  if (key.kind != cbor::Kind::map) return refuse("the public key is no map");
  RawPublicKey read;
  std::size_t members = 0;
  const std::string *first = nullptr, *second = nullptr;
  if (is(key.at(1), kEc2) && is(key.at(3), kEs256) && is(key.at(-1), 1)) {  // crv P-256
    read.algorithm = RawAlgorithm::es256;
    members = 5;
    first = octets(key, -2);
    second = octets(key, -3);
    if (first != nullptr) read.x = *first;
    if (second != nullptr) read.y = *second;
  } else if (is(key.at(1), kOkp) && is(key.at(3), kEdDsa) && is(key.at(-1), 6)) {  // crv Ed25519
    read.algorithm = RawAlgorithm::eddsa;
    members = 4;
    first = second = octets(key, -2);
    if (first != nullptr) read.x = *first;
  } else if (is(key.at(1), kRsa) && is(key.at(3), kRs256)) {
    read.algorithm = RawAlgorithm::rs256;
    members = 4;
    first = octets(key, -1);
    second = octets(key, -2);
    if (first != nullptr) read.n = *first;
    if (second != nullptr) read.e = *second;
  } else {
    return refuse("the public key is of none of the algorithms that were asked for");
  }
  if (first == nullptr || second == nullptr) return refuse("a number of the public key is missing");
  // [WEBAUTHN-3-6.5.1.1] the key "MUST NOT contain any other OPTIONAL parameters"
  if (key.members() != members) return refuse("the public key has other members");
  if (const auto fault = base::crypto::fault_of(read)) return refuse("the public key: " + fault->log_text);
  return read;
}

class Bytes {
 public:
  explicit Bytes(std::string_view rest) : rest_(rest) {}
  std::size_t left() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint32_t number(std::size_t count) {
    std::uint32_t value = 0;
    for (const char c : take(count)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }

 private:
  std::string_view rest_;
};

base::Result<AttestedCredential, std::string> attested_credential(Bytes& bytes) {
  constexpr std::size_t kLongestId = 1023;
  if (bytes.left() < 18) return refuse("the attested credential ends too early");
  AttestedCredential credential;
  credential.aaguid = bytes.take(16);
  const std::size_t id_size = bytes.number(2);
  // [WEBAUTHN-3-7.1-25] "Verify that the credentialId is <= 1023 bytes."
  if (id_size == 0 || id_size > kLongestId || id_size > bytes.left()) return refuse("the credential id's length");
  credential.id = bytes.take(id_size);
  const auto key = cbor::read_first(bytes.rest());
  if (!key) return refuse("the public key: " + key.error());
  credential.public_key = bytes.take(key->size);
  TRY(credential.key, public_key_of(key->value));
  return credential;
}

}  // namespace

base::Result<AuthenticatorData, std::string> read_authenticator_data(std::string_view text) {
  constexpr unsigned kUp = 1, kUv = 4, kBe = 8, kBs = 16, kAt = 64, kEd = 128;
  if (text.size() < 37) return refuse("authenticator data has 37 bytes or more");
  Bytes bytes(text);
  AuthenticatorData data;
  data.rp_id_hash = bytes.take(32);
  const std::uint32_t flags = bytes.number(1);
  data.user_present = (flags & kUp) != 0;
  data.user_verified = (flags & kUv) != 0;
  data.backup_eligible = (flags & kBe) != 0;
  data.backed_up = (flags & kBs) != 0;
  data.sign_count = bytes.number(4);
  // [WEBAUTHN-3-7.2-18] "If the BE bit of the flags in authData is not set, verify that the BS bit is not set."
  if (data.backed_up && !data.backup_eligible) return refuse("backed up though it is not eligible for it");
  if ((flags & kAt) != 0) {
    TRY(data.credential, attested_credential(bytes));
  }
  if ((flags & kEd) != 0) {
    const auto extensions = cbor::read_first(bytes.rest());
    if (!extensions) return refuse("the extensions: " + extensions.error());
    if (extensions->value.kind != cbor::Kind::map) return refuse("the extensions are no map");
    bytes.take(extensions->size);
  }
  if (bytes.left() != 0) return refuse("bytes after the authenticator data");
  return data;
}

base::Result<RawPublicKey, std::string> read_public_key(std::string_view cose) {
  const auto key = cbor::read(cose);
  if (!key) return refuse("the public key: " + key.error());
  return public_key_of(*key);
}

}  // namespace consent::webauthn
