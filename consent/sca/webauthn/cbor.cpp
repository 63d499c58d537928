#include "consent/sca/webauthn/cbor.h"

#include <limits>

#include "base/encoding.h"

namespace consent::cbor {
namespace {

// [CTAP2-8] "The depth of nested CBOR structures used by all message encodings is limited to at most four (4) levels"
constexpr int kDeepest = 4;

auto refuse(const char* why) { return base::failure(std::string(why)); }

bool same(const Value& a, const Value& b) {
  return a.kind == b.kind && a.integer == b.integer && a.string == b.string && a.items.empty() && b.items.empty();
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t used() const { return used_; }

  base::Result<Value, std::string> item(int depth) {
    if (left() == 0) return refuse("ends too early");
    const auto head = static_cast<unsigned char>(bytes_[used_++]);
    const int major = head >> 5;
    TRY(const std::uint64_t argument, argument_of(head & 0x1f, major));
    switch (major) {
      case 0:
      case 1:
        return integer(argument, major == 1);
      case 2:
      case 3:
        return string(argument, major == 3);
      case 4:
        return array(argument, depth);
      case 5:
        return map(argument, depth);
      case 7:
        return simple(argument);
      default:
        return refuse("a tag");
    }
  }

 private:
  std::size_t left() const { return bytes_.size() - used_; }

  base::Result<std::uint64_t, std::string> argument_of(int information, int major) {
    if (information < 24) return static_cast<std::uint64_t>(information);
    if (information > 27) return refuse("an indefinite length or a reserved form");
    if (major == 7) return refuse("a float or an extended simple value");
    const std::size_t size = std::size_t{1} << (information - 24);
    if (left() < size) return refuse("ends too early");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes_[used_++]);
    // [RFC8949-4.2.1] "The shortest form"
    const std::uint64_t below = size == 1 ? 24 : std::uint64_t{1} << (8 * size / 2);
    if (value < below) return refuse("not in its shortest form");
    return value;
  }

  static base::Result<Value, std::string> integer(std::uint64_t argument, bool negative) {
    if (argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return refuse("an integer too large");
    Value value{.kind = Kind::integer, .string = {}, .items = {}};
    value.integer = static_cast<std::int64_t>(argument);
    if (negative) value.integer = -1 - value.integer;
    return value;
  }

  base::Result<Value, std::string> string(std::uint64_t size, bool text) {
    if (size > left()) return refuse("a string longer than what is left");
    Value value{.kind = text ? Kind::text : Kind::bytes,
                .string = std::string(bytes_.substr(used_, static_cast<std::size_t>(size))),
                .items = {}};
    used_ += static_cast<std::size_t>(size);
    if (text && !base::utf8_decode(value.string)) return refuse("text that is not UTF-8");
    return value;
  }

  base::Result<Value, std::string> array(std::uint64_t count, int depth) {
    if (depth == kDeepest) return refuse("nested too deeply");
    if (count > left()) return refuse("an array longer than what is left");
    Value value{.kind = Kind::array, .string = {}, .items = {}};
    for (std::uint64_t i = 0; i < count; ++i) {
      TRY(Value one, item(depth + 1));
      value.items.push_back(std::move(one));
    }
    return value;
  }

  base::Result<Value, std::string> map(std::uint64_t count, int depth) {
    // Keys are looked up one by one: what authenticators write has a handful.
    constexpr std::uint64_t kMost = 32;
    if (depth == kDeepest) return refuse("nested too deeply");
    if (count > kMost) return refuse("a map too large");
    Value value{.kind = Kind::map, .string = {}, .items = {}};
    for (std::uint64_t i = 0; i < count; ++i) {
      TRY(Value key, item(depth + 1));
      if (key.kind != Kind::integer && key.kind != Kind::text) return refuse("a key that is no integer and no text");
      for (std::size_t at = 0; at < value.items.size(); at += 2) {
        if (same(value.items[at], key)) return refuse("a key twice");
      }
      TRY(Value one, item(depth + 1));
      value.items.push_back(std::move(key));
      value.items.push_back(std::move(one));
    }
    return value;
  }

  static base::Result<Value, std::string> simple(std::uint64_t number) {
    if (number == 20 || number == 21)
      return Value{.kind = Kind::boolean, .integer = number == 21 ? 1 : 0, .string = {}, .items = {}};
    if (number == 22) return Value{.kind = Kind::null, .string = {}, .items = {}};
    return refuse("a simple value nobody assigned");
  }

  std::string_view bytes_;
  std::size_t used_ = 0;
};

const Value* member(const Value& map, Kind kind, std::int64_t integer, std::string_view text) {
  if (map.kind != Kind::map) return nullptr;
  for (std::size_t at = 0; at + 1 < map.items.size(); at += 2) {
    const Value& key = map.items[at];
    if (key.kind == kind && key.integer == integer && key.string == text) return &map.items[at + 1];
  }
  return nullptr;
}

}  // namespace

const Value* Value::at(std::int64_t key) const { return member(*this, Kind::integer, key, ""); }
const Value* Value::at(std::string_view key) const { return member(*this, Kind::text, 0, key); }

base::Result<Item, std::string> read_first(std::string_view bytes) {
  Reader reader(bytes);
  TRY(Value value, reader.item(0));
  return Item{std::move(value), reader.used()};
}

base::Result<Value, std::string> read(std::string_view bytes) {
  TRY(Item item, read_first(bytes));
  if (item.size != bytes.size()) return refuse("bytes after the item");
  return std::move(item.value);
}

}  // namespace consent::cbor
