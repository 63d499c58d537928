// Whose law applies: Directive (EU) 2015/2366 with its technical standards, or the United Kingdom's of the same descent.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace policy {

enum class Region : std::uint8_t { eu, uk };
std::string_view to_text(Region region);  // "eu"
std::optional<Region> region_from_text(std::string_view text);

}  // namespace policy
