// The server over real sockets: what it answers, what it refuses, when it lets go.
#include "gateway/http_server/http_server.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <chrono>
#include <fstream>
#include <random>

#include "tests/support/certificate_authority.h"
#include "tests/support/http_corpus.h"
#include "tests/support/http_fixture.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using tests::get;
using tests::HttpClient;
using tests::HttpFixture;
using tests::post;

constexpr std::string_view kClose = "Connection: close\r\n";

TEST(HttpServer, AnswersInlineAndFromThePool) {
  HttpFixture f;
  HttpClient client(f.plain());
  for (const std::string path : {"/inline/a", "/b", "/inline/c", "/d"}) {
    const auto reply = client.exchange(get(path + "?q=1"));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "GET " + path + "?q=1 route 7 from 127.0.0.1 body ");
    EXPECT_EQ(reply->header("Date").size(), 29u);
    EXPECT_EQ(reply->header("Connection"), "");
  }
}

TEST(HttpServer, ShowsTheApplicationDuplicateHeadersAsTheyCame) {
  HttpFixture f;
  HttpClient client(f.plain());
  const auto reply = client.exchange(get("/inline/x", "DPoP: one\r\ndpop: two\r\n"));
  ASSERT_TRUE(reply);
  std::vector<std::pair<std::string, std::string>> echoed;
  for (const auto& header : reply->headers) {
    if (header.first.starts_with("x-echo-")) echoed.push_back(header);
  }
  EXPECT_EQ(echoed, (std::vector<std::pair<std::string, std::string>>{
                        {"x-echo-Host", "localhost"}, {"x-echo-DPoP", "one"}, {"x-echo-dpop", "two"}}));
}

TEST(HttpServer, SendsRepeatedHeaders) {
  HttpFixture f;
  HttpClient client(f.plain());
  EXPECT_EQ(client.exchange(get("/inline/two"))->header("WWW-Authenticate"), "(repeated)");
}

TEST(HttpServer, OwnsTheFramingHeadersOfAReply) {
  HttpFixture f;
  HttpClient client(f.plain());
  const auto reply = client.exchange(get("/inline/lies"));
  EXPECT_EQ(reply->body, "true");
  EXPECT_EQ(reply->header("Connection"), "");
  EXPECT_EQ(reply->header("Date").size(), 29u);
  EXPECT_EQ(reply->header("X-True"), "yes");
  EXPECT_TRUE(client.exchange(get("/inline/next")));
}

TEST(HttpServer, ReplacesAReplyWhoseHeaderCouldEndTheHeader) {
  for (const std::string path : {"/inline/inject", "/inject", "/inline/nul", "/bad-name"}) {
    HttpFixture f;
    HttpClient client(f.plain());
    ASSERT_TRUE(client.send(get(path)));
    const auto bytes = client.read_to_end();
    ASSERT_TRUE(bytes) << path;
    EXPECT_TRUE(bytes->starts_with("HTTP/1.1 500 ")) << path;
    EXPECT_EQ(bytes->find("Injected"), std::string::npos);
    EXPECT_TRUE(bytes->ends_with("failure"));
  }
}

TEST(HttpServer, AnswersAnExceptionWithoutItsText) {
  for (const std::string path :
       {"/inline/throw", "/throw", "/inline/throw-int", "/throw-int", "/inline/thrown-admission"}) {
    HttpFixture f;
    HttpClient client(f.plain());
    ASSERT_TRUE(client.send(get(path)));
    const auto bytes = client.read_to_end();
    ASSERT_TRUE(bytes) << path;
    EXPECT_TRUE(bytes->starts_with("HTTP/1.1 500 ")) << path;
    EXPECT_EQ(bytes->find("secret"), std::string::npos);
  }
}

