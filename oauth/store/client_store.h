// oauth.client and oauth.client_key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "oauth/client.h"

namespace oauth {

enum class KeysWanted { live, all };

// One indexed query, on the primary: a retired key or a disabled client is seen by the next request.
std::optional<Client> find_client(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                                  KeysWanted keys);
std::vector<Client> list_clients(base::db::Transaction& tx, const base::BrandId& brand);
bool insert_client(base::db::Transaction& tx, const base::BrandId& brand, const Client& client, base::Instant now);
// False when the kid or the key is there already (live or retired).
bool insert_client_key(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                       const ClientKey& key);
bool retire_client_key(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                       const std::string& kid, base::Instant now);
void mark_client_key_used(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                          const std::string& kid, base::Instant now);
bool set_client_status(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                       ClientStatus status);
// Of one client (false: there is none), and of all (how many).
bool replace_refresh_tokens(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                            base::Instant issued_before);
std::size_t replace_all_refresh_tokens(base::db::Transaction& tx, const base::BrandId& brand,
                                       base::Instant issued_before);
// Holds the client's row, so that two changes of its keys come one after the other. False: no such client.
bool lock_client(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client);

std::vector<base::db::Statement> client_statements();

}  // namespace oauth
