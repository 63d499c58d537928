#include "gateway/pipeline/forwarded.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

std::string text_of(const base::Result<std::vector<ForwardedNode>, std::string_view>& nodes) {
  if (!nodes) return "refused";
  std::string out;
  for (const auto& node : *nodes) {
    out += out.empty() ? "" : " ";
    out += node.address ? node.address->text() : "-";
    if (node.port != 0) out += "#" + std::to_string(node.port);
  }
  return out;
}

struct Case {
  std::string line;
  const char* nodes;
};

// [RFC7239-4] [RFC7239-6] the examples of the text among them
TEST(Forwarded, IsReadAsItsGrammarSaysOrRefused) {
  for (const auto& [line, nodes] : std::initializer_list<Case>{
           {R"(for="_gazonk")", "-"},
           {R"(For="[2001:db8:cafe::17]:4711")", "2001:db8:cafe::17#4711"},
           {"for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"},
           {"for=192.0.2.43, for=198.51.100.17", "192.0.2.43 198.51.100.17"},
           {R"(for="192.0.2.43:47011")", "192.0.2.43#47011"},
           {R"(for="192.0.2.43:_port")", "192.0.2.43"},
           {"for=_hidden, for=_SEVKISEK", "- -"},
           {"for=unknown", "-"},
           {"FOR=Unknown", "-"},
           {"proto=https", "-"},
           {R"(for="[::ffff:192.0.2.7]")", "192.0.2.7"},
           {R"(proto=https;host="a,b;c=\"d";for=192.0.2.1)", "192.0.2.1"},
           {R"(host="for=198.51.100.1";for=192.0.2.1)", "192.0.2.1"},
           {"for=192.0.2.1;;proto=http;", "192.0.2.1"},
           {"for=192.0.2.1\t ,  for=192.0.2.2 ", "192.0.2.1 192.0.2.2"},
           {"", ""},
           {"for=192.0.2.1, ,for=192.0.2.2,", "192.0.2.1 192.0.2.2"},
           {"for=[2001:db8::1]", "refused"},  // [RFC7239-4] brackets and colons need quotes
           {"for=2001:db8::1", "refused"},
           {R"(for="2001:db8::1")", "refused"},
           {"for=192.0.2.43:47011", "refused"},
           {R"(for="[192.0.2.43]")", "refused"},
           {R"(for="[2001:db8::1")", "refused"},
           {R"(for="[2001:db8::1]4711")", "refused"},
           {R"(for="[2001:db8::1]:")", "refused"},
           {R"(for="192.0.2.1:65536")", "refused"},
           {R"(for="192.0.2.1:-1")", "refused"},
           {R"(for="192.0.2.1 ")", "refused"},
           {"for=192.0.2.01", "refused"},
           {"for=0x7f.1", "refused"},
           {"for=192.0.2.1.", "refused"},
           {"for=localhost", "refused"},
           {"for=_", "refused"},
           {"for=", "refused"},
           {"for", "refused"},
           {"for =192.0.2.1", "refused"},
           {"for= 192.0.2.1", "refused"},
           {"for=192.0.2.1;for=192.0.2.2", "refused"},
           {"for=192.0.2.1;FOR=192.0.2.2", "refused"},
           {"for=192.0.2.1 for=192.0.2.2", "refused"},
           {R"(for="192.0.2.1)", "refused"},
           {R"(for="192.0.2.1\)", "refused"},
           {R"(for="192.0.2.1"x)", "refused"},
           {std::string("for=192.0.2.1\0", 14), "refused"},
       }) {
    EXPECT_EQ(text_of(read_forwarded(line)), nodes) << line;
  }
}

TEST(XForwardedFor, IsAListOfAddresses) {
  for (const auto& [line, nodes] : std::initializer_list<Case>{
           {"192.0.2.1", "192.0.2.1"},
           {"203.0.113.9, 192.0.2.1", "203.0.113.9 192.0.2.1"},
           {"203.0.113.9,192.0.2.1\t, 2001:db8::7 ", "203.0.113.9 192.0.2.1 2001:db8::7"},
           {"192.0.2.1:8443", "192.0.2.1#8443"},
           {"[2001:db8::7]:8443, [2001:db8::8]", "2001:db8::7#8443 2001:db8::8"},
           {"::ffff:192.0.2.7", "192.0.2.7"},
           {"unknown, 192.0.2.1", "- 192.0.2.1"},
           {"", "refused"},
           {"192.0.2.1,", "refused"},
           {",192.0.2.1", "refused"},
           {"192.0.2.1 192.0.2.2", "refused"},
           {"\"192.0.2.1\"", "refused"},
           {"for=192.0.2.1", "refused"},
           {"192.0.2.256", "refused"},
           {"2130706433", "refused"},
           {"fe80::1%eth0", "refused"},
           {"[192.0.2.1]", "refused"},
           {"evil.example", "refused"},
       }) {
    EXPECT_EQ(text_of(read_x_forwarded_for(line)), nodes) << line;
  }
}

TEST(Forwarded, ALongListIsRefused) {
  std::string forwarded = "for=192.0.2.1";
  std::string plain = "192.0.2.1";
  for (int i = 1; i < 64; ++i) {
    forwarded += ",for=192.0.2.1";
    plain += ",192.0.2.1";
  }
  EXPECT_EQ(read_forwarded(forwarded).value().size(), 64u);
  EXPECT_EQ(read_x_forwarded_for(plain).value().size(), 64u);
  EXPECT_FALSE(read_forwarded(forwarded + ",for=192.0.2.1"));
  EXPECT_FALSE(read_x_forwarded_for(plain + ",192.0.2.1"));
}

}  // namespace
}  // namespace gateway
