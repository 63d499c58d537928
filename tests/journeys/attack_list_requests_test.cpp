// The attack list, part one: authorization requests and the customer's browser. docs/attacks.md names every number.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "base/encoding.h"
#include "gateway/routes.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"
#include "tests/support/project_files.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;
using base::http::Headers;

const Headers kFormType{{"Content-Type", "application/x-www-form-urlencoded"}};

Form identity(const Form& more = {}) {
  Form form{{"scope", "openid test"}, {"nonce", "n-1"}};
  form.insert(form.end(), more.begin(), more.end());
  return form;
}

std::string value_of(const FormOnPage& form, const std::string& name) {
  for (const auto& field : form.fields) {
    if (field.name == name) return field.value;
  }
  return "";
}

// A page of ours that leads nobody anywhere.
void expect_page(const Customer& browser, Customer& same, const std::string& why) {
  EXPECT_TRUE(browser.page().has("error")) << why;
  EXPECT_EQ(browser.page().answer.header("Location"), "") << why;
  EXPECT_EQ(same.take_callback(), "") << why;
}

TEST(AttackList, F06_ParametersSentTwiceAreRefusedEverywhere) {
  Gateway gateway;
  Tpp tpp(gateway);
  int endpoints = 0;
  for (const auto& route : gateway::routes()) {
    if (route.needs != gateway::Needs::client_authentication) continue;
    ++endpoints;
    const std::string path(route.pattern);
    const auto sent = [&](const std::string& query, const std::string& body) {
      const Answer answer =
          gateway.send("POST", path + query, kFormType, base::http::form_encode(tpp.authenticated({})) + body);
      EXPECT_EQ(answer.status, 400) << path << query << " " << body;
      EXPECT_EQ(answer.error(), "invalid_request") << path << query << " " << body;
    };
    sent("", "&scope=accounts&scope=openid");
    sent("", "&scope=accounts&scope=accounts");
    sent("", "&scope=accounts&s%63ope=accounts");
    sent("", "&client_assertion=a.b.c");
    sent("?scope=accounts", "&scope=accounts");
    sent("?scope=accounts", "");
    sent("?scope=accounts&scope=openid", "");
  }
  EXPECT_GE(endpoints, 3);

  Customer alice(gateway);
  const Pushed pushed = tpp.push_form(identity(), {});
  for (const char* name : {"client_id", "request_uri"}) {
    const std::string again = std::string("&") + name + "=x";
    alice.open(pushed.url + again);
    expect_page(alice, alice, again);
  }
  EXPECT_TRUE(alice.open(pushed.url).has("username"));
  const std::string token = tpp.client_token("test");
  EXPECT_EQ(tpp.resource("GET", "/sandbox/resource?max_age=1&max_age=2", token).status, 400);
  const std::string url = std::string(kIssuer) + "/sandbox/resource";
  EXPECT_EQ(gateway
                .send("GET", url,
                      {{"Authorization", "DPoP " + token},
                       {"Authorization", "DPoP " + token},
                       {"DPoP", tpp.proof({.method = "GET", .url = url, .token = token})}})
                .status,
            400);
  EXPECT_EQ(gateway
                .send("GET", url,
                      {{"Authorization", "DPoP " + token},
                       {"DPoP", tpp.proof({.method = "GET", .url = url, .token = token})},
                       {"DPoP", tpp.proof({.method = "GET", .url = url, .token = token})}})
                .status,
            401);
}

