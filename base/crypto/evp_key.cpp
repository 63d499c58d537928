#include "base/crypto/evp_key.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <array>
#include <bit>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"

namespace base::crypto {
namespace {

constexpr std::size_t kP256Bytes = 32;
constexpr std::size_t kEd25519Bytes = 32;
constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBits = 4096;

auto refuse(JwkErrorCode code, std::string why) { return failure(JwkError{code, std::move(why)}); }

// The order of P-256 (SEC 2 section 2.4.2), big-endian.
std::string_view p256_order_view() {
  static const std::string order = *hex_decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  return order;
}

// 1 <= value < order, for two big-endian texts of equal size.
bool is_scalar(std::string_view value, std::string_view order) {
  return value < order && value.find_first_not_of('\0') != std::string_view::npos;
}

BnPtr to_bn(std::string_view big_endian) {
  return BnPtr(ossl_check(BN_bin2bn(as_octets(big_endian), static_cast<int>(big_endian.size()), nullptr), "BN_bin2bn"));
}

std::string to_octets(const BIGNUM* number, std::size_t size) {
  std::string out(size, '\0');
  ossl_check(BN_bn2binpad(number, as_octets(out), static_cast<int>(size)), "BN_bn2binpad");
  return out;
}

std::string uncompressed_point(const EcMembers& ec) { return "\x04" + ec.x + ec.y; }

EvpPkeyPtr from_params(const char* type, int selection, const OSSL_PARAM* params) {
  const EvpPkeyCtxPtr context(ossl_check(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), "EVP_PKEY_CTX_new"));
  ossl_check(EVP_PKEY_fromdata_init(context.get()), "EVP_PKEY_fromdata_init");
  EVP_PKEY* key = nullptr;
  // fromdata reads the parameters only; its signature predates const.
  if (EVP_PKEY_fromdata(context.get(), &key, selection, const_cast<OSSL_PARAM*>(params)) != 1) drain_error_queue();
  return EvpPkeyPtr(key);
}

class ParamBuilder {
 public:
  ParamBuilder() : builder_(ossl_check(OSSL_PARAM_BLD_new(), "OSSL_PARAM_BLD_new")) {}
  void add(const char* name, const BIGNUM* number) {
    ossl_check(OSSL_PARAM_BLD_push_BN(builder_.get(), name, number), name);
  }
  void add_text(const char* name, const char* text) {
    ossl_check(OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, text, 0), name);
  }
  void add_octets(const char* name, std::string_view octets) {
    ossl_check(OSSL_PARAM_BLD_push_octet_string(builder_.get(), name, octets.data(), octets.size()), name);
  }
  ParamsPtr build() {
    return ParamsPtr(ossl_check(OSSL_PARAM_BLD_to_param(builder_.get()), "OSSL_PARAM_BLD_to_param"));
  }

 private:
  ParamBuilderPtr builder_;
};