TEST(HttpServer, AnswersHeadWithTheLengthAndWithoutTheBody) {
  HttpFixture f;
  HttpClient client(f.plain());
  for (const std::string path : {"/inline/big", "/big"}) {
    const auto reply = client.exchange("HEAD " + path + "?1000 HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->header("Content-Length"), "1000");
    EXPECT_EQ(client.exchange(get("/inline/after"))->status, 200);
  }
}

TEST(HttpServer, AnswersNoContentWithoutALength) {
  HttpFixture f;
  HttpClient client(f.plain());
  const auto reply = client.exchange(get("/inline/204"));
  EXPECT_EQ(reply->status, 204);
  EXPECT_EQ(reply->header("Content-Length"), "");
  EXPECT_EQ(client.exchange(get("/inline/after"))->status, 200);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  HttpFixture f;
  HttpClient client(f.plain());
  std::string stream;
  for (int i = 0; i < 50; ++i) {
    stream += i % 3 == 0   ? get("/inline/" + std::to_string(i))
              : i % 3 == 1 ? get("/pool/" + std::to_string(i))
                           : post("/pool/" + std::to_string(i), "x");
  }
  ASSERT_TRUE(client.send(stream));
  for (int i = 0; i < 50; ++i) {
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply) << i;
    EXPECT_NE(reply->body.find("/" + std::to_string(i) + " route"), std::string::npos) << reply->body;
  }
}

TEST(HttpServer, ReadsARequestSplitAtEveryByte) {
  HttpFixture f;
  const std::string request =
      "POST /inline/split HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n1;x\r\n!\r\n0\r\nT: t\r\n\r\n";
  HttpClient client(f.plain());
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    ASSERT_TRUE(client.send(request.substr(0, cut)));
    ASSERT_TRUE(client.send(request.substr(cut)));
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply) << cut;
    ASSERT_TRUE(reply->body.ends_with("body hello!")) << cut << reply->body;
  }
}

TEST(HttpServer, ReadsARequestThatComesByteByByteOverTls) {
  HttpFixture f({.tls = true});
  HttpClient client(f.tls());
  const std::string request =
      "POST /split HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x\r\n!\r\n0\r\nT: "
      "t\r\n\r\n";
  for (const char& byte : request) ASSERT_TRUE(client.send({&byte, 1}));
  const auto reply = client.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->body.ends_with("body hello!"));
}

TEST(HttpServer, TakesALargeBody) {
  HttpFixture f({.tls = true});
  const std::string body(1 << 20, 'b');
  for (const auto& options : {f.plain(), f.tls()}) {
    HttpClient client(options);
    const auto reply = client.exchange(post("/large", body));
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->body.ends_with("body " + body));
  }
}

TEST(HttpServer, ClosesWhenAskedTo) {
  HttpFixture f;
  struct Case {
    std::string request;
    std::string connection;
    bool stays;
  };
  for (const auto& c : std::vector<Case>{
           {get("/inline/x", kClose), "close", false},
           {get("/x", kClose), "close", false},
           {"GET /inline/x HTTP/1.0\r\n\r\n", "close", false},
           {"GET /inline/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", true},
           {get("/inline/x"), "", true},
       }) {
    HttpClient client(f.plain());
    const auto reply = client.exchange(c.request);
    ASSERT_TRUE(reply) << c.request;
    EXPECT_EQ(reply->header("Connection"), c.connection) << c.request;
    if (c.stays) {
      EXPECT_TRUE(client.exchange(c.request)) << c.request;
    } else {
      EXPECT_TRUE(client.ends_silently()) << c.request;
    }
  }
}

TEST(HttpServer, AnswersAClientThatHasClosedItsHalf) {
  HttpFixture f({.tls = true});
  for (const auto& options : {f.plain(), f.tls()}) {
    HttpClient client(options);
    ASSERT_TRUE(client.send(get("/gate")));
    client.half_close();
    f.application.gate.open();
    EXPECT_EQ(client.read_reply()->status, 200);
    EXPECT_TRUE(client.ends_silently());
  }
}

// [RFC9110-10.1.1]
TEST(HttpServer, SaysContinueOnceAndOnlyWhenTheBodyIsWaitedFor) {
  HttpFixture f;
  HttpClient client(f.plain());
  const std::string head = "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(client.exchange(head)->status, 100);
  EXPECT_EQ(client.exchange("hello")->status, 200);
  EXPECT_EQ(client.exchange(head + "hello")->status, 200);
  EXPECT_EQ(client.exchange("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n")->status,
            200);
}