TEST(AttackList, F07_RestartsAndSkippedStepsDowngradeNothing) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other App");
  Customer alice(gateway);
  const Pushed mine = tpp.push_form(identity(), {});
  const Pushed theirs = other.push_form(identity(), {});

  // Only the password so far: no decision, whatever is posted.
  alice.open(mine.url);
  const std::string path = alice.page().path;
  alice.press("login", {{"username", "alice"}, {"password", "alice"}});
  ASSERT_TRUE(alice.page().has("otp"));
  const std::string csrf = value_of(alice.page().form("verify"), "csrf");
  alice.submit({path + "/decision", {{"csrf", csrf}, {"decision", "allow"}}});
  EXPECT_EQ(alice.take_callback(), "");
  EXPECT_EQ(alice.page().status(), 403);

  // A restart asks for both elements again; parameters beside the pushed ones change nothing.
  Customer again(gateway);
  again.open(mine.url + "&response_type=token&acr_values=low&prompt=none&max_age=99999");
  EXPECT_TRUE(again.page().has("username"));
  again.press("login", {{"username", "alice"}, {"password", "alice"}});
  again.open(mine.url);
  EXPECT_TRUE(again.page().has("otp")) << "a reload skips no step";
  again.press("verify", {{"otp", "123456"}});
  ASSERT_TRUE(again.page().has("allow"));
  const FormOnPage allow = again.page().form("allow");
  const std::string first_path = again.page().path;

  // Signed in for one request is not signed in for another: not in a second tab, and not with the first one's cookie.
  again.open(theirs.url);
  EXPECT_TRUE(again.page().has("username"));
  const std::string second_path = again.page().path;
  ASSERT_NE(first_path, second_path);
  std::string first_session;
  std::string second_cookie;
  for (const auto& [name, value] : again.cookies) {
    if (name == "__Host-aldgate-browser") continue;
    Customer look(gateway);
    look.cookies = {{"__Host-aldgate-browser", again.cookies.at("__Host-aldgate-browser")}, {name, value}};
    (look.open(first_path).has("allow") ? first_session : second_cookie) =
        look.open(first_path).has("allow") ? value : name;
  }
  ASSERT_NE(first_session, "");
  ASSERT_NE(second_cookie, "");
  again.cookies[second_cookie] = first_session;
  again.submit({second_path + "/decision", {{"csrf", value_of(allow, "csrf")}, {"decision", "allow"}}});
  EXPECT_EQ(again.take_callback(), "") << "nobody has signed in for this request";
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_code"), "0");

  again.open(first_path);
  again.press("allow");
  const Tokens tokens = tpp.redeem(Callback(again.take_callback()).code, mine);
  EXPECT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  again.open(first_path);
  EXPECT_FALSE(again.page().has("allow")) << "back button: it is over";
  again.submit(allow);
  EXPECT_EQ(again.take_callback(), "");
}

std::string unescaped(const std::string& line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      out += line[i];
    } else if (line.at(i + 1) == '\\') {
      out += line[++i];
    } else {
      out += static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
      i += 3;
    }
  }
  return out;
}

TEST(AttackList, F08_OnlyTheByteExactRedirectUriPasses) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string registered_uri = "https://app.example/callback";
  auto& p = gateway.parts();
  oauth::NewClient wanted;
  wanted.name = "Exact";
  wanted.redirect_uris = {registered_uri};
  wanted.jwks = tpp.key.public_key().to_jwk();
  const auto caller = gateway.caller();
  const auto registered = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().register_client(tx, caller, {base::db::ActorKind::staff, "journey"},
                                                            wanted);
  });
  ASSERT_TRUE(registered.has_value());
  tpp.act_as(registered->id.str());

  std::ifstream corpus(tests::project_file("tests/golden/redirect_uris.txt"));
  std::set<std::string> seen;
  for (std::string line; std::getline(corpus, line);) {
    if (line.empty() || line.starts_with("# ")) continue;
    const std::string uri = unescaped(line);
    ASSERT_TRUE(seen.insert(uri).second) << line;
    const Answer refused = tpp.push_form(identity({{"redirect_uri", uri}}), {}).answer;
    EXPECT_EQ(refused.status, 400) << line;
    EXPECT_EQ(refused.error(), "invalid_request") << line;
    EXPECT_EQ(refused.header("Location"), "") << line;
  }
  EXPECT_GE(seen.size(), 200u);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.pushed_request"), "0");
  const Pushed good = tpp.push_form(identity({{"redirect_uri", registered_uri}}), {});
  EXPECT_EQ(good.answer.status, 201) << good.answer.body;

  // Nor at the token endpoint.
  Customer alice(gateway);
  alice.open(good.url);
  alice.sign_in();
  alice.press("allow");
  const std::string code = Callback(alice.take_callback()).code;
  for (const char* near : {"https://app.example/callback/", "https://APP.example/callback",
                           "https://app.example:443/callback", "https://app.example/callback?"}) {
    EXPECT_EQ(tpp.redeem(code, good, {{"redirect_uri", near}}).answer.error(), "invalid_grant") << near;
  }
  EXPECT_EQ(tpp.redeem(code, good, {{"redirect_uri", registered_uri}}).answer.status, 200);
}

