#include "webhooks/store/statements.h"

#include "webhooks/store/delivery_store.h"
#include "webhooks/store/endpoint_store.h"
#include "webhooks/store/queue_store.h"

namespace webhooks {

std::vector<base::db::Statement> statements() {
  std::vector<base::db::Statement> all = endpoint_statements();
  for (const auto& list : {delivery_statements(), queue_statements()}) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace webhooks
