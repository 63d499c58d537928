// Conventions that a compiler does not hold (STYLE section 4).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/architecture/source_tree.h"
#include "tests/support/project_files.h"

namespace tests {
namespace {

// Each place of product code (no tests) whose code matches.
std::vector<std::string> places(const std::regex& pattern, const std::set<std::string>& except = {}) {
  std::vector<std::string> found;
  for (const auto& file : sources()) {
    if (file.is_test() || except.contains(file.path.generic_string())) continue;
    const std::string& code = file.code;
    for (auto it = std::sregex_iterator(code.begin(), code.end(), pattern); it != std::sregex_iterator(); ++it) {
      found.push_back(place(file, static_cast<std::size_t>(it->position())) + ": " + it->str());
    }
  }
  return found;
}

void expect_none(const std::vector<std::string>& found, const char* why) {
  for (const auto& one : found) ADD_FAILURE() << one << "\n  " << why;
}

bool holds_sql(const std::string& literal) {
  static const std::regex statement(
      R"(^\s*(SELECT\s+\S|INSERT\s+INTO\s|UPDATE\s+\w+(\.\w+)?\s+(AS\s+\w+\s+)?SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s*\(|CREATE\s+(TABLE|INDEX|SCHEMA|ROLE)\s|ALTER\s+TABLE\s|LOCK\s+TABLE\s|NOTIFY\s|LISTEN\s))");
  return std::regex_search(literal, statement);
}

bool may_hold_sql(const SourceFile& file) {
  return file.in("base/db") || file.path.generic_string().find("/store/") != std::string::npos;
}

TEST(Conventions, EveryHeaderIsGuardedByPragmaOnce) {
  for (const auto& file : sources()) {
    if (file.is_header()) {
      EXPECT_NE(file.text.find("#pragma once"), std::string::npos) << file.path;
    }
  }
}

TEST(Conventions, NoFileIsNamedForNothing) {
  static const std::set<std::string> forbidden{"utils",  "util", "helpers", "helper",
                                               "common", "misc", "manager", "handler_base"};
  static const std::regex snake("[a-z0-9]+(_[a-z0-9]+)*");
  for (const auto& file : sources()) {
    const std::string stem = file.path.stem().string();
    EXPECT_FALSE(forbidden.contains(stem)) << file.path;
    EXPECT_TRUE(std::regex_match(stem, snake)) << file.path;
    for (const char* part : {"_utils", "_helpers", "_manager", "_misc"})
      EXPECT_FALSE(stem.ends_with(part)) << file.path;
  }
}

TEST(Conventions, OnlyOneFileReadsTheMachinesTime) {
  static const std::regex clock(
      R"(\b(system_clock|steady_clock|high_resolution_clock)\s*::\s*now\b|\bgettimeofday\s*\(|\bclock_gettime\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\))");
  expect_none(places(clock, {"base/system_clock.cpp"}), "time is injected (base/clock.h)");
}

TEST(Conventions, SqlGetsItsTimeAsAParameter) {
  static const std::regex now(
      R"(\b(now\s*\(\s*\)|CURRENT_TIMESTAMP|clock_timestamp\s*\(|statement_timestamp\s*\(|transaction_timestamp\s*\(|LOCALTIMESTAMP))",
      std::regex::icase);
  for (const auto& file : sources()) {
    if (file.is_test()) continue;
    for (const auto& literal : file.literals) {
      // When a migration was applied is told to people; nothing decides by it.
      if (may_hold_sql(file) && file.path != "base/db/migrate.cpp") {
        EXPECT_FALSE(std::regex_search(literal, now)) << file.path << ": " << literal;
      }
    }
  }
  for (const auto& path : repository_files()) {
    if (path.extension() != ".sql") continue;
    std::ifstream in(tests::project_file(path));
    std::string line;
    while (std::getline(in, line)) {
      // An upper bound on the caller's time takes no decision from it: it only narrows what a stolen role could do.
      if (line.find("least(p_now, pg_catalog.clock_timestamp())") != std::string::npos) continue;
      EXPECT_FALSE(std::regex_search(line.substr(0, line.find("--")), now)) << path << ": " << line;
    }
  }
}

TEST(Conventions, SqlStandsInStoresOnly) {
  for (const auto& file : sources()) {
    if (file.is_test() || may_hold_sql(file)) continue;
    for (const auto& literal : file.literals) {
      EXPECT_FALSE(holds_sql(literal)) << file.path << ": " << literal.substr(0, 80);
    }
  }
}

TEST(Conventions, SqlIsKnownWhenSeen) {
  EXPECT_TRUE(holds_sql("\n  SELECT id FROM oauth.client WHERE id = $1"));
  EXPECT_TRUE(holds_sql("UPDATE oauth.code SET consumed_at = $2"));
  EXPECT_TRUE(holds_sql("INSERT INTO base.audit VALUES ($1)"));
  EXPECT_FALSE(holds_sql("Select an account"));
  EXPECT_FALSE(holds_sql("Update your details"));
  EXPECT_FALSE(holds_sql("with"));
}

TEST(Conventions, StatementsNameTheirColumns) {
  static const std::regex star(R"(\bSELECT\s+(\w+\.)?\*)");
  for (const auto& file : sources()) {
    if (file.is_test()) continue;
    for (const auto& literal : file.literals) {
      EXPECT_FALSE(std::regex_search(literal, star)) << file.path << ": " << literal.substr(0, 80);
    }
  }
}

TEST(Conventions, ProductCodeDoesNotSleep) {
  expect_none(places(std::regex(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\s*\()")),
              "wait for the event, not for time to pass");
}

TEST(Conventions, RandomnessComesFromEntropy) {
  static const std::regex random(
      R"(\b(std::random_device|std::mt19937(_64)?|RAND_bytes|RAND_priv_bytes|s?rand)\b\s*[\(\{;&a-z])");
  expect_none(places(random, {"base/secret.cpp", "base/entropy.cpp"}), "randomness is injected (base/entropy.h)");
}

TEST(Conventions, NothingIsPrintedPastTheLog) {
  expect_none(
      places(std::regex(R"(\bstd::(cerr|clog)\b|\bf?printf\s*\()"), {"gateway/main.cpp", "gateway/cli/cli.cpp"}),
      "logs go through base/observe/log.h");
}

TEST(Conventions, NoMutableGlobals) {
  expect_none(places(std::regex(R"(\bthread_local\b)")), "a value is owned by somebody");
}

TEST(Conventions, NoUsingNamespaceInHeaders) {
  for (const auto& file : sources()) {
    if (file.is_header()) {
      EXPECT_EQ(file.code.find("using namespace"), std::string::npos) << file.path;
    }
  }
}

TEST(Conventions, OnlyTransactionsAndThreadsCatchEverything) {
  for (const auto& found : places(std::regex(R"(\bcatch\s*\(\s*\.\.\.\s*\))"))) {
    const bool allowed =
        found.starts_with("base/db/") || found.starts_with("base/work/") || found.starts_with("gateway/http_server/");
    EXPECT_TRUE(allowed) << found;
  }
}

TEST(Conventions, MacrosAreFewAndKnown) {
  static const std::set<std::string> known{"TRY",    "TRY_VOID",       "TRY_AS",
                                           "ENSURE", "ALDGATE_CONCAT", "ALDGATE_CONCAT_INNER"};
  static const std::regex define(R"(#[ \t]*define[ \t]+(\w+))");
  for (const auto& file : sources()) {
    if (file.is_test()) continue;
    const std::string& code = file.code;
    for (auto it = std::sregex_iterator(code.begin(), code.end(), define); it != std::sregex_iterator(); ++it) {
      const std::string name = (*it)[1];
      const bool library_switch = name.starts_with("TOML_");
      EXPECT_TRUE(library_switch || known.contains(name))
          << place(file, static_cast<std::size_t>(it->position())) << ": " << name;
    }
  }
}

TEST(Conventions, NothingIsLeftForLater) {
  // Spelled in two parts, so that this file does not find itself.
  const std::regex later(std::string("\\b(TO") + "DO|FIX" + "ME|HA" + "CK)\\b");
  for (const auto& file : sources()) EXPECT_FALSE(std::regex_search(file.text, later)) << file.path;
}

TEST(Conventions, NoFileKnowsAMachine) {
  const std::regex machine(std::string("(^|[\\s\"'=(:`])(/wo") + "rk/|/ho" + "me/[a-z]|/ro" + "ot/|/Us" + "ers/)");
  static const std::set<std::string> binary{".png", ".jpg", ".ico", ".woff2"};
  ASSERT_GT(repository_files().size(), 100u);
  for (const auto& path : repository_files()) {
    if (binary.contains(path.extension().string())) continue;
    std::ifstream in(tests::project_file(path), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string content = text.str();
    std::smatch found;
    EXPECT_FALSE(std::regex_search(content, found, machine)) << path << ": " << found.str();
  }
}

TEST(Conventions, EveryHeaderIncludedByItsOwnSourceFirst) {
  for (const auto& file : sources()) {
    if (file.path.extension() != ".cpp" || file.is_test()) continue;
    const auto header = std::filesystem::path(file.path).replace_extension(".h").generic_string();
    if (!std::filesystem::exists(tests::project_file(header))) continue;
    const auto quoted = includes(file, '"');
    ASSERT_FALSE(quoted.empty()) << file.path;
    EXPECT_EQ(quoted.front(), header) << file.path << ": its own header first";
    const auto own = file.text.find('"' + header + '"');
    const auto system = file.text.find("#include <");
    EXPECT_TRUE(system == std::string::npos || own < system) << file.path << ": its own header first";
  }
}

// The prefixes of docs/specs.md; "RFC*NNNN*" stands for every RFC.
std::set<std::string> cited_documents() {
  std::ifstream file(tests::project_file("docs/specs.md"));
  static const std::regex row("^\\| ([A-Z][^|]*) \\|"), word("[A-Z][A-Za-z0-9.-]*");
  std::set<std::string> prefixes;
  std::smatch cells;
  for (std::string line; std::getline(file, line);) {
    if (!std::regex_search(line, cells, row)) continue;
    const std::string names = cells[1];
    for (auto it = std::sregex_iterator(names.begin(), names.end(), word); it != std::sregex_iterator(); ++it)
      prefixes.insert(it->str());
  }
  return prefixes;
}

std::vector<std::string> citations(const std::string& text) {
  static const std::regex citation(R"(\[([A-Z][A-Z0-9]+[A-Za-z0-9.-]*-[0-9A-Za-z][^\]\s]*)\])");
  std::vector<std::string> found;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), citation); it != std::sregex_iterator(); ++it)
    found.push_back((*it)[1]);
  return found;
}

bool is_listed(const std::string& citation, const std::set<std::string>& documents) {
  static const std::regex rfc("RFC[1-9][0-9]{2,4}-[0-9A-Z][0-9A-Za-z.]*(-[0-9A-Za-z.]+)?");
  if (std::regex_match(citation, rfc)) return documents.contains("RFC");
  return std::any_of(documents.begin(), documents.end(), [&](const std::string& document) {
    return document != "RFC" && citation.starts_with(document + "-");
  });
}

TEST(Conventions, EachCitationNamesADocumentOfTheList) {
  const auto documents = cited_documents();
  ASSERT_GE(documents.size(), 8u);
  std::size_t seen = 0;
  const auto check = [&](const SourceFile& file, const std::string& text) {
    for (const auto& citation : citations(text)) {
      ++seen;
      EXPECT_TRUE(is_listed(citation, documents)) << file.path << ": [" << citation << "] is not in docs/specs.md";
    }
  };
  for (const auto& file : sources()) {
    std::istringstream lines(file.text);
    for (std::string line; std::getline(lines, line);) {
      if (const auto comment = line.find("//"); comment != std::string::npos) check(file, line.substr(comment));
    }
    for (const auto& literal : file.literals) {
      if (literal.starts_with('[')) check(file, literal.substr(0, literal.find(']') + 1));
    }
  }
  EXPECT_GT(seen, 200u);
  EXPECT_FALSE(is_listed("RFC-1", documents));
  EXPECT_FALSE(is_listed("FAPI3-1.2", documents));
}

TEST(SourceTree, KnowsCodeFromCommentsAndStrings) {
  const std::string text = "int a; // sleep_for(\n/* b */ f(\"x // y\", 'c', R\"sql(SELECT \")sql\");\n";
  const SourceFile file = parse("base/x.cpp", text);
  EXPECT_EQ(file.code.find("sleep_for"), std::string::npos);
  EXPECT_NE(file.code.find("int a;"), std::string::npos);
  EXPECT_EQ(file.code.size(), text.size());
  const auto& literals = file.literals;
  ASSERT_EQ(literals.size(), 2u);
  EXPECT_EQ(literals[0], "x // y");
  EXPECT_EQ(literals[1], "SELECT \"");
}

}  // namespace
}  // namespace tests
