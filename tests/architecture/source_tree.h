// The repository's own text, as the architecture tests read it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tests {

struct SourceFile {
  std::filesystem::path path;  // relative to the root, with '/'
  std::string text;

  std::string module() const;  // first folder
  bool is_test() const;        // foo_test.cpp, or anything under tests/
  bool is_header() const;
  bool in(const std::string& folder) const;  // "gateway/http_server"
};

// Product code and its tests: the .h and .cpp files of the modules, read once.
const std::vector<SourceFile>& sources();
// Every file of the repository that people read or run, without what is built, fetched or run.
const std::vector<std::filesystem::path>& repository_files();

// C++ text with comments blanked and string literals kept; same length and line breaks.
std::string without_comments(const std::string& text);
// The contents of the string literals, raw ones included, one a line.
std::vector<std::string> string_literals(const std::string& text);
// Text with comments and string literals blanked: what the compiler sees as code.
std::string code_only(const std::string& text);
// "path:line" of an offset.
std::string place(const SourceFile& file, std::size_t offset);

std::vector<std::string> includes(const SourceFile& file, char open);  // '"' or '<'

}  // namespace tests