TEST(HttpServer, RefusesInsteadOfSayingContinue) {
  HttpFixture f;
  for (const auto& [path, status] : std::vector<std::pair<std::string, int>>{{"/small", 413}, {"/refused", 403}}) {
    HttpClient client(f.plain());
    const auto reply =
        client.exchange("POST " + path + " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, status);
    EXPECT_EQ(reply->header("Connection"), "close");
    EXPECT_TRUE(client.ends_silently());
  }
}

TEST(HttpServer, RefusalAtAdmissionKeepsTheConnectionOnlyWithoutABody) {
  HttpFixture f;
  HttpClient client(f.plain());
  EXPECT_EQ(client.exchange(get("/refused"))->status, 403);
  EXPECT_EQ(client.exchange(get("/inline/next"))->status, 200);
  EXPECT_EQ(client.exchange(post("/refused", "GET /inline/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"))->status, 403);
  EXPECT_TRUE(client.ends_silently());
}

TEST(HttpServer, RefusesTheWholeCorpusAndCloses) {
  HttpFixture f;
  for (const auto& refused : tests::refused_requests()) {
    HttpClient client(f.plain());
    // The smuggled request behind it must never be answered.
    client.send(refused.bytes + "\r\n\r\n" + get("/inline/smuggled"));
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply) << refused.name;
    EXPECT_EQ(reply->status, refused.status) << refused.name;
    EXPECT_EQ(reply->header("Connection"), "close") << refused.name;
    EXPECT_TRUE(client.ends_silently()) << refused.name;
  }
  EXPECT_EQ(f.closed(ClosedBecause::malformed_request), tests::refused_requests().size());
}

TEST(HttpServer, ReplyToARefusedUploadArrivesAlthoughTheBodyWasNotRead) {
  HttpFixture f;
  for (int i = 0; i < 20; ++i) {
    HttpClient client(f.plain());
    client.send(post("/small", std::string(200000, 'x')));
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 413);
  }
}

TEST(HttpServer, SurvivesThousandsOfMutatedRequestsOverSockets) {
  HttpFixture f({.timeouts = {.head = 50ms, .body = 50ms, .idle = 50ms, .linger = 50ms}});
  std::mt19937 random(77);
  const std::vector<std::string> seeds{
      get("/inline/a", "X: y\r\n"), post("/inline/b", "hello"), post("/pool", "hello"),
      "POST /inline/c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"};
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = seeds[random() % seeds.size()] + seeds[random() % seeds.size()];
    for (auto edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % bytes.size();
      if (random() % 2 == 0) {
        bytes[at] = static_cast<char>(random() & 0xff);
      } else {
        bytes.erase(at, 1 + random() % 3);
      }
    }
    HttpClient client(f.plain());
    const std::size_t cut = random() % (bytes.size() + 1);
    client.send(std::string_view(bytes).substr(0, cut));
    client.send(std::string_view(bytes).substr(cut));
    switch (random() % 3) {
      case 0:
        client.reset();
        break;
      case 1:
        client.half_close();
        ASSERT_TRUE(client.read_to_end());
        break;
      default:
        client.close();
        break;
    }
  }
  HttpClient client(f.plain());
  EXPECT_EQ(client.exchange(get("/inline/alive"))->status, 200);
}

