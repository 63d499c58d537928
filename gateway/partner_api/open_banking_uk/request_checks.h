// What every request on the UK surface must be before its meaning is looked at: headers of the standard well-formed and
// single, a media type we can read and one the caller takes.
#pragma once

#include <optional>

#include "base/http/message.h"
#include "gateway/partner_api/open_banking_uk/obie_error.h"

namespace gateway {

enum class RequestBody { none, json };

// nullopt: nothing to refuse. Headers: x-fapi-auth-date, x-fapi-customer-ip-address, x-customer-user-agent, Accept, and
// Content-Type where a body is expected.
std::optional<ObieFailure> check_obie_request(const base::http::Request& request, RequestBody body);

// The customer is there: the TPP sent the customer's address.
bool customer_is_present(const base::http::Request& request);

}  // namespace gateway
