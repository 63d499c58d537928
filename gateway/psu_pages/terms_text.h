// The terms of a payment, of variable recurring payments and of a confirmation of funds as the customer reads them: on
// the review page, on the dashboard, and as the evidence of what was shown.
#pragma once

#include <string>
#include <vector>

#include "consent/payment/payment_order.h"
#include "gateway/psu_pages/texts.h"

namespace gateway {

struct TermLine {
  std::string id;  // of the element that shows it: "amount", "payee", "payee-account", "reference", "date", …
  std::string name;
  std::string value;
};

struct TermsShown {
  std::string title;
  std::string lead;
  std::vector<TermLine> lines;
};

TermsShown terms_shown(Language language, consent::ConsentKind kind, const consent::Terms& terms,
                       const std::string& tpp);
bool lasts(consent::ConsentKind kind);  // is it used more than once, so that the customer can end it?
// Kinds as the dashboard names them: "Payment", "Standing order", …
std::string kind_text(Language language, consent::ConsentKind kind);

std::string amount_text(Language language, const base::Amount& amount);  // "£1,234.50", "1.234,50 £", "1 234,50 £"
std::string account_text(Language language, const consent::AccountIdentification& account);

}  // namespace gateway
