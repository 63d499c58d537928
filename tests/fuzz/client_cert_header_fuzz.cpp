// Client-Cert and Client-Cert-Chain as an edge may send them: read or refused, and what is read is what was written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/encoding.h"
#include "base/ensure.h"
#include "gateway/pipeline/edge.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // One value for the certificate, or two with the chain behind a line break.
  const std::size_t line = text.find('\n');
  base::http::Headers headers{{"Client-Cert", std::string(text.substr(0, line))}};
  if (line != std::string_view::npos) headers.add("Client-Cert-Chain", std::string(text.substr(line + 1)));
  const auto read = gateway::read_client_cert(headers);
  if (!read) return 0;
  ENSURE(read->has_value(), "a header that is there is read or refused");
  const auto written = [](const std::string& der) { return ":" + base::base64_encode(der) + ":"; };
  ENSURE(written((*read)->certificate_der) == headers.only("Client-Cert"), "one spelling of each certificate");
  ENSURE((*read)->chain_der.size() <= 5, "a chain is bounded");
  ENSURE((line == std::string_view::npos) == (*read)->chain_der.empty(), "a chain that is there is read or refused");
  for (const auto& der : (*read)->chain_der) {
    ENSURE(text.substr(line + 1).find(written(der)) != std::string_view::npos, "and stands in it");
  }
  return 0;
}
