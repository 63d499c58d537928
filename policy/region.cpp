#include "policy/region.h"

#include "base/ensure.h"

namespace policy {

std::string_view to_text(Region region) {
  switch (region) {
    case Region::eu:
      return "eu";
    case Region::uk:
      return "uk";
  }
  throw base::BrokenInvariant("a region outside its enumeration");
}

std::optional<Region> region_from_text(std::string_view text) {
  for (const Region region : {Region::eu, Region::uk}) {
    if (to_text(region) == text) return region;
  }
  return std::nullopt;
}

}  // namespace policy
