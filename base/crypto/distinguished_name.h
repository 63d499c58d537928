// Distinguished names as text (RFC 4514) and as X.509 structures. Internal to base/crypto.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto/openssl_ptr.h"

namespace base::crypto {

// RFC 4514 section 2, UTF-8.
std::string to_rfc4514(const X509_NAME* name);
// RFC 4514 section 3; spaces around the separators are tolerated, as RFC 2253 section 4 demands. nullptr: not a name.
X509NamePtr parse_rfc4514(std::string_view text);

}  // namespace base::crypto
