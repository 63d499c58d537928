// The project's own files, for tests that read golden data, documents or sources. (__FILE__ will not do: a compiler
// cache may rewrite it.)
#pragma once

#include <filesystem>
#include <string>

namespace tests {

std::filesystem::path project_file(const std::string& relative);  // "tests/golden/jose_vectors.json"
std::string text_of_project_file(const std::string& relative);    // empty when it cannot be read

}  // namespace tests
