// Addresses of databases as Optuna writes them, and which implementation each means.
#include <algorithm>
#include <string>
#include <string_view>

#include "tailor/base/error.h"
#include "tailor/storage/database.h"
#include "tailor/storage/postgresql_database.h"
#include "tailor/storage/sqlite_database.h"
#include "tailor/storage/storage.h"

namespace tailor {
namespace {

constexpr std::string_view forms =
    "expected sqlite:///relative/path.db, sqlite:////absolute/path.db or postgresql://user@host/database";

}  // namespace

std::string without_password(const std::string& url) {
  const std::size_t start = url.find("://");
  if (start == std::string::npos) return url;
  const std::size_t authority = start + 3;
  const std::size_t end = std::min(url.find_first_of("/?", authority), url.size());
  const std::size_t at = url.rfind('@', end == 0 ? 0 : end - 1);
  const std::size_t colon = url.find(':', authority);
  if (at == std::string::npos || at < authority || colon > at) return url;
  return url.substr(0, colon + 1) + "***" + url.substr(at);
}

std::unique_ptr<Database> open_database(const std::string& url, const StorageOptions& options) {
  const std::size_t end = url.find("://");
  const std::string scheme = url.substr(0, end == std::string::npos ? 0 : end);
  // SQLAlchemy's "dialect+driver": the driver is Python's affair.
  const std::string dialect = scheme.substr(0, scheme.find('+'));
  if (dialect == "sqlite") {
    const std::string rest = url.substr(end + 3);
    if (!rest.starts_with('/') || rest.size() < 2)
      throw usage_error("storage '{}': no file named; {}", url, forms);
    if (rest.find('?') != std::string::npos) {
      throw usage_error("storage '{}': sqlite:// takes no parameters after '?'", url);
    }
    if (rest == "/:memory:")
      throw usage_error("storage '{}': a database in memory cannot be shared; {}", url, forms);
    return open_sqlite(rest.substr(1), options);
  }
  if (dialect == "postgresql") return open_postgresql(dialect + url.substr(end), options);
  throw usage_error("storage '{}': {}", without_password(url), forms);
}

}  // namespace tailor
