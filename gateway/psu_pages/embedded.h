// The pages' templates and static files, compiled in (deploy/embed_files.cmake).
#pragma once

#include <string_view>

namespace gateway {

// Empty when there is no such file.
std::string_view embedded_file(std::string_view name);

}  // namespace gateway
