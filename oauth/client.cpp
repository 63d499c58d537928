#include "oauth/client.h"

#include <algorithm>

namespace oauth {

std::string_view to_text(ClientAuthMethod method) {
  switch (method) {
    case ClientAuthMethod::private_key_jwt:
      return "private_key_jwt";
    case ClientAuthMethod::tls_client_auth:
      return "tls_client_auth";
    case ClientAuthMethod::self_signed_tls_client_auth:
      return "self_signed_tls_client_auth";
  }
  return "";
}

std::optional<ClientAuthMethod> client_auth_method_from_text(std::string_view text) {
  for (const auto method : {ClientAuthMethod::private_key_jwt, ClientAuthMethod::tls_client_auth,
                            ClientAuthMethod::self_signed_tls_client_auth}) {
    if (text == to_text(method)) return method;
  }
  return std::nullopt;
}

std::string_view to_text(TokenBinding binding) {
  switch (binding) {
    case TokenBinding::dpop:
      return "dpop";
    case TokenBinding::mtls:
      return "mtls";
  }
  return "";
}

std::optional<TokenBinding> token_binding_from_text(std::string_view text) {
  if (text == "dpop") return TokenBinding::dpop;
  if (text == "mtls") return TokenBinding::mtls;
  return std::nullopt;
}

std::string_view to_text(TlsSubjectKind kind) {
  switch (kind) {
    case TlsSubjectKind::subject_dn:
      return "subject_dn";
    case TlsSubjectKind::san_dns:
      return "san_dns";
    case TlsSubjectKind::san_uri:
      return "san_uri";
    case TlsSubjectKind::san_ip:
      return "san_ip";
    case TlsSubjectKind::san_email:
      return "san_email";
  }
  return "";
}

std::optional<TlsSubjectKind> tls_subject_kind_from_text(std::string_view text) {
  for (const auto kind : {TlsSubjectKind::subject_dn, TlsSubjectKind::san_dns, TlsSubjectKind::san_uri,
                          TlsSubjectKind::san_ip, TlsSubjectKind::san_email}) {
    if (to_text(kind) == text) return kind;
  }
  return std::nullopt;
}

std::string_view to_text(ResponseMode mode) {
  switch (mode) {
    case ResponseMode::query:
      return "query";
    case ResponseMode::query_jwt:
      return "query.jwt";
    case ResponseMode::form_post_jwt:
      return "form_post.jwt";
  }
  return "";
}

std::optional<ResponseMode> response_mode_from_text(std::string_view text) {
  if (text == "jwt") return ResponseMode::query_jwt;
  for (const auto mode : {ResponseMode::query, ResponseMode::query_jwt, ResponseMode::form_post_jwt}) {
    if (to_text(mode) == text) return mode;
  }
  return std::nullopt;
}

std::string_view to_text(SubjectType type) {
  switch (type) {
    case SubjectType::public_:
      return "public";
    case SubjectType::pairwise:
      return "pairwise";
  }
  return "";
}

std::optional<SubjectType> subject_type_from_text(std::string_view text) {
  for (const auto type : {SubjectType::public_, SubjectType::pairwise}) {
    if (to_text(type) == text) return type;
  }
  return std::nullopt;
}

std::string_view to_text(ClientStatus status) {
  switch (status) {
    case ClientStatus::live:
      return "live";
    case ClientStatus::disabled:
      return "disabled";
  }
  return "";
}

std::string_view to_text(ClientKeyStatus status) {
  switch (status) {
    case ClientKeyStatus::live:
      return "live";
    case ClientKeyStatus::retired:
      return "retired";
  }
  return "";
}

bool scope_has(std::string_view scope, std::string_view value) {
  if (value.empty()) return false;
  while (!scope.empty()) {
    const std::string_view next = scope.substr(0, scope.find(' '));
    if (next == value) return true;
    scope.remove_prefix(std::min(next.size() + 1, scope.size()));
  }
  return false;
}

std::optional<std::vector<std::string>> parse_scope(std::string_view scope) {
  constexpr std::size_t kMaxBytes = 1024;
  constexpr std::size_t kMaxValues = 16;
  if (scope.empty() || scope.size() > kMaxBytes) return std::nullopt;
  std::vector<std::string> values;
  std::size_t begin = 0;
  while (begin <= scope.size()) {
    const std::size_t end = std::min(scope.find(' ', begin), scope.size());
    const std::string_view value = scope.substr(begin, end - begin);
    if (value.empty() || values.size() == kMaxValues) return std::nullopt;
    // [RFC6749-3.3] scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    const bool allowed =
        std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    if (!allowed) return std::nullopt;
    if (std::find(values.begin(), values.end(), value) == values.end()) values.emplace_back(value);
    begin = end + 1;
  }
  return values;
}

}  // namespace oauth
