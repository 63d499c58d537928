// Accept lists from strangers: a signed answer is only for those who name it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ensure.h"
#include "oauth/endpoints/introspection.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (oauth::wants_signed_introspection({{"Accept", text}})) {
    ENSURE(text.size() >= 35 && text.find('/') != std::string::npos, "the media type stands in the list");
  }
  ENSURE(oauth::wants_signed_introspection({{"Accept", text}, {"Accept", "application/token-introspection+jwt"}}),
         "whatever stands beside it, naming it without a quality is enough");
  return 0;
}
