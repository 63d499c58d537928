#include "base/crypto/x509.h"

#include <arpa/inet.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "base/crypto/distinguished_name.h"
#include "base/crypto/hash.h"
#include "base/crypto/openssl_ptr.h"
#include "base/encoding.h"
#include "base/http/message.h"

namespace base::crypto {

struct Certificate::Impl {
  X509Ptr x509;
  std::string der;
  std::string thumbprint;
  Instant not_before;
  Instant not_after;
  SubjectAltNames alt_names;
};

struct TrustAnchors::Impl {
  X509StorePtr store;
};

namespace {

constexpr int kMaxIntermediates = 5;
constexpr int kMinSecurityLevel = 2;  // 112 bits: no SHA-1, no RSA below 2048
constexpr std::size_t kMaxAltNames = 256;

auto refuse(X509ErrorCode code, std::string why) { return failure(X509Error{code, std::move(why)}); }

std::optional<Instant> to_instant(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  using namespace std::chrono;
  const sys_days day = year(parts.tm_year + 1900) / month(static_cast<unsigned>(parts.tm_mon + 1)) /
                       std::chrono::day(static_cast<unsigned>(parts.tm_mday));
  return Instant(day + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec));
}

std::string_view content(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::optional<std::string> to_address_octets(std::string_view text) {
  const std::string copy(text);
  std::array<char, 16> octets{};
  if (::inet_pton(AF_INET, copy.c_str(), octets.data()) == 1) return std::string(octets.data(), 4);
  if (::inet_pton(AF_INET6, copy.c_str(), octets.data()) == 1) return std::string(octets.data(), 16);
  return std::nullopt;
}

std::optional<std::string> to_address_text(std::string_view octets) {
  if (octets.size() != 4 && octets.size() != 16) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_ntop(octets.size() == 4 ? AF_INET : AF_INET6, octets.data(), text.data(), text.size()) == nullptr) {
    return std::nullopt;
  }
  return std::string(text.data());
}

// False when the extension cannot be read, occurs twice, or holds a name that would read as another one.
bool read_alt_names(const X509* x509, SubjectAltNames& into) {
  int critical = 0;
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, &critical, nullptr)));
  if (!names) return critical == -1;  // -1: there is none
  const int count = sk_GENERAL_NAME_num(names.get());
  if (count < 0 || static_cast<std::size_t>(count) > kMaxAltNames) return false;
  for (int i = 0; i < count; ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type == GEN_IPADD) {
      auto address = to_address_text(content(static_cast<const ASN1_STRING*>(value)));
      if (!address) return false;
      into.ip.push_back(std::move(*address));
      continue;
    }
    if (type != GEN_DNS && type != GEN_URI && type != GEN_EMAIL) continue;
    const std::string_view text = content(static_cast<const ASN1_STRING*>(value));
    // [RFC5280-4.2.1.6] IA5String. A NUL or a control byte inside would be cut or shown as another name.
    if (text.empty() || std::any_of(text.begin(), text.end(), [](char c) { return c < 0x20 || c == 0x7f; }))
      return false;
    auto& list = type == GEN_DNS ? into.dns : type == GEN_URI ? into.uri : into.email;
    list.emplace_back(text);
  }
  return true;
}

Result<Certificate, X509Error> from_x509(X509Ptr x509, std::string der) {
  const auto not_before = to_instant(X509_get0_notBefore(x509.get()));
  const auto not_after = to_instant(X509_get0_notAfter(x509.get()));
  SubjectAltNames alt_names;
  const bool readable = not_before && not_after && read_alt_names(x509.get(), alt_names);
  drain_error_queue();
  if (!readable) return refuse(X509ErrorCode::malformed, "validity or subject alternative names cannot be read");
  std::string thumbprint = sha256_base64url(der);
  return Certificate(std::make_shared<const Certificate::Impl>(Certificate::Impl{
      std::move(x509), std::move(der), std::move(thumbprint), *not_before, *not_after, std::move(alt_names)}));
}

