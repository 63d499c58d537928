#include "base/http/message.h"

#include <algorithm>

#include "base/encoding.h"

namespace base::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

template <class List>
std::optional<std::string_view> only_of(const List& list, const auto& matches) {
  std::optional<std::string_view> found;
  for (const auto& entry : list) {
    if (!matches(entry)) continue;
    if (found) return std::nullopt;
    found = entry.value;
  }
  return found;
}

template <class List>
std::vector<std::string_view> all_of(const List& list, const auto& matches) {
  std::vector<std::string_view> found;
  for (const auto& entry : list) {
    if (matches(entry)) found.push_back(entry.value);
  }
  return found;
}

std::optional<std::string> decode_form(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto decoded = percent_decode(spaced);
  if (decoded && decoded->find('\0') != std::string::npos) return std::nullopt;
  // [RFC6749-B] "using the UTF-8 encoding scheme"; no store of ours can hold anything else
  const bool ascii = decoded && std::all_of(decoded->begin(), decoded->end(), [](char c) { return (c & 0x80) == 0; });
  if (decoded && !ascii && !utf8_decode(*decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

std::string_view to_text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "OTHER";
  }
  return "OTHER";
}

std::string_view to_text(Listener listener) {
  switch (listener) {
    case Listener::public_:
      return "public";
    case Listener::mtls:
      return "mtls";
    case Listener::staff:
      return "staff";
    case Listener::operations:
      return "operations";
  }
  return "public";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::remove(std::string_view name) {
  std::erase_if(list_, [&](const Header& header) { return equal_ignoring_case(header.name, name); });
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(list_, [&](const Header& h) { return equal_ignoring_case(h.name, name); });
  list_.push_back({std::string(name), std::move(value)});
}
std::optional<std::string_view> Headers::only(std::string_view name) const {
  return only_of(list_, [&](const Header& h) { return equal_ignoring_case(h.name, name); });
}
std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(list_.begin(), list_.end(), [&](const Header& h) { return equal_ignoring_case(h.name, name); }));
}
std::vector<std::string_view> Headers::all(std::string_view name) const {
  return all_of(list_, [&](const Header& h) { return equal_ignoring_case(h.name, name); });
}

std::optional<Parameters> Parameters::parse(std::string_view encoded, std::size_t limit) {
  Parameters result;
  while (!encoded.empty()) {
    const std::size_t end = std::min(encoded.find('&'), encoded.size());
    const std::string_view pair = encoded.substr(0, end);
    encoded.remove_prefix(std::min(end + 1, encoded.size()));
    if (pair.empty()) continue;
    if (result.list_.size() == limit) return std::nullopt;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode_form(pair.substr(0, equals));
    auto value = decode_form(equals < pair.size() ? pair.substr(equals + 1) : std::string_view());
    if (!name || !value) return std::nullopt;
    result.list_.push_back({std::move(*name), std::move(*value)});
  }
  return result;
}
Parameters Parameters::of(std::vector<Parameter> list) {
  Parameters result;
  result.list_ = std::move(list);
  return result;
}
std::optional<std::string_view> Parameters::only(std::string_view name) const {
  return only_of(list_, [&](const Parameter& p) { return p.name == name; });
}
std::size_t Parameters::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(list_.begin(), list_.end(), [&](const Parameter& p) { return p.name == name; }));
}
std::vector<std::string_view> Parameters::all(std::string_view name) const {
  return all_of(list_, [&](const Parameter& p) { return p.name == name; });
}
std::optional<std::string_view> Parameters::first_repeated() const {
  std::vector<std::string_view> names;
  for (const auto& p : list_) names.push_back(p.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return std::nullopt;
  return *twice;
}

std::string form_encode(const std::vector<Parameter>& parameters) {
  std::string out;
  for (const auto& p : parameters) {
    if (!out.empty()) out += '&';
    out += percent_encode(p.name) + "=" + percent_encode(p.value);
  }
  return out;
}

}  // namespace base::http
