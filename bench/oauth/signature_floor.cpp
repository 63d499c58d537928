// signature_floor: the processor time of one ES256 verification and of one ES256 signature over 450 bytes (about an
// assertion, a DPoP proof or an access token), as cheap as OpenSSL gives them: keys parsed once, contexts kept, no JWS
// around it. What a token endpoint cannot do without, and nothing else.
//
// usage: signature_floor [MILLISECONDS=300]      prints verify_us=… sign_us=…
#include <openssl/evp.h>
#include <time.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

struct Freed {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Freed>;

void require(bool done) {
  if (done) return;
  std::fprintf(stderr, "signature_floor: OpenSSL failed\n");
  std::exit(1);
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <class Work>
double microseconds_each(double seconds, Work&& work) {
  constexpr int kBatch = 64;
  for (int i = 0; i < kBatch; ++i) work();
  const double started = processor_seconds();
  double now = started;
  int done = 0;
  for (; now - started < seconds; now = processor_seconds()) {
    for (int i = 0; i < kBatch; ++i) work();
    done += kBatch;
  }
  return (now - started) * 1e6 / done;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = (argc > 1 ? std::atof(argv[1]) : 300) / 1000;
  const std::string message(450, 'm');
  const Owned<EVP_MD> sha256(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  const Owned<EVP_MD_CTX> hashing(EVP_MD_CTX_new());
  const Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  require(sha256 && hashing && key);
  const Owned<EVP_PKEY_CTX> signer(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const Owned<EVP_PKEY_CTX> verifier(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  require(signer && verifier && EVP_PKEY_sign_init(signer.get()) == 1 && EVP_PKEY_verify_init(verifier.get()) == 1);

  std::array<unsigned char, 32> digest{};
  std::array<unsigned char, 80> signature{};
  std::size_t size = 0;
  const auto hash = [&] {
    require(EVP_DigestInit_ex2(hashing.get(), sha256.get(), nullptr) == 1 &&
            EVP_DigestUpdate(hashing.get(), message.data(), message.size()) == 1 &&
            EVP_DigestFinal_ex(hashing.get(), digest.data(), nullptr) == 1);
  };
  const auto sign = [&] {
    hash();
    size = signature.size();
    require(EVP_PKEY_sign(signer.get(), signature.data(), &size, digest.data(), digest.size()) == 1);
  };
  const auto verify = [&] {
    hash();
    require(EVP_PKEY_verify(verifier.get(), signature.data(), size, digest.data(), digest.size()) == 1);
  };
  const double signing = microseconds_each(seconds, sign);
  const double verifying = microseconds_each(seconds, verify);
  std::printf("verify_us=%.2f sign_us=%.2f\n", verifying, signing);
  return 0;
}
