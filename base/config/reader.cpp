#include "base/config/reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <set>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace base::config {
namespace {

struct Noted {
  std::size_t line = 0;  // 0: nowhere in the file
  std::string text;
};

// A whole number at the beginning, the rest is the unit.
std::optional<std::pair<std::int64_t, std::string_view>> number_and_unit(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || text.starts_with('-')) return std::nullopt;
  return std::pair(number, text.substr(static_cast<std::size_t>(end - text.data())));
}

std::optional<std::int64_t> times(std::int64_t number, std::int64_t unit) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(number, unit, &product)) return std::nullopt;
  return product;
}

std::optional<std::int64_t> milliseconds_of(std::string_view text) {
  const auto parts = number_and_unit(text);
  if (!parts) return std::nullopt;
  const auto& [number, unit] = *parts;
  if (unit == "ms") return number;
  if (unit == "s") return times(number, 1000);
  if (unit == "m") return times(number, 60'000);
  if (unit == "h") return times(number, 3'600'000);
  if (unit == "d") return times(number, 86'400'000);
  return std::nullopt;
}

std::optional<std::int64_t> bytes_of(std::string_view text) {
  const auto parts = number_and_unit(text);
  if (!parts) return std::nullopt;
  const auto& [number, unit] = *parts;
  if (unit == "B") return number;
  if (unit == "KiB") return times(number, 1 << 10);
  if (unit == "MiB") return times(number, 1 << 20);
  if (unit == "GiB") return times(number, 1 << 30);
  return std::nullopt;
}

std::string duration_text(std::chrono::milliseconds time) {
  const auto ms = time.count();
  if (ms != 0 && ms % 86'400'000 == 0) return std::to_string(ms / 86'400'000) + "d";
  if (ms != 0 && ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  return std::to_string(ms) + "ms";
}

}  // namespace

struct Section::State {
  toml::table root;
  std::filesystem::path folder;
  std::vector<Noted> errors;
  std::set<std::string> asked;   // values somebody read
  std::set<std::string> opened;  // tables somebody opened
  bool parsed = false;

  void note(std::size_t line, const std::string& key, const std::string& why) {
    errors.push_back({line, key.empty() ? why : key + ": " + why});
  }

  void find_unknown(const toml::table& table, const std::string& prefix, std::vector<Noted>& found) const {
    for (const auto& [name, node] : table) {
      const std::string path = prefix.empty() ? std::string(name.str()) : prefix + "." + std::string(name.str());
      if (asked.contains(path)) continue;
      const std::size_t line = node.source().begin.line;
      if (const auto* inner = node.as_table()) {
        const auto below = std::string(path) + ".";
        const auto next = asked.lower_bound(below);
        const bool known = opened.contains(path) || (next != asked.end() && next->starts_with(below));
        if (known)
          find_unknown(*inner, path, found);
        else
          found.push_back({line, path + ": nobody knows this table"});
      } else if (const auto* array = node.as_array(); array != nullptr && opened.contains(path)) {
        for (std::size_t i = 0; i < array->size(); ++i)
          if (const auto* item = array->get(i)->as_table())
            find_unknown(*item, path + "[" + std::to_string(i) + "]", found);
      } else {
        found.push_back({line, path + ": nobody knows this key"});
      }
    }
  }
};

struct Section::Node {
  const toml::table* table = nullptr;  // nullptr: the file has no such table
  std::string path;
  std::size_t line = 0;
};

namespace {

std::string full_path(const Section::Node& node, std::string_view key) {
  return node.path.empty() ? std::string(key) : node.path + "." + std::string(key);
}

// The node of a dotted key, or nullptr.
const toml::node* find(const Section::Node& node, std::string_view key) {
  const toml::table* table = node.table;
  while (table != nullptr) {
    const std::size_t dot = key.find('.');
    const toml::node* found = table->get(key.substr(0, dot));
    if (dot == std::string_view::npos || found == nullptr) return found;
    table = found->as_table();
    key.remove_prefix(dot + 1);
  }
  return nullptr;
}

std::size_t line_of(const toml::node* found, const Section::Node& node) {
  return found != nullptr ? found->source().begin.line : node.line;
}

// The value of a key as T; notes what is wrong. nullopt: absent or wrong (`wrong` tells which).
template <class T>
std::optional<T> get(Section::State& state, const Section::Node& node, std::string_view key, bool required,
                     const char* what, bool& wrong) {
  const std::string path = full_path(node, key);
  state.asked.insert(path);
  const toml::node* found = find(node, key);
  wrong = false;
  if (found == nullptr) {
    if (required && state.parsed) state.note(node.line, path, std::string("is missing (") + what + ")");
    return std::nullopt;
  }
  if (auto value = found->value_exact<T>()) return value;
  wrong = true;
  state.note(line_of(found, node), path, std::string("must be ") + what);
  return std::nullopt;
}

}  // namespace

Section::Section(std::shared_ptr<State> state, std::shared_ptr<const Node> node)
    : state_(std::move(state)), node_(std::move(node)) {}

bool Section::has(std::string_view key) const { return find(*node_, key) != nullptr; }

std::string Section::string(std::string_view key, std::optional<std::string> otherwise) const {
  bool wrong = false;
  auto found = get<std::string>(*state_, *node_, key, !otherwise, "a text", wrong);
  if (found && found->empty() && !otherwise) refuse(key, "must not be empty");
  if (found && found->find('\0') != std::string::npos) refuse(key, "must not hold a NUL");
  return found ? *std::move(found) : otherwise.value_or("");
}

std::int64_t Section::integer(std::string_view key, const IntegerRule& rule) const {
  bool wrong = false;
  const auto found = get<std::int64_t>(*state_, *node_, key, !rule.otherwise, "a whole number", wrong);
  if (found && *found < rule.least) refuse(key, std::to_string(*found) + " is less than " + std::to_string(rule.least));
  if (found && *found > rule.most) refuse(key, std::to_string(*found) + " is more than " + std::to_string(rule.most));
  return std::clamp(found.value_or(rule.otherwise.value_or(rule.least)), rule.least, rule.most);
}

double Section::number(std::string_view key, std::optional<double> otherwise) const {
  const toml::node* node = find(*node_, key);
  if (node != nullptr && node->is_integer()) {
    state_->asked.insert(full_path(*node_, key));
    return static_cast<double>(node->as_integer()->get());
  }
  bool wrong = false;
  return get<double>(*state_, *node_, key, !otherwise, "a number", wrong).value_or(otherwise.value_or(0));
}

bool Section::boolean(std::string_view key, std::optional<bool> otherwise) const {
  bool wrong = false;
  return get<bool>(*state_, *node_, key, !otherwise, "true or false", wrong).value_or(otherwise.value_or(false));
}

std::chrono::milliseconds Section::duration(std::string_view key, const DurationRule& rule) const {
  constexpr const char* kWhat = "a time such as \"250ms\", \"10s\", \"5m\", \"1h\" or \"180d\"";
  bool wrong = false;
  const auto text = get<std::string>(*state_, *node_, key, !rule.otherwise, kWhat, wrong);
  if (!text) return rule.otherwise.value_or(rule.least);
  const auto parsed = milliseconds_of(*text);
  if (!parsed) {
    refuse(key, std::string("must be ") + kWhat);
    return rule.otherwise.value_or(rule.least);
  }
  const std::chrono::milliseconds time(*parsed);
  if (time < rule.least) refuse(key, *text + " is less than " + duration_text(rule.least));
  if (time > rule.most) refuse(key, *text + " is more than " + duration_text(rule.most));
  return std::clamp(time, rule.least, rule.most);
}

std::size_t Section::size(std::string_view key, const SizeRule& rule) const {
  constexpr const char* kWhat = "a size such as 4096, \"64KiB\", \"1MiB\" or \"2GiB\"";
  const std::string path = full_path(*node_, key);
  const toml::node* node = find(*node_, key);
  std::optional<std::int64_t> bytes;
  if (node != nullptr && node->is_integer()) {
    state_->asked.insert(path);
    bytes = node->as_integer()->get();
    if (*bytes < 0) bytes.reset();
  } else {
    bool wrong = false;
    const auto text = get<std::string>(*state_, *node_, key, !rule.otherwise, kWhat, wrong);
    if (!text) return rule.otherwise.value_or(rule.least);
    bytes = bytes_of(*text);
  }
  if (!bytes) {
    refuse(key, std::string("must be ") + kWhat);
    return rule.otherwise.value_or(rule.least);
  }
  const auto size = static_cast<std::size_t>(*bytes);
  if (size < rule.least) refuse(key, std::to_string(size) + " bytes are less than " + std::to_string(rule.least));
  if (size > rule.most) refuse(key, std::to_string(size) + " bytes are more than " + std::to_string(rule.most));
  return std::clamp(size, rule.least, rule.most);
}

std::filesystem::path Section::path(std::string_view key, std::optional<std::string> otherwise) const {
  const std::filesystem::path found = string(key, std::move(otherwise));
  return found.empty() || found.is_absolute() ? found : (state_->folder / found).lexically_normal();
}

std::filesystem::path Section::file(std::string_view key) const {
  auto found = path(key);
  if (found.empty()) return found;
  std::error_code error;
  if (!std::filesystem::is_regular_file(found, error))
    refuse(key, "there is no file " + found.string());
  else if (access(found.c_str(), R_OK) != 0)
    refuse(key, "the file " + found.string() + " cannot be read");
  return found;
}

std::vector<std::string> Section::list(std::string_view key, std::optional<std::vector<std::string>> otherwise) const {
  const std::string path = full_path(*node_, key);
  state_->asked.insert(path);
  const toml::node* found = find(*node_, key);
  if (found == nullptr) {
    if (!otherwise && state_->parsed) state_->note(node_->line, path, "is missing (a list of texts)");
    return otherwise.value_or(std::vector<std::string>());
  }
  std::vector<std::string> items;
  const toml::array* array = found->as_array();
  bool good = array != nullptr;
  if (good)
    for (const auto& item : *array) {
      const auto text = item.value_exact<std::string>();
      good = good && text.has_value();
      if (text) items.push_back(*text);
    }
  if (!good) refuse(key, "must be a list of texts");
  return items;
}

std::vector<std::int64_t> Section::integers(std::string_view key, const IntegerRule& each,
                                            std::optional<std::vector<std::int64_t>> otherwise) const {
  const std::string path = full_path(*node_, key);
  state_->asked.insert(path);
  const toml::node* found = find(*node_, key);
  if (found == nullptr) {
    if (!otherwise && state_->parsed) state_->note(node_->line, path, "is missing (a list of whole numbers)");
    return otherwise.value_or(std::vector<std::int64_t>());
  }
  std::vector<std::int64_t> items;
  const toml::array* array = found->as_array();
  bool good = array != nullptr;
  if (good)
    for (const auto& item : *array) {
      const auto number = item.value_exact<std::int64_t>();
      good = good && number.has_value();
      if (!number) continue;
      if (*number < each.least) refuse(key, std::to_string(*number) + " is less than " + std::to_string(each.least));
      if (*number > each.most) refuse(key, std::to_string(*number) + " is more than " + std::to_string(each.most));
      items.push_back(*number);
    }
  if (!good) refuse(key, "must be a list of whole numbers");
  return items;
}

std::optional<std::ptrdiff_t> Section::choice_index(std::string_view key, const std::vector<std::string_view>& allowed,
                                                    bool has_default) const {
  bool wrong = false;
  const auto found = get<std::string>(*state_, *node_, key, !has_default, "a text", wrong);
  if (!found) return std::nullopt;
  const auto place = std::find(allowed.begin(), allowed.end(), *found);
  if (place != allowed.end()) return place - allowed.begin();
  std::string names;
  for (const auto name : allowed) names.append(names.empty() ? "" : ", ").append(name);
  refuse(key, "'" + *found + "' is none of " + names);
  return std::nullopt;
}

Secret Section::secret_file(std::string_view key) const {
  constexpr std::size_t kMost = 64 << 10;
  const auto place = path(key);
  if (place.empty()) return {};
  const int descriptor = open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    refuse(key, "the file " + place.string() + " cannot be read: " + std::strerror(errno));
    return {};
  }
  struct stat facts {};
  Secret secret;
  if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    refuse(key, place.string() + " is not a regular file");
  } else if ((facts.st_mode & S_IRWXO) != 0) {
    refuse(key, "the file " + place.string() + " is open to every user of the machine: chmod o= it");
  } else if (facts.st_size > static_cast<off_t>(kMost)) {
    refuse(key, "the file " + place.string() + " is larger than 64 KiB");
  } else {
    std::string content(kMost + 1, '\0');
    std::size_t length = 0;
    for (;;) {
      const ssize_t got = read(descriptor, content.data() + length, content.size() - length);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      length += static_cast<std::size_t>(got);
    }
    while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) --length;
    secret = Secret::copy_of(std::string_view(content).substr(0, length));
    wipe(content);
    if (secret.empty()) refuse(key, "the file " + place.string() + " is empty");
  }
  close(descriptor);
  return secret;
}