std::string to_der(const X509* x509) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509, &der);
  ossl_check(size, "i2d_X509");
  const OpenSslString<unsigned char> owned(der);
  return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

// Every certificate of a PEM text. nullopt when one is broken, or there is none.
std::optional<std::vector<X509Ptr>> read_pem(std::string_view pem) {
  const BioPtr bio(ossl_check(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), "BIO_new_mem_buf"));
  std::vector<X509Ptr> list;
  while (X509Ptr next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) list.push_back(std::move(next));
  // The end of the text is one error, "no start line"; anything else is a broken certificate.
  const std::string reasons = drain_error_queue();
  if (list.empty() || reasons.find("no start line") == std::string::npos) return std::nullopt;
  return list;
}

X509ErrorCode code_of(int error) {
  if (error == X509_V_ERR_CERT_NOT_YET_VALID) return X509ErrorCode::not_yet_valid;
  if (error == X509_V_ERR_CERT_HAS_EXPIRED) return X509ErrorCode::expired;
  if (error == X509_V_ERR_INVALID_PURPOSE) return X509ErrorCode::not_for_client_auth;
  return X509ErrorCode::untrusted;
}

}  // namespace

Result<Certificate, X509Error> Certificate::from_der(std::string_view der) {
  if (der.size() > kMaxBytes) return refuse(X509ErrorCode::malformed, "the certificate is too large");
  const unsigned char* at = as_octets(der);
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x509 || at != as_octets(der) + der.size()) {
    drain_error_queue();
    return refuse(X509ErrorCode::malformed, "not a DER certificate");
  }
  return from_x509(std::move(x509), std::string(der));
}

Result<Certificate, X509Error> Certificate::from_pem(std::string_view pem) {
  auto list = read_pem(pem);
  if (!list || list->size() != 1) return refuse(X509ErrorCode::malformed, "not one PEM certificate");
  std::string der = to_der(list->front().get());
  if (der.size() > kMaxBytes) return refuse(X509ErrorCode::malformed, "the certificate is too large");
  return from_x509(std::move(list->front()), std::move(der));
}

const std::string& Certificate::der() const { return impl_->der; }
const std::string& Certificate::thumbprint_s256() const { return impl_->thumbprint; }
std::string Certificate::subject() const { return to_rfc4514(X509_get_subject_name(impl_->x509.get())); }
std::string Certificate::issuer() const { return to_rfc4514(X509_get_issuer_name(impl_->x509.get())); }

std::string Certificate::serial() const {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(impl_->x509.get());
  const BnPtr number(ossl_check(ASN1_INTEGER_to_BN(serial, nullptr), "ASN1_INTEGER_to_BN"));
  std::string octets(static_cast<std::size_t>(std::max(1, BN_num_bytes(number.get()))), '\0');
  ossl_check(BN_bn2binpad(number.get(), as_octets(octets), static_cast<int>(octets.size())), "BN_bn2binpad");
  std::string hex = hex_encode(octets);
  if (hex.size() > 1 && hex[0] == '0') hex.erase(0, 1);
  return BN_is_negative(number.get()) ? "-" + hex : hex;
}

Instant Certificate::not_before() const { return impl_->not_before; }
Instant Certificate::not_after() const { return impl_->not_after; }
const SubjectAltNames& Certificate::alt_names() const { return impl_->alt_names; }

std::string Certificate::spki() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(impl_->x509.get()), &der);
  ossl_check(size, "i2d_X509_PUBKEY");
  const OpenSslString<unsigned char> owned(der);
  return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

Result<PublicKey, JwkError> Certificate::public_key() const { return PublicKey::from_spki(spki()); }

bool Certificate::subject_is(std::string_view registered) const {
  const X509NamePtr expected = parse_rfc4514(registered);
  if (!expected) return false;
  // [RFC8705-2.1.2] tls_client_auth_subject_dn is "the expected subject distinguished name of the certificate". OpenSSL
  // compares canonical encodings (RFC 5280 section 7.1).
  const bool same = X509_NAME_cmp(X509_get_subject_name(impl_->x509.get()), expected.get()) == 0;
  drain_error_queue();
  return same;
}

