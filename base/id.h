// Identifiers are distinct types; a wrong argument does not compile. New ids are UUIDv7 (RFC 9562 section 5.7).
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/entropy.h"

namespace base {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string value_;
};

// RFC 9562 text form, lower case. Order of creation is order of text (to the millisecond).
std::string uuid_v7(Instant now, Entropy& entropy);
// The canonical 8-4-4-4-12 form only: for path segments before they reach the database.
bool is_uuid(std::string_view text);

template <class AnyId>
AnyId new_id(Instant now, Entropy& entropy) {
  return AnyId(uuid_v7(now, entropy));
}

// Owners that cross modules. brand and bank stand in every owner-first key (DESIGN decision 20).
using BrandId = Id<struct BrandTag>;
using BankId = Id<struct BankTag>;
using ClientId = Id<struct ClientTag>;    // OAuth client_id = one TPP software
using ConsentId = Id<struct ConsentTag>;
using GrantId = Id<struct GrantTag>;
using PsuId = Id<struct PsuTag>;          // a bank customer; also the public `sub`
using InteractionId = Id<struct InteractionTag>;  // x-fapi-interaction-id of a request
using AccountId = Id<struct AccountTag>;  // the gateway's stable id of a bank account

struct Tenant {
  BrandId brand;
  BankId bank;
};

}  // namespace base

template <class Tag>
struct std::hash<base::Id<Tag>> {
  std::size_t operator()(const base::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