TEST(AttackList, F12_NoOriginIsEverReflected) {
  Gateway gateway;
  for (const auto& route : gateway::routes()) {
    std::string path(route.pattern);
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      path.replace(open, path.find('}') - open + 1, "x");
    }
    for (const auto& [listener, base] :
         {std::pair(base::http::Listener::public_, kIssuer), std::pair(base::http::Listener::mtls, kMtlsBase)}) {
      if (!route.listeners.has(listener)) continue;
      for (const char* origin : {"https://evil.example", "null", "https://localhost:9443"}) {
        const Answer answer =
            gateway.send(std::string(base::http::to_text(route.method)), base + path, {{"Origin", origin}});
        EXPECT_EQ(answer.headers.count("Access-Control-Allow-Origin"), 0u) << path;
        EXPECT_EQ(answer.headers.count("Access-Control-Allow-Credentials"), 0u) << path;
        const Answer preflight =
            gateway.send("OPTIONS", base + path, {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
        EXPECT_EQ(preflight.status, 405) << path;
        EXPECT_EQ(preflight.headers.count("Access-Control-Allow-Origin"), 0u) << path;
      }
    }
  }
}

TEST(AttackList, F16_WhatWasPushedStandsInNoCookieNoUrlAndNoJournal) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const std::string consent = tpp.consent();
  const Pushed pushed = tpp.push(consent, {{"login_hint", "marked-hint"}});
  const std::vector<std::string> secrets{pushed.state,  pushed.nonce,     pushed.verifier,
                                         "marked-hint", "localhost:9443", "code_challenge"};
  const auto expect_clean = [&](const std::string& text, const std::string& where) {
    for (const auto& secret : secrets) EXPECT_EQ(text.find(secret), std::string::npos) << where << ": " << secret;
    EXPECT_EQ(text.find(consent), std::string::npos) << where;
  };
  const Answer opened = gateway.send("GET", pushed.url);
  ASSERT_EQ(opened.status, 303);
  expect_clean(opened.header("Location"), "the address of the page");
  alice.open(pushed.url);
  expect_clean(alice.page().path, "path");
  alice.sign_in();
  for (const auto& [name, value] : alice.cookies) {
    expect_clean(name + "=" + value, "cookie");
    const auto decoded = base::base64url_decode(value);
    if (decoded) expect_clean(*decoded, "cookie, decoded");
  }
  EXPECT_EQ(alice.page().answer.header("Referrer-Policy"), "no-referrer");
  alice.allow();
  ASSERT_NE(Callback(alice.take_callback()).code, "");
  gateway.flush_journal();
  for (const auto& row : gateway.sql("SELECT to_jsonb(j)::text FROM base.request_journal j")) {
    for (const auto& secret : {pushed.state, pushed.nonce, pushed.verifier, std::string("marked-hint")}) {
      EXPECT_EQ(row.front().find(secret), std::string::npos) << row.front();
    }
  }
}

TEST(AttackList, F29_EveryAnswerToTheClientNamesItsIssuer) {
  Gateway gateway;
  Tpp tpp(gateway);
  std::vector<Callback> answers;
  for (const char* button : {"allow", "deny", "cancel"}) {
    Customer alice(gateway);
    const Pushed pushed = tpp.push(tpp.consent());
    alice.open(pushed.url);
    alice.sign_in();
    if (std::string(button) == "allow") {
      alice.allow();
    } else {
      alice.press(button);
    }
    answers.emplace_back(alice.take_callback());
    EXPECT_EQ(answers.back().state, pushed.state);
  }
  Customer early(gateway);
  early.open(tpp.push_form(identity(), {}).url);
  early.press("cancel");
  answers.emplace_back(early.take_callback());
  early.open(tpp.push_form(identity({{"prompt", "none"}}), {}).url);
  answers.emplace_back(early.take_callback());
  const Pushed old = tpp.push_form(identity(), {});
  gateway.clock().advance(91s);
  early.open(old.url);
  answers.emplace_back(early.page().link("return"));
  for (const Callback& answer : answers) {
    EXPECT_EQ(answer.iss, kIssuer) << answer.url;
    EXPECT_NE(answer.code.empty(), answer.error.empty()) << answer.url;
  }
  EXPECT_EQ(answers.size(), 6u);
}

