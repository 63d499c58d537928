// docs/attacks.md names the test of every attack; each of those tests exists, and each test of the list is named there.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "tests/architecture/source_tree.h"
#include "tests/support/project_files.h"

namespace tests {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> tests_of_the_tree() {
  static const std::regex test(R"(^TEST(?:_F)?\(([A-Za-z0-9]+),\s*([A-Za-z0-9_]+)\))", std::regex::multiline);
  std::set<std::string> names;
  for (const auto& path : repository_files()) {
    if (!path.string().ends_with("_test.cpp")) continue;
    const std::string text = text_of(tests::project_file(path));
    for (auto it = std::sregex_iterator(text.begin(), text.end(), test); it != std::sregex_iterator(); ++it)
      names.insert((*it)[1].str() + "." + (*it)[2].str());
  }
  return names;
}

TEST(Attacks, EveryOneIsTriedByTestsThatExist) {
  static const std::regex row(R"(^\| (\d+) \|[^|]*\|(.*)\|$)");
  static const std::regex name("`([^`]+)`");
  const auto tests = tests_of_the_tree();
  const std::filesystem::path root = tests::project_file("");
  std::ifstream document(root / "docs/attacks.md");
  std::set<std::string> named;
  int number = 0;
  std::smatch cells;
  for (std::string line; std::getline(document, line);) {
    if (!std::regex_match(line, cells, row)) continue;
    EXPECT_EQ(std::stoi(cells[1]), ++number) << "in order, none left out";
    const std::string tried = cells[2];
    int count = 0;
    for (auto it = std::sregex_iterator(tried.begin(), tried.end(), name); it != std::sregex_iterator();
         ++it, ++count) {
      const std::string test = (*it)[1];
      named.insert(test);
      const bool exists =
          test.ends_with(".js") ? std::filesystem::exists(root / "tests/end_to_end" / test) : tests.contains(test);
      EXPECT_TRUE(exists) << number << ": " << test;
    }
    EXPECT_TRUE(count > 0 || tried.find("does not apply: ") != std::string::npos) << number;
  }
  EXPECT_EQ(number, 50);
  for (const auto& test : tests) {
    if (!test.starts_with("AttackList.")) continue;
    EXPECT_TRUE(named.contains(test)) << test << " is not in docs/attacks.md";
  }
}

}  // namespace
}  // namespace tests
