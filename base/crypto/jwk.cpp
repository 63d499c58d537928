#include "base/crypto/jwk.h"

#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "base/crypto/evp_key.h"
#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "base/json/reader.h"

namespace base::crypto {

struct PublicKey::Impl {
  PreparedKey key;
  PublicMembers members;
  JwsAlgorithm algorithm;
  std::string kid;
  std::string thumbprint;
};

struct PrivateKey::Impl {
  PreparedKey key;
  PublicKey public_half;
};

namespace {

constexpr json::Limits kJwkLimits{.max_bytes = 16 * 1024, .max_depth = 8};
constexpr std::size_t kMaxKidBytes = 256;
// Of every key type: RFC 7518 sections 6.2.2, 6.3.2 and 6.4, RFC 8037 section 2.
constexpr std::array<std::string_view, 9> kPrivateMembers{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"};

enum class Half : std::uint8_t { public_, private_ };
enum class Origin : std::uint8_t { outside, own };

auto refuse(JwkErrorCode code, std::string why) { return failure(JwkError{code, std::move(why)}); }
JwkError from_json_error(const json::ParseError& error) { return {JwkErrorCode::malformed, error.text()}; }

Result<std::string, JwkError> octets(json::Reader& jwk, std::string_view member) {
  auto text = jwk.required<std::string>(member);
  if (!text) return failure(from_json_error(text.error()));
  auto bytes = base64url_decode(*text);
  wipe(*text);  // of a private member
  if (!bytes) return refuse(JwkErrorCode::malformed, std::string(member) + " is not canonical base64url");
  return std::move(*bytes);
}

Result<std::optional<std::string>, JwkError> optional_text(json::Reader& jwk, std::string_view member) {
  auto text = jwk.optional<std::string>(member);
  if (!text) return failure(from_json_error(text.error()));
  return std::move(*text);
}

// What the key may be used for: `use` and `key_ops` (RFC 7517 sections 4.2, 4.3), where they are given, must admit it.
Result<void, JwkError> check_purpose(json::Reader& jwk, Half half) {
  TRY(const std::optional<std::string> use, optional_text(jwk, "use"));
  if (use && *use != "sig") return refuse(JwkErrorCode::unsupported, "use is not sig");
  auto operations = jwk.optional<std::vector<std::string>>("key_ops");
  if (!operations) return failure(from_json_error(operations.error()));
  if (!*operations) return {};
  auto list = **operations;
  std::sort(list.begin(), list.end());
  // [RFC7517-4.3] "Duplicate key operation values MUST NOT be present in the array."
  if (std::adjacent_find(list.begin(), list.end()) != list.end()) {
    return refuse(JwkErrorCode::malformed, "key_ops has a duplicate");
  }
  const bool verifies = std::binary_search(list.begin(), list.end(), "verify");
  const bool signs = std::binary_search(list.begin(), list.end(), "sign");
  if (half == Half::private_ ? !signs : !verifies && !signs) {
    return refuse(JwkErrorCode::unsupported, "key_ops does not admit signatures");
  }
  return {};
}

Result<PublicMembers, JwkError> read_public_members(json::Reader& jwk) {
  auto kty = jwk.required<std::string>("kty");
  if (!kty) return failure(from_json_error(kty.error()));
  if (*kty == "RSA") {
    TRY(std::string n, octets(jwk, "n"));
    TRY(std::string e, octets(jwk, "e"));
    return RsaMembers{std::move(n), std::move(e)};
  }
  const bool ec = *kty == "EC";
  if (!ec && *kty != "OKP") return refuse(JwkErrorCode::unsupported, "kty is not EC, RSA or OKP");
  auto curve = jwk.required<std::string>("crv");
  if (!curve) return failure(from_json_error(curve.error()));
  if (*curve != (ec ? "P-256" : "Ed25519")) return refuse(JwkErrorCode::unsupported, "crv is not P-256 or Ed25519");
  TRY(std::string x, octets(jwk, "x"));
  if (!ec) return OkpMembers{std::move(x)};
  TRY(std::string y, octets(jwk, "y"));
  return EcMembers{std::move(x), std::move(y)};
}

// [RFC7638-3.2] The required members only, in lexicographic order, without whitespace. base64url needs no escaping.
std::string thumbprint_input(const PublicMembers& members) {
  if (const auto* ec = std::get_if<EcMembers>(&members)) {
    return R"({"crv":"P-256","kty":"EC","x":")" + base64url_encode(ec->x) + R"(","y":")" + base64url_encode(ec->y) +
           "\"}";
  }
  if (const auto* rsa = std::get_if<RsaMembers>(&members)) {
    return R"({"e":")" + base64url_encode(rsa->e) + R"(","kty":"RSA","n":")" + base64url_encode(rsa->n) + "\"}";
  }
  return R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url_encode(std::get<OkpMembers>(members).x) + "\"}";
}

// `rsa`: what an RSA key is for; the other types leave no choice.
JwsAlgorithm algorithm_for(const PublicMembers& members, JwsAlgorithm rsa) {
  return std::holds_alternative<RsaMembers>(members) ? rsa : algorithm_of(members);
}

Result<PublicKey, JwkError> make_public(PublicMembers members, std::string kid,
                                        JwsAlgorithm rsa = JwsAlgorithm::ps256) {
  TRY(EvpPkeyPtr key, import_public(members));
  const JwsAlgorithm algorithm = algorithm_for(members, rsa);
  std::string thumbprint = sha256_base64url(thumbprint_input(members));
  return PublicKey(std::make_shared<const PublicKey::Impl>(
      PublicKey::Impl{prepare(std::move(key), algorithm, KeyUse::verify), std::move(members), algorithm, std::move(kid),
                      std::move(thumbprint)}));
}

Result<PublicKey, JwkError> read_public(const json::Value& value, AllowPrivate allow_private, Half half,
                                        Origin origin = Origin::outside) {
  json::Reader jwk(value);
  if (!value.is_object()) return refuse(JwkErrorCode::malformed, "a JWK is a JSON object");
  if (allow_private == AllowPrivate::no) {
    for (const std::string_view member : kPrivateMembers) {
      // [RFC9449-4.3-7] "The jwk JOSE Header Parameter does not contain a private key."
      if (jwk.has(member)) return refuse(JwkErrorCode::private_material, "the JWK has a private member");
    }
  }
  TRY(PublicMembers members, read_public_members(jwk));
  TRY_VOID(check_purpose(jwk, half));
  TRY(const std::optional<std::string> algorithm, optional_text(jwk, "alg"));
  // [RFC8725-3.1] "Each key MUST be used with exactly one algorithm": the one its type gives.
  const bool rs256 = origin == Origin::own && algorithm == to_text(JwsAlgorithm::rs256);
  const JwsAlgorithm rsa = rs256 ? JwsAlgorithm::rs256 : JwsAlgorithm::ps256;
  if (algorithm && *algorithm != to_text(algorithm_for(members, rsa))) {
    return refuse(JwkErrorCode::unsupported, "alg is not the one this gateway uses with such a key");
  }
  TRY(std::optional<std::string> kid, optional_text(jwk, "kid"));
  if (kid && (kid->empty() || kid->size() > kMaxKidBytes)) {
    return refuse(JwkErrorCode::malformed, "kid is empty or longer than 256 bytes");
  }
  return make_public(std::move(members), std::move(kid).value_or(""), rsa);
}

Result<json::Value, JwkError> parse_jwk_text(std::string_view text, const json::Limits& limits) {
  auto value = json::parse_strict(text, limits);
  if (!value) return failure(from_json_error(value.error()));
  return std::move(*value);
}

json::Value public_jwk(const PublicKey::Impl& key) {
  json::Value jwk{{"alg", to_text(key.algorithm)}, {"use", "sig"}};
  if (!key.kid.empty()) jwk["kid"] = key.kid;
  if (const auto* ec = std::get_if<EcMembers>(&key.members)) {
    jwk["kty"] = "EC";
    jwk["crv"] = "P-256";
    jwk["x"] = base64url_encode(ec->x);
    jwk["y"] = base64url_encode(ec->y);
  } else if (const auto* rsa = std::get_if<RsaMembers>(&key.members)) {
    jwk["kty"] = "RSA";
    jwk["n"] = base64url_encode(rsa->n);
    jwk["e"] = base64url_encode(rsa->e);
  } else {
    jwk["kty"] = "OKP";
    jwk["crv"] = "Ed25519";
    jwk["x"] = base64url_encode(std::get<OkpMembers>(key.members).x);
  }
  return jwk;
}

// The JSON library copies strings into its own; those of private members are wiped here.
void wipe_members(json::Value& jwk) {
  if (!jwk.is_object()) return;
  for (const std::string_view member : kPrivateMembers) {
    const auto found = jwk.find(member);
    if (found != jwk.end() && found->is_string()) wipe(found->get_ref<std::string&>());
  }
}

BioPtr read_bio(std::string_view text) {
  return BioPtr(ossl_check(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "BIO_new_mem_buf"));
}

// Instead of OpenSSL's prompt on the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

// The last step of every way to a private key: its public half passes the limits, and the two halves belong together.
Result<PrivateKey, JwkError> finish_private(EvpPkeyPtr key, std::string kid, JwsAlgorithm rsa = JwsAlgorithm::ps256) {
  TRY(PublicMembers members, public_members(key.get()));
  TRY(const PublicKey probed, make_public(members, kid));
  constexpr std::string_view kProbe = "the two halves of a key belong together";
  PreparedKey prepared = prepare(std::move(key), probed.algorithm(), KeyUse::sign);
  const auto signature = sign_with(prepared, probed.algorithm(), kProbe);
  if (!signature || !probed.verify(kProbe, *signature)) {
    return refuse(JwkErrorCode::invalid_key, "the private half does not fit the public half");
  }
  TRY(PublicKey public_half, make_public(std::move(members), std::move(kid), rsa));
  return PrivateKey(
      std::make_shared<const PrivateKey::Impl>(PrivateKey::Impl{std::move(prepared), std::move(public_half)}));
}

Result<PrivateMembers, JwkError> read_private_members(json::Reader& jwk, JwsAlgorithm algorithm) {
  PrivateMembers members;
  const auto read = [&](std::string_view name, Secret& into) -> Result<void, JwkError> {
    TRY(std::string bytes, octets(jwk, name));
    into = Secret(std::move(bytes));
    return {};
  };
  TRY_VOID(read("d", members.d));
  if (algorithm != JwsAlgorithm::ps256) return members;
  // The five others may be left out by RFC 7518 section 6.3.2; signing without them is several times slower.
  TRY_VOID(read("p", members.p));
  TRY_VOID(read("q", members.q));
  TRY_VOID(read("dp", members.dp));
  TRY_VOID(read("dq", members.dq));
  TRY_VOID(read("qi", members.qi));
  return members;
}

Result<PrivateKey, JwkError> read_private(const json::Value& value) {
  TRY(PublicKey public_half, read_public(value, AllowPrivate::yes, Half::private_));
  json::Reader jwk(value);
  TRY(const PrivateMembers secrets, read_private_members(jwk, public_half.algorithm()));
  json::Reader again(value);
  TRY(const PublicMembers members, read_public_members(again));
  EvpPkeyPtr key = import_private(members, secrets);
  if (!key) return refuse(JwkErrorCode::invalid_key, "OpenSSL refuses the private members");
  TRY(PrivateKey made, finish_private(std::move(key), public_half.kid()));
  // Ed25519 computes its public half from the private one, so the JWK's own has not been compared yet.
  if (made.public_key().thumbprint() != public_half.thumbprint()) {
    return refuse(JwkErrorCode::invalid_key, "the private half does not fit the public half");
  }
  return made;
}

}  // namespace

