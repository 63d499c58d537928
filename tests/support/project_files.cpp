#include "tests/support/project_files.h"

#include <fstream>
#include <iterator>

namespace tests {

std::filesystem::path project_file(const std::string& relative) {
  return std::filesystem::path(ALDGATE_SOURCE_DIR) / relative;
}

std::string text_of_project_file(const std::string& relative) {
  std::ifstream file(project_file(relative), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace tests