TEST(HttpServer, SaysBusyWhenThePoolIsFullAndKeepsTheConnection) {
  HttpFixture f({.pool_threads = 1, .pool_capacity = 1});
  HttpClient working(f.plain());
  ASSERT_TRUE(working.send(get("/gate")));
  f.application.gate.wait_for(1);
  HttpClient waiting(f.plain());
  ASSERT_TRUE(waiting.send(get("/waiting")));
  HttpFixture::wait_until([&] { return f.jobs->waiting() == 1; });
  HttpClient client(f.plain());
  const auto reply = client.exchange(get("/x"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->header("Retry-After"), "1");
  EXPECT_EQ(client.exchange(get("/inline/x"))->status, 200);
  EXPECT_EQ(f.server->stats().overloaded, 1u);
  f.application.gate.open();
  EXPECT_EQ(working.read_reply()->status, 200);
  EXPECT_EQ(waiting.read_reply()->status, 200);
}

TEST(HttpServer, AnswersARequestWhoseJobWasDropped) {
  HttpFixture f({.pool_threads = 1});
  HttpClient working(f.plain());
  ASSERT_TRUE(working.send(get("/gate")));
  f.application.gate.wait_for(1);
  HttpClient waiting(f.plain());
  ASSERT_TRUE(waiting.send(get("/waiting")));
  HttpFixture::wait_until([&] { return f.jobs->waiting() == 1; });
  f.jobs->drop_waiting();
  EXPECT_EQ(waiting.read_reply()->status, 500);
}

// ---- TLS

TEST(HttpServerTls, SpeaksTls12And13AndNothingOlder) {
  HttpFixture f({.tls = true});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto options = f.tls();
    options.tls_version = version;
    HttpClient client(options);
    ASSERT_TRUE(client.established());
    EXPECT_EQ(client.exchange(get("/x"))->status, 200);
  }
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    auto options = f.tls();
    options.tls_version = version;
    EXPECT_FALSE(HttpClient(options).established());
  }
}

// [FAPI2-SP-FINAL-5.2.2]
TEST(HttpServerTls, TakesTheFourSuitesAndNoOtherInTls12) {
  using tests::CertificateKey;
  for (const auto& [key, name] :
       {std::pair{CertificateKey::ec_p256, "ECDSA"}, std::pair{CertificateKey::rsa_2048, "RSA"}}) {
    HttpFixture f({.tls = true, .key = key});
    auto options = f.tls();
    options.tls_version = TLS1_2_VERSION;
    for (const std::string suite : {"AES128-GCM-SHA256", "AES256-GCM-SHA384"}) {
      options.tls12_suites = std::string("ECDHE-") + name + "-" + suite;
      EXPECT_TRUE(HttpClient(options).established()) << options.tls12_suites;
    }
    for (const std::string suite :
         {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-CCM",
          "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-CHACHA20-POLY1305", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"}) {
      options.tls12_suites = suite;
      EXPECT_FALSE(HttpClient(options).established()) << suite;
    }
  }
}

TEST(HttpServerTls, NegotiatesHttp11Only) {
  HttpFixture f({.tls = true});
  auto options = f.tls();
  options.alpn = "http/1.1";
  HttpClient client(options);
  ASSERT_TRUE(client.established());
  EXPECT_EQ(client.alpn(), "http/1.1");
  options.alpn = "h2";
  EXPECT_FALSE(HttpClient(options).established());
}

TEST(HttpServerTls, GivesTheClientCertificateWhenThereIsOne) {
  HttpFixture f({.tls = true});
  const auto certificate = f.certificates.make("tpp");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto options = f.tls();
    options.tls_version = version;
    EXPECT_EQ(HttpClient(options).exchange(get("/certificate"))->body, "");
    options.certificate_file = certificate.certificate_file;
    options.key_file = certificate.key_file;
    HttpClient client(options);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(client.exchange(get("/certificate"))->body, certificate.der);
  }
  HttpClient plain(f.plain());
  EXPECT_EQ(plain.exchange(get("/certificate"))->body, "");
}

TEST(HttpServerTls, ResumesSessionsWithTheirClientCertificate) {
  HttpFixture f({.tls = true});
  const auto certificate = f.certificates.make("tpp");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto options = f.tls();
    options.tls_version = version;
    options.certificate_file = certificate.certificate_file;
    options.key_file = certificate.key_file;
    {
      HttpClient first(options);
      EXPECT_EQ(first.exchange(get("/inline/x"))->status, 200);
      EXPECT_FALSE(first.resumed());
      options.session = first.session();
    }
    ASSERT_TRUE(options.session) << version;
    HttpClient second(options);
    EXPECT_TRUE(second.resumed()) << version;
    EXPECT_EQ(second.exchange(get("/certificate"))->body, certificate.der);
  }
  EXPECT_EQ(f.server->stats().tls_resumed, 2u);
}