std::string_view to_text(JwsAlgorithm algorithm) {
  switch (algorithm) {
    case JwsAlgorithm::es256:
      return "ES256";
    case JwsAlgorithm::ps256:
      return "PS256";
    case JwsAlgorithm::eddsa:
      return "EdDSA";
    case JwsAlgorithm::rs256:
      return "RS256";
  }
  return "ES256";
}

std::optional<JwsAlgorithm> algorithm_from_text(std::string_view text) {
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}) {
    if (text == to_text(algorithm)) return algorithm;
  }
  return std::nullopt;
}

Result<PublicKey, JwkError> PublicKey::from_jwk(std::string_view text, AllowPrivate allow_private) {
  TRY(json::Value value, parse_jwk_text(text, kJwkLimits));
  auto key = read_public(value, allow_private, Half::public_);
  wipe_members(value);
  return key;
}

Result<PublicKey, JwkError> PublicKey::from_own_jwk(std::string_view text) {
  TRY(const json::Value value, parse_jwk_text(text, kJwkLimits));
  return read_public(value, AllowPrivate::no, Half::public_, Origin::own);
}

Result<PublicKey, JwkError> PublicKey::from_spki(std::string_view der) {
  const unsigned char* at = as_octets(der);
  const EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!key || at != as_octets(der) + der.size()) {
    drain_error_queue();
    return refuse(JwkErrorCode::malformed, "not a SubjectPublicKeyInfo");
  }
  TRY(PublicMembers members, public_members(key.get()));
  return make_public(std::move(members), "");
}

