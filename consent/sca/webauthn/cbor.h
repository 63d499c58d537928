// The CBOR (RFC 8949) that authenticators write: the CTAP2 canonical form without floats, tags and indefinite lengths.
// Lengths in their shortest form, map keys unique (their order is not judged: nothing depends on it), at most four
// levels, text in UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace consent::cbor {

enum class Kind : std::uint8_t { integer, bytes, text, array, map, boolean, null };

struct Value {
  Kind kind = Kind::null;
  std::int64_t integer = 0;  // and boolean: 0 or 1
  std::string string;        // bytes and text
  std::vector<Value> items;  // array; of a map: key, value, key, value …

  // The value under a key of a map; nullptr: not a map, or no such key.
  const Value* at(std::int64_t key) const;
  const Value* at(std::string_view key) const;
  std::size_t members() const { return kind == Kind::map ? items.size() / 2 : 0; }
};

struct Item {
  Value value;
  std::size_t size = 0;  // bytes it took
};

// The item at the beginning of `bytes`; the failure says why it is none.
base::Result<Item, std::string> read_first(std::string_view bytes);
// The one item that `bytes` are.
base::Result<Value, std::string> read(std::string_view bytes);

}  // namespace consent::cbor
