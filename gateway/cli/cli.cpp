#include "gateway/cli/cli.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/observe/log.h"
#include "connectors/sandbox/seed.h"
#include "gateway/cli/explain.h"
#include "gateway/settings.h"
#include "gateway/wiring/parts.h"
#include "gateway/wiring/product.h"
#include "oauth/scope.h"

namespace gateway {
namespace {

using nlohmann::ordered_json;

// One plain sentence for the person at the terminal.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw Refused("cannot read " + path);
  return text.str();
}

Settings settings_of(const std::string& file) {
  auto settings = load_settings(file);
  if (!settings) {
    std::string text = file + " does not stand:";
    for (const auto& fault : settings.error()) text += "\n  " + fault;
    throw Refused(text);
  }
  base::observe::set_minimum_level(settings->log_level);
  return std::move(*settings);
}

void refuse_pending_migrations(const Settings& settings) {
  const auto pending = base::db::pending(owner_connection(settings.database), all_migrations());
  if (pending.empty()) return;
  std::string text = "run `aldgate migrate` first; not applied yet:";
  for (const auto& name : pending) text += " " + name;
  throw Refused(text);
}

template <class T, class E>
T value_or_refuse(base::Result<T, E> result) {
  if (!result) throw Refused(result.error().text);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

ordered_json to_json(const oauth::Client& client) {
  ordered_json keys = ordered_json::array();
  for (const auto& key : client.keys) {
    keys.push_back({{"kid", key.kid}, {"status", oauth::to_text(key.status)}, {"thumbprint", key.thumbprint}});
  }
  return {{"client_id", client.id.str()},
          {"name", client.name},
          {"auth_method", oauth::to_text(client.auth_method)},
          {"binding", oauth::to_text(client.binding)},
          {"profile", oauth::to_text(client.profile)},
          {"status", oauth::to_text(client.status)},
          {"scope", client.scope},
          {"redirect_uris", client.redirect_uris},
          {"tls_subject_kind", client.tls_subject.empty() ? "" : oauth::to_text(client.tls_subject_kind)},
          {"tls_subject", client.tls_subject},
          {"require_dpop_nonce", client.require_dpop_nonce},
          {"jwks_uri", client.jwks_uri},
          {"require_signed_request_object", client.require_signed_request_object},
          {"response_modes", client.response_modes},
          {"subject_type", oauth::to_text(client.subject_type)},
          {"sector", client.sector},
          {"id_token_encrypted_response_alg", client.id_token_encrypted_response_alg},
          {"id_token_encrypted_response_enc", client.id_token_encrypted_response_enc},
          {"userinfo_signed_response_alg", client.userinfo_signed_response_alg},
          {"id_token_signed_response_alg", to_text(client.id_token_signed_response_alg)},
          {"keys", std::move(keys)}};
}

const oauth::Operator kOperator{base::db::ActorKind::staff, "cli"};

struct PartnerArguments {
  std::string name, client_id, on_behalf_of, jwks_file, certificate_file, auth = "private_key_jwt", binding = "dpop",
                                                                          profile = "fapi2", scope, kid, key_file;
  std::vector<std::string> redirect_uris;
  std::string jwks_uri;
  std::string subject_type = "public", sector, id_token_alg, id_token_enc, userinfo_alg, id_token_signed_alg;
  std::map<oauth::TlsSubjectKind, std::string> tls_subjects;
  bool require_dpop_nonce = false;
  std::vector<std::string> response_modes;
  bool require_signed_request_object = false;
  bool all_clients = false;
};

void partner_add(Product::Parts& p, const PartnerArguments& a) {
  oauth::NewClient client;
  if (!a.client_id.empty()) client.id = base::ClientId(a.client_id);
  client.name = a.name;
  client.on_behalf_of = a.on_behalf_of;
  const auto method = oauth::client_auth_method_from_text(a.auth);
  const auto binding = oauth::token_binding_from_text(a.binding);
  const auto profile = oauth::profile_name_from_text(a.profile);
  if (!method) throw Refused("--auth takes private_key_jwt, tls_client_auth or self_signed_tls_client_auth");
  if (!binding) throw Refused("--binding takes dpop or mtls");
  if (!profile) throw Refused("--profile does not know " + a.profile);
  const auto subject_type = oauth::subject_type_from_text(a.subject_type);
  if (!subject_type) throw Refused("--subject-type takes public or pairwise");
  if (a.redirect_uris.empty() && a.scope != oauth::kScopeIntrospection) {
    throw Refused("--redirect-uri is needed, but for a resource server: --scope introspection");
  }
  client.subject_type = *subject_type;
  client.sector = a.sector;
  client.id_token_encrypted_response_alg = a.id_token_alg;
  client.id_token_encrypted_response_enc = a.id_token_enc;
  client.userinfo_signed_response_alg = a.userinfo_alg;
  client.id_token_signed_response_alg = a.id_token_signed_alg;
  client.auth_method = *method;
  client.binding = *binding;
  client.profile = *profile;
  client.redirect_uris = a.redirect_uris;
  client.scope = a.scope;
  for (const auto& [kind, subject] : a.tls_subjects) {
    if (subject.empty()) continue;
    if (!client.tls_subject.empty()) throw Refused("exactly one of --tls-subject-dn and the --tls-san options");
    client.tls_subject_kind = kind;
    client.tls_subject = subject;
  }
  client.jwks_uri = a.jwks_uri;
  client.require_dpop_nonce = a.require_dpop_nonce;
  client.require_signed_request_object = a.require_signed_request_object;
  client.response_modes = a.response_modes;
  if (!a.jwks_file.empty()) client.jwks = read_file(a.jwks_file);
  if (!a.certificate_file.empty()) client.certificate_pem = read_file(a.certificate_file);
  const auto caller = p.background();
  auto registered = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().register_client(tx, caller, kOperator, client);
  });
  std::cout << to_json(value_or_refuse(std::move(registered))).dump() << "\n";
}

