#include "base/crypto/openssl_ptr.h"

#include <openssl/err.h>

#include <array>

namespace base::crypto {

std::string drain_error_queue() {
  std::string reasons;
  while (const unsigned long code = ERR_get_error()) {
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    if (!reasons.empty()) reasons += "; ";
    reasons += text.data();
  }
  return reasons;
}

void ossl_check(int return_code, std::string_view what) {
  if (return_code > 0) return;
  throw OpenSslError(std::string(what) + " failed: " + drain_error_queue());
}

const EVP_MD* fetched_sha256() {
  static const EVP_MD* const md = ossl_check(EVP_MD_fetch(nullptr, "SHA256", nullptr), "EVP_MD_fetch");
  return md;
}

}  // namespace base::crypto
