#include "gateway/pipeline/edge.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/encoding.h"
#include "tests/support/certificate_authority.h"
#include "tests/support/http_fixture.h"

namespace gateway {
namespace {

using base::http::Headers;

struct Certificates {
  tests::CertificateAuthority root{"Root"};
  tests::CertificateAuthority issuing{"Issuing", &root};
  std::string leaf = issuing.issue({}).der;
};

std::string item(const std::string& der) { return ":" + base::base64_encode(der) + ":"; }

// [RFC9440-2.2] [RFC9440-2.3] [RFC8941-3.3.5] [RFC8941-3.1]
TEST(ClientCert, IsOneByteSequenceWithOneCertificateOrRefused) {
  const Certificates c;
  const std::string leaf = item(c.leaf);
  const std::string issuing = item(c.issuing.der());
  const std::string root = item(c.root.der());
  std::string trailing = c.leaf + '\0';
  struct Case {
    const char* name;
    Headers headers;
    bool good;
  };
  const Case cases[] = {
      {"alone", {{"Client-Cert", leaf}}, true},
      {"in lower case", {{"client-cert", leaf}}, true},
      {"with one above it", {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing}}, true},
      {"with two", {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing + ", " + root}}, true},
      {"with two, tight", {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing + "," + root}}, true},
      {"with two, wide", {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing + " \t, \t" + root}}, true},
      {"repeated", {{"Client-Cert", leaf}, {"Client-Cert", leaf}}, false},
      {"repeated in other case", {{"Client-Cert", leaf}, {"CLIENT-CERT", leaf}}, false},
      {"a list", {{"Client-Cert", leaf + ", " + leaf}}, false},
      {"empty", {{"Client-Cert", ""}}, false},
      {"an empty sequence", {{"Client-Cert", "::"}}, false},
      {"one colon", {{"Client-Cert", ":"}}, false},
      {"no colons", {{"Client-Cert", base::base64_encode(c.leaf)}}, false},
      {"quoted", {{"Client-Cert", "\"" + base::base64_encode(c.leaf) + "\""}}, false},
      {"with a parameter", {{"Client-Cert", leaf + ";a=1"}}, false},
      {"with a blank inside", {{"Client-Cert", ": " + base::base64_encode(c.leaf) + ":"}}, false},
      {"URL-safe alphabet", {{"Client-Cert", ":" + base::base64url_encode(c.leaf) + "-_:"}}, false},
      {"not a certificate", {{"Client-Cert", item("not a certificate")}}, false},
      {"cut", {{"Client-Cert", item(c.leaf.substr(0, c.leaf.size() - 1))}}, false},
      {"with a byte more", {{"Client-Cert", item(trailing)}}, false},
      {"two in one", {{"Client-Cert", item(c.leaf + c.leaf)}}, false},
      {"PEM", {{"Client-Cert", c.root.pem()}}, false},
      {"huge", {{"Client-Cert", ":" + std::string(30'000, 'A') + ":"}}, false},
      {"a chain alone", {{"Client-Cert-Chain", issuing}}, false},
      {"an empty chain", {{"Client-Cert", leaf}, {"Client-Cert-Chain", ""}}, false},
      {"a chain that ends in a comma", {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing + ","}}, false},
      {"a chain with a hole", {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing + ",," + root}}, false},
      {"a chain of rubbish", {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing + ", :AAAA:"}}, false},
      {"a chain in two fields",
       {{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing}, {"Client-Cert-Chain", root}},
       true},
      {"six in the chain",
       {{"Client-Cert", leaf},
        {"Client-Cert-Chain", root + "," + root + "," + root + "," + root + "," + root + "," + root}},
       false},
  };
  for (const auto& one : cases) {
    const auto got = read_client_cert(one.headers);
    EXPECT_EQ(got.has_value(), one.good) << one.name;
    if (got && one.good) {
      ASSERT_TRUE(got->has_value()) << one.name;
      EXPECT_EQ((*got)->certificate_der, c.leaf) << one.name;
    }
  }
  EXPECT_FALSE(read_client_cert({}).value().has_value());
  const auto chain = read_client_cert({{"Client-Cert", leaf}, {"Client-Cert-Chain", issuing + ", " + root}});
  EXPECT_EQ((*chain)->chain_der, (std::vector<std::string>{c.issuing.der(), c.root.der()}));
}

// Over the real server: what a request is, once an edge has been asked, to whoever comes next.
class BehindAnEdge final : public Application {
 public:
  explicit BehindAnEdge(Edge edge) : edge_(std::move(edge)) {}
  Admission admit(const Head&) override { return {}; }
  base::http::Response respond(base::http::Request& request, std::uint16_t, std::chrono::nanoseconds) override {
    if (const auto applied = edge_.apply(request); !applied) return {400, {}, std::string(applied.error())};
    const bool left = request.headers.count("Client-Cert") + request.headers.count("Client-Cert-Chain") != 0;
    std::string body = request.peer.certificate_der;
    for (const auto& der : request.peer.certificate_chain_der) body += der;
    return {200, {{"X-Left", left ? "yes" : "no"}}, body};
  }
  base::http::Response overloaded(const Head&) override { return {503, {}, ""}; }
  base::http::Response malformed(int status, std::string_view) override { return {status, {}, ""}; }
  base::http::Response failure() override { return {500, {}, ""}; }

