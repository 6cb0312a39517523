// A connection to a PostgreSQL server.
#pragma once

#include <memory>
#include <string>

#include "tailor/storage/database.h"

namespace tailor {

// `url` as libpq takes it. A malformed one is a usage error; a server that cannot be reached is a failure at
// once, one that is just starting is waited for.
std::unique_ptr<Database> open_postgresql(const std::string& url, const StorageOptions& options);

}  // namespace tailor
