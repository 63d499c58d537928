// What an edge writes of the client's address: every reading is bounded, and what is an address is one in text again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "gateway/pipeline/forwarded.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  for (const auto& read : {gateway::read_forwarded(line), gateway::read_x_forwarded_for(line)}) {
    if (!read) continue;
    ENSURE(read->size() <= 64, "a list is bounded");
    for (const auto& node : *read) {
      if (node.address) ENSURE(base::net::IpAddress::parse(node.address->text()) == node.address, "an address");
    }
  }
  return 0;
}
