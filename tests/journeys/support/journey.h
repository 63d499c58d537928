// The main way, for journeys that begin where it ends.
#pragma once

#include <gtest/gtest.h>

#include "tests/journeys/support/customer.h"
#include "tests/journeys/support/tpp.h"

namespace journeys {

struct Authorised {
  std::string consent;
  Pushed pushed;
  Tokens tokens;
};

struct Way {
  std::vector<std::string> permissions = Tpp::all_permissions();
  std::string username = "alice";
  std::size_t accounts = 1;
};

// From the consent to the code that the browser brings back.
inline std::string authorise(Tpp& tpp, Customer& customer, Authorised& so_far, const Way& way = {}) {
  so_far.consent = tpp.consent(way.permissions);
  so_far.pushed = tpp.push(so_far.consent);
  EXPECT_EQ(so_far.pushed.answer.status, 201) << so_far.pushed.answer.body;
  customer.open(so_far.pushed.url);
  customer.sign_in(way.username);
  customer.allow(way.accounts);
  const Callback callback(customer.take_callback());
  EXPECT_EQ(callback.state, so_far.pushed.state) << customer.page().text();
  EXPECT_NE(callback.code, "") << customer.page().text();
  return callback.code;
}

// And to tokens.
inline Authorised walk(Tpp& tpp, Customer& customer, const Way& way = {}) {
  Authorised done;
  const std::string code = authorise(tpp, customer, done, way);
  done.tokens = tpp.redeem(code, done.pushed);
  EXPECT_EQ(done.tokens.answer.status, 200) << done.tokens.answer.body;
  return done;
}

}  // namespace journeys
