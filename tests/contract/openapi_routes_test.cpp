// The contract and the route table name the same operations, in both directions. Pages for people are no contract.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "gateway/routes.h"
#include "tests/support/project_files.h"

namespace {

// "GET /jwks". A small reader for the shape our documents have: paths at two spaces, methods at four.
std::set<std::string> operations_of_documents() {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(tests::project_file("openapi"))) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path());
    std::string line;
    std::string base;
    std::string path;
    bool in_paths = false;
    while (std::getline(in, line)) {
      if (line.starts_with("x-base-path: ")) base = line.substr(13);
      if (!line.empty() && line[0] != ' ' && line[0] != '#') in_paths = line == "paths:";
      if (!in_paths) continue;
      if (line.starts_with("  /") && line.ends_with(":")) path = line.substr(2, line.size() - 3);
      for (const std::string method : {"get", "post", "put", "patch", "delete"}) {
        if (line != "    " + method + ":") continue;
        std::string upper = method;
        for (char& c : upper) c = static_cast<char>(c - 32);
        EXPECT_TRUE(found.insert(upper + " " + base + path).second) << path << " stands twice";
      }
    }
  }
  return found;
}

TEST(OpenApi, NamesEveryRouteOfTheTableAndNoOther) {
  std::set<std::string> table;
  for (const auto& route : gateway::routes()) {
    if (route.surface == gateway::Surface::page) continue;
    table.insert(std::string(base::http::to_text(route.method)) + " " + std::string(route.pattern));
  }
  const auto documents = operations_of_documents();
  for (const auto& operation : table) EXPECT_TRUE(documents.contains(operation)) << operation << " is not in openapi/";
  for (const auto& operation : documents)
    EXPECT_TRUE(table.contains(operation)) << operation << " is not in gateway/routes";
}

}  // namespace
