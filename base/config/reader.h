// Typed, strict reading of the TOML configuration. Every getter notes what is wrong and returns a usable value, so that
// one run names all errors (missing, of the wrong type, out of range, unknown) with their lines; errors() at the end
// decides.
//
//   Reader reader(text, folder);
//   settings.port = reader.integer("postgres.port", {.least = 1, .most = 65535, .otherwise = 5432});
//   if (const auto errors = reader.finish(); !errors.empty()) stop(errors);
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace base::config {

struct IntegerRule {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::optional<std::int64_t> otherwise = std::nullopt;  // nullopt: required
};
struct DurationRule {
  std::chrono::milliseconds least{0};
  std::chrono::milliseconds most = std::chrono::hours(24 * 3660);
  std::optional<std::chrono::milliseconds> otherwise = std::nullopt;
};
struct SizeRule {
  std::size_t least = 0;
  std::size_t most = std::size_t{1} << 40;
  std::optional<std::size_t> otherwise = std::nullopt;
};

// A table of the file. Keys are names below it, dotted: "tls.certificate".
class Section {
 public:
  bool has(std::string_view key) const;

  // Required unless a default is given.
  std::string string(std::string_view key, std::optional<std::string> otherwise = std::nullopt) const;
  std::int64_t integer(std::string_view key, const IntegerRule& rule = {}) const;
  double number(std::string_view key, std::optional<double> otherwise = std::nullopt) const;
  bool boolean(std::string_view key, std::optional<bool> otherwise = std::nullopt) const;
  // "250ms", "10s", "5m", "1h", "180d"; a bare number is refused.
  std::chrono::milliseconds duration(std::string_view key, const DurationRule& rule = {}) const;
  // Bytes: 4096, "64KiB", "1MiB", "2GiB".
  std::size_t size(std::string_view key, const SizeRule& rule = {}) const;
  // Relative paths begin at the configuration's own folder. Not looked at.
  std::filesystem::path path(std::string_view key, std::optional<std::string> otherwise = std::nullopt) const;
  // A path that must be a readable regular file.
  std::filesystem::path file(std::string_view key) const;
  std::vector<std::string> list(std::string_view key,
                                std::optional<std::vector<std::string>> otherwise = std::nullopt) const;
  // An array of integers, each within the rule (whose default is not used).
  std::vector<std::int64_t> integers(std::string_view key, const IntegerRule& each = {},
                                     std::optional<std::vector<std::int64_t>> otherwise = std::nullopt) const;
  // One of the names given; the error lists them.
  template <class Enum>
  Enum choice(std::string_view key, std::initializer_list<std::pair<std::string_view, Enum>> names,
              std::optional<Enum> otherwise = std::nullopt) const {
    std::vector<std::string_view> allowed;
    for (const auto& [name, _] : names) allowed.push_back(name);
    const auto index = choice_index(key, allowed, otherwise.has_value());
    return index ? (names.begin() + *index)->second : otherwise.value_or(names.begin()->second);
  }
  // The content of the file whose path stands here, without trailing line ends. Refused: empty, larger than 64 KiB, not
  // a regular file, readable or writable by others than owner and group.
  Secret secret_file(std::string_view key) const;
  std::optional<Secret> optional_secret_file(std::string_view key) const;  // nullopt when the key is absent

  Section section(std::string_view key) const;                // absent: an empty one, whose required keys are errors
  std::vector<Section> sections(std::string_view key) const;  // [[key]]; absent: none

  // Notes an error of the caller's own checks ("must be later than …") at that key's line.
  void refuse(std::string_view key, std::string_view why) const;

  struct State;
  struct Node;
  Section(std::shared_ptr<State> state, std::shared_ptr<const Node> node);

 protected:
  std::optional<std::ptrdiff_t> choice_index(std::string_view key, const std::vector<std::string_view>& allowed,
                                             bool has_default) const;
  std::shared_ptr<State> state_;
  std::shared_ptr<const Node> node_;
};

class Reader : public Section {
 public:
  // A text that is no TOML is one error, told by finish().
  explicit Reader(std::string_view text, std::filesystem::path folder = ".");
  // All errors, in the order of lines: "line 12: postgres.port: 70000 is more than 65535". Keys nobody asked for are
  // errors too. Empty: the configuration stands.
  std::vector<std::string> finish() const;
};

}  // namespace base::config
