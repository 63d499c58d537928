#include "oauth/rar/authorization_details.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/ensure.h"
#include "base/json/strict.h"

namespace oauth {
namespace {

using base::json::Value;

constexpr base::json::Limits kLimits{.max_bytes = 8 * 1024, .max_depth = 8};
constexpr std::size_t kMaxElements = 5;

struct TypeRow {
  DetailType type;
  bool sandbox_only;
  std::string_view schema;  // @LOCATIONS@: the base URLs of this server
};

constexpr std::array kTypes{
    TypeRow{DetailType::consent, false, R"json({
      "type": "object", "additionalProperties": false, "required": ["type", "consent_id"],
      "properties": {"type": {"const": "urn:aldgate:consent"},
                     "consent_id": {"type": "string", "minLength": 1, "maxLength": 128}}})json"},
    TypeRow{DetailType::sandbox_test, true, R"json({
      "type": "object", "additionalProperties": false, "required": ["type", "actions"],
      "properties": {"type": {"const": "urn:aldgate:sandbox:test"},
                     "actions": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                                 "items": {"enum": ["read", "write"]}},
                     "locations": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                                   "items": {"enum": @LOCATIONS@}},
                     "note": {"type": "string", "minLength": 1, "maxLength": 140, "format": "display-text"}}})json"},
};

std::string schema_for(const TypeRow& row, const Settings& settings) {
  constexpr std::string_view kPlace = "@LOCATIONS@";
  std::string text(row.schema);
  if (const auto at = text.find(kPlace); at != std::string::npos) {
    text.replace(at, kPlace.size(), base::json::dump(Value::array({settings.issuer, settings.mtls_base})));
  }
  return text;
}

std::optional<DetailType> type_of(const Value& element) {
  if (!element.is_object()) return std::nullopt;
  const auto name = element.find("type");
  if (name == element.end() || !name->is_string()) return std::nullopt;
  for (const auto& row : kTypes) {
    if (*name == to_text(row.type)) return row.type;
  }
  return std::nullopt;
}

std::vector<std::string> texts_of(const Value& element, const char* member) {
  const auto found = element.find(member);
  return found == element.end() ? std::vector<std::string>() : found->get<std::vector<std::string>>();
}

std::vector<AuthorizationDetail> as_values(const Value& elements) {
  std::vector<AuthorizationDetail> list;
  for (const Value& element : elements) {
    const auto type = type_of(element);
    ENSURE(type.has_value(), "authorization details are read after they were checked");
    AuthorizationDetail detail;
    detail.type = *type;
    switch (*type) {
      case DetailType::consent:
        detail.consent = base::ConsentId(element.at("consent_id").get<std::string>());
        break;
      case DetailType::sandbox_test:
        detail.actions = texts_of(element, "actions");
        detail.locations = texts_of(element, "locations");
        if (const auto note = element.find("note"); note != element.end()) detail.note = note->get<std::string>();
        break;
    }
    list.push_back(std::move(detail));
  }
  return list;
}

bool within(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  return std::all_of(some.begin(), some.end(),
                     [&](const auto& one) { return std::find(all.begin(), all.end(), one) != all.end(); });
}

bool narrower(const AuthorizationDetail& asked, const AuthorizationDetail& granted) {
  if (asked.type != granted.type) return false;
  switch (asked.type) {
    case DetailType::consent:
      return asked.consent == granted.consent;
    case DetailType::sandbox_test:
      // Locations that were not limited may be; those that were may not be left out.
      return within(asked.actions, granted.actions) && asked.note == granted.note &&
             (granted.locations.empty() || (!asked.locations.empty() && within(asked.locations, granted.locations)));
  }
  return false;
}

}  // namespace

std::string_view to_text(DetailType type) {
  switch (type) {
    case DetailType::consent:
      return "urn:aldgate:consent";
    case DetailType::sandbox_test:
      return "urn:aldgate:sandbox:test";
  }
  return "";
}

DetailTypes::DetailTypes(const Settings& settings) {
  for (const auto& row : kTypes) {
    if (row.sandbox_only && settings.sandbox == SandboxFeatures::no) continue;
    types_.push_back({row.type, JsonSchema(schema_for(row, settings))});
  }
}

std::vector<std::string> DetailTypes::names() const {
  std::vector<std::string> names;
  for (const auto& type : types_) names.emplace_back(to_text(type.type));
  return names;
}

base::Result<AuthorizationDetails, std::string> DetailTypes::read(std::string_view json) const {
  const auto elements = base::json::parse_strict(json, kLimits);
  if (!elements || !elements->is_array() || elements->empty() || elements->size() > kMaxElements) {
    return base::failure("authorization_details is not a JSON array of 1 to " + std::to_string(kMaxElements) +
                         " elements");
  }
  std::set<std::string> seen;
  bool consent = false;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Value& element = (*elements)[i];
    const std::string which = "authorization_details/" + std::to_string(i) + ": ";
    const auto type = type_of(element);
    const auto known = std::find_if(types_.begin(), types_.end(), [&](const Type& t) { return t.type == type; });
    // [RFC9396-5] "contains an unknown authorization details type value"
    if (!type || known == types_.end()) return base::failure(which + "its type is not supported");
    // [RFC9396-5] "containing unknown fields, contains fields of the wrong type … contains fields with invalid values …
    // or is missing required fields"
    const std::string text = base::json::dump(element);
    if (const auto fault = known->schema.fault(text)) return base::failure(which + *fault);
    if (!seen.insert(text).second) return base::failure(which + "it stands twice");
    if (*type == DetailType::consent && std::exchange(consent, true)) {
      return base::failure(which + "only one consent can be asked for at a time");
    }
  }
  return AuthorizationDetails{base::json::dump(*elements), as_values(*elements)};
}

std::vector<AuthorizationDetail> details_of(std::string_view canonical) {
  if (canonical.empty()) return {};
  const auto elements = base::json::parse_strict(canonical, kLimits);
  ENSURE(elements.has_value() && elements->is_array(), "authorization details are stored as JSON");
  return as_values(*elements);
}

std::optional<std::string> narrowing_fault(std::string_view granted, const AuthorizationDetails& asked) {
  const auto all = details_of(granted);
  for (const auto& one : asked.list) {
    if (std::none_of(all.begin(), all.end(), [&](const auto& detail) { return narrower(one, detail); })) {
      return "authorization_details ask for more than was granted";
    }
  }
  // A token of a consent says so: the resource compares both.
  for (const auto& detail : all) {
    if (detail.type != DetailType::consent) continue;
    if (std::none_of(asked.list.begin(), asked.list.end(), [&](const auto& one) { return narrower(one, detail); })) {
      return "authorization_details leave out the consent that the grant is for";
    }
  }
  return std::nullopt;
}

}  // namespace oauth
