// The access rules in the order they are asked. A rule is one file in policy/rules and one row here.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "policy/authorised_access.h"

namespace policy {

struct AccessRule {
  std::string_view name;
  std::optional<Denial> (*denies)(const AccessFacts& facts);
};

std::span<const AccessRule> access_rules();

}  // namespace policy
