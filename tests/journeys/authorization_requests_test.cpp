// What a client may wish for in an authorization request (OpenID Connect Core section 3.1.2.1), and the redirect URIs
// it may come back to.
#include <gtest/gtest.h>

#include "base/crypto/jws.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

Answer payload_of(const std::string& jwt) {
  const auto jws = base::crypto::parse_compact(jwt);
  return {200, {}, jws ? jws->payload : ""};
}

Form identity(const Form& more = {}) {
  Form form{{"scope", "openid test"}, {"nonce", "n-1"}};
  form.insert(form.end(), more.begin(), more.end());
  return form;
}

TEST(AuthorizationRequests, WishesAboutTheAuthenticationAreHeldToTheirForms) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto error = [&](const std::string& name, const std::string& value) {
    const Pushed pushed = tpp.push_form(identity({{name, value}}), {});
    EXPECT_LT(pushed.answer.status, 500) << name << "=" << value;
    return pushed.answer.error();
  };
  for (const char* value : {"0", "1", "007", "3600", "999999999"}) EXPECT_EQ(error("max_age", value), "") << value;
  for (const char* value : {"-1", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "ten", "1000000000",
                            "99999999999999999999999999", "\xd9\xa3", "NaN"}) {
    EXPECT_EQ(error("max_age", value), "invalid_request") << value;
  }
  for (const char* value : {"urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca urn:openbanking:psd2:sca", "0", "  ",
                            "urn:mace:incommon:iap:silver"}) {
    EXPECT_EQ(error("acr_values", value), "") << value;
  }
  EXPECT_EQ(error("acr_values", std::string(1025, 'a')), "invalid_request");
  for (const char* value : {"alice", "nobody-of-that-name", "<script>", "a b", "Zo\xc3\xab"}) {
    EXPECT_EQ(error("login_hint", value), "") << value;
  }
  EXPECT_EQ(error("login_hint", std::string(129, 'a')), "invalid_request");
  for (const char* value : {"a\nb", "a\rb", "\x1b[31m", "\x7f", "\xff", "\xc3"}) {
    EXPECT_EQ(error("login_hint", value), "invalid_request") << value;
  }
  for (const char* value : {"login", "consent", "select_account", "login consent"})
    EXPECT_EQ(error("prompt", value), "");
  for (const char* value : {"none login", "create", "LOGIN"}) EXPECT_EQ(error("prompt", value), "invalid_request");
  EXPECT_EQ(error("state", "\xff\xfe"), "invalid_request") << "what is not UTF-8 is refused, not stored";
  for (const auto& [name, value] : Form{{"display", "popup"}, {"id_token_hint", "a.b.c"}, {"unheard_of", "1"}}) {
    EXPECT_EQ(error(name, value), "") << name;
  }
}

TEST(AuthorizationRequests, TheIdTokenTellsHowAndWhenTheCustomerAuthenticatedWhateverWasWished) {
  Gateway gateway;
  Tpp tpp(gateway);
  for (const Form& wish : {Form{}, Form{{"acr_values", "urn:openbanking:psd2:ca unknown"}}, Form{{"max_age", "0"}},
                           Form{{"prompt", "login"}}, Form{{"prompt", "consent select_account"}}}) {
    Customer alice(gateway);
    const Pushed pushed = tpp.push_form(identity(wish), {});
    ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    const auto before = unix_seconds(gateway.clock().now());
    ASSERT_TRUE(alice.open(pushed.url).has("username")) << "every interaction authenticates anew";
    alice.sign_in();
    alice.press("allow");
    const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
    const Answer id_token = payload_of(tokens.id);
    EXPECT_EQ(id_token.at("/acr"), "urn:openbanking:psd2:sca");
    ASSERT_NE(id_token.at("/auth_time"), "");
    EXPECT_GE(std::stoll(id_token.at("/auth_time")), before);
    EXPECT_EQ(payload_of(tokens.access).at("/acr"), id_token.at("/acr"));
    EXPECT_EQ(payload_of(tokens.access).at("/auth_time"), id_token.at("/auth_time"));
  }
}

TEST(AuthorizationRequests, OnlyTheAcrValuesWeKnowAreKept) {
  Gateway gateway;
  Tpp tpp(gateway);
  tpp.push_form(
      identity({{"acr_values", "x urn:openbanking:psd2:sca y urn:openbanking:psd2:ca urn:openbanking:psd2:sca"},
                {"max_age", "60"}}),
      {});
  EXPECT_EQ(gateway.one("SELECT acr_values FROM oauth.pushed_request"),
            "urn:openbanking:psd2:sca urn:openbanking:psd2:ca");
  EXPECT_EQ(gateway.one("SELECT max_age FROM oauth.pushed_request"), "60");
}

TEST(AuthorizationRequests, AnEssentialAcrIsGivenOrRefused) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto push = [&](const std::string& acr) {
    return tpp.push_form(identity({{"claims", R"({"id_token":{"acr":)" + acr + "}}"}}), {}).answer.error();
  };
  EXPECT_EQ(push(R"({"essential":true,"value":"urn:openbanking:psd2:sca"})"), "");
  EXPECT_EQ(push(R"({"essential":true,"values":["urn:openbanking:psd2:ca","urn:openbanking:psd2:sca"]})"), "");
  EXPECT_EQ(push(R"({"value":"urn:openbanking:psd2:ca"})"), "") << "voluntary";
  EXPECT_NE(push(R"({"essential":true,"value":"urn:openbanking:psd2:ca"})"), "");
  EXPECT_NE(push(R"({"essential":true,"values":["level-4"]})"), "");
}