// Also on a session that was resumed, and on one resumed from that: tickets carry the chain.
TEST(HttpServerTls, GivesWhatTheClientSentBesideItsCertificate) {
  HttpFixture f({.tls = true});
  const tests::CertificateAuthority root("Root");
  const tests::CertificateAuthority issuing("Issuing", &root);
  const auto leaf = issuing.issue({});
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(f.certificates.path() / name) << text;
    return (f.certificates.path() / name).string();
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto options = f.tls();
    options.tls_version = version;
    options.certificate_file = write("chain.pem", leaf.pem + issuing.pem() + root.pem());
    options.key_file = write("chain.key", leaf.key_pem);
    for (int round = 0; round < 3; ++round) {
      HttpClient client(options);
      EXPECT_EQ(client.resumed(), round > 0) << version;
      EXPECT_EQ(client.exchange(get("/certificate"))->body, leaf.der) << version << " " << round;
      EXPECT_EQ(client.exchange(get("/chain"))->body, issuing.der() + root.der()) << version << " " << round;
      // A resumed TLS 1.2 session goes on under the ticket it has.
      if (auto next = client.session()) options.session = std::move(next);
      ASSERT_TRUE(options.session);
    }
  }
}

TEST(HttpServerTls, DropsAChainThatIsLongerThanAChainMayBe) {
  HttpFixture f({.tls = true});
  const tests::CertificateAuthority root("Root");
  const auto leaf = root.issue({});
  std::string pem = leaf.pem;
  for (int i = 0; i < 6; ++i) pem += root.pem();
  auto options = f.tls();
  options.certificate_file = (f.certificates.path() / "long.pem").string();
  options.key_file = (f.certificates.path() / "long.key").string();
  std::ofstream(options.certificate_file) << pem;
  std::ofstream(options.key_file) << leaf.key_pem;
  HttpClient client(options);
  EXPECT_EQ(client.exchange(get("/certificate"))->body, leaf.der);
  EXPECT_EQ(client.exchange(get("/chain"))->body, "");
}

TEST(HttpServerTls, RefusesRenegotiation) {
  HttpFixture f({.tls = true});
  auto options = f.tls();
  options.tls_version = TLS1_2_VERSION;
  HttpClient client(options);
  EXPECT_EQ(client.exchange(get("/inline/x"))->status, 200);
  SSL_renegotiate(client.tls());
  EXPECT_LE(SSL_do_handshake(client.tls()), 0);
}

TEST(HttpServerTls, TellsAPlainClientNothingAndLetsItGo) {
  HttpFixture f({.tls = true});
  auto options = f.tls();
  options.tls = false;
  HttpClient client(options);
  client.send(get("/x"));
  const auto bytes = client.read_to_end();
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->find("HTTP/1.1"), std::string::npos);
  EXPECT_EQ(f.closed(ClosedBecause::handshake_failed), 1u);
}

