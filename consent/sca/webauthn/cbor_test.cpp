#include "consent/sca/webauthn/cbor.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace consent::cbor {
namespace {

std::string hex(const char* text) { return base::hex_decode(text).value(); }

// RFC 8949 appendix A, the rows of the subset.
TEST(Cbor, ReadsTheExamplesOfTheRfc) {
  const std::pair<const char*, std::int64_t> integers[] = {{"00", 0},
                                                           {"17", 23},
                                                           {"1818", 24},
                                                           {"1903e8", 1000},
                                                           {"1a000f4240", 1000000},
                                                           {"20", -1},
                                                           {"3863", -100},
                                                           {"3903e7", -1000},
                                                           {"1b7fffffffffffffff", INT64_MAX},
                                                           {"3b7fffffffffffffff", INT64_MIN}};
  for (const auto& [text, value] : integers) {
    const auto read_value = read(hex(text));
    ASSERT_TRUE(read_value) << text;
    EXPECT_EQ(read_value->kind, Kind::integer);
    EXPECT_EQ(read_value->integer, value) << text;
  }
  EXPECT_EQ(read(hex("4401020304"))->string, hex("01020304"));
  EXPECT_EQ(read(hex("6449455446"))->string, "IETF");
  EXPECT_EQ(read(hex("83010203"))->items.size(), 3U);
  const auto map = read(hex("a201020304"));
  EXPECT_EQ(map->at(1)->integer, 2);
  EXPECT_EQ(map->at(3)->integer, 4);
  EXPECT_EQ(map->at(2), nullptr);
  EXPECT_EQ(read(hex("a1616101"))->at("a")->integer, 1);
  EXPECT_EQ(read(hex("f5"))->integer, 1);
  EXPECT_EQ(read(hex("f4"))->integer, 0);
  EXPECT_EQ(read(hex("f6"))->kind, Kind::null);
}

TEST(Cbor, RefusesWhatAuthenticatorsDoNotWrite) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "ends too early"},
      {"19", "ends too early"},
      {"1817", "not in its shortest form"},
      {"1900ff", "not in its shortest form"},
      {"1a0000ffff", "not in its shortest form"},
      {"1b00000000ffffffff", "not in its shortest form"},
      {"1bffffffffffffffff", "an integer too large"},
      {"3bffffffffffffffff", "an integer too large"},
      {"5f", "an indefinite length or a reserved form"},
      {"9fff", "an indefinite length or a reserved form"},
      {"1c", "an indefinite length or a reserved form"},
      {"c000", "a tag"},
      {"f90000", "a float or an extended simple value"},
      {"fb3ff199999999999a", "a float or an extended simple value"},
      {"f7", "a simple value nobody assigned"},
      {"e0", "a simple value nobody assigned"},
      {"4401", "a string longer than what is left"},
      {"5bffffffffffffffff", "a string longer than what is left"},
      {"9bffffffffffffffff", "an array longer than what is left"},
      {"bbffffffffffffffff", "a map too large"},
      {"61ff", "text that is not UTF-8"},
      {"a201020103", "a key twice"},
      {"a1f501", "a key that is no integer and no text"},
      {"a14101f5", "a key that is no integer and no text"},
      {"8181818181", "nested too deeply"},
  };
  for (const auto& [text, why] : cases) {
    const auto value = read(hex(text));
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error(), why) << text;
  }
}

TEST(Cbor, ReadsFourLevelsAndNotFive) {
  EXPECT_TRUE(read(hex("8181818101")));
  EXPECT_FALSE(read(hex("818181818101")));
}

TEST(Cbor, SaysHowMuchItReadAndReadLeavesNothing) {
  const auto first = read_first(hex("0102"));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size, 1U);
  EXPECT_EQ(read(hex("0102")).error(), "bytes after the item");
}

}  // namespace
}  // namespace consent::cbor