Result<PublicKey, JwkError> PublicKey::from_pem(std::string_view pem) {
  const BioPtr bio = read_bio(pem);
  const EvpPkeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
  if (!key) {
    drain_error_queue();
    return refuse(JwkErrorCode::malformed, "not a PEM public key");
  }
  TRY(PublicMembers members, public_members(key.get()));
  return make_public(std::move(members), "");
}

JwsAlgorithm PublicKey::algorithm() const { return impl_->algorithm; }
const std::string& PublicKey::kid() const { return impl_->kid; }
const std::string& PublicKey::thumbprint() const { return impl_->thumbprint; }

PublicKey PublicKey::with_kid(std::string kid) const {
  return PublicKey(
      std::make_shared<const Impl>(Impl{prepare(impl_->key, impl_->algorithm, KeyUse::verify), impl_->members,
                                        impl_->algorithm, std::move(kid), impl_->thumbprint}));
}

std::string PublicKey::to_jwk() const { return json::dump(public_jwk(*impl_)); }

std::string PublicKey::to_spki() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(impl_->key.key.get(), &der);
  ossl_check(size, "i2d_PUBKEY");
  const OpenSslString<unsigned char> owned(der);
  return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

bool PublicKey::verify(std::string_view input, std::string_view signature) const {
  return verify_with(impl_->key, impl_->algorithm, input, signature);
}

