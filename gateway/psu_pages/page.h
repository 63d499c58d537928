// Rendering of one page with its security headers, and the cookies of the customer's browser. Pages work without
// JavaScript; nothing is loaded from elsewhere; nothing may frame them (DESIGN decision 19).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/call.h"
#include "base/http/message.h"
#include "gateway/psu_pages/texts.h"

namespace gateway {

// What a template is filled with: text (escaped), a flag, or a list of sub-values.
class PageValues {
 public:
  PageValues& set(const std::string& name, std::string value);
  PageValues& flag(const std::string& name, bool value);
  PageValues& list(const std::string& name, std::vector<PageValues> values);
  PageValues& lines(const std::string& name, std::vector<std::string> values);

  std::map<std::string, std::string> texts;
  std::map<std::string, bool> flags;
  std::map<std::string, std::vector<PageValues>> lists;
  std::map<std::string, std::vector<std::string>> line_lists;
};

// How long the page's session lasts without activity ([RTS-SCA-4.3d]), and how the customer gets more time.
struct Timer {
  std::string expired;    // where the browser goes when the time is over
  std::string more_time;  // action of the button; empty: the absolute end is what counts, and nothing moves it
  std::string form;       // id of the form that the button sends along; empty: a form of its own
  base::Instant ends;
  std::chrono::seconds left{0};
  bool shown = true;  // false before login: there is nothing to lose yet
};

struct PageFrame {
  Language language = Language::en;
  std::string bank_name;
  bool sandbox = false;
  base::InteractionId interaction;
  std::string title;
  std::string csrf;        // of the session whose forms stand on the page
  bool signed_in = false;  // shows the dashboard's navigation
  bool wide = false;
  std::string form_action;  // origin that forms may lead to beside our own: the TPP's registered redirect origin
  bool script = false;      // the page may load our own script
  std::optional<Timer> timer;
  std::string ask_again;  // where the page goes by itself in a few seconds; empty: nowhere
  std::string self;       // path that shows this page again, for the choice of language; empty: none is offered
  std::optional<Language> chosen;  // on this page: kept in a cookie
  int status = 200;
};

// `name` is a template's name without its ending.
base::http::Response render_page(const PageFrame& frame, std::string_view name, const PageValues& values);

base::http::Response see_other(std::string location);  // 303, no-store, no body (FAPI 2.0: never 307)

// What the customer chose on a page of ours, else the first of `ui_locales` that we speak, else the browser's wish.
Language language_of(const base::http::Headers& headers, const std::vector<std::string>& ui_locales = {});

inline constexpr std::string_view kLanguageCookie = "__Host-aldgate-language";

// `__Host-` cookies: Secure, HttpOnly, SameSite=Lax, Path=/, gone when the browser closes.
std::optional<std::string> cookie(const base::http::Headers& headers, std::string_view name);
void set_cookie(base::http::Response& response, std::string_view name, std::string_view value);
void drop_cookie(base::http::Response& response, std::string_view name);

// The form of a POST; nullopt when it is not one form-encoded body without repeated names (but `account`, which may
// repeat), or when a browser says that it came from another site.
std::optional<base::http::Parameters> own_form(const base::http::Request& request);

}  // namespace gateway
