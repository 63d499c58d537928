// What a consent can permit: the internal words for all facades, spelled as OBIE Read/Write v4.0 spells them
// (OBExternalPermissions1Code).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace policy {

enum class Permission : std::uint8_t {
  ReadAccountsBasic,
  ReadAccountsDetail,
  ReadBalances,
  ReadBeneficiariesBasic,
  ReadBeneficiariesDetail,
  ReadDirectDebits,
  ReadOffers,
  ReadPAN,
  ReadParty,
  ReadPartyPSU,
  ReadProducts,
  ReadScheduledPaymentsBasic,
  ReadScheduledPaymentsDetail,
  ReadStandingOrdersBasic,
  ReadStandingOrdersDetail,
  ReadStatementsBasic,
  ReadStatementsDetail,
  ReadTransactionsBasic,
  ReadTransactionsCredits,
  ReadTransactionsDebits,
  ReadTransactionsDetail,
};

inline constexpr std::array<std::pair<Permission, std::string_view>, 21> kPermissionNames{{
    {Permission::ReadAccountsBasic, "ReadAccountsBasic"},
    {Permission::ReadAccountsDetail, "ReadAccountsDetail"},
    {Permission::ReadBalances, "ReadBalances"},
    {Permission::ReadBeneficiariesBasic, "ReadBeneficiariesBasic"},
    {Permission::ReadBeneficiariesDetail, "ReadBeneficiariesDetail"},
    {Permission::ReadDirectDebits, "ReadDirectDebits"},
    {Permission::ReadOffers, "ReadOffers"},
    {Permission::ReadPAN, "ReadPAN"},
    {Permission::ReadParty, "ReadParty"},
    {Permission::ReadPartyPSU, "ReadPartyPSU"},
    {Permission::ReadProducts, "ReadProducts"},
    {Permission::ReadScheduledPaymentsBasic, "ReadScheduledPaymentsBasic"},
    {Permission::ReadScheduledPaymentsDetail, "ReadScheduledPaymentsDetail"},
    {Permission::ReadStandingOrdersBasic, "ReadStandingOrdersBasic"},
    {Permission::ReadStandingOrdersDetail, "ReadStandingOrdersDetail"},
    {Permission::ReadStatementsBasic, "ReadStatementsBasic"},
    {Permission::ReadStatementsDetail, "ReadStatementsDetail"},
    {Permission::ReadTransactionsBasic, "ReadTransactionsBasic"},
    {Permission::ReadTransactionsCredits, "ReadTransactionsCredits"},
    {Permission::ReadTransactionsDebits, "ReadTransactionsDebits"},
    {Permission::ReadTransactionsDetail, "ReadTransactionsDetail"},
}};

constexpr std::string_view to_text(Permission permission) {
  return kPermissionNames[static_cast<std::size_t>(permission)].second;
}
constexpr std::optional<Permission> permission_from_text(std::string_view text) {
  for (const auto& [permission, name] : kPermissionNames) {
    if (name == text) return permission;
  }
  return std::nullopt;
}

}  // namespace policy
