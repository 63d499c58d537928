// Rich authorization requests (RFC 9396): the types that this server knows, each described by a JSON Schema, and what
// was asked for as values. What is shown is what is granted, and what is granted is what the token response tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "oauth/rar/json_schema.h"
#include "oauth/settings.h"

namespace oauth {

enum class DetailType : std::uint8_t {
  consent,       // urn:aldgate:consent: the consent that the customer is asked for
  sandbox_test,  // urn:aldgate:sandbox:test: the test resource, for clients without a consent; sandbox only
};
std::string_view to_text(DetailType type);

struct AuthorizationDetail {
  DetailType type = DetailType::consent;
  base::ConsentId consent;             // consent
  std::vector<std::string> actions;    // sandbox_test: read, write
  std::vector<std::string> locations;  // sandbox_test: base URLs of this server; empty: wherever it is served
  std::string note;                    // sandbox_test: the client's own words, for the customer
};

struct AuthorizationDetails {
  std::string canonical;  // JSON with sorted members: what is stored, shown and echoed
  std::vector<AuthorizationDetail> list;
};

class DetailTypes {
 public:
  explicit DetailTypes(const Settings& settings);

  std::vector<std::string> names() const;  // authorization_details_types_supported
  // Bounded, each element of a known type and as its schema says, none twice, at most one consent. The fault, in words
  // that hold nothing of the input.
  base::Result<AuthorizationDetails, std::string> read(std::string_view json) const;

 private:
  struct Type {
    DetailType type;
    JsonSchema schema;
  };
  std::vector<Type> types_;
};

// Of JSON that read() accepted before; empty text: none.
std::vector<AuthorizationDetail> details_of(std::string_view canonical);

// [RFC9396-6] What a token may carry when `asked` is asked for under a grant of `granted`: each element within a
// granted one, and the granted consent among them. The fault, when it is more.
std::optional<std::string> narrowing_fault(std::string_view granted, const AuthorizationDetails& asked);

}  // namespace oauth
