// Addresses of PostgreSQL databases as they may be shown.
#pragma once

#include <string>

namespace tailor {

// What is shown of an address that cannot be read: any part of it may be part of a password.
inline constexpr const char* unreadable_postgresql_address = "postgresql://...";

// The same address without what libpq marks as secret (passwords of any kind), however it was written; made
// anew from what libpq understands of it.
std::string postgresql_address(const std::string& url);

}  // namespace tailor