TEST(AttackList, F32_ARequestThatLeakedBelongsToTheBrowserThatSignedIn) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Pushed pushed = tpp.push_form(identity(), {});
  Customer victim(gateway);
  Customer attacker(gateway);
  attacker.open(pushed.url);
  const std::string path = attacker.page().path;
  victim.open(pushed.url);
  victim.sign_in();
  ASSERT_TRUE(victim.page().has("allow"));

  // The attacker goes on where he stood, opens the link again, or brings the customer's password.
  attacker.press("login", {{"username", "erin"}, {"password", "erin"}});
  if (attacker.page().has("otp")) attacker.press("verify", {{"otp", "123456"}});
  EXPECT_EQ(attacker.page().status(), 403);
  expect_page(attacker, attacker, "another customer, another browser");
  Customer same_customer(gateway);
  same_customer.open(path);
  same_customer.sign_in();
  EXPECT_EQ(same_customer.page().status(), 403);
  expect_page(same_customer, same_customer, "the same customer in another browser");
  Customer late(gateway);
  late.open(pushed.url);
  expect_page(late, late, "the link after the login");
  EXPECT_FALSE(late.page().has("username"));
  late.cookies["__Host-aldgate-browser"] = std::string(43, 'A');
  late.open(pushed.url);
  expect_page(late, late, "a browser cookie that was made up");

  victim.press("allow");
  EXPECT_EQ(tpp.redeem(Callback(victim.take_callback()).code, pushed).answer.status, 200);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_code"), "1");
}

// The customer's own browser may do as browsers do.
TEST(AttackList, F32_ReloadsAndTwoTabsOfOneBrowserAreSafe) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Pushed pushed = tpp.push_form(identity(), {});

  ASSERT_TRUE(alice.open(pushed.url).has("username"));
  const std::string path = alice.page().path;
  ASSERT_TRUE(alice.open(path).has("username")) << "reload";
  ASSERT_TRUE(alice.open(pushed.url).has("username")) << "the second tab";
  const FormOnPage login_of_tab_two = alice.page().form("login");
  alice.press("login", {{"username", "alice"}, {"password", "alice"}});
  ASSERT_TRUE(alice.page().has("otp"));
  ASSERT_TRUE(alice.open(path).has("otp")) << "reload of the second step";
  // What tab two still shows is of a session whose value has changed: refused, and nothing is lost.
  FormOnPage late = login_of_tab_two;
  late.fields.push_back({"username", "alice"});
  late.fields.push_back({"password", "alice"});
  alice.submit(late);
  EXPECT_EQ(alice.page().status(), 403);
  ASSERT_TRUE(alice.open(path).has("otp"));
  alice.press("verify", {{"otp", "123456"}});
  ASSERT_TRUE(alice.page().has("allow"));
  ASSERT_TRUE(alice.open(pushed.url).has("allow")) << "tab two goes on where tab one stands";

  gateway.clock().advance(120s);
  ASSERT_TRUE(alice.open(path).has("allow")) << "the life of the request_uri does not cap the login";
  ASSERT_TRUE(alice.open(pushed.url).has("allow")) << "nor the browser's own way back to it";
  const FormOnPage allow_of_tab_one = alice.page().form("allow");
  alice.press("allow");
  const Callback back(alice.take_callback());
  ASSERT_NE(back.code, "");
  alice.submit(allow_of_tab_one);
  EXPECT_EQ(alice.take_callback(), "") << "no second code";
  EXPECT_EQ(tpp.redeem(back.code, pushed).answer.status, 200);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_code"), "1");
}

