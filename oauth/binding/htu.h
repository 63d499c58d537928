// The HTTP URI of a DPoP proof, for comparison (RFC 9449 section 4.3 item 9).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oauth {

// Syntax-based and scheme-based normalisation (RFC 3986 sections 6.2.2 and 6.2.3) of an absolute http or https URI,
// without query and fragment. nullopt: not such a URI, or one with userinfo, or with characters no URI has.
std::optional<std::string> normalised_htu(std::string_view uri);

}  // namespace oauth