PrivateKey PrivateKey::generate(JwsAlgorithm algorithm, std::string kid) {
  EvpPkeyPtr key;
  switch (algorithm) {
    case JwsAlgorithm::es256:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
      break;
    case JwsAlgorithm::ps256:
    case JwsAlgorithm::rs256:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
      break;
    case JwsAlgorithm::eddsa:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
  }
  ossl_check(key.get(), "EVP_PKEY_Q_keygen");
  auto made = finish_private(std::move(key), std::move(kid), algorithm);
  ENSURE(made.has_value(), "a generated key is valid");
  return *made;
}

Result<PrivateKey, JwkError> PrivateKey::from_jwk(std::string_view text) {
  TRY(json::Value value, parse_jwk_text(text, kJwkLimits));
  auto key = read_private(value);
  wipe_members(value);
  return key;
}

Result<PrivateKey, JwkError> PrivateKey::from_pem(std::string_view pem) {
  const BioPtr bio = read_bio(pem);
  EvpPkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  drain_error_queue();
  if (!key) return refuse(JwkErrorCode::malformed, "not an unencrypted PEM private key");
  return finish_private(std::move(key), "");
}

Result<PrivateKey, JwkError> PrivateKey::from_pkcs8(std::string_view der, JwsAlgorithm rsa) {
  const unsigned char* at = as_octets(der);
  EvpPkeyPtr key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  drain_error_queue();
  if (!key || at != as_octets(der) + der.size()) return refuse(JwkErrorCode::malformed, "not a PKCS#8 private key");
  return finish_private(std::move(key), "", rsa);
}

const PublicKey& PrivateKey::public_key() const { return impl_->public_half; }

PrivateKey PrivateKey::with_kid(std::string kid) const {
  return PrivateKey(std::make_shared<const Impl>(
      Impl{prepare(impl_->key, algorithm(), KeyUse::sign), impl_->public_half.with_kid(std::move(kid))}));
}

