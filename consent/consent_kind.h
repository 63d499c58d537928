// What a consent is for. How the kinds differ (scope of the tokens, single use, file upload) is data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace consent {

enum class ConsentKind : std::uint8_t {
  account_access,
  domestic_payment,
  domestic_scheduled_payment,
  domestic_standing_order,
  international_payment,
  file_payment,
  funds_confirmation,
  domestic_vrp,
};

enum class Uses : std::uint8_t { once, many };         // once: used up by the payment it was for
enum class Upload : std::uint8_t { none, of_a_file };  // a file must follow before a customer can decide

struct KindPolicy {
  ConsentKind kind;
  std::string_view text;
  std::string_view scope;  // of the tokens issued under it
  Uses uses;
  Upload upload;
};

std::span<const KindPolicy> kind_policies();
const KindPolicy& kind_policy(ConsentKind kind);

std::string_view to_text(ConsentKind kind);
std::optional<ConsentKind> consent_kind_from_text(std::string_view text);

}  // namespace consent