TEST(AttackList, F33_OnlyAGenuinePushedRequestOpensAPage) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  const Pushed pushed = tpp.push_form(identity(), {});
  const std::string client = "client_id=" + tpp.id();
  const std::string uri = base::http::form_encode({{"request_uri", pushed.request_uri}});
  const auto authorize = [](const std::string& query) { return "/authorize?" + query; };
  std::string guessed = pushed.request_uri;
  guessed.back() = guessed.back() == 'A' ? 'B' : 'A';
  for (const std::string& query :
       {std::string(), client, uri, "client_id=" + other.id() + "&" + uri, "client_id=nobody&" + uri,
        client + "&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Flocalhost%3A9443%2Fcallback",
        client + "&request=a.b.c", client + "&" + uri + "&request=a.b.c",
        client + "&" + base::http::form_encode({{"request_uri", guessed}}),
        client + "&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A", client + "&request_uri=urn%3Ax",
        client + "&request_uri=https%3A%2F%2Fevil.example%2Frequest.jwt",
        client + "&" + base::http::form_encode({{"request_uri", pushed.request_uri + " "}}),
        client + "&" + base::http::form_encode({{"request_uri", pushed.request_uri + "="}}), std::string("%zz")}) {
    Customer browser(gateway);
    browser.open(authorize(query));
    expect_page(browser, browser, query);
    EXPECT_FALSE(browser.page().has("username")) << query;
    EXPECT_FALSE(browser.page().has("return")) << query;
    EXPECT_GE(browser.page().status(), 400) << query;
  }
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  alice.press("allow");
  ASSERT_NE(Callback(alice.take_callback()).code, "");
  Customer again(gateway);
  again.open(pushed.url);
  expect_page(again, again, "used");
  const Pushed old = tpp.push_form(identity(), {});
  gateway.clock().advance(91s);
  again.open(old.url);
  expect_page(again, again, "expired");
}

TEST(AttackList, F36_NobodyIsSentAnywhereThatAClientDidNotRegister) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string evil = "https%3A%2F%2Fevil.example%2F";
  for (const std::string& url : {"/authorize?client_id=nobody&redirect_uri=" + evil,
                                 "/authorize?client_id=" + tpp.id() + "&redirect_uri=" + evil, "/login?return=" + evil,
                                 "/login?next=" + evil + "&redirect_uri=" + evil, "/consents?return_to=" + evil,
                                 "/?url=" + evil, std::string("//evil.example/authorize"), "/authorize/..%2f" + evil,
                                 "/interaction/" + evil, std::string("/logout?post_logout_redirect_uri=") + evil}) {
    const Answer answer = gateway.send("GET", url);
    const std::string location = answer.header("Location");
    EXPECT_EQ(location.find("evil"), std::string::npos) << url;
    EXPECT_TRUE(location.empty() || (location.starts_with("/") && !location.starts_with("//"))) << url;
    EXPECT_EQ(answer.body.find("evil.example"), std::string::npos) << url;
  }
  // Every redirect is a 303: a posted password is never sent on.
  const Pushed pushed = tpp.push_form(identity(), {});
  const Answer opened = gateway.send("GET", pushed.url);
  EXPECT_EQ(opened.status, 303);
  Customer alice(gateway);
  alice.open(pushed.url);
  const auto posted = [&](const std::string& button, const Form& fields) {
    FormOnPage form = alice.page().form(button);
    form.fields.insert(form.fields.end(), fields.begin(), fields.end());
    std::string jar;
    for (const auto& [name, value] : alice.cookies) jar += (jar.empty() ? "" : "; ") + name + "=" + value;
    Headers headers = kFormType;
    headers.add("Cookie", jar);
    const Answer answer = gateway.send("POST", form.action, headers, base::http::form_encode(form.fields));
    EXPECT_EQ(answer.status, 303) << button;
    for (const auto line : answer.headers.all("Set-Cookie")) {
      const std::string_view pair = line.substr(0, line.find(';'));
      alice.cookies[std::string(pair.substr(0, pair.find('=')))] = std::string(pair.substr(pair.find('=') + 1));
    }
    return answer.header("Location");
  };
  alice.open(posted("login", {{"username", "alice"}, {"password", "alice"}}));
  alice.open(posted("verify", {{"otp", "123456"}}));
  EXPECT_TRUE(posted("allow", {}).starts_with(std::string(kRedirect) + "?"));
}