// A public key of P-256 for its curve alone: the generator (SEC 2 section 2.4.2). Never used itself.
EVP_PKEY* p256_template() {
  static const EvpPkeyPtr key = [] {
    std::string point = *hex_decode(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    std::string group = "prime256v1";
    const std::array params{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                            OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                            OSSL_PARAM_construct_end()};
    EvpPkeyPtr made = from_params("EC", EVP_PKEY_PUBLIC_KEY, params.data());
    ENSURE(made != nullptr, "OpenSSL knows P-256");
    return made;
  }();
  return key.get();
}

Result<EvpPkeyPtr, JwkError> import_ec(const EcMembers& ec) {
  // [RFC7518-6.2.1.2] "The length of this octet string MUST be the full size of a coordinate for the curve".
  if (ec.x.size() != kP256Bytes || ec.y.size() != kP256Bytes) {
    return refuse(JwkErrorCode::malformed, "a P-256 coordinate has 32 octets");
  }
  const std::string point = uncompressed_point(ec);
  // A copy of a key that has the curve already, and then the point: making the curve anew costs several times more.
  EvpPkeyPtr key(ossl_check(EVP_PKEY_dup(p256_template()), "EVP_PKEY_dup"));
  // Decoding an uncompressed point checks that it lies on the curve; P-256 has cofactor 1, so nothing more is to be
  // asked.
  if (EVP_PKEY_set1_encoded_public_key(key.get(), as_octets(std::string_view(point)), point.size()) != 1) {
    drain_error_queue();
    return refuse(JwkErrorCode::invalid_key, "the point is not on P-256");
  }
  return key;
}

// [RFC7518-2] Base64urlUInt "MUST utilize the minimum number of octets needed to represent the value".
bool is_minimal(std::string_view big_endian) { return !big_endian.empty() && big_endian[0] != '\0'; }
bool is_odd(std::string_view big_endian) { return (static_cast<unsigned char>(big_endian.back()) & 1) != 0; }

std::size_t bit_length(std::string_view minimal) {
  return 8 * (minimal.size() - 1) + static_cast<std::size_t>(std::bit_width(static_cast<unsigned char>(minimal[0])));
}

Result<EvpPkeyPtr, JwkError> import_rsa(const RsaMembers& rsa) {
  if (!is_minimal(rsa.n) || !is_minimal(rsa.e)) return refuse(JwkErrorCode::malformed, "n or e is not minimal");
  // [RFC7518-3.5] "A key of size 2048 bits or larger MUST be used". The upper bound keeps one verification short.
  const std::size_t bits = bit_length(rsa.n);
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return refuse(JwkErrorCode::weak, "RSA keys have 2048 to 4096 bits, not " + std::to_string(bits));
  }
  if (!is_odd(rsa.n)) return refuse(JwkErrorCode::invalid_key, "the RSA modulus is even");
  // FIPS 186-5 section 5.4: an odd public exponent above 2^16. Above 2^32 it would only cost us time.
  const std::size_t exponent_bits = bit_length(rsa.e);
  if (!is_odd(rsa.e) || exponent_bits < 17 || exponent_bits > 32) {
    return refuse(JwkErrorCode::weak, "the RSA exponent is not an odd number between 2^16 and 2^32");
  }
  ParamBuilder builder;
  const BnPtr n = to_bn(rsa.n);
  const BnPtr e = to_bn(rsa.e);
  builder.add(OSSL_PKEY_PARAM_RSA_N, n.get());
  builder.add(OSSL_PKEY_PARAM_RSA_E, e.get());
  EvpPkeyPtr key = from_params("RSA", EVP_PKEY_PUBLIC_KEY, builder.build().get());
  if (!key) return refuse(JwkErrorCode::invalid_key, "OpenSSL refuses the RSA key");
  return key;
}

// Constants of edwards25519 (RFC 8032 section 5.1).
struct Edwards25519 {
  BnPtr p;
  BnPtr d;
  std::array<std::string, 5> small_order_y;  // little-endian, sign bit clear
};
const Edwards25519& edwards25519() {
  static const Edwards25519 curve = [] {
    Edwards25519 made;
    made.p = to_bn(*hex_decode("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"));
    made.d = to_bn(*hex_decode("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"));
    made.small_order_y = {*hex_decode("0000000000000000000000000000000000000000000000000000000000000000"),   // order 4
                          *hex_decode("0100000000000000000000000000000000000000000000000000000000000000"),   // order 1
                          *hex_decode("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),   // order 8
                          *hex_decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),   // order 8
                          *hex_decode("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")};  // order 2
    return made;
  }();
  return curve;
}

// Is there a point with this y? x^2 = (y^2 - 1) / (d y^2 + 1), so the product of the two must be a square (RFC 8032
// section 5.1.3). OpenSSL would only find out at the first verification.
bool has_point(const BIGNUM* y) {
  const Edwards25519& curve = edwards25519();
  const BIGNUM* p = curve.p.get();
  const BnCtxPtr context(ossl_check(BN_CTX_new(), "BN_CTX_new"));
  const BnPtr y2(ossl_check(BN_new(), "BN_new"));
  const BnPtr u(ossl_check(BN_new(), "BN_new"));
  const BnPtr v(ossl_check(BN_new(), "BN_new"));
  const BnPtr product(ossl_check(BN_new(), "BN_new"));
  ossl_check(BN_mod_sqr(y2.get(), y, p, context.get()), "BN_mod_sqr");
  ossl_check(BN_mod_sub(u.get(), y2.get(), BN_value_one(), p, context.get()), "BN_mod_sub");
  ossl_check(BN_mod_mul(v.get(), curve.d.get(), y2.get(), p, context.get()), "BN_mod_mul");
  ossl_check(BN_mod_add(v.get(), v.get(), BN_value_one(), p, context.get()), "BN_mod_add");
  ossl_check(BN_mod_mul(product.get(), u.get(), v.get(), p, context.get()), "BN_mod_mul");
  return BN_kronecker(product.get(), p, context.get()) >= 0;
}

