#include <algorithm>

#include "base/crypto/x509.h"
#include "base/net/ip_address.h"
#include "oauth/registration/clients.h"

namespace oauth {
namespace {

constexpr std::size_t kMaxSubject = 1024;
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool only(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos ||
           more.find(c) != std::string_view::npos;
  });
}

bool is_dns_name(std::string_view text) {
  if (text.empty() || text.size() > 253 || base::net::IpAddress::parse(text)) return false;
  // [RFC5280-4.2.1.6] the "preferred name syntax": labels of letters, digits and inner hyphens. A wildcard names
  // nobody.
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (label.empty() || label.size() > 63 || !only(label, "-") || label.front() == '-' || label.back() == '-') {
      return false;
    }
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

// [RFC5280-4.2.1.6] "The name MUST NOT be a relative URI", in the characters of RFC 3986.
bool is_absolute_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const std::string_view scheme = text.substr(0, colon);
  return kLetters.find(scheme.front()) != std::string_view::npos && only(scheme, "+-.") &&
         only(text, "-._~:/?#[]@!$&'()*+,;=%");
}

// [RFC5280-4.2.1.6] a Mailbox, without the quoted forms that no provider is registered by.
bool is_mailbox(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  return only(local, "!#$%&'*+-/=?^_`{|}~.") && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos && is_dns_name(text.substr(at + 1));
}

}  // namespace

std::optional<std::string> tls_subject_fault(TlsSubjectKind kind, std::string_view subject) {
  // [RFC8705-2.1.2] "A client using the tls_client_auth authentication method MUST use exactly one of the below
  // metadata parameters to indicate the certificate subject value"
  if (subject.empty()) {
    return "tls_client_auth needs one of tls_client_auth_subject_dn, san_dns, san_uri, san_ip, san_email, or a "
           "certificate to take its subject from";
  }
  if (subject.size() > kMaxSubject) return "the certificate's subject is too long";
  switch (kind) {
    case TlsSubjectKind::subject_dn:
      if (!base::crypto::is_rfc4514_name(subject))
        return "tls_client_auth_subject_dn is no name in the form of RFC 4514";
      return std::nullopt;
    case TlsSubjectKind::san_dns:
      if (!is_dns_name(subject)) return "tls_client_auth_san_dns is no full DNS name; wildcards are not accepted";
      return std::nullopt;
    case TlsSubjectKind::san_uri:
      if (!is_absolute_uri(subject)) return "tls_client_auth_san_uri is no absolute URI";
      return std::nullopt;
    case TlsSubjectKind::san_ip:
      if (!base::net::IpAddress::parse(subject)) {
        return "tls_client_auth_san_ip is no IPv4 or IPv6 address in its usual form";
      }
      return std::nullopt;
    case TlsSubjectKind::san_email:
      if (!is_mailbox(subject)) return "tls_client_auth_san_email is no e-mail address";
      return std::nullopt;
  }
  return "the kind of subject is not known";
}

}  // namespace oauth
