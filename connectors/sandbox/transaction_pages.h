// Pages over a history that only grows. A cursor carries how far each account's history is looked at, so that what is
// appended later moves nothing: each record stands on exactly one page. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/bank.h"
#include "connectors/store/sandbox_ledger.h"

namespace connectors {

// Names the question a cursor belongs to: accounts, window, directions, page size.
std::string question_digest(const MovementQuery& query, int page_size);

struct PagePosition {
  std::int64_t page = 1;
  std::vector<std::int64_t> up_to;  // in the order of the question's accounts
};

TransactionCursor cursor_of(const PagePosition& position, const std::string& digest);
// nullopt: not a cursor of ours, or of another question.
std::optional<PagePosition> position_of(const TransactionCursor& cursor, const std::string& digest,
                                        std::size_t accounts);

struct PageFrame {
  std::int64_t total_pages = 1;  // at least 1: an empty answer is one page
  std::int64_t offset = 0;
  bool has_previous = false, has_next = false;
};
// nullopt: there is no such page.
std::optional<PageFrame> frame_of(std::int64_t page, std::int64_t records, int page_size);

}  // namespace connectors
