// A connection to an SQLite file.
#pragma once

#include <memory>
#include <string>

#include "tailor/storage/database.h"

namespace tailor {

// Opens or creates the file and switches it to write-ahead logging, so that readers never wait for writers.
std::unique_ptr<Database> open_sqlite(const std::string& path, const StorageOptions& options);

}  // namespace tailor