 private:
  Edge edge_;
};

struct EdgeServer {
  explicit EdgeServer(Edge edge) : application(std::move(edge)) {
    HttpServerSettings settings;
    settings.listeners.push_back({"127.0.0.1", 0, base::http::Listener::mtls,
                                  TlsSettings{certificate.certificate_file, certificate.key_file, true}});
    settings.listeners.push_back({"127.0.0.1", 0, base::http::Listener::public_,
                                  TlsSettings{certificate.certificate_file, certificate.key_file, false}});
    server.emplace(std::move(settings), application, jobs, protocol, monotonic);
    server->start();
  }
  ~EdgeServer() { server->stop(); }

  tests::HttpClientOptions mtls(const tests::CertificateFiles* own = nullptr) const {
    tests::HttpClientOptions options{.port = server->ports().front(), .tls = true};
    if (own != nullptr) {
      options.certificate_file = own->certificate_file;
      options.key_file = own->key_file;
    }
    return options;
  }
  tests::HttpReply ask(const tests::HttpClientOptions& options, const std::string& headers) const {
    tests::HttpClient client(options);
    return client.exchange(tests::get("/", headers)).value();
  }

  base::SystemProtocolClock protocol;
  base::SystemMonotonicClock monotonic;
  tests::CertificateFolder folder;
  tests::CertificateFiles certificate = folder.make("server");
  BehindAnEdge application;
  tests::ThreadedJobs jobs{2, 100};
  std::optional<HttpServer> server;
};

std::vector<base::net::Cidr> ranges(std::initializer_list<const char*> texts) {
  std::vector<base::net::Cidr> out;
  for (const char* text : texts) out.push_back(*base::net::Cidr::parse(text));
  return out;
}

// [RFC9440-2.4] Attack 17: "client certificate header sent by the client itself".
TEST(Edge, AHeaderOfTheClientItselfIsDropped) {
  const Certificates c;
  const std::string headers =
      "Client-Cert: " + item(c.leaf) + "\r\nclient-cert-chain: " + item(c.issuing.der()) + "\r\n";
  for (auto& edge : {Edge(), Edge(ranges({"192.0.2.0/24", "::1"}))}) {
    const EdgeServer s(edge);
    const auto alone = s.ask(s.mtls(), headers);
    EXPECT_EQ(alone.status, 200);
    EXPECT_EQ(alone.body, "") << "no certificate was proven";
    EXPECT_EQ(alone.header("X-Left"), "no");
    const auto own = s.folder.make("own");
    EXPECT_EQ(s.ask(s.mtls(&own), headers).body, own.der) << "only what the handshake proved";
    EXPECT_EQ(s.ask(s.mtls(&own), "Client-Cert: rubbish\r\n").body, own.der);
  }
}

TEST(Edge, AConfiguredPeerSaysWhichCertificateItWas) {
  const Certificates c;
  const EdgeServer s(Edge(ranges({"127.0.0.0/8"})));
  const auto own = s.folder.make("own");
  const std::string header = "Client-Cert: " + item(c.leaf) + "\r\n";
  const auto told = s.ask(s.mtls(&own), header + "Client-Cert-Chain: " + item(c.issuing.der()) + "\r\n");
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(told.body, c.leaf + c.issuing.der());
  EXPECT_EQ(told.header("X-Left"), "no");
  EXPECT_EQ(s.ask(s.mtls(&own), "").body, "") << "the edge's own certificate is nobody's";
  for (const std::string bad : {"Client-Cert: rubbish\r\n", "Client-Cert:\r\n", "Client-Cert: ::\r\n"}) {
    EXPECT_EQ(s.ask(s.mtls(), bad).status, 400) << bad;
  }
  EXPECT_EQ(s.ask(s.mtls(), header + header).status, 400);
  EXPECT_EQ(s.ask(s.mtls(), header + "CLIENT-CERT: " + item(c.root.der()) + "\r\n").status, 400);

  // Not on a listener that knows no client certificates.
  const auto elsewhere = s.ask({.port = s.server->ports().back(), .tls = true}, header);
  EXPECT_EQ(elsewhere.status, 200);
  EXPECT_EQ(elsewhere.body, "");
  EXPECT_EQ(elsewhere.header("X-Left"), "no");
}

struct Hop {
  const char* peer;
  Headers headers;
  const char* client;  // "400": refused
};

