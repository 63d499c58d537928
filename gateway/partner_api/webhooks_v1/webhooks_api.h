// /webhooks/v1: a TPP's endpoints, deliveries and dead letters (openapi/webhooks.yaml). Read the request, ask the
// service, render. The route asks scope `webhooks` of the token before anything here runs.
#pragma once

#include "base/http/call.h"
#include "base/http/message.h"
#include "oauth/resource_server.h"
#include "webhooks/services/deliveries.h"
#include "webhooks/services/subscriptions.h"

namespace gateway {

class WebhooksApi {
 public:
  WebhooksApi(webhooks::Subscriptions& subscriptions, webhooks::Deliveries& deliveries)
      : subscriptions_(subscriptions), deliveries_(deliveries) {}

  base::http::Response create_endpoint(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response list_endpoints(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response get_endpoint(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response update_endpoint(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response delete_endpoint(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response rotate_secret(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response send_test(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response list_event_types(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response list_deliveries(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response list_dead_letters(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response redeliver(base::http::Call& call, const oauth::PresentedAccess& access);

 private:
  webhooks::Subscriptions& subscriptions_;
  webhooks::Deliveries& deliveries_;
};

}  // namespace gateway
