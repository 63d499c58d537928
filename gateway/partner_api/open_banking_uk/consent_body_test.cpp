#include "gateway/partner_api/open_banking_uk/consent_body.h"

#include <gtest/gtest.h>

#include "gateway/partner_api/open_banking_uk/obie_time.h"

namespace gateway {
namespace {

using policy::Permission;

TEST(ConsentBody, ReadsEveryMember) {
  const auto request = read_consent_body(
      R"({"Data":{"Permissions":["ReadAccountsBasic","ReadBalances","ReadBalances"],"ExpirationDateTime":"2027-01-01T00:00:00+01:00",
          "TransactionFromDateTime":"2026-01-01T00:00:00Z","TransactionToDateTime":"2026-12-31T23:59:59Z"},"Risk":{}})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->permissions, (std::set{Permission::ReadAccountsBasic, Permission::ReadBalances}));
  EXPECT_EQ(obie_time(*request->expiration), "2026-12-31T23:00:00+00:00");
  EXPECT_EQ(obie_time(*request->transactions_from), "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(obie_time(*request->transactions_to), "2026-12-31T23:59:59+00:00");
}

TEST(ConsentBody, DatesMayBeAbsent) {
  const auto request = read_consent_body(R"({"Risk":{},"Data":{"Permissions":["ReadAccountsDetail"]}})");
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->expiration || request->transactions_from || request->transactions_to);
}

TEST(ConsentBody, RefusesWithTheCodeAndThePath) {
  struct Case {
    std::string body;
    ObieCode code;
    std::string path;
  };
  const std::string good = R"("Permissions":["ReadAccountsBasic"])";
  const auto data = [&](const std::string& more) { return R"({"Data":{)" + good + more + R"(},"Risk":{}})"; };
  const std::vector<Case> cases = {
      {"", ObieCode::invalid_format, ""},
      {"{", ObieCode::invalid_format, ""},
      {"[]", ObieCode::invalid_format, ""},
      {"\"x\"", ObieCode::invalid_format, ""},
      {data("") + "x", ObieCode::invalid_format, ""},
      {"\xef\xbb\xbf" + data(""), ObieCode::invalid_format, ""},
      {"{}", ObieCode::field_missing, "Data"},
      {R"({"Data":{"Permissions":["ReadAccountsBasic"]}})", ObieCode::field_missing, "Risk"},
      {R"({"Risk":{}})", ObieCode::field_missing, "Data"},
      {R"({"Data":{},"Risk":{}})", ObieCode::field_missing, "Data.Permissions"},
      {R"({"Data":[],"Risk":{}})", ObieCode::field_invalid, "Data"},
      {R"({"Data":null,"Risk":{}})", ObieCode::field_invalid, "Data"},
      {R"({"Data":{"Permissions":[]},"Risk":{}})", ObieCode::field_invalid, "Data.Permissions"},
      {R"({"Data":{"Permissions":"ReadAccountsBasic"},"Risk":{}})", ObieCode::field_invalid, "Data.Permissions"},
      {R"({"Data":{"Permissions":["ReadAccountsBasic",7]},"Risk":{}})", ObieCode::field_invalid, "Data.Permissions[1]"},
      {R"({"Data":{"Permissions":["ReadAccountsBasic","ReadAll"]},"Risk":{}})", ObieCode::field_invalid,
       "Data.Permissions[1]"},
      {R"({"Data":{"Permissions":["readaccountsbasic"]},"Risk":{}})", ObieCode::field_invalid, "Data.Permissions[0]"},
      {data(R"(,"ExpirationDateTime":"2027-01-01")"), ObieCode::field_invalid_date, "Data.ExpirationDateTime"},
      {data(R"(,"ExpirationDateTime":"2027-01-01T00:00:00")"), ObieCode::field_invalid_date, "Data.ExpirationDateTime"},
      {data(R"(,"ExpirationDateTime":7)"), ObieCode::field_invalid, "Data.ExpirationDateTime"},
      {data(R"(,"ExpirationDateTime":null)"), ObieCode::field_invalid, "Data.ExpirationDateTime"},
      {data(R"(,"TransactionFromDateTime":"soon")"), ObieCode::field_invalid_date, "Data.TransactionFromDateTime"},
      {data(R"(,"TransactionToDateTime":"2026-02-30T00:00:00Z")"), ObieCode::field_invalid_date,
       "Data.TransactionToDateTime"},
      {data(R"(,"Accounts":[])"), ObieCode::field_unexpected, "Data.Accounts"},
      {data(R"(,"permissions":[])"), ObieCode::field_unexpected, "Data.permissions"},
      {R"({"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{"x":1}})", ObieCode::field_unexpected, "Risk.x"},
      {R"({"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{},"Meta":{}})", ObieCode::field_unexpected, "Meta"},
      {R"({"Data":{"Permissions":["ReadAccountsBasic"],"Permissions":["ReadBalances"]},"Risk":{}})",
       ObieCode::invalid_format, "Data.Permissions"},
  };
  for (const Case& c : cases) {
    const auto request = read_consent_body(c.body);
    ASSERT_FALSE(request) << c.body;
    EXPECT_EQ(request.error().code, c.code) << c.body;
    EXPECT_EQ(request.error().path, c.path) << c.body;
    EXPECT_EQ(request.error().public_text.find("ReadAll"), std::string::npos) << "no value of the request is repeated";
  }
  std::string many = R"({"Data":{"Permissions":[)";
  for (int i = 0; i < 65; ++i) many += std::string(i == 0 ? "" : ",") + R"("ReadAccountsBasic")";
  EXPECT_EQ(read_consent_body(many + R"(]},"Risk":{}})").error().code, ObieCode::field_invalid);
  EXPECT_EQ(read_consent_body(std::string(70'000, ' ') + data("")).error().code, ObieCode::invalid_format);
}

}  // namespace
}  // namespace gateway
