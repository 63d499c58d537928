#include "base/config/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace base::config {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Colour { red, green };

std::filesystem::path write_file(const std::string& content, mode_t mode) {
  std::string name = testing::TempDir() + "reader_test_XXXXXX";
  const int descriptor = mkstemp(name.data());
  EXPECT_EQ(write(descriptor, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  EXPECT_EQ(fchmod(descriptor, mode), 0);
  close(descriptor);
  return name;
}

TEST(Reader, ReadsEveryKindOfValue) {
  const Reader reader(R"(
name = "gateway"
[postgres]
port = 5433
deadline = "250ms"
pages = "64KiB"
bytes = 10
share = 0.5
strict = true
colour = "green"
hosts = ["a", "b"]
socket = "run/pg"
[[bank]]
id = "one"
[[bank]]
id = "two"
)",
                      "/etc/aldgate");
  EXPECT_EQ(reader.string("name"), "gateway");
  const Section postgres = reader.section("postgres");
  EXPECT_EQ(postgres.integer("port", {.least = 1, .most = 65535}), 5433);
  EXPECT_EQ(postgres.duration("deadline"), milliseconds(250));
  EXPECT_EQ(postgres.size("pages"), 65536u);
  EXPECT_EQ(postgres.size("bytes"), 10u);
  EXPECT_DOUBLE_EQ(postgres.number("share"), 0.5);
  EXPECT_TRUE(postgres.boolean("strict"));
  EXPECT_EQ(postgres.choice<Colour>("colour", {{"red", Colour::red}, {"green", Colour::green}}), Colour::green);
  EXPECT_THAT(reader.list("postgres.hosts"), ElementsAre("a", "b"));
  EXPECT_EQ(reader.path("postgres.socket"), "/etc/aldgate/run/pg");
  const auto banks = reader.sections("bank");
  ASSERT_EQ(banks.size(), 2u);
  EXPECT_EQ(banks[0].string("id"), "one");
  EXPECT_EQ(banks[1].string("id"), "two");
  EXPECT_THAT(reader.finish(), IsEmpty());
}

TEST(Reader, DurationsHaveUnits) {
  const Reader reader("a=\"10s\"\nb=\"5m\"\nc=\"1h\"\nd=\"180d\"\n");
  EXPECT_EQ(reader.duration("a"), std::chrono::seconds(10));
  EXPECT_EQ(reader.duration("b"), std::chrono::minutes(5));
  EXPECT_EQ(reader.duration("c"), std::chrono::hours(1));
  EXPECT_EQ(reader.duration("d"), std::chrono::hours(24 * 180));
  EXPECT_THAT(reader.finish(), IsEmpty());
}

TEST(Reader, NamesAllErrorsAtOnceInTheOrderOfLines) {
  const Reader reader(R"([postgres]
port = 70000
deadline = "soon"
colour = "blue"
strict = "yes"
prot = 1

[[bank]]
name = 5

[unheard]
of = 1
)");
  reader.integer("postgres.port", {.least = 1, .most = 65535});
  reader.duration("postgres.deadline");
  reader.choice<Colour>("postgres.colour", {{"red", Colour::red}, {"green", Colour::green}});
  reader.boolean("postgres.strict");
  reader.string("postgres.host");
  for (const auto& bank : reader.sections("bank")) bank.string("name");
  EXPECT_THAT(
      reader.finish(),
      ElementsAre("postgres.host: is missing (a text)", "line 2: postgres.port: 70000 is more than 65535",
                  "line 3: postgres.deadline: must be a time such as \"250ms\", \"10s\", \"5m\", \"1h\" or \"180d\"",
                  "line 4: postgres.colour: 'blue' is none of red, green",
                  "line 5: postgres.strict: must be true or false", "line 6: postgres.prot: nobody knows this key",
                  "line 9: bank[0].name: must be a text", "line 11: unheard: nobody knows this table"));
}

TEST(Reader, AMissingKeyOfASectionIsToldAtItsLine) {
  const Reader reader("\n\n[redis]\nport = 1\n");
  const Section redis = reader.section("redis");
  redis.integer("port");
  redis.string("socket");
  EXPECT_THAT(reader.finish(), ElementsAre("line 3: redis.socket: is missing (a text)"));
}

TEST(Reader, AbsentKeysTakeTheirDefaultAndRequiredOnesOfAnAbsentTableAreErrors) {
  const Reader reader("");
  EXPECT_EQ(reader.integer("postgres.port", {.otherwise = 5432}), 5432);
  EXPECT_EQ(reader.duration("postgres.wait", {.otherwise = milliseconds(7)}), milliseconds(7));
  EXPECT_THAT(reader.list("hosts", std::vector<std::string>{"x"}), ElementsAre("x"));
  EXPECT_THAT(reader.finish(), IsEmpty());
  reader.section("redis").string("socket");
  EXPECT_THAT(reader.finish(), ElementsAre("redis.socket: is missing (a text)"));
}

TEST(Reader, ATextThatIsNoTomlIsOneErrorAndNotOnePerKey) {
  const Reader reader("a = 1\nb = = 2\n");
  reader.integer("a");
  reader.string("c");
  const auto errors = reader.finish();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0], HasSubstr("line 2: is no TOML"));
}

