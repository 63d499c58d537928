// A QR code as an inline SVG: one path, colours as attributes, so that the pages' content security policy needs no
// exception. The text is a secret (an authenticator app's key): nothing but the page gets it.
#pragma once

#include <string>
#include <string_view>

namespace gateway {

// `label`: the image's text alternative. Throws when the text does not fit (about 2000 characters).
std::string qr_svg(const std::string& text, std::string_view label);

}  // namespace gateway
