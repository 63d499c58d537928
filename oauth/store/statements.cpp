#include "oauth/store/statements.h"

#include "oauth/store/client_store.h"
#include "oauth/store/code_store.h"
#include "oauth/store/grant_store.h"
#include "oauth/store/jti_store.h"
#include "oauth/store/key_store.h"
#include "oauth/store/pushed_request_store.h"
#include "oauth/store/signed_request_store.h"

namespace oauth {

std::vector<base::db::Statement> statements() {
  std::vector<base::db::Statement> all;
  for (const auto& part : {client_statements(), code_statements(), grant_statements(), jti_statements(),
                           key_statements(), pushed_request_statements(), signed_request_statements()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace oauth