Result<EvpPkeyPtr, JwkError> import_okp(const OkpMembers& okp) {
  if (okp.x.size() != kEd25519Bytes) return refuse(JwkErrorCode::malformed, "an Ed25519 key has 32 octets");
  std::string y_octets = okp.x;
  y_octets.back() = static_cast<char>(y_octets.back() & 0x7f);  // the sign of x
  for (const std::string& small : edwards25519().small_order_y) {
    // With a key of small order one signature fits many messages.
    if (y_octets == small) return refuse(JwkErrorCode::weak, "the Ed25519 point has small order");
  }
  const BnPtr y(ossl_check(
      BN_lebin2bn(as_octets(std::string_view(y_octets)), static_cast<int>(y_octets.size()), nullptr), "BN_lebin2bn"));
  // [RFC8032-5.1.3] "If the resulting value is >= p, decoding fails."
  if (BN_cmp(y.get(), edwards25519().p.get()) >= 0) {
    return refuse(JwkErrorCode::invalid_key, "the Ed25519 point is not canonical");
  }
  if (!has_point(y.get())) return refuse(JwkErrorCode::invalid_key, "the point is not on edwards25519");
  return EvpPkeyPtr(ossl_check(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, as_octets(std::string_view(okp.x)), okp.x.size()),
      "EVP_PKEY_new_raw_public_key"));
}

BnPtr bn_param(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  ossl_check(EVP_PKEY_get_bn_param(key, name, &number), name);
  return BnPtr(number);
}

std::string minimal_octets(const BIGNUM* number) {
  return to_octets(number, static_cast<std::size_t>(BN_num_bytes(number)));
}

// Sequence of two integers, as OpenSSL wants an ECDSA signature (RFC 3279 section 2.2.3).
void append_der_integer(std::string& out, std::string_view big_endian) {
  const std::size_t first = std::min(big_endian.find_first_not_of('\0'), big_endian.size() - 1);
  big_endian.remove_prefix(first);
  const bool pad = (static_cast<unsigned char>(big_endian[0]) & 0x80) != 0;
  out += '\x02';
  out += static_cast<char>(big_endian.size() + (pad ? 1 : 0));
  if (pad) out += '\0';
  out += big_endian;
}
std::string der_signature(std::string_view raw) {
  std::string body;
  body.reserve(72);
  append_der_integer(body, raw.substr(0, kP256Bytes));
  append_der_integer(body, raw.substr(kP256Bytes));
  std::string out;
  out.reserve(body.size() + 2);
  out += '\x30';
  out += static_cast<char>(body.size());
  out += body;
  return out;
}
std::string raw_signature(std::string_view der) {
  const unsigned char* at = as_octets(der);
  const std::unique_ptr<ECDSA_SIG, OpenSslFree<ECDSA_SIG_free>> parsed(
      ossl_check(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), "d2i_ECDSA_SIG"));
  return to_octets(ECDSA_SIG_get0_r(parsed.get()), kP256Bytes) + to_octets(ECDSA_SIG_get0_s(parsed.get()), kP256Bytes);
}

