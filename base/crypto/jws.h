// JSON Web Signature, compact serialization (RFC 7515 sections 3.1, 5, 7.1) with the rules of RFC 8725.
// Not here, by choice: JSON serialization, detached and unencoded payloads (RFC 7797), MACs, `none`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto/jwk.h"
#include "base/result.h"

namespace base::crypto {

struct JwsLimits {
  std::size_t max_bytes = 16 * 1024;        // the whole compact text
  std::size_t max_header_bytes = 8 * 1024;  // the encoded header
};

enum class JwsErrorCode : std::uint8_t {
  too_large,
  malformed,           // not three parts, not canonical base64url, header not a strict JSON object, wrong member types
  forbidden_header,    // crit, b64, zip, jku, x5u: features we do not implement, or that would make us fetch
  algorithm_mismatch,  // the header's alg is not the key's own
  bad_signature,
};
struct JwsError {
  JwsErrorCode code = JwsErrorCode::malformed;
  std::string log_text;  // never a part of the token
};

// The protected header. Everything in it is the sender's claim: only after verify() does it mean anything.
struct JwsHeader {
  std::string alg = {};  // as sent: compared with the key's own algorithm, never used to choose one
  std::optional<std::string> kid = {};
  std::optional<std::string> typ = {};  // as sent; is_type() compares
  std::optional<std::string> cty = {};
  std::optional<std::string> jwk = {};  // JSON text of the embedded key; for DPoP proofs only (RFC 9449 section 4.2)
  bool has_x5c = false;                 // present and ignored: keys come from registration

  // RFC 7515 section 4.1.9: without case, and "application/" may be left out when there is no other slash.
  bool is_type(std::string_view expected) const;
};

struct ParsedJws {
  JwsHeader header;
  std::string payload;        // decoded; any bytes
  std::string signing_input;  // ASCII(header '.' payload) as received
  std::string signature;      // decoded
};

// Reads, believes nothing. No key is looked at and nothing is fetched.
Result<ParsedJws, JwsError> parse_compact(std::string_view text, JwsLimits limits = {});

// The header's alg must be the key's algorithm, and the signature must fit.
Result<void, JwsError> verify(const ParsedJws& jws, const PublicKey& key);

// The same in steps, for who meets the same header again and again, as a server does the header of a client's proofs.
struct CompactParts {
  std::string_view header;         // encoded: equal texts are equal headers
  std::string_view signing_input;  // both are parts of the text that was split
  std::string payload;
  std::string signature;
};
Result<CompactParts, JwsError> split_compact(std::string_view text, JwsLimits limits = {});
Result<JwsHeader, JwsError> read_header(std::string_view encoded);
Result<void, JwsError> verify(const CompactParts& parts, const JwsHeader& header, const PublicKey& key);

struct SigningHeader {
  std::string typ = {};  // left out when empty
  std::string kid = {};  // empty: the key's own; left out when that is empty too
  std::string jwk = {};  // JSON text of a public key (DPoP proofs); left out when empty. With it no kid is written.
};
std::string sign_compact(const SigningHeader& header, std::string_view payload, const PrivateKey& key);
// The header as the caller wrote it (a JSON object). For headers that SigningHeader does not know, and for tests.
std::string sign_compact_raw(std::string_view header_json, std::string_view payload, const PrivateKey& key);

}  // namespace base::crypto
