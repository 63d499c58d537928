#include "base/db/audit_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/db/sql.h"
#include "base/observe/log.h"

namespace base::db {
namespace {

constexpr Statement kRecord{"base.audit.record", R"sql(
  INSERT INTO base.audit (brand_id, bank_id, at, actor_kind, actor, action, object_kind, object, outcome, reason,
                          interaction, facts)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12))sql"};

constexpr Statement kOfObject{"base.audit.of_object", R"sql(
  SELECT seq, brand_id, bank_id, at, actor_kind, actor, action, object_kind, object, outcome, reason, interaction, facts
    FROM base.audit
   WHERE object_kind = $1 AND object = $2
   ORDER BY at DESC, seq DESC
   LIMIT $3)sql"};

constexpr Statement kOfInteraction{"base.audit.of_interaction", R"sql(
  SELECT seq, brand_id, bank_id, at, actor_kind, actor, action, object_kind, object, outcome, reason, interaction, facts
    FROM base.audit
   WHERE interaction = $1 AND interaction <> ''
   ORDER BY at DESC, seq DESC
   LIMIT $2)sql"};

std::string facts_json(const std::map<std::string, std::string>& facts) {
  std::string out = "{";
  for (const auto& [name, text] : facts) {
    if (out.size() > 1) out += ',';
    observe::append_json_string(out, name);
    out += ':';
    observe::append_json_string(out, text);
  }
  return out += '}';
}

ActorKind actor_kind_from_text(const std::string& text) {
  for (const auto kind : {ActorKind::tpp, ActorKind::psu, ActorKind::bank, ActorKind::staff, ActorKind::system})
    if (to_text(kind) == text) return kind;
  throw BrokenInvariant("an actor kind nobody knows: " + text);
}

AuditRow row_to_audit(const Row& row) {
  AuditRow audit;
  audit.seq = value<std::int64_t>(row[0]);
  AuditEntry& entry = audit.entry;
  entry.tenant = {value<BrandId>(row[1]), value<BankId>(row[2])};
  entry.at = value<Instant>(row[3]);
  entry.actor_kind = actor_kind_from_text(value<std::string>(row[4]));
  entry.actor = value<std::string>(row[5]);
  entry.action = value<std::string>(row[6]);
  entry.object_kind = value<std::string>(row[7]);
  entry.object = value<std::string>(row[8]);
  entry.outcome = value<std::string>(row[9]);
  entry.reason = value<std::string>(row[10]);
  entry.interaction = value<InteractionId>(row[11]);
  const auto facts = nlohmann::json::parse(value<std::string>(row[12]));
  for (const auto& [name, fact] : facts.items()) entry.facts.emplace(name, fact.get<std::string>());
  return audit;
}

std::vector<AuditRow> oldest_first(const Rows& rows) {
  std::vector<AuditRow> list;
  for (const auto& row : rows) list.push_back(row_to_audit(row));
  std::reverse(list.begin(), list.end());
  return list;
}

}  // namespace

std::string to_text(ActorKind kind) {
  switch (kind) {
    case ActorKind::tpp:
      return "tpp";
    case ActorKind::psu:
      return "psu";
    case ActorKind::bank:
      return "bank";
    case ActorKind::staff:
      return "staff";
    case ActorKind::system:
      return "system";
  }
  throw BrokenInvariant("an actor kind without a name");
}

void AuditStore::record(Transaction& tx, const AuditEntry& entry) {
  exec_later(tx, kRecord, entry.tenant.brand, entry.tenant.bank, entry.at, to_text(entry.actor_kind), entry.actor,
             entry.action, entry.object_kind, entry.object, entry.outcome, entry.reason, entry.interaction,
             facts_json(entry.facts));
}

std::vector<Statement> AuditStore::statements() { return {kRecord, kOfObject, kOfInteraction}; }

std::vector<AuditRow> audit_of_object(Transaction& tx, const std::string& object_kind, const std::string& object,
                                      int limit) {
  return oldest_first(exec(tx, kOfObject, object_kind, object, limit));
}

std::vector<AuditRow> audit_of_interaction(Transaction& tx, const InteractionId& interaction, int limit) {
  return oldest_first(exec(tx, kOfInteraction, interaction, limit));
}

}  // namespace base::db
