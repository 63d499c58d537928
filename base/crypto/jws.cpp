#include "base/crypto/jws.h"

#include <array>

#include "base/encoding.h"
#include "base/http/message.h"
#include "base/json/reader.h"
#include "base/observe/log.h"

namespace base::crypto {
namespace {

constexpr std::size_t kMaxHeaderDepth = 8;
// Unknown header parameters are ignored (RFC 7515 section 4), but these change what is signed, or point elsewhere.
constexpr std::array<std::string_view, 5> kForbidden{"crit", "b64", "zip", "jku", "x5u"};

auto refuse(JwsErrorCode code, std::string why) { return failure(JwsError{code, std::move(why)}); }

Result<JwsHeader, JwsError> read_header_json(const std::string& text) {
  const auto malformed = [](const json::ParseError& error) {
    return failure(JwsError{JwsErrorCode::malformed, "header: " + error.text()});
  };
  // [RFC7515-4] "The Header Parameter names within the JOSE Header MUST be unique".
  const auto value = json::parse_strict(text, {.max_bytes = text.size(), .max_depth = kMaxHeaderDepth});
  if (!value) return malformed(value.error());
  if (!value->is_object()) return refuse(JwsErrorCode::malformed, "the header is not a JSON object");
  json::Reader reader(*value);
  for (const std::string_view name : kForbidden) {
    // [RFC7515-4.1.11] "If any of the listed extension Header Parameters are not understood and supported by the
    // recipient, then the JWS is invalid." None is.
    if (reader.has(name)) return refuse(JwsErrorCode::forbidden_header, "header parameter " + std::string(name));
  }
  JwsHeader header;
  auto alg = reader.required<std::string>("alg");
  if (!alg) return malformed(alg.error());
  header.alg = std::move(*alg);
  for (const auto& [name, into] : {std::pair("kid", &header.kid), {"typ", &header.typ}, {"cty", &header.cty}}) {
    auto text_value = reader.optional<std::string>(name);
    if (!text_value) return malformed(text_value.error());
    *into = std::move(*text_value);
  }
  const auto jwk = reader.optional<json::Reader>("jwk");
  if (!jwk) return malformed(jwk.error());
  if (*jwk) header.jwk = json::dump((*jwk)->value());
  header.has_x5c = reader.has("x5c");
  return header;
}

std::string json_string(std::string_view text) {
  std::string out;
  observe::append_json_string(out, text);
  return out;
}

}  // namespace

bool JwsHeader::is_type(std::string_view expected) const {
  if (!typ) return false;
  constexpr std::string_view kPrefix = "application/";
  const auto without_prefix = [&](std::string_view name) {
    const bool prefixed =
        name.size() > kPrefix.size() && http::equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
    return prefixed && name.find('/', kPrefix.size()) == std::string_view::npos ? name.substr(kPrefix.size()) : name;
  };
  return http::equal_ignoring_case(without_prefix(*typ), without_prefix(expected));
}

Result<CompactParts, JwsError> split_compact(std::string_view text, JwsLimits limits) {
  if (text.size() > limits.max_bytes) return refuse(JwsErrorCode::too_large, "the JWS is too large");
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  // [RFC7515-5.2-1] Three parts; five would be a JWE.
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
    return refuse(JwsErrorCode::malformed, "a compact JWS has three parts");
  }
  if (first > limits.max_header_bytes) return refuse(JwsErrorCode::too_large, "the header is too large");
  const std::string_view signature_text = text.substr(second + 1);
  if (signature_text.empty()) return refuse(JwsErrorCode::malformed, "there is no signature");

  // [RFC7515-2] Base64url "with all trailing '=' characters omitted [...] and without the inclusion of any line breaks,
  // whitespace, or other additional characters": one token has one spelling.
  auto payload = base64url_decode(text.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(signature_text);
  if (!payload || !signature) return refuse(JwsErrorCode::malformed, "a part is not canonical base64url");
  return CompactParts{text.substr(0, first), text.substr(0, second), std::move(*payload), std::move(*signature)};
}

Result<JwsHeader, JwsError> read_header(std::string_view encoded) {
  const auto text = base64url_decode(encoded);
  if (!text) return refuse(JwsErrorCode::malformed, "a part is not canonical base64url");
  return read_header_json(*text);
}

Result<ParsedJws, JwsError> parse_compact(std::string_view text, JwsLimits limits) {
  TRY(CompactParts parts, split_compact(text, limits));
  ParsedJws jws;
  TRY(jws.header, read_header(parts.header));
  jws.payload = std::move(parts.payload);
  jws.signing_input = parts.signing_input;
  jws.signature = std::move(parts.signature);
  return jws;
}

namespace {

Result<void, JwsError> verify(const JwsHeader& header, std::string_view signing_input, std::string_view signature,
                              const PublicKey& key) {
  // [RFC8725-3.1] "Libraries MUST enable the caller to specify a supported set of algorithms and MUST NOT use any other
  // algorithms": the set is the key's one algorithm, so `none` and every MAC fail here.
  if (header.alg != to_text(key.algorithm())) {
    return refuse(JwsErrorCode::algorithm_mismatch, "alg is not " + std::string(to_text(key.algorithm())));
  }
  if (!key.verify(signing_input, signature)) {
    return refuse(JwsErrorCode::bad_signature, "the signature does not fit the key");
  }
  return {};
}

}  // namespace

Result<void, JwsError> verify(const ParsedJws& jws, const PublicKey& key) {
  return verify(jws.header, jws.signing_input, jws.signature, key);
}
Result<void, JwsError> verify(const CompactParts& parts, const JwsHeader& header, const PublicKey& key) {
  return verify(header, parts.signing_input, parts.signature, key);
}

std::string sign_compact(const SigningHeader& header, std::string_view payload, const PrivateKey& key) {
  std::string text = R"({"alg":")" + std::string(to_text(key.algorithm())) + '"';
  const std::string& kid = header.kid.empty() ? key.kid() : header.kid;
  if (!header.jwk.empty()) {
    text += R"(,"jwk":)" + header.jwk;
  } else if (!kid.empty()) {
    text += R"(,"kid":)" + json_string(kid);
  }
  if (!header.typ.empty()) text += R"(,"typ":)" + json_string(header.typ);
  text += '}';
  return sign_compact_raw(text, payload, key);
}

std::string sign_compact_raw(std::string_view header_json, std::string_view payload, const PrivateKey& key) {
  std::string token = base64url_encode(header_json) + '.' + base64url_encode(payload);
  const std::string signature = key.sign(token);
  token += '.';
  token += base64url_encode(signature);
  return token;
}

}  // namespace base::crypto
