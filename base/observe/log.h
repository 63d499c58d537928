// Structured logs: one JSON object a line on standard error. Field values are strings or numbers the caller vouches
// for: never a token, code, assertion, secret, IBAN or name.
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

// The line log() writes, without its time.
std::string log_line(Level level, std::string_view message, std::initializer_list<Field> fields);

// Writes a finished JSON object as one line, the time added as its first member.
void log_json(Level level, std::string_view object);

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8, and NUL (jsonb has none), become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace base::observe