Secret PrivateKey::to_pkcs8() const {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslFree<PKCS8_PRIV_KEY_INFO_free>> info(
      ossl_check(EVP_PKEY2PKCS8(impl_->key.key.get()), "EVP_PKEY2PKCS8"));
  unsigned char* der = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  ossl_check(size, "i2d_PKCS8_PRIV_KEY_INFO");
  Secret secret = Secret::copy_of({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return secret;
}

Secret PrivateKey::to_pem() const {
  const BioPtr bio(ossl_check(BIO_new(BIO_s_secmem()), "BIO_new"));
  ossl_check(PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.key.get(), nullptr, nullptr, 0, nullptr, nullptr),
             "PEM_write_bio_PKCS8PrivateKey");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return Secret::copy_of({text, static_cast<std::size_t>(size)});
}

Secret PrivateKey::to_private_jwk() const {
  json::Value jwk = public_jwk(*impl_->public_half.impl_);
  const PrivateMembers secrets = private_members(impl_->key.key.get(), algorithm());
  jwk["d"] = base64url_encode(secrets.d.reveal());
  if (algorithm() == JwsAlgorithm::ps256 || algorithm() == JwsAlgorithm::rs256) {
    jwk["p"] = base64url_encode(secrets.p.reveal());
    jwk["q"] = base64url_encode(secrets.q.reveal());
    jwk["dp"] = base64url_encode(secrets.dp.reveal());
    jwk["dq"] = base64url_encode(secrets.dq.reveal());
    jwk["qi"] = base64url_encode(secrets.qi.reveal());
  }
  Secret text(json::dump(jwk));
  wipe_members(jwk);
  return text;
}

std::string PrivateKey::sign(std::string_view input) const {
  auto signature = sign_with(impl_->key, algorithm(), input);
  if (!signature) throw OpenSslError("signing failed with a key that signed before");
  return std::move(*signature);
}

Result<JwkSet, JwkError> JwkSet::parse(std::string_view text) {
  TRY(const json::Value document, parse_jwk_text(text, {.max_bytes = kMaxBytes, .max_depth = 8}));
  const auto list = document.is_object() ? document.find("keys") : document.end();
  if (list == document.end() || !list->is_array()) {
    return refuse(JwkErrorCode::malformed, "a JWK Set has an array of keys");
  }
  if (list->size() > kMaxKeys) return refuse(JwkErrorCode::too_many_keys, "a JWK Set has at most 32 keys");
  std::vector<PublicKey> keys;
  for (const json::Value& item : *list) {
    auto key = read_public(item, AllowPrivate::no, Half::public_);
    // [RFC7517-5] "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" (key type) values that are not
    // understood by them".
    if (!key && key.error().code == JwkErrorCode::unsupported) continue;
    if (!key) return failure(std::move(key.error()));
    keys.push_back(std::move(*key));
  }
  return from_keys(std::move(keys));
}

Result<JwkSet, JwkError> JwkSet::from_keys(std::vector<PublicKey> keys) {
  if (keys.size() > kMaxKeys) return refuse(JwkErrorCode::too_many_keys, "a JWK Set has at most 32 keys");
  std::vector<std::string_view> kids;
  for (const PublicKey& key : keys) {
    if (!key.kid().empty()) kids.push_back(key.kid());
  }
  std::sort(kids.begin(), kids.end());
  if (std::adjacent_find(kids.begin(), kids.end()) != kids.end()) {
    return refuse(JwkErrorCode::duplicate_kid, "two keys have the same kid");
  }
  JwkSet set;
  set.keys_ = std::move(keys);
  return set;
}

const PublicKey* JwkSet::by_kid(std::string_view kid) const {
  if (kid.empty()) return nullptr;
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const PublicKey& key) { return key.kid() == kid; });
  return found == keys_.end() ? nullptr : &*found;
}

std::vector<PublicKey> JwkSet::by_algorithm(JwsAlgorithm algorithm) const {
  std::vector<PublicKey> found;
  for (const PublicKey& key : keys_) {
    if (key.algorithm() == algorithm) found.push_back(key);
  }
  return found;
}

const PublicKey* JwkSet::select(const std::optional<std::string>& kid, JwsAlgorithm algorithm) const {
  if (kid) {
    const PublicKey* key = by_kid(*kid);
    return key != nullptr && key->algorithm() == algorithm ? key : nullptr;
  }
  const PublicKey* only = nullptr;
  for (const PublicKey& key : keys_) {
    if (key.algorithm() != algorithm) continue;
    if (only != nullptr) return nullptr;
    only = &key;
  }
  return only;
}

std::string JwkSet::to_json() const {
  std::string out = R"({"keys":[)";
  for (const PublicKey& key : keys_) {
    if (out.back() == '}') out += ',';
    out += key.to_jwk();
  }
  return out + "]}";
}

}  // namespace base::crypto
