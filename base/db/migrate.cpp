#include "base/db/migrate.h"

#include <openssl/sha.h>

#include <algorithm>
#include <map>
#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/result_iterator.hxx>
#include <pqxx/row>
#include <pqxx/transaction>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/encoding.h"

namespace base::db {
namespace {

constexpr const char* kLock = "SELECT pg_advisory_lock(7310294412010)";
constexpr const char* kService = "aldgate_service";

using Key = std::pair<std::string, int>;  // module, number

std::string hash_of(const std::string& text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return hex_encode({reinterpret_cast<const char*>(digest), sizeof digest});
}

// "oauth/0001_clients"; file names may or may not bring their number.
std::string label(const Migration& migration) {
  const std::string digits = std::to_string(migration.number);
  const std::string number = std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
  const bool has_number = migration.name.starts_with(number);
  return migration.module + "/" + (has_number ? migration.name : number + "_" + migration.name);
}

bool is_name(const std::string& text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
}

// base first (the others grant on and refer to what it has), else in the order given; numbers without gaps.
std::vector<Migration> in_order(std::vector<Migration> migrations) {
  std::stable_sort(migrations.begin(), migrations.end(), [](const Migration& a, const Migration& b) {
    if ((a.module == "base") != (b.module == "base")) return a.module == "base";
    return a.module == b.module && a.number < b.number;
  });
  std::map<std::string, int> last;
  for (const auto& migration : migrations) {
    if (!is_name(migration.module))
      throw std::runtime_error("a module called '" + migration.module + "' cannot be a schema");
    if (migration.number != ++last[migration.module])
      throw std::runtime_error("the migrations of " + migration.module + " are not numbered 1, 2, 3, … at " +
                               label(migration));
  }
  return migrations;
}

std::map<Key, std::string> recorded(pqxx::transaction_base& tx) {
  std::map<Key, std::string> hashes;
  if (tx.exec1("SELECT to_regclass('base.migration') IS NULL")[0].as<bool>()) return hashes;
  for (const auto& row : tx.exec("SELECT module, number, sha256 FROM base.migration"))
    hashes.emplace(Key(row[0].as<std::string>(), row[1].as<int>()), row[2].as<std::string>());
  return hashes;
}

bool is_applied(const std::map<Key, std::string>& known, const Migration& migration) {
  const auto found = known.find({migration.module, migration.number});
  if (found == known.end()) return false;
  if (found->second != hash_of(migration.sql))
    throw std::runtime_error("the migration " + label(migration) +
                             " was applied with another text: a migration is never changed, a new one is added");
  return true;
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// One migration, one transaction.
void apply(pqxx::connection& connection, const Migration& migration, bool new_module) {
  try {
    pqxx::work tx(connection);
    tx.exec("SET LOCAL search_path = ''");
    if (new_module) {
      tx.exec("CREATE SCHEMA IF NOT EXISTS " + migration.module);
      tx.exec("GRANT USAGE ON SCHEMA " + migration.module + " TO " + kService);
    }
    if (!migration.sql.empty()) tx.exec(migration.sql);
    tx.exec_params("INSERT INTO base.migration (module, number, name, sha256) VALUES ($1, $2, $3, $4)",
                   migration.module, migration.number, migration.name, hash_of(migration.sql));
    tx.commit();
  } catch (const pqxx::failure& error) {
    throw std::runtime_error("the migration " + label(migration) +
                             " failed and changed nothing: " + one_line(error.what()));
  }
}

}  // namespace

MigrationReport migrate(const std::string& connection_text, const std::vector<Migration>& migrations) try {
  const auto ordered = in_order(migrations);
  pqxx::connection connection(connection_text);
  MigrationReport report;
  std::map<Key, std::string> known;
  {
    pqxx::nontransaction session(connection);
    session.exec("SET client_min_messages = warning");
    session.exec("SET timezone = 'UTC'");
    session.exec(kLock);  // until the connection ends: only one migrates, the others then find nothing to do
    if (session.exec(std::string("SELECT FROM pg_roles WHERE rolname = '") + kService + "'").empty())
      throw std::runtime_error(std::string("the role ") + kService + " does not exist: create it first (CREATE ROLE " +
                               kService + " LOGIN)");
  }
  {
    pqxx::work tx(connection);
    if (tx.exec1("SELECT to_regclass('base.migration') IS NULL")[0].as<bool>()) {
      tx.exec("CREATE SCHEMA IF NOT EXISTS base");
      tx.exec(std::string("GRANT USAGE ON SCHEMA base TO ") + kService);
      tx.exec(
          "CREATE TABLE base.migration (module text NOT NULL, number integer NOT NULL, name text NOT NULL,"
          " sha256 text NOT NULL, applied_by text NOT NULL DEFAULT current_user,"
          " applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (module, number))");
      tx.exec(std::string("GRANT SELECT ON base.migration TO ") + kService);
    }
    known = recorded(tx);
    tx.commit();
  }
  // Every text is compared before the first change is made.
  std::vector<const Migration*> missing;
  for (const auto& migration : ordered)
    if (!is_applied(known, migration)) missing.push_back(&migration);
  for (const auto* migration : missing) {
    apply(connection, *migration, migration->number == 1 && migration->module != "base");
    report.applied.push_back(label(*migration));
  }
  return report;
} catch (const pqxx::broken_connection& error) {
  throw std::runtime_error("no connection to PostgreSQL for migrations: " + one_line(error.what()));
}

std::vector<std::string> pending(const std::string& connection_text, const std::vector<Migration>& migrations) try {
  const auto ordered = in_order(migrations);
  pqxx::connection connection(connection_text);
  pqxx::nontransaction session(connection);
  const auto known = recorded(session);
  std::vector<std::string> names;
  for (const auto& migration : ordered)
    if (!is_applied(known, migration)) names.push_back(label(migration));
  return names;
} catch (const pqxx::broken_connection& error) {
  throw std::runtime_error("no connection to PostgreSQL to look at its migrations: " + one_line(error.what()));
}

void register_tenant(const std::string& connection_text, const Tenant& tenant) try {
  pqxx::connection connection(connection_text);
  pqxx::work session(connection);
  session.exec_params("INSERT INTO base.brand (brand_id) VALUES ($1) ON CONFLICT DO NOTHING", tenant.brand.str());
  session.exec_params("INSERT INTO base.bank (brand_id, bank_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                      tenant.brand.str(), tenant.bank.str());
  session.commit();
} catch (const pqxx::broken_connection& error) {
  throw std::runtime_error("no connection to PostgreSQL to register the tenant: " + one_line(error.what()));
}

}  // namespace base::db
