#include "tests/journeys/support/customer.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace journeys {
namespace {

using base::http::Headers;

constexpr std::size_t kNone = std::string::npos;

std::string unescaped(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&#39;", "'"}, {"&#x2F;", "/"}, {"&amp;", "&"}};
  for (const auto& [entity, character] : kEntities) {
    for (std::size_t at = text.find(entity); at != kNone; at = text.find(entity, at + character.size())) {
      text.replace(at, entity.size(), character);
    }
  }
  return text;
}

// Of one tag, "<input name="x" …>"; nothing when it has no such attribute.
std::optional<std::string> attribute(std::string_view tag, const std::string& name) {
  const std::string begin = " " + name + "=\"";
  const std::size_t at = tag.find(begin);
  if (at == kNone) return std::nullopt;
  const std::size_t from = at + begin.size();
  return unescaped(std::string(tag.substr(from, tag.find('"', from) - from)));
}

std::vector<std::string_view> tags(std::string_view html, const std::string& name) {
  std::vector<std::string_view> found;
  for (std::size_t at = html.find("<" + name); at != kNone; at = html.find("<" + name, at + 1)) {
    found.push_back(html.substr(at, html.find('>', at) - at + 1));
  }
  return found;
}

std::string plain(std::string_view html) {
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') inside = false;
  }
  return unescaped(text);
}

std::size_t place_of(std::string_view html, const std::string& id) { return html.find(" id=\"" + id + "\""); }

}  // namespace

bool Page::has(const std::string& id) const { return place_of(answer.body, id) != kNone; }

std::string Page::text_of(const std::string& id) const {
  const std::string_view html = answer.body;
  const std::size_t at = place_of(html, id);
  if (at == kNone) return "";
  const std::size_t open = html.rfind('<', at);
  const std::string name(html.substr(open + 1, html.find(' ', open) - open - 1));
  const std::size_t from = html.find('>', at) + 1;
  return plain(html.substr(from, html.find("</" + name, from) - from));
}

std::string Page::text() const { return plain(answer.body); }

std::string Page::link(const std::string& id) const {
  const std::size_t at = place_of(answer.body, id);
  if (at == kNone) return "";
  const std::size_t open = answer.body.rfind('<', at);
  return attribute(std::string_view(answer.body).substr(open, answer.body.find('>', at) - open), "href").value_or("");
}

std::vector<std::string> Page::accounts() const {
  std::vector<std::string> ids;
  for (const auto tag : tags(answer.body, "input")) {
    if (attribute(tag, "name") == "account") ids.push_back(*attribute(tag, "value"));
  }
  return ids;
}

FormOnPage Page::form(const std::string& button) const {
  const std::string_view html = answer.body;
  const std::size_t at = place_of(html, button);
  if (at == kNone) throw std::runtime_error("no button #" + button + " on the page of " + path + ": " + text());
  const std::size_t begin = html.rfind("<form", at);
  const std::string_view whole = html.substr(begin, html.find("</form>", at) - begin);
  FormOnPage form;
  form.action = attribute(tags(whole, "form").front(), "action").value_or(path);
  for (const auto tag : tags(whole, "input")) {
    const auto type = attribute(tag, "type");
    const bool ticked = type == "checkbox" && tag.find(" checked") != kNone;
    if (type == "hidden" || ticked)
      form.fields.push_back({*attribute(tag, "name"), attribute(tag, "value").value_or("")});
  }
  for (const auto tag : tags(whole, "button")) {
    if (attribute(tag, "id") == button && attribute(tag, "name")) {
      form.fields.push_back({*attribute(tag, "name"), attribute(tag, "value").value_or("")});
    }
  }
  return form;
}

const Page& Customer::go(std::string method, std::string url, Headers headers, std::string body) {
  for (int hops = 0; hops < 10; ++hops) {
    std::string jar;
    for (const auto& [name, value] : cookies) jar += (jar.empty() ? "" : "; ") + name + "=" + value;
    Headers sent = headers;
    if (!jar.empty()) sent.add("Cookie", jar);
    page_ = {gateway_.send(method, url, std::move(sent), body), url.substr(0, url.find('?'))};
    for (const auto line : page_.answer.headers.all("Set-Cookie")) {
      const std::string_view pair = line.substr(0, line.find(';'));
      const std::string name(pair.substr(0, pair.find('=')));
      if (line.find("Max-Age=0") != kNone) {
        cookies.erase(name);
      } else {
        cookies[name] = std::string(pair.substr(pair.find('=') + 1));
      }
    }
    if (page_.status() != 303) return page_;
    const std::string location = page_.answer.header("Location");
    if (!location.starts_with('/')) {
      callback_ = location;
      return page_;
    }
    method = "GET";
    url = location;
    headers = {};
    body.clear();
  }
  throw std::runtime_error("redirects without end");
}

const Page& Customer::open(const std::string& url) { return go("GET", url, {}, ""); }

const Page& Customer::submit(const FormOnPage& form, const Headers& headers) {
  if (!form.action.starts_with('/')) {
    callback_ = form.action + "?" + base::http::form_encode(form.fields);
    return page_;
  }
  Headers sent = headers;
  sent.add("Content-Type", "application/x-www-form-urlencoded");
  return go("POST", form.action, std::move(sent), base::http::form_encode(form.fields));
}

const Page& Customer::press(const std::string& button, const std::vector<base::http::Parameter>& fields) {
  FormOnPage form = page_.form(button);
  for (const auto& field : fields) {
    if (field.name != "account")
      std::erase_if(form.fields, [&](const auto& known) { return known.name == field.name; });
  }
  form.fields.insert(form.fields.end(), fields.begin(), fields.end());
  return submit(form);
}

std::string Customer::take_callback() { return std::exchange(callback_, ""); }

const Page& Customer::sign_in(const std::string& username, const std::string& otp) {
  press("login", {{"username", username}, {"password", username}});
  if (page_.has("otp")) press("verify", {{"otp", otp}});
  return page_;
}

const Page& Customer::allow(std::size_t count) {
  const auto all = page_.accounts();
  std::vector<base::http::Parameter> chosen;
  for (std::size_t i = 0; i < std::min(count, all.size()); ++i) chosen.push_back({"account", all[i]});
  return press("allow", chosen);
}

const Page& Customer::dashboard(const std::string& username) {
  open("/consents");
  if (page_.has("username")) sign_in(username);
  return page_;
}

const Page& Customer::revoke(const std::string& consent) {
  open("/consents/" + consent);
  return press("revoke");
}

}  // namespace journeys
