// What a bank can do, declared by its connector: facades refuse what is not here instead of trying.
#pragma once

#include <chrono>

namespace connectors {

struct Capabilities {
  bool account_information = false;
  bool customer_authentication = false;
  bool decoupled_authentication = false;
  std::chrono::days transaction_history{0};  // how far back transactions reach
  int minimum_page = 25;                     // records a page
  int maximum_page = 1000;
};

}  // namespace connectors
