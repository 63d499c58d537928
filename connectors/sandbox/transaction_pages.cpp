#include "connectors/sandbox/transaction_pages.h"

#include <charconv>
#include <string_view>

#include "base/crypto/hash.h"
#include "base/ensure.h"

namespace connectors {
namespace {

constexpr std::size_t kDigestCharacters = 16;

// Canonical digits only, so that one position has one text.
std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || std::to_string(number) != text)
    return std::nullopt;
  return number;
}

std::string text_of(std::optional<base::Instant> at) {
  return at ? std::to_string(at->time_since_epoch().count()) : "-";
}

}  // namespace

std::string question_digest(const MovementQuery& query, int page_size) {
  std::string question = text_of(query.from) + "/" + text_of(query.to) + "/" + (query.credits ? "c" : "") +
                         (query.debits ? "d" : "") + "/" + std::to_string(page_size);
  for (const AccountHorizon& horizon : query.accounts) question += "/" + horizon.account.str();
  return base::crypto::sha256_base64url(question).substr(0, kDigestCharacters);
}

// "3.1520.88.<digest>": page, one number an account, digest.
TransactionCursor cursor_of(const PagePosition& position, const std::string& digest) {
  std::string text = std::to_string(position.page);
  for (const std::int64_t up_to : position.up_to) text += "." + std::to_string(up_to);
  return TransactionCursor(text + "." + digest);
}

std::optional<PagePosition> position_of(const TransactionCursor& cursor, const std::string& digest,
                                        std::size_t accounts) {
  std::vector<std::string_view> parts;
  std::string_view rest = cursor.str();
  while (true) {
    const std::size_t dot = rest.find('.');
    parts.push_back(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (parts.size() != accounts + 2 || parts.back() != digest) return std::nullopt;
  PagePosition position;
  const auto page = number_of(parts[0]);
  if (!page || *page < 1) return std::nullopt;
  position.page = *page;
  for (std::size_t i = 0; i < accounts; ++i) {
    const auto up_to = number_of(parts[i + 1]);
    if (!up_to) return std::nullopt;
    position.up_to.push_back(*up_to);
  }
  return position;
}

std::optional<PageFrame> frame_of(std::int64_t page, std::int64_t records, int page_size) {
  ENSURE(page >= 1 && records >= 0 && page_size >= 1, "a page frame needs sound numbers");
  PageFrame frame;
  frame.total_pages = records == 0 ? 1 : (records - 1) / page_size + 1;
  if (page > frame.total_pages) return std::nullopt;
  frame.offset = (page - 1) * page_size;
  frame.has_previous = page > 1;
  frame.has_next = page < frame.total_pages;
  return frame;
}

}  // namespace connectors
