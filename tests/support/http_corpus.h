// Requests that two HTTP parsers could understand differently, or that no parser should take, with the status each is
// refused with. Used in memory and over sockets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tests {

struct RefusedRequest {
  std::string_view name;
  std::string bytes;
  int status;
};

inline std::vector<RefusedRequest> refused_requests() {
  const auto with = [](std::string_view headers, std::string_view body = "") {
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n" + std::string(body);
  };
  const auto line = [](std::string_view request_line) { return std::string(request_line) + "\r\nHost: a\r\n\r\n"; };
  const std::string nul(1, '\0');
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      // Content-Length
      {"CL repeated, different", with("Content-Length: 3\r\nContent-Length: 5\r\n", "abcde"), 400},
      {"CL repeated, same", with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {"CL list", with("Content-Length: 3, 3\r\n", "abc"), 400},
      {"CL trailing letters", with("Content-Length: 3abc\r\n", "abc"), 400},
      {"CL plus sign", with("Content-Length: +3\r\n", "abc"), 400},
      {"CL minus sign", with("Content-Length: -1\r\n"), 400},
      {"CL empty", with("Content-Length: \r\n"), 400},
      {"CL word", with("Content-Length: abc\r\n"), 400},
      {"CL hexadecimal", with("Content-Length: 0x3\r\n", "abc"), 400},
      {"CL padded", with("Content-Length: 003\r\n", "abc"), 400},
      {"CL inner space", with("Content-Length: 1 0\r\n", "abc"), 400},
      {"CL decimal point", with("Content-Length: 3.0\r\n", "abc"), 400},
      {"CL quoted", with("Content-Length: \"3\"\r\n", "abc"), 400},
      {"CL 2^64", with("Content-Length: 18446744073709551616\r\n"), 400},
      {"CL 2^64-1", with("Content-Length: 18446744073709551615\r\n"), 400},
      {"CL too large for the route", with("Content-Length: 8000000000\r\n"), 413},
      {"CL one more than the route takes", with("Content-Length: 1048577\r\n"), 413},
      // Transfer-Encoding
      {"TE with CL", with(chunked + "Content-Length: 3\r\n", "0\r\n\r\n"), 400},
      {"CL with TE", with("Content-Length: 3\r\n" + chunked, "0\r\n\r\n"), 400},
      {"TE repeated", with(chunked + chunked, "0\r\n\r\n"), 400},
      {"TE chunked twice", with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501},
      {"TE gzip then chunked", with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"TE chunked not last", with("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
      {"TE identity", with("Transfer-Encoding: identity\r\n"), 400},
      {"TE prefix", with("Transfer-Encoding: ch\r\n", "0\r\n\r\n"), 400},
      {"TE xchunked", with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"TE quoted", with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
      {"TE parameter", with("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 400},
      {"TE vertical tab", with("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {"TE empty", with("Transfer-Encoding:\r\n"), 400},
      {"TE space before colon", with("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
      {"TE folded", with("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
      {"TE in HTTP/1.0", "POST /x HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n", 400},
      // chunks
      {"chunk size missing", with(chunked, "\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size not hexadecimal", with(chunked, "g\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size 0x", with(chunked, "0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size negative", with(chunked, "-3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size plus", with(chunked, "+3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size leading space", with(chunked, " 3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size trailing space", with(chunked, "3 \r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size overflows", with(chunked, "fffffffffffffffff\r\nabc\r\n"), 400},
      {"chunk size huge", with(chunked, "fffffffffffffff\r\nabc\r\n"), 413},
      {"chunk size 4 GiB", with(chunked, "100000000\r\nabc\r\n"), 413},
      {"chunks add up to too much", with(chunked, "3\r\nabc\r\nfffff\r\n"), 413},
      {"chunk line ends in LF", with(chunked, "3\nabc\r\n0\r\n\r\n"), 400},
      {"chunk line ends in CR", with(chunked, "3\rabc\r\n0\r\n\r\n"), 400},
      {"chunk longer than its size", with(chunked, "3\r\nabcd\r\n0\r\n\r\n"), 400},
      {"chunk data ends in LF", with(chunked, "3\r\nabc\n0\r\n\r\n"), 400},
      {"chunk extension with NUL", with(chunked, "3;a=" + nul + "\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk extension with CR", with(chunked, "3;a=\rb\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk extension too long", with(chunked, "3;" + std::string(300, 'a') + "\r\nabc\r\n0\r\n\r\n"), 400},
      {"trailer folded", with(chunked, "0\r\n a\r\n\r\n"), 400},
      {"trailer without colon", with(chunked, "0\r\nabc\r\n\r\n"), 400},
      {"trailer with LF", with(chunked, "0\r\na: b\n\r\n"), 400},
      {"trailer with NUL", with(chunked, "0\r\na: " + nul + "\r\n\r\n"), 400},
      // lines
      {"LF after the request line", "GET /x HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"LF after a header", "GET /x HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"LF ends the head", "GET /x HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"only LF", "GET /x HTTP/1.1\nHost: a\n\n", 400},
      {"CR in the request line", line("GET /x\r HTTP/1.1"), 400},
      {"CR in a header", with("X: a\rb\r\n"), 400},
      {"two CR", with("X: a\r\r\n"), 400},
      {"obs-fold", with("X: a\r\n b\r\n"), 400},
      {"obs-fold by tab", with("X: a\r\n\tb\r\n"), 400},
      {"white space after the request line", "GET /x HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n", 400},
      {"space before colon", with("X : a\r\n"), 400},
      {"tab before colon", with("X\t: a\r\n"), 400},
      {"no colon", with("X\r\n"), 400},
      {"empty name", with(": a\r\n"), 400},
      {"NUL in a value", with("X: a" + nul + "b\r\n"), 400},
      {"NUL in a name", with("X" + nul + "Y: b\r\n"), 400},
      {"control byte in a value", with("X: a\x01\r\n"), 400},
      {"DEL in a value", with("X: a\x7f\r\n"), 400},
      {"non-ASCII name", with("X\xc3\xa9: a\r\n"), 400},
      {"parenthesis in a name", with("X(: a\r\n"), 400},
      // Host
      {"no Host", "GET /x HTTP/1.1\r\nX: a\r\n\r\n", 400},
      {"two Hosts", "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"two Hosts, same", "GET /x HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400},
      {"two Hosts, HTTP/1.0", "GET /x HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"empty Host", "GET /x HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"Host port word", "GET /x HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
      {"Host port too large", "GET /x HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400},
      {"Host port empty", "GET /x HTTP/1.1\r\nHost: a:\r\n\r\n", 400},
      {"Host open bracket", "GET /x HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
      {"Host bracket junk", "GET /x HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400},
      {"Host with user", "GET /x HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"Host with path", "GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"Host list", "GET /x HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      // request line
      {"no version", "GET /x\r\nHost: a\r\n\r\n", 400},
      {"no version, space", "GET /x \r\nHost: a\r\n\r\n", 400},
      {"version H", line("GET /x H"), 400},
      {"version lower case", line("GET /x http/1.1"), 400},
      {"version HTTP/1", line("GET /x HTTP/1"), 400},
      {"version HTTP/1.10", line("GET /x HTTP/1.10"), 400},
      {"version HTTP/.1", line("GET /x HTTP/.1"), 400},
      {"version HTTP/1.2", line("GET /x HTTP/1.2"), 505},
      {"version HTTP/0.9", line("GET /x HTTP/0.9"), 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"two spaces", line("GET  /x HTTP/1.1"), 400},
      {"space in the target", line("GET /x y HTTP/1.1"), 400},
      {"tab for space", line("GET\t/x\tHTTP/1.1"), 400},
      {"trailing space", line("GET /x HTTP/1.1 "), 400},
      {"leading space", line(" GET /x HTTP/1.1"), 400},
      {"no method", line("/x HTTP/1.1"), 400},
      {"method with a colon", line("G:T /x HTTP/1.1"), 400},
      {"method without end", line(std::string(40, 'G') + " /x HTTP/1.1"), 501},
      {"no target", line("GET HTTP/1.1"), 400},
      {"target without slash", line("GET x HTTP/1.1"), 400},
      {"target with fragment", line("GET /x#y HTTP/1.1"), 400},
      {"target with quote", line("GET /x\" HTTP/1.1"), 400},
      {"target with backslash", line("GET /x\\y HTTP/1.1"), 400},
      {"target with NUL", line("GET /x" + nul + " HTTP/1.1"), 400},
      {"target with non-ASCII", line("GET /\xc3\xa9 HTTP/1.1"), 400},
      {"target with bracket in the path", line("GET /[x] HTTP/1.1"), 400},
      {"asterisk for GET", line("GET * HTTP/1.1"), 400},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400},
      {"absolute-form, foreign authority", "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form, foreign port", "GET http://a:81/x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form with user", "GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form without authority", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form, other scheme", "GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two empty lines first", "\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a TLS hello on a plain port", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      // size
      {"request line too long", line("GET /" + std::string(9000, 'a') + " HTTP/1.1"), 414},
      {"request line too long without end", "GET /" + std::string(9000, 'a'), 414},
      {"one header too large", with("X: " + std::string(40000, 'a') + "\r\n"), 431},
      {"headers too large together", with([] {
         std::string many;
         for (int i = 0; i < 40; ++i) many += "X" + std::to_string(i) + ": " + std::string(1000, 'a') + "\r\n";
         return many;
       }()),
       431},
      {"too many headers", with([] {
         std::string many;
         for (int i = 0; i < 101; ++i) many += "X: a\r\n";
         return many;
       }()),
       431},
      // expectations
      {"unknown expectation", with("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"), 417},
      {"two expectations in one", with("Expect: 100-continue, x\r\nContent-Length: 1\r\n", "a"), 417},
  };
}

}  // namespace tests