std::optional<Secret> Section::optional_secret_file(std::string_view key) const {
  if (!has(key)) {
    state_->asked.insert(full_path(*node_, key));
    return std::nullopt;
  }
  return secret_file(key);
}

Section Section::section(std::string_view key) const {
  const std::string path = full_path(*node_, key);
  state_->opened.insert(path);
  const toml::node* found = find(*node_, key);
  const toml::table* table = found == nullptr ? nullptr : found->as_table();
  if (found != nullptr && table == nullptr) {
    state_->asked.insert(path);
    refuse(key, "must be a table");
  }
  return Section(state_, std::make_shared<const Node>(Node{table, path, line_of(found, *node_)}));
}

std::vector<Section> Section::sections(std::string_view key) const {
  const std::string path = full_path(*node_, key);
  state_->opened.insert(path);
  const toml::node* found = find(*node_, key);
  std::vector<Section> list;
  if (found == nullptr) return list;
  const toml::array* array = found->as_array();
  const bool good =
      array != nullptr && std::all_of(array->begin(), array->end(), [](const auto& n) { return n.is_table(); });
  if (!good) {
    state_->asked.insert(path);
    refuse(key, "must be tables, written [[" + path + "]]");
    return list;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::table* table = array->get(i)->as_table();
    list.push_back(Section(state_, std::make_shared<const Node>(
                                       Node{table, path + "[" + std::to_string(i) + "]", table->source().begin.line})));
  }
  return list;
}

void Section::refuse(std::string_view key, std::string_view why) const {
  state_->note(line_of(find(*node_, key), *node_), full_path(*node_, key), std::string(why));
}

Reader::Reader(std::string_view text, std::filesystem::path folder)
    : Section(std::make_shared<State>(), std::make_shared<const Node>()) {
  state_->folder = std::move(folder);
  toml::parse_result result = toml::parse(text);
  if (!result) {
    state_->note(result.error().source().begin.line, "", "is no TOML: " + std::string(result.error().description()));
  } else {
    state_->root = std::move(result).table();
    state_->parsed = true;
  }
  node_ = std::make_shared<const Node>(Node{&state_->root, "", 0});
}

std::vector<std::string> Reader::finish() const {
  std::vector<Noted> all = state_->errors;
  if (state_->parsed) state_->find_unknown(state_->root, "", all);
  std::stable_sort(all.begin(), all.end(), [](const Noted& a, const Noted& b) { return a.line < b.line; });
  std::vector<std::string> texts;
  for (const auto& error : all)
    texts.push_back(error.line == 0 ? error.text : "line " + std::to_string(error.line) + ": " + error.text);
  return texts;
}

}  // namespace base::config