void walk_back(ClientAddressHeader header, std::initializer_list<Hop> hops) {
  const Edge edge(ranges({"10.1.0.0/28", "2001:db8:e::/64"}), header);
  for (const auto& [peer, headers, client] : hops) {
    for (const auto listener : {base::http::Listener::public_, base::http::Listener::mtls}) {
      base::http::Request request;
      request.listener = listener;
      request.peer.address = peer;
      request.headers = headers;
      const bool good = edge.apply(request).has_value();
      EXPECT_EQ(good ? request.peer.address : "400", client) << peer << headers.all("Forwarded").size();
      if (!good) continue;
      EXPECT_EQ(request.headers.count("Forwarded") + request.headers.count("X-Forwarded-For"), 0u)
          << "nobody behind this comes to believe it";
    }
  }
}

// [RFC7239-8.1] the client's address: whoever is not an edge may write what he likes
TEST(Edge, TheClientsAddressIsTheFirstOneThatIsNoEdge) {
  walk_back(ClientAddressHeader::forwarded,
            {
                {"10.1.0.1", {{"Forwarded", "for=192.0.2.1"}}, "192.0.2.1"},
                {"10.1.0.1", {{"Forwarded", "for=\"192.0.2.1:4711\";proto=https"}}, "192.0.2.1"},
                {"10.1.0.1", {{"Forwarded", "for=\"[2001:db8::7]:4711\""}}, "2001:db8::7"},
                {"2001:db8:e::1", {{"Forwarded", "for=\"[2001:db8:f::7]\""}}, "2001:db8:f::7"},
                {"10.1.0.1", {{"Forwarded", "for=198.51.100.9, for=192.0.2.1, for=10.1.0.2"}}, "192.0.2.1"},
                {"10.1.0.1", {{"Forwarded", "for=192.0.2.1"}, {"forwarded", "for=10.1.0.2"}}, "192.0.2.1"},
                {"10.1.0.1", {{"Forwarded", "\"broken"}, {"Forwarded", "for=192.0.2.1"}}, "192.0.2.1"},
                {"10.1.0.1", {{"Forwarded", "for=10.1.0.3, for=10.1.0.2"}}, "10.1.0.3"},
                {"10.1.0.1", {{"Forwarded", "for=192.0.2.1, for=unknown"}}, "10.1.0.1"},
                {"10.1.0.1", {{"Forwarded", "for=192.0.2.1, for=_hidden, for=10.1.0.2"}}, "10.1.0.2"},
                {"10.1.0.1", {{"X-Forwarded-For", "192.0.2.1"}}, "10.1.0.1"},
                {"10.1.0.1", {}, "10.1.0.1"},
                {"10.1.0.1", {{"Forwarded", "for=2001:db8::7"}}, "400"},
                {"10.1.0.1", {{"Forwarded", "for=192.0.2.1;for=192.0.2.2"}}, "400"},
                {"10.1.0.1", {{"Forwarded", "for=evil.example"}}, "400"},
            });
  walk_back(ClientAddressHeader::x_forwarded_for,
            {
                {"10.1.0.1", {{"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
                {"10.1.0.1", {{"X-Forwarded-For", "198.51.100.9, 192.0.2.1,10.1.0.2"}}, "192.0.2.1"},
                {"10.1.0.1", {{"X-Forwarded-For", "spoofed"}, {"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.1"},
                {"10.1.0.1", {{"X-Forwarded-For", "2001:db8::7"}}, "2001:db8::7"},
                {"10.1.0.1", {{"X-Forwarded-For", "[2001:db8::7]:4711"}}, "2001:db8::7"},
                {"10.1.0.1", {{"X-Forwarded-For", "::ffff:192.0.2.1"}}, "192.0.2.1"},
                {"10.1.0.1", {{"Forwarded", "for=192.0.2.1"}}, "10.1.0.1"},
                {"10.1.0.1", {{"X-Forwarded-For", "192.0.2.1, x"}}, "400"},
            });
}

TEST(Edge, AnAddressOfAnybodyElseIsNotHeard) {
  for (const auto header : {ClientAddressHeader::forwarded, ClientAddressHeader::x_forwarded_for}) {
    walk_back(
        header,
        {
            {"192.0.2.66", {{"Forwarded", "for=198.51.100.9"}, {"X-Forwarded-For", "198.51.100.9"}}, "192.0.2.66"},
            {"192.0.2.66", {{"Forwarded", "rubbish"}, {"X-Forwarded-For", "rubbish"}}, "192.0.2.66"},
            {"2001:db8:f::1", {{"X-Forwarded-For", "10.1.0.1"}}, "2001:db8:f::1"},
            {"10.1.0.16", {{"Forwarded", "for=198.51.100.9"}}, "10.1.0.16"},
        });
  }
  walk_back(ClientAddressHeader::none,
            {{"10.1.0.1", {{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-For", "192.0.2.1"}}, "10.1.0.1"}});
}

}  // namespace
}  // namespace gateway
