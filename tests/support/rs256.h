// What a relying party does with an RS256 token. The product verifies none: this is the other side, on OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace tests {

// `jwk`: one JWK with "alg":"RS256". Does the compact JWS say RS256 and name this key, and is its signature
// RSASSA-PKCS1-v1_5 with SHA-256 of it?
bool rs256_fits(std::string_view compact, const std::string& jwk);

}  // namespace tests
