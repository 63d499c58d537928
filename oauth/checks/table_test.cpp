#include "oauth/checks/table.h"

#include <gtest/gtest.h>

#include <set>

namespace oauth {
namespace {

std::string column_of(Column column) {
  std::string names;
  for (const CheckRow& row : check_table()) {
    if (row.runs_at(column)) names.append(names.empty() ? "" : " ").append(row.name);
  }
  return names;
}

// The contract of each endpoint. A change here is a change of what we demand, and is meant to be seen.
TEST(CheckTable, EachEndpointDemandsWhatItIsSaidToDemand) {
  const std::string client = "form_encoded parameters_once client_authenticated client_within_limits";
  EXPECT_EQ(column_of(Column::par),
            client +
                " request_uri_absent request_object registration_absent response_type_code response_mode_registered "
                "redirect_uri_registered pkce_s256 scope_allowed state_and_nonce prompt_known acr_values_known "
                "max_age_number login_hint_plain claims_parameter "
                "authorization_details scope_fits_intent code_binding");
  EXPECT_EQ(column_of(Column::token), client);
  EXPECT_EQ(column_of(Column::authorization_code), "code_presented details_narrowed sender_constrained");
  EXPECT_EQ(column_of(Column::refresh_token), "refresh_token_presented details_narrowed sender_constrained");
  EXPECT_EQ(column_of(Column::client_credentials), "scope_of_client_credentials details_narrowed sender_constrained");
  EXPECT_EQ(column_of(Column::revocation), client + " token_presented");
  EXPECT_EQ(column_of(Column::introspection), client + " token_presented");
}

TEST(CheckTable, EveryRowHasAUniqueNameAndRunsSomewhere) {
  std::set<std::string_view> names;
  for (const CheckRow& row : check_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_NE(row.columns, 0) << row.name;
  }
}

}  // namespace
}  // namespace oauth
