// The repository's own text, as the architecture tests read it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tests {

struct SourceFile {
  std::filesystem::path path;  // relative to the root, with '/'
  std::string text;
  std::string code;                   // text with comments and string literals blanked
  std::vector<std::string> literals;  // contents of the string literals

  std::string module() const;  // first folder
  bool is_test() const;        // foo_test.cpp, or anything under tests/
  bool is_header() const;
  bool in(const std::string& folder) const;  // "gateway/http_server"
};

// Product code and its tests: the .h and .cpp files of the modules, read once.
const std::vector<SourceFile>& sources();
// Every file of the repository that people read or run, without what is built, fetched or run.
const std::vector<std::filesystem::path>& repository_files();

// C++ text with code, comments and string literals told apart.
SourceFile parse(std::filesystem::path path, std::string text);
// "path:line" of an offset.
std::string place(const SourceFile& file, std::size_t offset);

std::vector<std::string> includes(const SourceFile& file, char open);  // '"' or '<'

}  // namespace tests