TEST(HttpServerTls, ReloadsCertificatesUnderTrafficAndKeepsOldConnections) {
  HttpFixture f({.tls = true});
  HttpClient old(f.tls());
  const std::string before = old.server_certificate_der();
  ASSERT_EQ(before, f.certificate.der);

  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::atomic<int> served{0};
  std::vector<std::thread> traffic;
  for (int i = 0; i < 3; ++i) {
    traffic.emplace_back([&] {
      while (!stop) {
        HttpClient client(f.tls());
        const auto reply = client.exchange(get("/x"));
        (reply && reply->status == 200 ? served : failed)++;
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    const int until = served + 5;
    const auto fresh = f.certificates.make("server");
    ASSERT_TRUE(f.server->reload_certificates());
    EXPECT_EQ(HttpClient(f.tls()).server_certificate_der(), fresh.der);
    HttpFixture::wait_until([&] { return served >= until || failed > 0; });
  }
  stop = true;
  for (auto& thread : traffic) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(old.exchange(get("/x"))->status, 200);
  EXPECT_EQ(old.server_certificate_der(), before);
}

TEST(HttpServerTls, KeepsTheCertificateWhenTheNewOneIsUnusable) {
  HttpFixture f({.tls = true});
  const auto other = f.certificates.make("other");
  std::filesystem::copy_file(other.certificate_file, f.certificate.certificate_file,
                             std::filesystem::copy_options::overwrite_existing);
  const auto outcome = f.server->reload_certificates();
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().find("server.key"), std::string::npos);
  EXPECT_EQ(HttpClient(f.tls()).server_certificate_der(), f.certificate.der);
}

// ---- addresses, caps

TEST(HttpServer, ListensOnIpv6AndShowsMappedAddressesAsIpv4) {
  HttpFixture f({.tls = true, .address = "::"});
  HttpClient six(f.plain());
  EXPECT_NE(six.exchange(get("/x"))->body.find("from ::1 "), std::string::npos);
  HttpClient six_tls(f.tls());
  EXPECT_NE(six_tls.exchange(get("/x"))->body.find("from ::1 "), std::string::npos);
  auto options = f.plain();
  options.address = "127.0.0.1";
  HttpClient four(options);
  EXPECT_NE(four.exchange(get("/x"))->body.find("from 127.0.0.1 "), std::string::npos);

  HttpFixture only_six({.address = "::1"});
  EXPECT_EQ(HttpClient(only_six.plain()).exchange(get("/x"))->status, 200);
}

TEST(HttpServer, CapsConnectionsPerAddressButNotForOperations) {
  HttpFixture f({.limits = {.connections_per_address = 2}});
  HttpClient first(f.plain());
  HttpClient second(f.plain());
  EXPECT_EQ(first.exchange(get("/inline/x"))->status, 200);
  EXPECT_EQ(second.exchange(get("/inline/x"))->status, 200);
  EXPECT_FALSE(HttpClient(f.plain()).exchange(get("/inline/x")));
  EXPECT_EQ(f.closed(ClosedBecause::address_full), 1u);
  EXPECT_EQ(HttpClient(f.operations()).exchange(get("/inline/x"))->status, 200);
  first.close();
  HttpFixture::wait_until([&] { return f.server->stats().open_connections == 1; });
  EXPECT_EQ(HttpClient(f.plain()).exchange(get("/inline/x"))->status, 200);
}

TEST(HttpServer, CapsConnectionsInAllAndKeepsOperationsReachable) {
  HttpFixture f({.limits = {.connections = 2, .operations_connections = 1}});
  HttpClient first(f.plain());
  HttpClient second(f.plain());
  EXPECT_EQ(first.exchange(get("/inline/x"))->status, 200);
  EXPECT_EQ(second.exchange(get("/inline/x"))->status, 200);
  EXPECT_FALSE(HttpClient(f.plain()).exchange(get("/inline/x")));
  HttpClient operations(f.operations());
  EXPECT_EQ(operations.exchange(get("/inline/x"))->status, 200);
  EXPECT_FALSE(HttpClient(f.operations()).exchange(get("/inline/x")));
  EXPECT_EQ(f.closed(ClosedBecause::server_full), 2u);
}

TEST(HttpServer, SaysWhichListenerCannotBeHad) {
  HttpFixture f;
  tests::EchoApplication application;
  HttpServerSettings settings;
  settings.listeners.push_back({"127.0.0.1", f.server->ports().front(), base::http::Listener::public_, std::nullopt});
  HttpServer second(settings, application, *f.jobs, f.protocol_clock, f.monotonic_clock);
  try {
    second.start();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1 port " + std::to_string(f.server->ports().front())),
              std::string::npos);
  }
  settings.listeners.front().address = "localhost";
  HttpServer third(settings, application, *f.jobs, f.protocol_clock, f.monotonic_clock);
  EXPECT_THROW(third.start(), std::runtime_error);
  settings.listeners.front() = {"127.0.0.1", 0, base::http::Listener::public_,
                                TlsSettings{"/nonexistent.crt", "/nonexistent.key"}};
  HttpServer fourth(settings, application, *f.jobs, f.protocol_clock, f.monotonic_clock);
  EXPECT_THROW(fourth.start(), std::runtime_error);
}

// ---- timeouts: each waits for the server to act, however long that takes

TEST(HttpServerTimeouts, EndAHandshakeThatDoesNotHappen) {
  HttpFixture f({.tls = true, .timeouts = {.handshake = 40ms}});
  auto options = f.tls();
  options.tls = false;
  HttpClient silent(options);
  EXPECT_TRUE(silent.ends_silently());
  EXPECT_EQ(f.closed(ClosedBecause::handshake_timeout), 1u);
}

TEST(HttpServerTimeouts, EndAHandshakeThatDribbles) {
  HttpFixture f({.tls = true, .timeouts = {.handshake = 100ms}});
  auto options = f.tls();
  options.tls = false;
  HttpClient client(options);
  std::atomic<bool> ended{false};
  std::thread dribble([&] {
    client.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
    while (!ended && client.send("x")) std::this_thread::sleep_for(5ms);
  });
  const auto bytes = client.read_to_end();
  ended = true;
  dribble.join();
  EXPECT_TRUE(bytes);
  EXPECT_EQ(f.closed(ClosedBecause::handshake_timeout), 1u);
}

TEST(HttpServerTimeouts, EndAConnectionThatNeverAsks) {
  HttpFixture f({.timeouts = {.head = 40ms}});
  HttpClient silent(f.plain());
  EXPECT_TRUE(silent.ends_silently());
  EXPECT_EQ(f.closed(ClosedBecause::head_timeout), 1u);
}

TEST(HttpServerTimeouts, EndAHeadThatDribbles) {
  HttpFixture f({.timeouts = {.head = 100ms}});
  HttpClient client(f.plain());
  std::atomic<bool> ended{false};
  std::thread dribble([&] {
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n");
    while (!ended && client.send("X: y\r\n")) std::this_thread::sleep_for(5ms);
  });
  const auto reply = client.read_reply();
  ended = true;
  dribble.join();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408);
}

