// Addresses of databases as Optuna writes them, and which implementation each means.
#include <algorithm>
#include <string>
#include <string_view>

#include "tailor/base/error.h"
#include "tailor/storage/database.h"
#include "tailor/storage/postgresql_address.h"
#include "tailor/storage/postgresql_database.h"
#include "tailor/storage/sqlite_database.h"
#include "tailor/storage/storage.h"

namespace tailor {
namespace {

constexpr std::string_view forms =
    "expected sqlite:///relative/path.db, sqlite:////absolute/path.db or postgresql://user@host/database";

// SQLAlchemy's "dialect+driver://…": the driver is Python's affair.
struct Address {
  std::string dialect, rest;  // rest begins with "://"; both empty if there is no such thing

  explicit Address(const std::string& url) {
    const std::size_t end = url.find("://");
    if (end == std::string::npos) return;
    dialect = url.substr(0, std::min(end, url.find('+')));
    rest = url.substr(end);
  }
};

}  // namespace

std::string without_password(const std::string& url) {
  const Address address(url);
  if (address.dialect == "postgresql") return postgresql_address(address.dialect + address.rest);
  // Of another kind, or mistyped: shown only if it can hold no secret.
  const bool harmless = address.dialect == "sqlite" || url.find_first_of("@%=") == std::string::npos;
  return harmless ? url : address.dialect.empty() ? "..." : address.dialect + "://...";
}

std::string storage_warning(const std::string& url, const StorageOptions& options) {
  const auto& [dialect, address] = Address(url);
  if (dialect != "sqlite" || !address.starts_with(":///")) return "";
  const std::string file = address.substr(4), system = options.file_system(file);
  if (system.empty()) return "";
  return fmt::format(
      "{} is on a network file system ({}): workers on several machines can damage it there, and it is slow. "
      "Keep it on a local disk, or use PostgreSQL for several machines (--storage postgresql://..., see "
      "docs/storage.md)",
      file, system);
}

std::unique_ptr<Database> open_database(const std::string& url, const StorageOptions& options) {
  const auto& [dialect, address] = Address(url);
  if (dialect == "sqlite") {
    const std::string rest = address.substr(3);
    if (!rest.starts_with('/') || rest.size() < 2)
      throw usage_error("storage '{}': no file named; {}", url, forms);
    if (rest.find('?') != std::string::npos) {
      throw usage_error("storage '{}': sqlite:// takes no parameters after '?'", url);
    }
    if (rest == "/:memory:")
      throw usage_error("storage '{}': a database in memory cannot be shared; {}", url, forms);
    return open_sqlite(rest.substr(1), options);
  }
  if (dialect == "postgresql") return open_postgresql(dialect + address, options);
  throw usage_error("storage '{}': {}", without_password(url), forms);
}

}  // namespace tailor
