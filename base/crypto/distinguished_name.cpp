#include "base/crypto/distinguished_name.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/encoding.h"
#include "base/http/message.h"

namespace base::crypto {
namespace {

constexpr std::size_t kMaxNameBytes = 2048;

struct Attribute {
  std::string type;
  std::string value;       // UTF-8, or BER when encoded
  bool encoded = false;    // "#hex" form
  bool starts_rdn = true;  // false: joined by '+' to the one before
};

bool is_special(char c) { return std::string_view("\"+,;<>\\ #=").find(c) != std::string_view::npos; }

// One pass over the text of an attribute value, up to an unescaped ',' or '+'.
class NameParser {
 public:
  explicit NameParser(std::string_view text) : text_(text) {}

  std::optional<std::vector<Attribute>> parse() {
    std::vector<Attribute> attributes;
    bool starts_rdn = true;
    while (true) {
      auto attribute = parse_attribute();
      if (!attribute) return std::nullopt;
      attribute->starts_rdn = starts_rdn;
      attributes.push_back(std::move(*attribute));
      if (at_ == text_.size()) return attributes;
      starts_rdn = text_[at_++] == ',';
    }
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::optional<Attribute> parse_attribute() {
    skip_spaces();
    Attribute attribute;
    while (at_ < text_.size() && text_[at_] != '=') attribute.type += text_[at_++];
    if (at_ == text_.size()) return std::nullopt;
    ++at_;
    while (attribute.type.ends_with(' ')) attribute.type.pop_back();
    if (attribute.type.empty()) return std::nullopt;
    skip_spaces();
    attribute.encoded = at_ < text_.size() && text_[at_] == '#';
    auto value = attribute.encoded ? parse_hex() : parse_string();
    if (!value || value->empty()) return std::nullopt;
    attribute.value = std::move(*value);
    return attribute;
  }

  bool at_separator() const { return at_ == text_.size() || text_[at_] == ',' || text_[at_] == '+'; }

  std::optional<std::string> parse_hex() {
    ++at_;
    const std::size_t begin = at_;
    while (!at_separator()) ++at_;
    std::string_view digits = text_.substr(begin, at_ - begin);
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    return hex_decode(digits);
  }

  std::optional<std::string> parse_string() {
    std::string value;
    std::size_t kept = 0;  // unescaped spaces after this length belong to the separator
    while (!at_separator()) {
      const char c = text_[at_++];
      if (c != '\\') {
        // [RFC4514-2.4] These must be escaped within a value.
        if (c == '"' || c == ';' || c == '<' || c == '>' || c == '\0') return std::nullopt;
        value += c;
        if (c != ' ') kept = value.size();
        continue;
      }
      if (at_ == text_.size()) return std::nullopt;
      if (is_special(text_[at_])) {
        value += text_[at_++];
      } else {
        const auto octet = hex_decode(text_.substr(at_, 2));
        if (!octet || octet->empty() || (*octet)[0] == '\0') return std::nullopt;
        value += *octet;
        at_ += 2;
      }
      kept = value.size();
    }
    value.resize(kept);
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// RFC 4514 section 3, numericoid. OpenSSL's reader forgives more.
bool is_dotted(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return false;
  return text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         text.find('.') != std::string_view::npos;
}

// [RFC4514-2.3] Short names are compared without case; OpenSSL's table knows one spelling each.
Asn1ObjectPtr attribute_type(const std::string& text) {
  for (const char* known : {"CN", "L", "ST", "O", "OU", "C", "street", "DC", "UID", "serialNumber", "emailAddress",
                            "organizationIdentifier", "businessCategory", "GN", "SN"}) {
    if (http::equal_ignoring_case(text, known)) return Asn1ObjectPtr(OBJ_txt2obj(known, 0));
  }
  const bool numeric = text.front() >= '0' && text.front() <= '9';
  if (numeric && !is_dotted(text)) return nullptr;
  return Asn1ObjectPtr(OBJ_txt2obj(text.c_str(), 0));
}

bool append(X509_NAME* name, const Attribute& attribute, bool opens_rdn) {
  const Asn1ObjectPtr type = attribute_type(attribute.type);
  if (!type) return false;
  // -1 joins the entry to the RDN of the one before it.
  const int set = opens_rdn ? 0 : -1;
  if (!attribute.encoded) {
    return X509_NAME_add_entry_by_OBJ(name, type.get(), MBSTRING_UTF8, as_octets(attribute.value),
                                      static_cast<int>(attribute.value.size()), -1, set) == 1;
  }
  const unsigned char* at = as_octets(std::string_view(attribute.value));
  const unsigned char* const end = at + attribute.value.size();
  const std::unique_ptr<ASN1_TYPE, OpenSslFree<ASN1_TYPE_free>> value(
      d2i_ASN1_TYPE(nullptr, &at, static_cast<long>(attribute.value.size())));
  if (!value || at != end) return false;
  const int tag = ASN1_TYPE_get(value.get());
  const bool is_string = tag == V_ASN1_UTF8STRING || tag == V_ASN1_PRINTABLESTRING || tag == V_ASN1_IA5STRING ||
                         tag == V_ASN1_T61STRING || tag == V_ASN1_BMPSTRING || tag == V_ASN1_UNIVERSALSTRING ||
                         tag == V_ASN1_VISIBLESTRING || tag == V_ASN1_NUMERICSTRING;
  if (!is_string) return false;
  const ASN1_STRING* text = value->value.asn1_string;
  return X509_NAME_add_entry_by_OBJ(name, type.get(), tag, ASN1_STRING_get0_data(text), ASN1_STRING_length(text), -1,
                                    set) == 1;
}

}  // namespace

std::string to_rfc4514(const X509_NAME* name) {
  const BioPtr bio(ossl_check(BIO_new(BIO_s_mem()), "BIO_new"));
  constexpr unsigned long kFlags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (X509_NAME_print_ex(bio.get(), name, 0, kFlags) < 0) ossl_check(0, "X509_NAME_print_ex");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

X509NamePtr parse_rfc4514(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes) return nullptr;
  const auto attributes = NameParser(text).parse();
  if (!attributes) return nullptr;
  X509NamePtr name(ossl_check(X509_NAME_new(), "X509_NAME_new"));
  // [RFC4514-2.1] The text begins with the last RDN. Attributes of one RDN stay together.
  auto end = attributes->end();
  while (end != attributes->begin()) {
    auto first = std::prev(end);
    while (!first->starts_rdn) --first;
    for (auto attribute = first; attribute != end; ++attribute) {
      if (append(name.get(), *attribute, attribute == first)) continue;
      drain_error_queue();
      return nullptr;
    }
    end = first;
  }
  return name;
}

}  // namespace base::crypto
