// Argon2id (RFC 9106) in PHC string format. Parameters are OWASP's first recommendation: 19 MiB, two passes, one lane.
#pragma once

#include <string>
#include <string_view>

#include "base/entropy.h"

namespace connectors {

std::string hash_password(std::string_view password, base::Entropy& entropy);
bool password_matches(const std::string& hash, std::string_view password);

}  // namespace connectors