bool set_pss(EVP_PKEY_CTX* context) {
  // [RFC7518-3.5] "The size of the salt value is the same size as the hash function output"; MGF1 takes the digest's
  // hash.
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

// Setting one up anew costs a look-up of the algorithm by name, under a lock that all threads share.
EvpPkeyCtxPtr context_for_one_use(const PreparedKey& key) {
  return EvpPkeyCtxPtr(ossl_check(EVP_PKEY_CTX_dup(key.context.get()), "EVP_PKEY_CTX_dup"));
}

bool verify_es256(const PreparedKey& key, std::string_view input, std::string_view signature) {
  // [RFC7518-3.4] The signature is R and S, 32 octets each, and nothing else: DER has another length.
  if (signature.size() != 2 * kP256Bytes) return false;
  // FIPS 186-5 section 6.4.2: r and s lie in [1, n-1]; zeros would fit every message where a verifier forgets it.
  if (!is_scalar(signature.substr(0, kP256Bytes), p256_order_view()) ||
      !is_scalar(signature.substr(kP256Bytes), p256_order_view())) {
    return false;
  }
  const std::string der = der_signature(signature);
  const std::string digest = sha256(input);
  return EVP_PKEY_verify(context_for_one_use(key).get(), as_octets(std::string_view(der)), der.size(),
                         as_octets(std::string_view(digest)), digest.size()) == 1;
}

bool verify_digest(EVP_PKEY* key, JwsAlgorithm algorithm, std::string_view input, std::string_view signature) {
  const bool pss = algorithm == JwsAlgorithm::ps256;
  const EvpMdCtxPtr context(ossl_check(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
  EVP_PKEY_CTX* key_context = nullptr;
  ossl_check(EVP_DigestVerifyInit(context.get(), &key_context, pss ? fetched_sha256() : nullptr, nullptr, key),
             "EVP_DigestVerifyInit");
  ENSURE(!pss || set_pss(key_context), "RSA-PSS is available");
  return EVP_DigestVerify(context.get(), as_octets(signature), signature.size(), as_octets(input), input.size()) == 1;
}

}  // namespace

JwsAlgorithm algorithm_of(const PublicMembers& members) {
  if (std::holds_alternative<EcMembers>(members)) return JwsAlgorithm::es256;
  if (std::holds_alternative<RsaMembers>(members)) return JwsAlgorithm::ps256;
  return JwsAlgorithm::eddsa;
}

Result<EvpPkeyPtr, JwkError> import_public(const PublicMembers& members) {
  if (const auto* ec = std::get_if<EcMembers>(&members)) return import_ec(*ec);
  if (const auto* rsa = std::get_if<RsaMembers>(&members)) return import_rsa(*rsa);
  return import_okp(std::get<OkpMembers>(members));
}

EvpPkeyPtr import_private(const PublicMembers& members, const PrivateMembers& secrets) {
  if (std::holds_alternative<OkpMembers>(members)) {
    EVP_PKEY* key = EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, as_octets(secrets.d.reveal()),
                                                    secrets.d.reveal().size());
    if (key == nullptr) drain_error_queue();
    return EvpPkeyPtr(key);
  }
  ParamBuilder builder;
  const BnPtr d = to_bn(secrets.d.reveal());
  if (const auto* ec = std::get_if<EcMembers>(&members)) {
    if (secrets.d.reveal().size() != kP256Bytes || !is_scalar(secrets.d.reveal(), p256_order_view())) return nullptr;
    const std::string point = uncompressed_point(*ec);
    builder.add_text(OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1");
    builder.add_octets(OSSL_PKEY_PARAM_PUB_KEY, point);
    builder.add(OSSL_PKEY_PARAM_PRIV_KEY, d.get());
    return from_params("EC", EVP_PKEY_KEYPAIR, builder.build().get());
  }
  const auto& rsa = std::get<RsaMembers>(members);
  const BnPtr n = to_bn(rsa.n);
  const BnPtr e = to_bn(rsa.e);
  const BnPtr p = to_bn(secrets.p.reveal());
  const BnPtr q = to_bn(secrets.q.reveal());
  const BnPtr dp = to_bn(secrets.dp.reveal());
  const BnPtr dq = to_bn(secrets.dq.reveal());
  const BnPtr qi = to_bn(secrets.qi.reveal());
  builder.add(OSSL_PKEY_PARAM_RSA_N, n.get());
  builder.add(OSSL_PKEY_PARAM_RSA_E, e.get());
  builder.add(OSSL_PKEY_PARAM_RSA_D, d.get());
  builder.add(OSSL_PKEY_PARAM_RSA_FACTOR1, p.get());
  builder.add(OSSL_PKEY_PARAM_RSA_FACTOR2, q.get());
  builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get());
  builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get());
  builder.add(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi.get());
  return from_params("RSA", EVP_PKEY_KEYPAIR, builder.build().get());
}

Result<PublicMembers, JwkError> public_members(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    std::array<char, 64> group{};
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1 ||
        std::string_view(group.data()) != "prime256v1") {
      drain_error_queue();
      return refuse(JwkErrorCode::unsupported, "an elliptic curve other than P-256");
    }
    return EcMembers{to_octets(bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X).get(), kP256Bytes),
                     to_octets(bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y).get(), kP256Bytes)};
  }
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return RsaMembers{minimal_octets(bn_param(key, OSSL_PKEY_PARAM_RSA_N).get()),
                      minimal_octets(bn_param(key, OSSL_PKEY_PARAM_RSA_E).get())};
  }
  if (EVP_PKEY_is_a(key, "ED25519") == 1) {
    std::string x(kEd25519Bytes, '\0');
    std::size_t size = x.size();
    ossl_check(EVP_PKEY_get_raw_public_key(key, as_octets(x), &size), "EVP_PKEY_get_raw_public_key");
    return OkpMembers{std::move(x)};
  }
  return refuse(JwkErrorCode::unsupported, "a key type other than EC, RSA and Ed25519");
}

