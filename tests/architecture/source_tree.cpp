#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/support/project_files.h"

namespace tests {
namespace {

namespace fs = std::filesystem;

constexpr std::array kModules{"base", "policy", "oauth", "consent", "connectors", "webhooks", "gateway"};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool is_cpp(const fs::path& path) { return path.extension() == ".h" || path.extension() == ".cpp"; }

// What each byte of C++ text is. Enough of the lexer for our own sources: //, /* */, "…", '…', R"d(…)d".
enum class Kind : char { code, comment, string };

struct Lexed {
  std::vector<Kind> kinds;
  std::vector<std::string> literals;
};

Lexed lex(const std::string& text) {
  Lexed out{std::vector<Kind>(text.size(), Kind::code), {}};
  const auto mark = [&](std::size_t from, std::size_t to, Kind kind) {
    std::fill(out.kinds.begin() + static_cast<std::ptrdiff_t>(from),
              out.kinds.begin() + static_cast<std::ptrdiff_t>(std::min(to, text.size())), kind);
  };
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t start = i;
    if (text.compare(i, 2, "//") == 0) {
      i = std::min(text.find('\n', i), text.size());
      mark(start, i, Kind::comment);
    } else if (text.compare(i, 2, "/*") == 0) {
      const auto end = text.find("*/", i + 2);
      i = end == std::string::npos ? text.size() : end + 2;
      mark(start, i, Kind::comment);
    } else if (text.compare(i, 2, "R\"") == 0 && (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1])))) {
      const auto open = text.find('(', i);
      const std::string close = ")" + text.substr(i + 2, open - i - 2) + "\"";
      const auto end = std::min(text.find(close, open), text.size());
      out.literals.push_back(text.substr(open + 1, end - open - 1));
      i = std::min(end + close.size(), text.size());
      mark(start, i, Kind::string);
    } else if (text[i] == '"' ||
               (text[i] == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1]))))) {
      const char quote = text[i++];
      while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
      i = std::min(i + 1, text.size());
      if (quote == '"') out.literals.push_back(text.substr(start + 1, i - start - 2));
      mark(start, i, Kind::string);
    } else {
      ++i;
    }
  }
  return out;
}

}  // namespace

std::string SourceFile::module() const { return path.begin()->string(); }
bool SourceFile::is_test() const { return module() == "tests" || path.stem().string().ends_with("_test"); }
bool SourceFile::is_header() const { return path.extension() == ".h"; }
bool SourceFile::in(const std::string& folder) const { return path.generic_string().starts_with(folder + "/"); }

const std::vector<SourceFile>& sources() {
  static const std::vector<SourceFile> all = [] {
    std::vector<SourceFile> files;
    const fs::path root = tests::project_file("");
    for (const char* module : kModules) {
      for (const auto& entry : fs::recursive_directory_iterator(root / module)) {
        if (entry.is_regular_file() && is_cpp(entry.path())) {
          files.push_back(parse(fs::relative(entry.path(), root), read(entry.path())));
        }
      }
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
  }();
  return all;
}

const std::vector<fs::path>& repository_files() {
  static const std::vector<fs::path> all = [] {
    std::vector<fs::path> files;
    const fs::path root = tests::project_file("");
    auto it = fs::recursive_directory_iterator(root);
    for (; it != fs::recursive_directory_iterator(); ++it) {
      const std::string name = it->path().filename().string();
      if (it->is_directory() && (name == ".git" || name == "build" || name == ".run" || name == "node_modules")) {
        it.disable_recursion_pending();
      } else if (it->is_regular_file() && name != ".git") {  // a linked work tree has a file of that name
        files.push_back(fs::relative(it->path(), root));
      }
    }
    return files;
  }();
  return all;
}

SourceFile parse(fs::path path, std::string text) {
  Lexed lexed = lex(text);
  std::string code = text;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] != '\n' && lexed.kinds[i] != Kind::code) code[i] = ' ';
  }
  return {std::move(path), std::move(text), std::move(code), std::move(lexed.literals)};
}

std::string place(const SourceFile& file, std::size_t offset) {
  const auto end = file.text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, file.text.size()));
  return file.path.generic_string() + ":" + std::to_string(1 + std::count(file.text.begin(), end, '\n'));
}

std::vector<std::string> includes(const SourceFile& file, char open) {
  static const std::regex line(R"(^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">])", std::regex::multiline);
  std::vector<std::string> found;
  for (auto it = std::sregex_iterator(file.text.begin(), file.text.end(), line); it != std::sregex_iterator(); ++it) {
    if ((*it)[1].str().front() == open) found.push_back((*it)[2]);
  }
  return found;
}

}  // namespace tests
