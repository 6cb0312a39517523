// The tables, exactly as Optuna 5 creates them.
#pragma once

#include "tailor/storage/database.h"

namespace tailor {

// Whether the tables are there; within a transaction. A schema of another version than v3.2.0.a is bad input.
bool schema_is_ready(Database& database);

// Creates the tables unless they are there; within a writing transaction. Any number of processes may do so
// at once.
void create_schema(Database& database);

}  // namespace tailor