bool Certificate::has_dns(std::string_view registered) const {
  const auto& list = impl_->alt_names.dns;
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& name) { return http::equal_ignoring_case(name, registered); });
}

bool Certificate::has_uri(std::string_view registered) const {
  const auto& list = impl_->alt_names.uri;
  return std::find(list.begin(), list.end(), registered) != list.end();
}

bool Certificate::has_ip(std::string_view registered) const {
  // [RFC8705-2.1.2] Addresses are compared in binary form: one IPv6 address has many spellings.
  const auto octets = to_address_octets(registered);
  const auto& list = impl_->alt_names.ip;
  return octets && std::any_of(list.begin(), list.end(),
                               [&](const std::string& address) { return to_address_octets(address) == octets; });
}

bool Certificate::has_email(std::string_view registered) const {
  const auto& list = impl_->alt_names.email;
  return std::find(list.begin(), list.end(), registered) != list.end();
}

bool is_rfc4514_name(std::string_view text) { return parse_rfc4514(text) != nullptr; }

Result<TrustAnchors, X509Error> TrustAnchors::from_pem(std::string_view bundle) {
  const auto list = read_pem(bundle);
  if (!list) return refuse(X509ErrorCode::malformed, "the bundle is not a list of PEM certificates");
  X509StorePtr store(ossl_check(X509_STORE_new(), "X509_STORE_new"));
  for (const X509Ptr& anchor : *list) ossl_check(X509_STORE_add_cert(store.get(), anchor.get()), "X509_STORE_add_cert");
  return TrustAnchors(std::make_shared<const Impl>(Impl{std::move(store)}));
}

Result<void, X509Error> TrustAnchors::verify_client(const Certificate& leaf,
                                                    const std::vector<Certificate>& intermediates, Instant at) const {
  X509* const x509 = leaf.impl_->x509.get();
  const X509StackPtr untrusted(ossl_check(sk_X509_new_null(), "sk_X509_new_null"));
  for (const Certificate& intermediate : intermediates) {
    ossl_check(X509_up_ref(intermediate.impl_->x509.get()), "X509_up_ref");
    ossl_check(sk_X509_push(untrusted.get(), intermediate.impl_->x509.get()), "sk_X509_push");
  }
  const X509StoreCtxPtr context(ossl_check(X509_STORE_CTX_new(), "X509_STORE_CTX_new"));
  ossl_check(X509_STORE_CTX_init(context.get(), impl_->store.get(), x509, untrusted.get()), "X509_STORE_CTX_init");
  X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(context.get());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch();
  X509_VERIFY_PARAM_set_time(rules, static_cast<std::time_t>(seconds.count()));
  X509_VERIFY_PARAM_set_depth(rules, kMaxIntermediates);
  X509_VERIFY_PARAM_set_auth_level(rules, kMinSecurityLevel);
  ossl_check(X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_CLIENT), "X509_VERIFY_PARAM_set_purpose");
  // Trusted lists name issuing authorities, which are not self-signed.
  ossl_check(X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN), "X509_VERIFY_PARAM_set_flags");
  const bool trusted = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  drain_error_queue();
  if (!trusted) return refuse(code_of(error), X509_verify_cert_error_string(error));
  // [RFC5280-4.2.1.12] "If the extension is present, then the certificate MUST only be used for one of the purposes
  // indicated." OpenSSL lets its absence pass; a client certificate of a TPP says what it is for.
  const bool has_usage = (X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) != 0;
  if (!has_usage || (X509_get_extended_key_usage(x509) & XKU_SSL_CLIENT) == 0) {
    return refuse(X509ErrorCode::not_for_client_auth, "no clientAuth in the extended key usage");
  }
  return {};
}

}  // namespace base::crypto
