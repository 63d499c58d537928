#include "tests/support/database.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result_iterator.hxx>
#include <pqxx/row>
#include <stdexcept>
#include <utility>

// libpqxx 6.4 loses the result it was about to hand over when it finds the connection gone (one each lost connection).
extern "C" const char* __lsan_default_suppressions() { return "leak:pqxx::connection_base::exec_prepared\n"; }

namespace tests {
namespace {

std::string superuser() {
  const char* conninfo = std::getenv("ALDGATE_TEST_PG");
  if (conninfo == nullptr || *conninfo == '\0')
    throw std::runtime_error("ALDGATE_TEST_PG is not set: it names a private PostgreSQL cluster for tests");
  return conninfo;
}

// libpq takes the last value of a repeated key.
std::string with(const std::string& key, const std::string& value) { return superuser() + " " + key + "=" + value; }

std::string setting(const std::string& conninfo, const std::string& key) {
  std::string found;
  std::size_t at = 0;
  while ((at = conninfo.find(key + "=", at)) != std::string::npos) {
    const bool begins = at == 0 || conninfo[at - 1] == ' ';
    at += key.size() + 1;
    if (begins) found = conninfo.substr(at, conninfo.find(' ', at) - at);
  }
  if (found.size() >= 2 && found.front() == '\'') found = found.substr(1, found.size() - 2);
  return found;
}

void admin(const std::vector<std::string>& statements) {
  pqxx::connection connection(with("dbname", "postgres"));
  pqxx::nontransaction session(connection);
  session.exec("SET client_min_messages = error");
  for (const auto& statement : statements) session.exec(statement);
}

std::string fresh_name() {
  static std::atomic<int> count{0};
  return "aldgate_test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

void make_roles() {
  // Several test programs may begin at once: one makes the roles, the others wait and find them.
  admin({"SELECT pg_advisory_lock(7310294412999)", R"(DO $$ BEGIN
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'aldgate_owner') THEN CREATE ROLE aldgate_owner LOGIN; END IF;
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'aldgate_service') THEN CREATE ROLE aldgate_service LOGIN; END IF;
         END $$)"});
}

void create(const std::string& name, const std::string& from) {
  admin({"CREATE DATABASE " + name + " OWNER aldgate_owner TEMPLATE " + from,
         "REVOKE ALL ON DATABASE " + name + " FROM PUBLIC",
         "GRANT CONNECT ON DATABASE " + name + " TO aldgate_service"});
}

// The migrated databases of this process, by the text of their migrations.
class Templates {
 public:
  // libpqxx keeps a table that is made at its first answer: having asked here, it outlives this.
  Templates() { make_roles(); }
  ~Templates() {
    for (const auto& [text, name] : names_) try {
        admin({"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"});
      } catch (const std::exception&) {  // the cluster is gone, and the database with it
      }
  }
  std::string of(const std::vector<base::db::Migration>& migrations) {
    std::string text;
    for (const auto& m : migrations) text += m.module + "\x1f" + std::to_string(m.number) + "\x1f" + m.sql + "\x1e";
    std::lock_guard lock(mutex_);
    auto& name = names_[text];
    if (name.empty()) {
      const std::string made = fresh_name();
      create(made, "template0");
      name = made;
      base::db::migrate(with("dbname", made) + " user=aldgate_owner", migrations);
    }
    return name;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> names_;
};

Templates& templates() {
  static Templates instance;
  return instance;
}

}  // namespace

Database::Database() = default;

Database::Database(const std::vector<base::db::Migration>& migrations) {
  const std::string from = templates().of(migrations);
  name_ = fresh_name();
  create(name_, from);
}

std::unique_ptr<Database> Database::empty() {
  make_roles();
  std::unique_ptr<Database> made(new Database());
  made->name_ = fresh_name();
  create(made->name_, "template0");
  return made;
}

std::unique_ptr<Database> Database::copy_of(const Database& original) {
  std::unique_ptr<Database> made(new Database());
  made->name_ = fresh_name();
  create(made->name_, original.name_);
  return made;
}

Database::~Database() {
  try {
    if (!name_.empty()) admin({"DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)"});
  } catch (const std::exception&) {  // the cluster is gone, and the database with it
  }
}

std::string Database::superuser_conninfo() const { return with("dbname", name_); }
std::string Database::owner_conninfo() const { return superuser_conninfo() + " user=aldgate_owner"; }
std::string Database::service_conninfo() const { return superuser_conninfo() + " user=aldgate_service"; }

base::db::PostgresSettings Database::service_settings(int connections) const {
  base::db::PostgresSettings settings;
  settings.host = setting(superuser(), "host");
  const std::string port = setting(superuser(), "port");
  settings.port = port.empty() ? 5432 : std::stoi(port);
  settings.database = name_;
  settings.user = "aldgate_service";
  settings.connections = connections;
  return settings;
}

std::unique_ptr<base::db::PostgresPool> Database::pool(std::vector<base::db::Statement> statements, int connections) {
  return std::make_unique<base::db::PostgresPool>(service_settings(connections), std::move(statements), clock_,
                                                  metrics_);
}

std::vector<std::vector<std::string>> Database::sql(const std::string& text) const {
  pqxx::connection connection(superuser_conninfo());
  pqxx::nontransaction session(connection);
  session.exec("SET timezone = 'UTC'");
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : session.exec(text)) {
    auto& fields = rows.emplace_back();
    for (const auto& field : row) fields.emplace_back(field.is_null() ? "" : field.c_str());
  }
  return rows;
}

base::db::Deadline Database::deadline(std::chrono::milliseconds from_now) const { return {clock_.now() + from_now}; }

}  // namespace tests
