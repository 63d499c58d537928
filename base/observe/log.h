// Structured logs: one JSON object a line on standard error. Field values are strings or numbers the caller vouches for:
// never a token, code, assertion, secret, IBAN or name.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace base::observe {

enum class Level { debug, info, warning, error };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double> value;
};

// Thread-safe. `message` is a constant sentence: variable parts are fields.
void log(Level level, std::string_view message, std::initializer_list<Field> fields = {});
void set_minimum_level(Level level);  // main, once

}  // namespace base::observe
