#include "base/json/object_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/json/strict.h"

namespace base::json {
namespace {

TEST(ObjectText, WritesWhatDumpWritesOfSortedMembers) {
  for (const std::string& text :
       {std::string(), std::string("plain"), std::string("\"\\/\b\f\n\r\t\x01\x1f"),
        std::string("žluť \xf0\x9f\x90\x8e"), std::string("</script>"), std::string(700, 'x')}) {
    const std::string written = ObjectText()
                                    .boolean("a", true)
                                    .boolean("b", false)
                                    .json("c", R"({"d":[1,2]})")
                                    .number("e", std::numeric_limits<std::int64_t>::min())
                                    .number("f", std::numeric_limits<std::int64_t>::max())
                                    .text("g", text)
                                    .take();
    const auto read = parse_strict(written, {.max_bytes = 4096});
    ASSERT_TRUE(read) << written;
    EXPECT_EQ((*read)["g"].get<std::string>(), text);
    const Value tree = {{"a", true},
                        {"b", false},
                        {"c", {{"d", {1, 2}}}},
                        {"e", std::numeric_limits<std::int64_t>::min()},
                        {"f", std::numeric_limits<std::int64_t>::max()},
                        {"g", text}};
    EXPECT_EQ(dump(*read), dump(tree));
  }
  EXPECT_EQ(ObjectText().text("a", "x").number("b", 1).take(), dump({{"a", "x"}, {"b", 1}}));
}

TEST(ObjectText, NoMembersMakeAnEmptyObject) { EXPECT_EQ(ObjectText().take(), "{}"); }

TEST(ObjectText, WhatIsNotUtf8BecomesAReplacementCharacter) {
  for (const std::string& text :
       {std::string("\xff"), std::string("a\xc3"), std::string("\xed\xa0\x80"), std::string(1, '\0')}) {
    const auto read = parse_strict(ObjectText().text("a", text).take(), {.max_bytes = 4096});
    ASSERT_TRUE(read);
    EXPECT_NE((*read)["a"].get<std::string>().find("\xEF\xBF\xBD"), std::string::npos);
  }
}

}  // namespace
}  // namespace base::json