TEST(HttpServerTimeouts, HoldForTheSecondRequestAsForTheFirst) {
  HttpFixture f({.timeouts = {.head = 40ms}});
  HttpClient client(f.plain());
  EXPECT_EQ(client.exchange(get("/inline/x"))->status, 200);
  const auto reply = client.exchange("GET /half");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408);
  EXPECT_TRUE(client.ends_silently());
  EXPECT_EQ(f.closed(ClosedBecause::head_timeout), 1u);
}

TEST(HttpServerTimeouts, EndABodyThatDoesNotArrive) {
  HttpFixture f({.timeouts = {.body = 40ms}});
  for (const std::string& request :
       {std::string("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"),
        std::string("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r")}) {
    HttpClient client(f.plain());
    const auto reply = client.exchange(request);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 408);
    EXPECT_TRUE(client.ends_silently());
  }
  EXPECT_EQ(f.closed(ClosedBecause::body_timeout), 2u);
}

TEST(HttpServerTimeouts, EndAnIdleConnection) {
  HttpFixture f({.tls = true, .timeouts = {.idle = 40ms}});
  for (const auto& options : {f.plain(), f.tls()}) {
    HttpClient client(options);
    EXPECT_EQ(client.exchange(get("/inline/x"))->status, 200);
    EXPECT_TRUE(client.ends_silently());
  }
  EXPECT_EQ(f.closed(ClosedBecause::idle_timeout), 2u);
}

TEST(HttpServerTimeouts, DoNotRunWhileTheApplicationWorks) {
  HttpFixture f({.timeouts = {.head = 20ms, .body = 20ms, .idle = 20ms, .write = 20ms}});
  HttpClient client(f.plain());
  ASSERT_TRUE(client.send(get("/gate")));
  f.application.gate.wait_for(1);
  // Ten idle timeouts of other connections pass in the meantime.
  for (int i = 0; i < 10; ++i) {
    HttpClient other(f.plain());
    EXPECT_EQ(other.exchange(get("/inline/x"))->status, 200);
    EXPECT_TRUE(other.ends_silently());
  }
  f.application.gate.open();
  EXPECT_EQ(client.read_reply()->status, 200);
}

