// Secrets: move-only, wiped at the end, never streamed, never compared with ==. Reading is spelled reveal(), so that
// `grep reveal` is the audit.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string&& bytes) noexcept;      // takes the bytes over and wipes the source
  static Secret copy_of(std::string_view bytes);
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  std::string_view reveal() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  Secret clone() const { return copy_of(bytes_); }

  bool operator==(const Secret&) const = delete;

 private:
  std::string bytes_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

// CRYPTO_memcmp; the length is compared first and is not a secret.
bool constant_time_equal(std::string_view a, std::string_view b);
void wipe(std::string& bytes);

}  // namespace base