void partner_list(Product::Parts& p) {
  const auto caller = p.background();
  ordered_json all = ordered_json::array();
  p.database.read(caller.deadline, [&](base::db::Transaction& tx) {
    all = ordered_json::array();
    for (const auto& client : p.authorization_server.clients().list(tx, caller)) all.push_back(to_json(client));
  });
  std::cout << all.dump(2) << "\n";
}

void partner_show(Product::Parts& p, const PartnerArguments& a) {
  const auto caller = p.background();
  std::optional<oauth::Client> client;
  p.database.read(caller.deadline, [&](base::db::Transaction& tx) {
    client = p.authorization_server.clients().find(tx, caller, base::ClientId(a.client_id));
  });
  if (!client) throw Refused("there is no client " + a.client_id);
  std::cout << to_json(*client).dump(2) << "\n";
}

void partner_add_key(Product::Parts& p, const PartnerArguments& a) {
  const auto caller = p.background();
  const std::string jwk = read_file(a.key_file);
  auto kid = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().add_key(tx, caller, kOperator, base::ClientId(a.client_id), jwk);
  });
  std::cout << ordered_json{{"client_id", a.client_id}, {"kid", value_or_refuse(std::move(kid))}}.dump() << "\n";
}

void partner_retire_key(Product::Parts& p, const PartnerArguments& a) {
  const auto caller = p.background();
  value_or_refuse(base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().retire_key(tx, caller, kOperator, base::ClientId(a.client_id), a.kid);
  }));
  std::cout << ordered_json{{"client_id", a.client_id}, {"kid", a.kid}, {"status", "retired"}}.dump() << "\n";
}

void partner_status(Product::Parts& p, const PartnerArguments& a, oauth::ClientStatus status) {
  const auto caller = p.background();
  value_or_refuse(base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().set_status(tx, caller, kOperator, base::ClientId(a.client_id), status);
  }));
  ordered_json told = {{"client_id", a.client_id}, {"status", oauth::to_text(status)}};
  // What the TPP was permitted ends with its registration; enabling it again brings none of it back.
  if (status == oauth::ClientStatus::disabled) {
    told["consents_ended"] = p.consent_upkeep.end_all_of_client(
        p.background(std::chrono::minutes(5)), base::ClientId(a.client_id), {base::db::ActorKind::staff, "cli"},
        "the registration of the client was disabled");
  }
  std::cout << told.dump() << "\n";
}

struct ConsentArguments {
  std::string id, by = "bank", reason = "revoked_by_bank", why;
};

void consent_revoke(Product::Parts& p, const ConsentArguments& a) {
  const auto caller = p.background();
  const base::ConsentId id(a.id);
  const consent::Actor actor{base::db::ActorKind::staff, "cli"};
  const std::string why = a.why.empty() ? "ended by the bank's staff, asked for by the " + a.by : a.why;
  auto ended = [&]() -> base::Result<consent::Consent, consent::ConsentError> {
    if (a.by == "customer") return p.consent_upkeep.revoke_for_customer(caller, id, actor, why);
    if (a.by == "tpp") return p.consent_upkeep.terminate_for_client(caller, id, actor, why);
    const auto reason = consent::status_reason_from_text(a.reason);
    if (!reason || !consent::is_reason_of_bank(*reason))
      throw Refused("--reason is one of revoked_by_bank, fraud_suspected, client_ended");
    return p.consent_upkeep.revoke_by_bank(caller, id, actor, *reason, why);
  }();
  if (!ended) throw Refused(ended.error().log_text);
  std::cout << ordered_json{{"consent", a.id},
                            {"status", consent::to_text(ended->status)},
                            {"status_reason", consent::to_text(ended->status_reason)}}
                   .dump()
            << "\n";
}