TEST(HttpServerTimeouts, EndAReaderThatDoesNotRead) {
  HttpFixture f({.tls = true, .timeouts = {.write = 40ms}});
  std::uint64_t expected = 0;
  for (auto options : {f.plain(), f.tls()}) {
    options.receive_buffer = 4096;
    HttpClient client(options);
    ASSERT_TRUE(client.send(get("/inline/big?20000000")));
    ++expected;
    HttpFixture::wait_until([&] { return f.closed(ClosedBecause::write_timeout) == expected; });
  }
}

TEST(HttpServerTimeouts, EndALingeringConnection) {
  HttpFixture f({.timeouts = {.linger = 40ms}});
  HttpClient client(f.plain());
  ASSERT_TRUE(client.exchange(get("/inline/x", kClose)));
  // Our half stays open: only the server's own patience ends the connection.
  HttpFixture::wait_until([&] { return f.server->stats().open_connections == 0; });
}

// ---- drain

TEST(HttpServerDrain, FinishesWhatIsInFlightAndRefusesTheRest) {
  HttpFixture f({.tls = true});
  HttpClient idle(f.plain());
  EXPECT_EQ(idle.exchange(get("/inline/x"))->status, 200);
  HttpClient unused(f.plain());
  HttpClient half(f.plain());
  EXPECT_EQ(half.exchange(get("/inline/x"))->status, 200);
  ASSERT_TRUE(half.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"));
  HttpClient working(f.plain());
  ASSERT_TRUE(working.send(get("/gate") + get("/pipelined")));
  HttpClient working_tls(f.tls());
  ASSERT_TRUE(working_tls.send(get("/gate")));
  f.application.gate.wait_for(2);
  // The half request has been read once a later one on the same IO threads has been answered.
  for (int i = 0; i < 4; ++i) EXPECT_EQ(HttpClient(f.plain()).exchange(get("/inline/x", kClose))->status, 200);

  f.server->begin_drain();
  EXPECT_FALSE(HttpClient(f.plain()).connected());
  EXPECT_FALSE(HttpClient(f.tls()).established());
  EXPECT_TRUE(idle.ends_silently());
  EXPECT_TRUE(unused.ends_silently());
  EXPECT_FALSE(f.server->wait_drained(1ms));

  ASSERT_TRUE(half.send("llo"));
  f.application.gate.open();
  for (HttpClient* client : {&half, &working, &working_tls}) {
    const auto reply = client->read_reply();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->header("Connection"), "close");
    EXPECT_TRUE(client->ends_silently());
    client->close();
  }
  EXPECT_TRUE(f.server->wait_drained(60s));
  EXPECT_EQ(f.server->stats().open_connections, 0u);
}

TEST(HttpServerDrain, WhileLeavingEverybodyIsServedAndToldToGo) {
  HttpFixture f({.tls = true});
  HttpClient idle(f.plain());
  EXPECT_EQ(idle.exchange(get("/inline/x"))->header("Connection"), "");
  f.server->begin_leaving();
  HttpClient fresh(f.tls());
  for (HttpClient* client : {&idle, &fresh}) {
    const auto reply = client->exchange(get("/inline/x"));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->header("Connection"), "close");
    EXPECT_TRUE(client->ends_silently());
  }
}

TEST(HttpServerDrain, StopEndsWhatDoesNotFinish) {
  HttpFixture f;
  HttpClient working(f.plain());
  ASSERT_TRUE(working.send(get("/gate")));
  f.application.gate.wait_for(1);
  f.server->begin_drain();
  EXPECT_FALSE(f.server->wait_drained(1ms));
  f.server->stop();
  EXPECT_TRUE(working.ends_silently());
  EXPECT_EQ(f.server->stats().open_connections, 0u);
  f.application.gate.open();  // the late reply finds nobody
}

}  // namespace
}  // namespace gateway
