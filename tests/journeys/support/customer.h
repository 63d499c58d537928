// A customer at a browser without JavaScript: keeps cookies, follows redirects within the gateway, reads forms by the
// ids that the pages promise, and submits them as a browser does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/journeys/support/gateway.h"

namespace journeys {

struct FormOnPage {
  std::string action;
  std::vector<base::http::Parameter> fields;  // hidden inputs, ticked boxes, and the pressed button, in order
};

struct Page {
  Answer answer;
  std::string path;  // where the browser stands

  int status() const { return answer.status; }
  bool has(const std::string& id) const;
  std::string text_of(const std::string& id) const;  // of the element with this id, without tags
  std::string text() const;                          // of the whole page, without tags
  std::string link(const std::string& id) const;     // its href
  std::vector<std::string> accounts() const;         // the values of input[name=account], in order
  FormOnPage form(const std::string& button) const;  // the form with this button; throws when there is none
};

class Customer {
 public:
  explicit Customer(Gateway& gateway) : gateway_(gateway) {}
  Customer(const Customer&) = delete;
  Customer& operator=(const Customer&) = delete;

  const Page& open(const std::string& url);
  // Presses a button of the page: its form's fields, these in place of or beside them.
  const Page& press(const std::string& button, const std::vector<base::http::Parameter>& fields = {});
  // Sends a form as given, with these headers in place of a browser's own.
  const Page& submit(const FormOnPage& form, const base::http::Headers& headers = {{"Sec-Fetch-Site", "same-origin"}});

  const Page& page() const { return page_; }
  // Where a redirect or a form led that left the gateway, a form's fields as the URL's query; "" when none has since
  // the last call.
  std::string take_callback();

  // As far as the page allows: password, then one-time code.
  const Page& sign_in(const std::string& username = "alice", const std::string& otp = "123456");
  // On the review page: ticks the first `count` accounts and allows.
  const Page& allow(std::size_t count = 1);
  const Page& dashboard(const std::string& username = "alice");
  const Page& revoke(const std::string& consent);  // from the dashboard

  std::map<std::string, std::string> cookies;

 private:
  const Page& go(std::string method, std::string url, base::http::Headers headers, std::string body);

  Gateway& gateway_;
  Page page_;
  std::string callback_;
};

}  // namespace journeys
