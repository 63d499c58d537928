#include "oauth/tokens/claims.h"

#include <algorithm>
#include <cmath>

#include "base/json/strict.h"

namespace oauth {

struct Claims::Impl {
  base::json::Value object;
};

base::Result<Claims, std::string> Claims::parse(std::string_view payload) {
  auto value = base::json::parse_strict(payload, {.max_bytes = 16 * 1024, .max_depth = 8});
  if (!value) return base::failure("claims are not strict JSON: " + value.error().text());
  if (!value->is_object()) return base::failure(std::string("claims are not a JSON object"));
  return Claims(std::make_shared<const Impl>(Impl{std::move(*value)}));
}

bool Claims::has(std::string_view name) const { return impl_->object.contains(name); }

std::optional<std::string> Claims::text(std::string_view name) const {
  const auto found = impl_->object.find(name);
  if (found == impl_->object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::string> Claims::text_in(std::string_view object, std::string_view name) const {
  const auto outer = impl_->object.find(object);
  if (outer == impl_->object.end() || !outer->is_object()) return std::nullopt;
  const auto found = outer->find(name);
  if (found == outer->end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::string> Claims::json(std::string_view name) const {
  const auto found = impl_->object.find(name);
  if (found == impl_->object.end()) return std::nullopt;
  return base::json::dump(*found);
}

std::optional<base::Instant> Claims::date(std::string_view name) const {
  const auto found = impl_->object.find(name);
  if (found == impl_->object.end() || !found->is_number()) return std::nullopt;
  constexpr double kYear10000 = 253402300800.0;
  const double seconds = found->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds >= kYear10000) return std::nullopt;
  return base::Instant(std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6)));
}

bool Claims::has_audience(std::string_view audience) const {
  const auto found = impl_->object.find("aud");
  if (found == impl_->object.end()) return false;
  if (!found->is_array()) return found->is_string() && *found == audience;
  const bool strings = std::all_of(found->begin(), found->end(), [](const auto& value) { return value.is_string(); });
  return strings && std::find(found->begin(), found->end(), audience) != found->end();
}

std::vector<Claims::Member> Claims::members() const {
  std::vector<Member> members;
  for (const auto& [name, value] : impl_->object.items()) {
    Member member{name, Kind::other, {}};
    if (value.is_string()) member.kind = Kind::text;
    if (value.is_number_integer()) member.kind = Kind::integer;
    if (value.is_object()) member.kind = Kind::object;
    if (value.is_array()) member.kind = Kind::array;
    member.text = value.is_string() ? value.get<std::string>() : base::json::dump(value);
    members.push_back(std::move(member));
  }
  return members;
}

std::size_t Claims::members_of(std::string_view object) const {
  const auto found = impl_->object.find(object);
  return found != impl_->object.end() && found->is_object() ? found->size() : 0;
}

}  // namespace oauth
