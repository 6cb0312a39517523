#include "tailor/storage/postgresql_address.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace tailor {
namespace {

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte >= 0x80 || std::isalnum(byte) || std::string_view("-._~,").find(c) != std::string::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

// A password with an @ or a / that is not encoded is cut there, and its rest taken for something else: then
// there is an @ where none can be.
bool is_misread(std::string_view url) {
  const std::string_view address = url.substr(std::min(url.find("://") + 3, url.size()));
  const std::string_view before_query = address.substr(0, address.find('?'));
  const std::size_t at = before_query.rfind('@');
  return at != std::string_view::npos && (before_query.find('@') != at || before_query.find('/') < at);
}

}  // namespace

std::string postgresql_address(const std::string& url) {
  char* reason = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), &reason), PQconninfoFree);
  PQfreemem(reason);
  if (!options || is_misread(url)) return unreadable_postgresql_address;
  std::map<std::string, std::string> values;
  for (const PQconninfoOption* o = options.get(); o->keyword; ++o) {
    const bool secret =
        std::string_view(o->dispchar) == "*" || std::string_view(o->keyword).ends_with("password");
    if (o->val && !secret) values.emplace(o->keyword, o->val);
  }
  const auto take = [&](const char* keyword) {
    const auto found = values.find(keyword);
    if (found == values.end()) return std::string();
    std::string value = std::move(found->second);
    values.erase(found);
    return value;
  };
  const std::string user = take("user"), name = take("dbname");
  const std::string host = values.contains("host") ? values["host"] : "",
                    port = values.contains("port") ? values["port"] : "";
  if (port.find_first_not_of("0123456789,") != std::string::npos) return unreadable_postgresql_address;

  std::string shown = "postgresql://";
  if (!user.empty()) shown += percent_encoded(user) + "@";
  // Folders of sockets, lists and addresses of version 6 are parameters; libpq takes them there too.
  if (host.find_first_of("/,:") == std::string::npos) {
    shown += percent_encoded(take("host"));
    if (!take("port").empty()) shown += ":" + port;
  }
  shown += "/" + percent_encoded(name);
  char separator = '?';
  for (const auto& [keyword, value] : values) {
    shown += separator + keyword + "=" + percent_encoded(value);
    separator = '&';
  }
  return shown;
}

}  // namespace tailor
