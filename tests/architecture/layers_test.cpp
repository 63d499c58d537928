// Who may include whom (DESIGN section 1): base → policy → {oauth, consent, connectors, webhooks} → gateway.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/architecture/source_tree.h"

namespace tests {
namespace {

const std::map<std::string, std::set<std::string>> kMayInclude{
    {"base", {"base"}},
    {"policy", {"base", "policy"}},
    {"oauth", {"base", "policy", "oauth"}},
    {"consent", {"base", "policy", "consent"}},
    {"connectors", {"base", "policy", "connectors"}},
    {"webhooks", {"base", "policy", "webhooks"}},
    {"gateway", {"base", "policy", "oauth", "consent", "connectors", "webhooks", "gateway"}},
};

std::string first_folder(const std::string& include) { return include.substr(0, include.find('/')); }

// Forbidden includes of one file, as sentences.
std::vector<std::string> faults(const SourceFile& file) {
  std::vector<std::string> found;
  const auto& allowed = kMayInclude.at(file.module());
  for (const auto& include : includes(file, '"')) {
    const std::string target = first_folder(include);
    if (target == "tests" && file.is_test()) continue;
    if (!allowed.contains(target)) found.push_back(file.path.generic_string() + " includes \"" + include + '"');
  }
  return found;
}

struct Fence {
  const char* what;
  std::vector<std::string> headers;  // beginnings of <…> includes
  std::vector<std::string> folders;  // where they may be included; a path ending in .cpp names one file
};

const std::vector<Fence> kFences{
    {"Pistache", {"pistache/"}, {"gateway/http_server"}},
    {"libpqxx", {"pqxx/"}, {"base/db", "oauth/store", "consent/store", "connectors/store", "webhooks/store"}},
    {"libpq", {"libpq-fe.h", "postgresql/"}, {"base/db"}},
    {"hiredis", {"hiredis/", "hiredis.h"}, {"base/cache"}},
    {"libcurl", {"curl/"}, {"base/net"}},
    {"Prometheus", {"prometheus/"}, {"base/observe"}},
    {"spdlog", {"spdlog/"}, {"base/observe"}},
    {"toml++", {"toml++/"}, {"base/config"}},
    {"CLI11", {"CLI/"}, {"gateway/cli", "gateway/main.cpp"}},
    {"Mustache", {"kainjow/", "mustache.hpp"}, {"gateway/psu_pages"}},
};

bool lies_in(const SourceFile& file, const std::vector<std::string>& folders) {
  for (const auto& folder : folders) {
    if (file.path.generic_string() == folder || file.in(folder)) return true;
  }
  return false;
}

TEST(Layers, EveryIncludePointsDownwards) {
  ASSERT_GT(sources().size(), 50u);
  for (const auto& file : sources()) {
    for (const auto& fault : faults(file)) ADD_FAILURE() << fault;
  }
}

TEST(Layers, SiblingsAndUpwardIncludesAreFound) {
  EXPECT_EQ(faults(parse("oauth/x.cpp", "#include \"consent/consent.h\"\n")).size(), 1u);
  EXPECT_EQ(faults(parse("base/x.cpp", "#include \"policy/permission.h\"\n")).size(), 1u);
  EXPECT_EQ(faults(parse("webhooks/x.h", "#include \"gateway/routes.h\"\n")).size(), 1u);
  EXPECT_EQ(faults(parse("webhooks/x.h", "#include \"tests/support/fakes.h\"\n")).size(), 1u);
  EXPECT_TRUE(faults(parse("webhooks/x_test.cpp", "#include \"tests/support/fakes.h\"\n")).empty());
  EXPECT_TRUE(faults(parse("gateway/x.cpp", "#include \"consent/consent.h\"\n#include <vector>\n")).empty());
}

TEST(Layers, ALibraryIsKnownOnlyWhereItIsWrapped) {
  for (const auto& file : sources()) {
    for (const auto& include : includes(file, '<')) {
      for (const auto& fence : kFences) {
        for (const auto& header : fence.headers) {
          if (include.starts_with(header) && !lies_in(file, fence.folders)) {
            ADD_FAILURE() << file.path << " includes <" << include << ">: " << fence.what
                          << " stays where it is wrapped";
          }
        }
      }
    }
  }
}

TEST(Layers, JsonTypesStandInNoHeader) {
  for (const auto& file : sources()) {
    if (!file.is_header() || file.in("base/json")) continue;
    for (const auto& include : includes(file, '<')) {
      EXPECT_FALSE(include.starts_with("nlohmann/")) << file.path;
    }
  }
}

TEST(Layers, AModuleDeclaresAtMostFourPorts) {
  std::map<std::string, std::set<std::string>> ports;
  for (const auto& file : sources()) {
    if (file.is_header() && file.path.parent_path().filename() == "ports")
      ports[file.module()].insert(file.path.string());
  }
  EXPECT_FALSE(ports.empty());
  for (const auto& [module, files] : ports) EXPECT_LE(files.size(), 4u) << module;
}

}  // namespace
}  // namespace tests
