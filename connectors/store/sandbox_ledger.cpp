#include "connectors/store/sandbox_ledger.h"

#include <algorithm>

#include "base/db/sql.h"
#include "base/ensure.h"
#include "base/json/strict.h"

namespace connectors {
namespace {

using base::Instant;
using base::db::Statement;
using base::db::value;
using base::json::Value;

constexpr Statement kHorizons{"connectors.movement.horizons", R"sql(
  SELECT a.account_id, a.last_seq
  FROM connectors.account_holder h
  JOIN connectors.account a USING (brand_id, bank_id, account_id)
  WHERE h.brand_id = $1 AND h.bank_id = $2 AND h.psu_id = $3::uuid AND h.account_id = ANY ($4::uuid[])
  ORDER BY a.account_id)sql"};

// A pending row counts only while no later row of the view books the same transaction; a booked row always counts.
constexpr Statement kExtent{"connectors.movement.extent", R"sql(
  SELECT count(*), min(m.booked_at), max(m.booked_at)
  FROM unnest($3::uuid[], $4::bigint[]) AS s (account_id, up_to)
  JOIN connectors.movement m ON m.brand_id = $1 AND m.bank_id = $2 AND m.account_id = s.account_id AND m.seq <= s.up_to
  WHERE ($5::timestamptz IS NULL OR m.booked_at >= $5::timestamptz)
    AND ($6::timestamptz IS NULL OR m.booked_at <= $6::timestamptz)
    AND CASE WHEN m.amount_minor < 0 THEN $7::boolean ELSE $8::boolean END
    AND (m.status = 'booked' OR NOT EXISTS (
          SELECT 1 FROM connectors.movement later
          WHERE later.brand_id = m.brand_id AND later.bank_id = m.bank_id AND later.account_id = m.account_id
            AND later.transaction_id = m.transaction_id AND later.status = 'booked' AND later.seq <= s.up_to)))sql"};
constexpr Statement kPage{"connectors.movement.page", R"sql(
  SELECT m.account_id, m.seq, m.transaction_id, m.status, m.booked_at, m.value_at, m.amount_minor, m.currency, m.reference,
         m.domain_family, m.domain_sub_family, m.proprietary_code, m.information, m.counterparty_name, m.merchant_name,
         m.merchant_category, m.balance_after
  FROM unnest($3::uuid[], $4::bigint[]) AS s (account_id, up_to)
  JOIN connectors.movement m ON m.brand_id = $1 AND m.bank_id = $2 AND m.account_id = s.account_id AND m.seq <= s.up_to
  WHERE ($5::timestamptz IS NULL OR m.booked_at >= $5::timestamptz)
    AND ($6::timestamptz IS NULL OR m.booked_at <= $6::timestamptz)
    AND CASE WHEN m.amount_minor < 0 THEN $7::boolean ELSE $8::boolean END
    AND (m.status = 'booked' OR NOT EXISTS (
          SELECT 1 FROM connectors.movement later
          WHERE later.brand_id = m.brand_id AND later.bank_id = m.bank_id AND later.account_id = m.account_id
            AND later.transaction_id = m.transaction_id AND later.status = 'booked' AND later.seq <= s.up_to))
  ORDER BY m.booked_at DESC, m.seq DESC, m.account_id
  OFFSET $9::bigint LIMIT $10::int)sql"};
constexpr Statement kBalances{"connectors.ledger.balances", R"sql(
  SELECT a.account_id, a.currency,
         (SELECT coalesce(sum(e.amount_minor), 0)::bigint FROM connectors.ledger_entry e
          WHERE e.brand_id = $1 AND e.bank_id = $2 AND e.ledger_account = a.account_id::text),
         (SELECT coalesce(sum(m.amount_minor), 0)::bigint FROM connectors.movement m
          WHERE m.brand_id = $1 AND m.bank_id = $2 AND m.account_id = a.account_id AND m.status = 'pending'
            AND m.amount_minor < 0 AND NOT EXISTS (
              SELECT 1 FROM connectors.movement later
              WHERE later.brand_id = m.brand_id AND later.bank_id = m.bank_id AND later.account_id = m.account_id
                AND later.transaction_id = m.transaction_id AND later.status = 'booked'))
  FROM connectors.account_holder h
  JOIN connectors.account a USING (brand_id, bank_id, account_id)
  WHERE h.brand_id = $1 AND h.bank_id = $2 AND h.psu_id = $3::uuid AND h.account_id = ANY ($4::uuid[])
  ORDER BY a.opened, a.account_id)sql"};
constexpr Statement kTakeSeqs{"connectors.movement.take_seqs", R"sql(
  UPDATE connectors.account SET last_seq = last_seq + $4::bigint
  WHERE brand_id = $1 AND bank_id = $2 AND account_id = $3::uuid RETURNING last_seq)sql"};
constexpr Statement kAppend{"connectors.movement.append", R"sql(
  INSERT INTO connectors.movement (brand_id, bank_id, account_id, seq, transaction_id, status, booked_at, value_at,
    amount_minor, currency, reference, domain_family, domain_sub_family, proprietary_code, information, counterparty_name,
    merchant_name, merchant_category, balance_after)
  SELECT $1, $2, $3::uuid, r.seq, r.transaction_id, r.status, r.booked_at, r.value_at, r.amount_minor, r.currency, r.reference,
    r.domain_family, r.domain_sub_family, r.proprietary_code, r.information, r.counterparty_name, r.merchant_name,
    r.merchant_category, r.balance_after
  FROM jsonb_to_recordset($4::jsonb) AS r (seq bigint, transaction_id uuid, status text, booked_at timestamptz,
    value_at timestamptz, amount_minor bigint, currency text, reference text, domain_family text, domain_sub_family text,
    proprietary_code text, information text, counterparty_name text, merchant_name text, merchant_category text,
    balance_after bigint))sql"};
constexpr Statement kPost{"connectors.ledger.post", R"sql(
  INSERT INTO connectors.ledger_entry (brand_id, bank_id, posting_id, line, ledger_account, amount_minor, currency, booked_at)
  SELECT $1, $2, r.posting_id, r.line, r.ledger_account, r.amount_minor, r.currency, r.booked_at
  FROM jsonb_to_recordset($3::jsonb) AS r (posting_id uuid, line smallint, ledger_account text, amount_minor bigint,
    currency text, booked_at timestamptz))sql"};

std::vector<std::string> texts_of(const std::vector<base::AccountId>& accounts) {
  std::vector<std::string> texts;
  for (const auto& account : accounts) texts.push_back(account.str());
  return texts;
}

struct HorizonColumns {
  std::vector<std::string> accounts, up_to;
};
HorizonColumns columns_of(const MovementQuery& query) {
  HorizonColumns columns;
  for (const AccountHorizon& horizon : query.accounts) {
    columns.accounts.push_back(horizon.account.str());
    columns.up_to.push_back(std::to_string(horizon.up_to));
  }
  return columns;
}

MovementRow movement_of(const base::db::Row& row) {
  return {.account = value<base::AccountId>(row[0]),
          .seq = value<std::int64_t>(row[1]),
          .transaction_id = value<std::string>(row[2]),
          .status = value<std::string>(row[3]),
          .booked_at = value<Instant>(row[4]),
          .value_at = value<std::optional<Instant>>(row[5]),
          .amount_minor = value<std::int64_t>(row[6]),
          .currency = value<std::string>(row[7]),
          .reference = value<std::string>(row[8]),
          .domain_family = value<std::string>(row[9]),
          .domain_sub_family = value<std::string>(row[10]),
          .proprietary_code = value<std::string>(row[11]),
          .information = value<std::string>(row[12]),
          .counterparty_name = value<std::string>(row[13]),
          .merchant_name = value<std::string>(row[14]),
          .merchant_category = value<std::string>(row[15]),
          .balance_after = value<std::optional<std::int64_t>>(row[16])};
}

template <class T>
Value or_null(const std::optional<T>& maybe) {
  return maybe ? Value(*maybe) : Value(nullptr);
}

}  // namespace

std::vector<AccountHorizon> horizons(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                     const std::vector<base::AccountId>& accounts) {
  std::vector<AccountHorizon> found;
  for (const auto& row : exec(tx, kHorizons, tenant.brand, tenant.bank, psu, texts_of(accounts))) {
    found.push_back({value<base::AccountId>(row[0]), value<std::int64_t>(row[1])});
  }
  return found;
}

MovementExtent extent(base::db::Transaction& tx, const base::Tenant& tenant, const MovementQuery& query) {
  const HorizonColumns columns = columns_of(query);
  const auto row = exec_row(tx, kExtent, tenant.brand, tenant.bank, columns.accounts, columns.up_to, query.from,
                            query.to, query.debits, query.credits);
  return {value<std::int64_t>((*row)[0]), value<std::optional<Instant>>((*row)[1]),
          value<std::optional<Instant>>((*row)[2])};
}

std::vector<MovementRow> movements(base::db::Transaction& tx, const base::Tenant& tenant, const MovementQuery& query,
                                   std::int64_t offset, int limit) {
  const HorizonColumns columns = columns_of(query);
  std::vector<MovementRow> found;
  for (const auto& row : exec(tx, kPage, tenant.brand, tenant.bank, columns.accounts, columns.up_to, query.from,
                              query.to, query.debits, query.credits, offset, limit)) {
    found.push_back(movement_of(row));
  }
  return found;
}

std::vector<BalanceRow> balances_of(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                    const std::vector<base::AccountId>& accounts) {
  std::vector<BalanceRow> found;
  for (const auto& row : exec(tx, kBalances, tenant.brand, tenant.bank, psu, texts_of(accounts))) {
    found.push_back({value<base::AccountId>(row[0]), value<std::string>(row[1]), value<std::int64_t>(row[2]),
                     value<std::int64_t>(row[3])});
  }
  return found;
}

void append_movements(base::db::Transaction& tx, const base::Tenant& tenant, const base::AccountId& account,
                      const std::vector<MovementRow>& rows) {
  if (rows.empty()) return;
  const auto taken = exec_row(tx, kTakeSeqs, tenant.brand, tenant.bank, account, rows.size());
  ENSURE(taken.has_value(), "movements of an account that does not exist");
  std::int64_t seq = value<std::int64_t>((*taken)[0]) - static_cast<std::int64_t>(rows.size());
  Value records = Value::array();
  for (const MovementRow& row : rows) {
    records.push_back({{"seq", ++seq},
                       {"transaction_id", row.transaction_id},
                       {"status", row.status},
                       {"booked_at", base::db::timestamp_text(row.booked_at)},
                       {"value_at", row.value_at ? Value(base::db::timestamp_text(*row.value_at)) : Value(nullptr)},
                       {"amount_minor", row.amount_minor},
                       {"currency", row.currency},
                       {"reference", row.reference},
                       {"domain_family", row.domain_family},
                       {"domain_sub_family", row.domain_sub_family},
                       {"proprietary_code", row.proprietary_code},
                       {"information", row.information},
                       {"counterparty_name", row.counterparty_name},
                       {"merchant_name", row.merchant_name},
                       {"merchant_category", row.merchant_category},
                       {"balance_after", or_null(row.balance_after)}});
  }
  exec(tx, kAppend, tenant.brand, tenant.bank, account, base::json::dump(records));
}

void append_postings(base::db::Transaction& tx, const base::Tenant& tenant, const std::vector<PostingLine>& lines) {
  if (lines.empty()) return;
  Value records = Value::array();
  for (const PostingLine& line : lines) {
    records.push_back({{"posting_id", line.posting_id},
                       {"line", line.line},
                       {"ledger_account", line.ledger_account},
                       {"amount_minor", line.amount_minor},
                       {"currency", line.currency},
                       {"booked_at", base::db::timestamp_text(line.booked_at)}});
  }
  exec(tx, kPost, tenant.brand, tenant.bank, base::json::dump(records));
}

std::vector<Statement> ledger_statements() { return {kHorizons, kExtent, kPage, kBalances, kTakeSeqs, kAppend, kPost}; }

}  // namespace connectors