TEST(AttackList, F38_HugeScopesFormsAndClaimsAreCutOff) {
  Gateway gateway;
  Tpp tpp(gateway);
  std::string scope = "openid";
  for (int i = 0; i < 5000; ++i) scope += " s" + std::to_string(i);
  EXPECT_EQ(tpp.push_form(identity(), {{"scope", scope}}).answer.error(), "invalid_scope");
  EXPECT_EQ(tpp.call("/token", {{"grant_type", "client_credentials"}, {"scope", scope}}).error(), "invalid_scope");
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "&p" + std::to_string(i) + "=1";
  EXPECT_EQ(gateway.send("POST", "/par", kFormType, base::http::form_encode(tpp.authenticated({})) + many).status, 400);
  for (int i = 0; i < 100'000; ++i) many += "&p=1";
  EXPECT_EQ(gateway.send("POST", "/par", kFormType, many).status, 413);
  const auto nested = [](int depth) {
    return R"({"id_token":)" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  for (const int depth : {9, 100, 4000}) {
    EXPECT_EQ(tpp.push_form(identity({{"claims", nested(depth)}}), {}).answer.error(), "invalid_request") << depth;
    EXPECT_EQ(tpp.push_form(identity({{"authorization_details", nested(depth)}}), {}).answer.error(),
              "invalid_authorization_details")
        << depth;
  }
  std::string wide = R"({"id_token":{)";
  for (int i = 0; i < 2000; ++i) wide += (i == 0 ? "\"c" : ",\"c") + std::to_string(i) + "\":null";
  EXPECT_EQ(tpp.push_form(identity({{"claims", wide + "}}"}}), {}).answer.error(), "invalid_request");
}

TEST(AttackList, F42_LineBreaksAndMarkupComeBackAsData) {
  Gateway gateway;
  Tpp tpp(gateway);
  for (const std::string& state :
       {std::string("a\r\nSet-Cookie: evil=1"), std::string("\r\n\r\n<script>alert(1)</script>"),
        std::string("\"><img src=x>"), std::string("&code=evil#x"), std::string("%0d%0a")}) {
    Customer alice(gateway);
    const Pushed pushed = tpp.push_form(identity({{"state", state}}), {});
    ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    alice.open(pushed.url);
    EXPECT_EQ(alice.page().answer.body.find("<img src=x"), std::string::npos);
    EXPECT_EQ(alice.page().answer.body.find("<script>"), std::string::npos);
    alice.sign_in();
    alice.press("deny");
    const std::string location = alice.page().answer.header("Location");
    EXPECT_EQ(location.find_first_of("\r\n<>\""), std::string::npos) << location;
    const Callback back(alice.take_callback());
    EXPECT_EQ(back.state, state);
    EXPECT_EQ(back.error, "access_denied");
    EXPECT_EQ(back.code, "");
  }
  for (const auto& [name, value] : Form{{"scope", "x\r\ny\"\\"},
                                        {"response_type", "co\r\nde"},
                                        {"prompt", "<b>\"\\"},
                                        {"redirect_uri", "https://localhost:9443/callback\r\nX: y"},
                                        {"authorization_details", "[{\"type\":\"\\\"\\r\\n\"}]"}}) {
    const Answer refused = tpp.push_form(identity(), {{name, value}}).answer;
    EXPECT_EQ(refused.status, 400) << name;
    const std::string description = refused.at("/error_description");
    // [RFC6749-5.2] %x20-21 / %x23-5B / %x5D-7E
    EXPECT_TRUE(std::all_of(description.begin(), description.end(), [](char c) {
      return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    })) << description;
    EXPECT_EQ(description.find("<b>"), std::string::npos);
  }
}

TEST(AttackList, F44_AuthorizationDetailsAreGrantedAsShownOrRefused) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto push = [&](const std::string& elements) {
    return tpp.push_form({{"scope", "test"}, {"authorization_details", elements}}, {});
  };
  const std::string good = R"({"type":"urn:aldgate:sandbox:test","actions":["read"],"note":"Ten pounds")";
  for (const std::string& elements :
       {"[" + good + R"(,"amount":1e3}])", "[" + good + R"(,"amount":-1}])", "[" + good + R"(,"amount":12.50}])",
        "[" + good + R"(,"Note":"x"}])", "[" + good + R"(,"note":"y"}])", "[" + good + R"(,"instructedAmount":{}}])",
        std::string(R"([{"type":"urn:aldgate:sandbox:test","actions":["read"],"note":"Te\u200bn"}])"),
        std::string(R"([{"type":"urn:aldgate:sandbox:test","actions":["read"],"note":"T\u0435n"}])"),
        std::string(R"([{"type":"urn:aldgate:sandbox:test","actions":["read"],"note":"\u202ecte"}])"),
        std::string(R"([{"type":"urn:aldgate:sandbox:test","actions":["re\u0430d"]}])"),
        std::string(R"([{"type":"urn:aldgate:sandbox:test","actions":["read","transfer"]}])"),
        std::string(R"([{"type":"urn:aldg\u0430te:sandbox:test","actions":["read"]}])"),
        std::string(R"([{"type":["urn:aldgate:sandbox:test"],"actions":["read"]}])"),
        std::string(R"([{"type":"payment_initiation","instructedAmount":{"amount":"1.00","currency":"EUR"}}])"),
        std::string(R"({"type":"urn:aldgate:sandbox:test","actions":["read"]})")}) {
    const Answer refused = push(elements).answer;
    EXPECT_EQ(refused.status, 400) << elements;
    EXPECT_EQ(refused.error(), "invalid_authorization_details") << elements;
  }
  Customer alice(gateway);
  const Pushed pushed = push("[" + good + "}]");
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  alice.open(pushed.url);
  alice.sign_in();
  const std::string shown = alice.page().text_of("detail-lines");
  EXPECT_NE(shown.find("Read the test resource"), std::string::npos);
  EXPECT_EQ(shown.find("Change"), std::string::npos) << "nothing that was not asked for";
  EXPECT_NE(shown.find("Ten pounds"), std::string::npos);
  alice.press("allow");
  EXPECT_EQ(tpp.redeem(Callback(alice.take_callback()).code, pushed).answer.at("/authorization_details"),
            R"([{"actions":["read"],"note":"Ten pounds","type":"urn:aldgate:sandbox:test"}])");
}

TEST(AttackList, F45_AnIntentThatIsForeignRevokedOrOverIsRefused) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  Customer alice(gateway);
  const auto refused = [&](const Tpp& by, const std::string& consent, const std::string& why) {
    EXPECT_EQ(by.push(consent).answer.error(), "invalid_request") << why;
    EXPECT_EQ(by.push_with_details(consent).answer.error(), "invalid_request") << why;
  };
  const std::string mine = tpp.consent();
  refused(other, mine, "another client's");
  refused(tpp, "0192d3a0-0000-7000-8000-000000000000", "nobody's");
  const std::string removed = tpp.consent();
  ASSERT_EQ(tpp.obie("DELETE", "/account-access-consents/" + removed, tpp.client_token()).status, 204);
  refused(tpp, removed, "removed");
  const Pushed denied = tpp.push(mine);
  alice.open(denied.url);
  alice.sign_in();
  alice.press("deny");
  refused(tpp, mine, "denied");

  // Authorised by one customer, it is no other customer's to give.
  const Authorised done = walk(tpp, alice);
  Customer erin(gateway);
  const Pushed again = tpp.push(done.consent);
  ASSERT_EQ(again.answer.status, 201) << again.answer.body;
  erin.open(again.url);
  erin.sign_in("erin");
  EXPECT_FALSE(erin.page().has("allow"));
  expect_page(erin, erin, "another customer's consent");

  // Two names for two intents in one request, and an intent swapped between the two.
  const std::string claims = R"({"id_token":{"openbanking_intent_id":{"value":")" + tpp.consent() + "\"}}}";
  EXPECT_EQ(tpp.push_with_details(tpp.consent(), {{"scope", "openid accounts"}, {"claims", claims}}).answer.error(),
            "invalid_request");
  gateway.advance_business("P91D");
  refused(tpp, done.consent, "expired");
}

TEST(AttackList, F48_AStrangersNameIsAnsweredLikeACustomers) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto attempts = [&](const std::string& name) {
    std::vector<std::string> told;
    Customer browser(gateway);
    browser.open(tpp.push_form(identity({{"login_hint", name}}), {}).url);
    for (int i = 0; i < 6; ++i) {
      if (!browser.page().has("login")) browser.open(browser.page().path.substr(0, browser.page().path.rfind('/')));
      if (!browser.page().has("login")) break;
      browser.press("login", {{"username", name}, {"password", "wrong"}});
      told.push_back(std::to_string(browser.page().status()) + " " + browser.page().text_of("notice") +
                     browser.page().text_of("error"));
    }
    return told;
  };
  const auto known = attempts("erin");
  EXPECT_EQ(known, attempts("mallory"));
  ASSERT_GE(known.size(), 5u);
  EXPECT_NE(known.front(), known.back()) << "blocked in the end, both of them";
}

}  // namespace
}  // namespace journeys