TEST(Reader, RefusesValuesThatAreNearlyRight) {
  for (const char* text : {"d = 10", "d = \"10\"", "d = \"-1s\"", "d = \"1 s\"", "d = \"1.5s\"", "d = \"s\"",
                           "d = \"\"", "d = \"99999999999999999d\"", "d = [\"1s\"]"}) {
    const Reader reader(text);
    reader.duration("d");
    EXPECT_EQ(reader.finish().size(), 1u) << text;
  }
  for (const char* text : {"s = -1", "s = \"1kb\"", "s = \"64 KiB\"", "s = 1.0", "s = \"9999999999GiB\"", "s = true"}) {
    const Reader reader(text);
    reader.size("s");
    EXPECT_EQ(reader.finish().size(), 1u) << text;
  }
  for (const char* text : {"n = \"5\"", "n = 5.0", "n = true", "n = [5]"}) {
    const Reader reader(text);
    reader.integer("n");
    EXPECT_EQ(reader.finish().size(), 1u) << text;
  }
  for (const char* text : {"l = \"a\"", "l = [1]", "l = [\"a\", 2]"}) {
    const Reader reader(text);
    reader.list("l");
    EXPECT_EQ(reader.finish().size(), 1u) << text;
  }
  const Reader reader("t = \"\"\nsection = 5\nbank = {}\n");
  reader.string("t");
  reader.section("section");
  reader.sections("bank");
  EXPECT_EQ(reader.finish().size(), 3u);
}

TEST(Reader, ACallersOwnCheckStandsAtTheLineOfItsKey) {
  const Reader reader("first = \"2s\"\nsecond = \"1s\"\n");
  if (reader.duration("first") > reader.duration("second")) reader.refuse("second", "must not be before first");
  EXPECT_THAT(reader.finish(), ElementsAre("line 2: second: must not be before first"));
}

TEST(Reader, ASecretIsReadFromItsFileWithoutTheLineEnd) {
  const auto file = write_file("correct horse\n", 0600);
  const Reader reader("password = \"" + file.string() + "\"");
  EXPECT_EQ(reader.secret_file("password").reveal(), "correct horse");
  EXPECT_FALSE(reader.optional_secret_file("absent").has_value());
  EXPECT_THAT(reader.finish(), IsEmpty());
  std::filesystem::remove(file);
}

TEST(Reader, ASecretInAFileOpenToEverybodyIsRefused) {
  for (const mode_t mode : {0644u, 0604u, 0602u, 0601u}) {
    const auto file = write_file("secret", mode);
    const Reader reader("password = \"" + file.string() + "\"");
    EXPECT_TRUE(reader.secret_file("password").empty());
    const auto errors = reader.finish();
    ASSERT_EQ(errors.size(), 1u) << mode;
    EXPECT_THAT(errors[0], HasSubstr("open to every user"));
    EXPECT_THAT(errors[0], testing::Not(HasSubstr("secret\"")));
    std::filesystem::remove(file);
  }
}

TEST(Reader, ASecretThatIsEmptyAbsentOrAFolderIsRefused) {
  const auto empty = write_file("\n", 0600);
  const Reader reader("a = \"" + empty.string() + "\"\nb = \"/nonexistent/secret\"\nc = \"/tmp\"\n");
  EXPECT_TRUE(reader.secret_file("a").empty());
  EXPECT_TRUE(reader.secret_file("b").empty());
  EXPECT_TRUE(reader.secret_file("c").empty());
  reader.secret_file("d");
  EXPECT_EQ(reader.finish().size(), 4u);
  std::filesystem::remove(empty);
}

}  // namespace
}  // namespace base::config