void account_closed(Product::Parts& p, const ConsentArguments& a) {
  const int left = p.consent_upkeep.account_closed(p.background(std::chrono::minutes(5)), base::AccountId(a.id),
                                                   {base::db::ActorKind::staff, "cli"},
                                                   a.why.empty() ? "the account was closed" : a.why);
  std::cout << ordered_json{{"account", a.id}, {"consents_left", left}}.dump() << "\n";
}

void partner_replace_refresh_tokens(Product::Parts& p, const PartnerArguments& a) {
  if (a.all_clients == !a.client_id.empty()) throw Refused("name one client_id, or --all");
  const auto caller = p.background();
  auto& clients = p.authorization_server.clients();
  ordered_json told;
  if (a.all_clients) {
    told["clients"] = base::db::with_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
      return clients.replace_all_refresh_tokens(tx, caller, kOperator);
    });
  } else {
    value_or_refuse(base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
      return clients.replace_refresh_tokens(tx, caller, kOperator, base::ClientId(a.client_id));
    }));
    told["client_id"] = a.client_id;
  }
  told["refresh_tokens"] = "replaced at their next use";
  std::cout << told.dump() << "\n";
}

std::int64_t unix_seconds(base::Instant at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

void keys_list(Product::Parts& p) {
  ordered_json all = ordered_json::array();
  for (const auto& key : p.authorization_server.keys().list(p.background())) {
    ordered_json one = {{"kid", key.dates.kid},
                        {"alg", key.algorithm},
                        {"state", oauth::to_text(key.state)},
                        {"published_at", unix_seconds(key.dates.published_at)},
                        {"activates_at", unix_seconds(key.dates.activates_at)}};
    if (key.dates.retires_at) one["retires_at"] = unix_seconds(*key.dates.retires_at);
    if (key.dates.compromised_at) one["compromised_at"] = unix_seconds(*key.dates.compromised_at);
    all.push_back(std::move(one));
  }
  std::cout << all.dump(2) << "\n";
}

void keys_rotate(Product::Parts& p, const std::string& only) {
  if (!only.empty() && !oauth::ring_algorithm_from_text(only)) throw Refused("no signing keys for --alg " + only);
  for (const auto algorithm : oauth::kRingAlgorithms) {
    if (!only.empty() && only != to_text(algorithm)) continue;
    const std::string kid = p.authorization_server.keys().rotate(p.background(), "cli", algorithm);
    std::cout << ordered_json{{"kid", kid}, {"alg", to_text(algorithm)}}.dump() << "\n";
  }
}

void personas() {
  ordered_json all = ordered_json::array();
  for (const auto& persona : connectors::sandbox_personas()) {
    ordered_json one = {{"username", persona.username}, {"password", persona.password}};
    if (!persona.otp.empty()) one["otp"] = persona.otp;
    if (!persona.totp_secret.empty()) one["totp_secret"] = persona.totp_secret;
    if (persona.decoupled) one["decoupled"] = true;
    if (!persona.purpose.empty()) one["for"] = persona.purpose;
    all.push_back(std::move(one));
  }
  std::cout << all.dump() << "\n";
}

void seed(Product::Parts& p) {
  if (!p.settings.sandbox) throw Refused("this is not a sandbox");
  auto caller = p.background(std::chrono::minutes(5));
  caller.now.business = p.settings.sandbox->seed_until;
  const auto report = base::db::with_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return connectors::seed_sandbox(tx, caller, p.kek, p.entropy);
  });
  std::cout << "seeded " << report.customers << " customers, " << report.accounts << " accounts, "
            << report.transactions << " transactions\n";
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app{"Aldgate: an open-banking consent and partner API gateway"};
  app.require_subcommand(1);
  app.fallthrough();
  std::string config;
  app.add_option("--config", config, "the node's settings (TOML)");

  std::function<void(Product::Parts&)> action;  // of commands that work on the database
  std::function<int()> other;                   // of those that begin before it

  auto* serve = app.add_subcommand("serve", "serve until SIGTERM");
  serve->callback([&] {
    other = [&] {
      Settings settings = settings_of(config);
      refuse_pending_migrations(settings);
      return Product(std::move(settings)).serve();
    };
  });
  app.add_subcommand("migrate", "bring the database to this version")->callback([&] {
    other = [&] {
      const Settings settings = settings_of(config);
      const auto report = base::db::migrate(owner_connection(settings.database), all_migrations());
      base::db::register_tenant(owner_connection(settings.database), settings.tenant);
      for (const auto& name : report.applied) std::cout << "applied " << name << "\n";
      if (report.applied.empty()) std::cout << "nothing to do\n";
      return 0;
    };
  });
  app.add_subcommand("check-config", "say every fault of the settings, and exit")->callback([&] {
    other = [&] {
      settings_of(config);
      std::cout << config << " stands\n";
      return 0;
    };
  });

  auto* sandbox = app.add_subcommand("sandbox", "the sandbox bank")->require_subcommand(1);
  sandbox->add_subcommand("seed", "customers, accounts and two years of transactions")->callback([&] {
    action = seed;
  });
  sandbox->add_subcommand("personas", "the documented customers, as JSON")->callback([&] {
    other = [] {
      personas();
      return 0;
    };
  });

  PartnerArguments a;
  auto* partner = app.add_subcommand("partner", "TPP software and its keys")->require_subcommand(1);
  auto* add = partner->add_subcommand("add", "register a client; prints it as JSON");
  add->add_option("name", a.name, "what customers see")->required();
  add->add_option("--client-id", a.client_id, "its client_id; made when absent");
  add->add_option("--on-behalf-of", a.on_behalf_of, "the brand it acts for");
  add->add_option("--jwks", a.jwks_file, "file with its public keys (JWK Set or JWK)");
  add->add_option("--cert", a.certificate_file, "file with its client certificate (PEM)");
  add->add_option("--redirect-uri", a.redirect_uris, "one or more; none for a resource server");
  add->add_option("--auth", a.auth, "private_key_jwt | tls_client_auth | self_signed_tls_client_auth");
  add->add_option("--binding", a.binding, "dpop | mtls");
  add->add_option("--profile", a.profile, "fapi2 | oidc: as strict, but its ID tokens may be signed with RS256");
  add->add_flag("--require-signed-request-object", a.require_signed_request_object, "refuse its unsigned requests");
  add->add_option("--response-mode", a.response_modes, "query | query.jwt | form_post.jwt: one or more, its own first");
  add->add_option("--scope", a.scope,
                  "what it may ask for; everything when absent. introspection: one of the bank's own resource servers");
  add->add_option("--subject-type", a.subject_type, "public | pairwise: how it is told who a customer is");
  add->add_option("--sector", a.sector, "pairwise: the host it shares names with; else its redirect URIs' host");
  add->add_option("--id-token-encrypted-response-alg", a.id_token_alg,
                  "RSA-OAEP-256 | ECDH-ES, to the key of use enc in --jwks or at --jwks-uri");
  add->add_option("--id-token-encrypted-response-enc", a.id_token_enc, "A256GCM");
  add->add_option("--id-token-signed-response-alg", a.id_token_signed_alg,
                  "fapi2: ES256 (when absent) | PS256; oidc: RS256 (when absent) | ES256 | PS256");
  add->add_option("--userinfo-signed-response-alg", a.userinfo_alg, "ES256: userinfo as a signed JWT");
  add->add_option("--jwks-uri", a.jwks_uri, "where it publishes its public keys (https), instead of --jwks");
  using Kind = oauth::TlsSubjectKind;
  add->add_option("--tls-subject-dn", a.tls_subjects[Kind::subject_dn], "its certificate's subject (RFC 4514)");
  add->add_option("--tls-san-dns", a.tls_subjects[Kind::san_dns], "or a DNS name its certificate has");
  add->add_option("--tls-san-uri", a.tls_subjects[Kind::san_uri], "or a URI");
  add->add_option("--tls-san-ip", a.tls_subjects[Kind::san_ip], "or an IP address");
  add->add_option("--tls-san-email", a.tls_subjects[Kind::san_email], "or an e-mail address");
  add->add_flag("--require-dpop-nonce", a.require_dpop_nonce, "its DPoP proofs must carry a nonce of the server");
  add->callback([&] { action = [&](Product::Parts& p) { partner_add(p, a); }; });
  partner->add_subcommand("list", "all clients, as JSON")->callback([&] { action = partner_list; });
  const auto on_client = [&](const char* name, const char* help, auto function) {
    auto* command = partner->add_subcommand(name, help);
    command->add_option("client_id", a.client_id)->required();
    command->callback([&action, &a, function] { action = [&a, function](Product::Parts& p) { function(p, a); }; });
    return command;
  };
  on_client("show", "one client, as JSON", partner_show);
  on_client("add-key", "one more public key; both work until the old one is retired", partner_add_key)
      ->add_option("--jwk", a.key_file, "file with the public JWK")
      ->required();
  on_client("retire-key", "refuse a key from now on", partner_retire_key)->add_option("--kid", a.kid)->required();
  on_client(
      "disable", "no new tokens, those it holds are refused, and its consents end",
      [](Product::Parts& p, const PartnerArguments& args) { partner_status(p, args, oauth::ClientStatus::disabled); });
  on_client("enable", "undo disable", [](Product::Parts& p, const PartnerArguments& args) {
    partner_status(p, args, oauth::ClientStatus::live);
  });

  auto* replace =
      partner->add_subcommand("replace-refresh-tokens",
                              "refresh tokens issued until now are replaced at their next use; the old one answers a "
                              "repeated request for a while");
  replace->add_option("client_id", a.client_id);
  replace->add_flag("--all", a.all_clients, "of all clients");
  replace->callback([&] { action = [&](Product::Parts& p) { partner_replace_refresh_tokens(p, a); }; });
  ConsentArguments c;
  auto* consents = app.add_subcommand("consent", "what customers permitted")->require_subcommand(1);
  auto* revoke = consents->add_subcommand("revoke", "end a consent and its tokens now");
  revoke->add_option("id", c.id, "the consent's id")->required();
  revoke->add_option("--by", c.by, "who wants it: bank | customer | tpp")
      ->check(CLI::IsMember({"bank", "customer", "tpp"}));
  revoke->add_option("--reason", c.reason, "of the bank: revoked_by_bank | fraud_suspected | client_ended");
  revoke->add_option("--why", c.why, "plain words for history and audit");
  revoke->callback([&] { action = [&](Product::Parts& p) { consent_revoke(p, c); }; });
  auto* closed = consents->add_subcommand("account-closed", "the account leaves every consent it stands in");
  closed->add_option("account", c.id, "the account's id")->required();
  closed->add_option("--why", c.why, "plain words for history and audit");
  closed->callback([&] { action = [&](Product::Parts& p) { account_closed(p, c); }; });

  std::string kid;
  auto* keys = app.add_subcommand("keys", "the server's signing keys")->require_subcommand(1);
  keys->add_subcommand("list", "all keys and their dates, as JSON")->callback([&] { action = keys_list; });
  std::string algorithm;
  auto* rotate = keys->add_subcommand("rotate", "publish the next key now; it signs after the schedule's lead");
  rotate->add_option("--alg", algorithm, "of this algorithm only; of each, when absent: one line of JSON for each");
  rotate->callback([&] { action = [&](Product::Parts& p) { keys_rotate(p, algorithm); }; });
  auto* retire = keys->add_subcommand("retire", "take a key out of the JWKS before its time");
  retire->add_option("kid", kid)->required();
  retire->callback([&] {
    action = [&](Product::Parts& p) {
      value_or_refuse(p.authorization_server.keys().retire(p.background(), "cli", kid));
      std::cout << ordered_json{{"kid", kid}, {"state", "retired"}}.dump() << "\n";
    };
  });
  auto* emergency =
      keys->add_subcommand("emergency", "a private key leaked: refuse its tokens from now on, sign with a new one");
  emergency->add_option("kid", kid)->required();
  emergency->callback([&] {
    action = [&](Product::Parts& p) {
      std::cout << ordered_json{{"kid",
                                 value_or_refuse(p.authorization_server.keys().emergency(p.background(), "cli", kid))}}
                       .dump()
                << "\n";
    };
  });

  std::string kind;
  std::string id;
  auto* explained = app.add_subcommand("explain", "the whole story of one request, consent, grant, client …");
  explained->add_option("kind", kind, "request | consent | grant | client | psu | webhook_endpoint | signing_key")
      ->required();
  explained->add_option("id", id, "the x-fapi-interaction-id, or the object's id")->required();
  explained->callback([&] {
    action = [&](Product::Parts& p) {
      const std::string story = explain(p.database, p.background(), kind, id);
      if (story.empty()) throw Refused("nothing is known of " + kind + " " + id);
      std::cout << story;
    };
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    const int code = app.exit(wrong);
    return code == 0 ? 0 : 2;
  }
  try {
    if (other) return other();
    Product product(settings_of(config));
    action(product.parts());
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "aldgate: " << fault.what() << "\n";
    return 1;
  }
}

}  // namespace gateway