PrivateMembers private_members(const EVP_PKEY* key, JwsAlgorithm algorithm) {
  const auto secret = [&](const char* name) { return Secret(minimal_octets(bn_param(key, name).get())); };
  PrivateMembers members;
  switch (algorithm) {
    case JwsAlgorithm::es256:
      members.d = Secret(to_octets(bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY).get(), kP256Bytes));
      break;
    case JwsAlgorithm::ps256:
    case JwsAlgorithm::rs256:
      members.d = secret(OSSL_PKEY_PARAM_RSA_D);
      members.p = secret(OSSL_PKEY_PARAM_RSA_FACTOR1);
      members.q = secret(OSSL_PKEY_PARAM_RSA_FACTOR2);
      members.dp = secret(OSSL_PKEY_PARAM_RSA_EXPONENT1);
      members.dq = secret(OSSL_PKEY_PARAM_RSA_EXPONENT2);
      members.qi = secret(OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
      break;
    case JwsAlgorithm::eddsa: {
      std::string d(kEd25519Bytes, '\0');
      std::size_t size = d.size();
      ossl_check(EVP_PKEY_get_raw_private_key(key, as_octets(d), &size), "EVP_PKEY_get_raw_private_key");
      members.d = Secret(std::move(d));
      break;
    }
  }
  return members;
}

PreparedKey prepare(EvpPkeyPtr key, JwsAlgorithm algorithm, KeyUse use) {
  if (algorithm != JwsAlgorithm::es256) return {std::move(key), nullptr};
  EvpPkeyCtxPtr context(ossl_check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), "EVP_PKEY_CTX_new"));
  ossl_check(use == KeyUse::sign ? EVP_PKEY_sign_init(context.get()) : EVP_PKEY_verify_init(context.get()),
             "EVP_PKEY_sign_init or EVP_PKEY_verify_init");
  return {std::move(key), std::move(context)};
}

PreparedKey prepare(const PreparedKey& same, JwsAlgorithm algorithm, KeyUse use) {
  ossl_check(EVP_PKEY_up_ref(same.key.get()), "EVP_PKEY_up_ref");
  return prepare(EvpPkeyPtr(same.key.get()), algorithm, use);
}

bool verify_with(const PreparedKey& key, JwsAlgorithm algorithm, std::string_view input, std::string_view signature) {
  // [FAPI2-SP-FINAL-5.4.1-1] "shall use PS256, ES256, or EdDSA" for all that is believed here; what is signed with
  // RS256 is for others to verify.
  if (algorithm == JwsAlgorithm::rs256) return false;
  const bool fits = algorithm == JwsAlgorithm::es256 ? verify_es256(key, input, signature)
                                                     : verify_digest(key.key.get(), algorithm, input, signature);
  if (!fits) drain_error_queue();
  return fits;
}

std::optional<std::string> sign_with(const PreparedKey& key, JwsAlgorithm algorithm, std::string_view input) {
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.key.get())), '\0');
  std::size_t size = signature.size();
  bool made = false;
  if (algorithm == JwsAlgorithm::es256) {
    const std::string digest = sha256(input);
    made = EVP_PKEY_sign(context_for_one_use(key).get(), as_octets(signature), &size,
                         as_octets(std::string_view(digest)), digest.size()) == 1;
  } else {
    const bool pss = algorithm == JwsAlgorithm::ps256;
    const bool rsa = pss || algorithm == JwsAlgorithm::rs256;  // whose default padding is RS256's, RSASSA-PKCS1-v1_5
    const EvpMdCtxPtr context(ossl_check(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
    EVP_PKEY_CTX* key_context = nullptr;
    made = EVP_DigestSignInit(context.get(), &key_context, rsa ? fetched_sha256() : nullptr, nullptr, key.key.get()) ==
               1 &&
           (!pss || set_pss(key_context)) &&
           EVP_DigestSign(context.get(), as_octets(signature), &size, as_octets(input), input.size()) == 1;
  }
  if (!made) {
    drain_error_queue();
    return std::nullopt;
  }
  signature.resize(size);
  return algorithm == JwsAlgorithm::es256 ? raw_signature(signature) : signature;
}

}  // namespace base::crypto