TEST(AuthorizationRequests, ALoginHintStandsInTheFormAsTextAndTellsNothing) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto page_of = [&](const std::string& hint) {
    Customer customer(gateway);
    customer.open(tpp.push_form(identity({{"login_hint", hint}}), {}).url);
    EXPECT_EQ(customer.page().status(), 200);
    return customer.page().answer.body;
  };
  EXPECT_NE(page_of("alice").find(R"(required value="alice">)"), std::string::npos);
  const std::string sly = page_of(R"("><script>alert(1)</script>'&)");
  EXPECT_EQ(sly.find("<script>"), std::string::npos);
  EXPECT_NE(sly.find("&quot;&gt;&lt;script&gt;"), std::string::npos);
  // A customer's page and a stranger's differ by nothing but the name, the form's own token and references.
  const auto plain = [](std::string html, const std::string& name) {
    for (const std::string& border :
         {std::string("name=\"csrf\" value=\""), std::string("data-options=\""), std::string("action=\"/interaction/"),
          std::string("href=\"/interaction/"), std::string("<code>")}) {
      for (std::size_t at = html.find(border); at != std::string::npos; at = html.find(border, at + 1)) {
        const std::size_t from = at + border.size();
        html.erase(from, html.find_first_of("\"/<", from) - from);
      }
    }
    const std::size_t at = html.find("value=\"" + name + "\"");
    EXPECT_NE(at, std::string::npos);
    return html.replace(at, name.size() + 8, "value=\"\"");
  };
  EXPECT_EQ(plain(page_of("alice"), "alice"), plain(page_of("mallory"), "mallory"));
  EXPECT_EQ(page_of("").find("value=\"alice\""), std::string::npos);
}

TEST(AuthorizationRequests, PagesSpeakTheFirstLanguageAskedForThatTheyKnow) {
  Gateway gateway;
  Tpp tpp(gateway);
  for (const auto& [locales, language] : Form{{"de", "de"}, {"it fr-CH en", "fr"}, {"xx", "en"}, {"<b>", "en"}}) {
    Customer customer(gateway);
    customer.open(tpp.push_form(identity({{"ui_locales", locales}}), {}).url);
    EXPECT_EQ(customer.page().answer.header("Content-Language"), language) << locales;
  }
}

// A second redirect URI that has a query of its own, as conformance tools register it.
TEST(AuthorizationRequests, ARedirectUriWithAQueryKeepsItAndIsItsOwnUri) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string with_query = std::string(kRedirect) + "?dummy1=lorem&dummy2=ipsum";
  auto& p = gateway.parts();
  oauth::NewClient wanted;
  wanted.name = "Two ways back";
  wanted.redirect_uris = {kRedirect, with_query};
  wanted.scope = "openid test";
  wanted.jwks = tpp.key.public_key().to_jwk();
  const auto caller = gateway.caller();
  const auto registered = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().register_client(tx, caller, {base::db::ActorKind::staff, "journey"},
                                                            wanted);
  });
  ASSERT_TRUE(registered.has_value()) << registered.error().text;
  tpp.act_as(registered->id.str());

  for (const std::string& uri : wanted.redirect_uris) {
    Customer alice(gateway);
    const Pushed pushed = tpp.push_form(identity({{"redirect_uri", uri}}), {});
    ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    alice.open(pushed.url);
    EXPECT_NE(alice.page().answer.header("Content-Security-Policy").find("form-action 'self' https://localhost:9443;"),
              std::string::npos);
    alice.sign_in();
    alice.press("allow");
    const Callback back(alice.take_callback());
    EXPECT_TRUE(back.url.starts_with(uri + (uri == with_query ? "&" : "?") + "code=")) << back.url;
    EXPECT_EQ(back.state, pushed.state);
    EXPECT_EQ(back.iss, kIssuer);
    const std::string other = uri == with_query ? kRedirect : with_query;
    EXPECT_EQ(tpp.redeem(back.code, pushed, {{"redirect_uri", other}}).answer.error(), "invalid_grant");
    EXPECT_EQ(tpp.redeem(back.code, pushed, {{"redirect_uri", uri}}).answer.status, 200);
  }
  for (const char* near : {"?dummy1=lorem", "?dummy2=ipsum&dummy1=lorem", "?dummy1=lorem&dummy2=ipsum&x=1",
                           "?dummy1=lorem&dummy2=ipsu%6d", "?"}) {
    EXPECT_EQ(tpp.push_form(identity({{"redirect_uri", std::string(kRedirect) + near}}), {}).answer.error(),
              "invalid_request")
        << near;
  }
  Customer alice(gateway);
  const Pushed pushed = tpp.push_form(identity({{"redirect_uri", with_query}}), {});
  alice.open(pushed.url);
  alice.press("cancel");
  const Callback refused(alice.take_callback());
  EXPECT_TRUE(refused.url.starts_with(with_query + "&error=access_denied")) << refused.url;
  EXPECT_EQ(refused.iss, kIssuer);
}

}  // namespace
}  // namespace journeys
