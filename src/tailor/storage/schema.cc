// Optuna's schema v3.2.0.a for both databases: one description, with the words that differ put in. The text
// of the statements equals that of Optuna's own, as SQLite keeps it (a test compares them).
#include "tailor/storage/schema.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

constexpr std::string_view schema_version = "v3.2.0.a";

// Only shown, in messages of an Optuna whose schema differs.
constexpr std::string_view optuna_version = "5.0.0";

struct Types {
  std::string_view serial, real, time, key, direction, state, value_type, intermediate_value_type;
};

constexpr Types sqlite_types = {"INTEGER",    "FLOAT",      "DATETIME",   "\"key\"",
                                "VARCHAR(8)", "VARCHAR(8)", "VARCHAR(7)", "VARCHAR(7)"};
constexpr Types postgresql_types = {
    "SERIAL",     "FLOAT(53)",      "TIMESTAMP WITHOUT TIME ZONE", "key", "studydirection",
    "trialstate", "trialvaluetype", "trialintermediatevaluetype"};

std::string table(std::string_view name, std::initializer_list<std::string> lines) {
  std::string text = fmt::format("CREATE TABLE {} (", name);
  std::string_view separator = "\n\t";
  for (const std::string& line : lines) {
    text.append(separator).append(line);
    separator = ", \n\t";
  }
  return text + "\n)";
}

// A table of attributes of `owner` ("trial", "study").
std::string attribute_table(std::string_view name, std::string_view owner, std::string_view owners,
                            const Types& t) {
  return table(fmt::format("{}s", name),
               {fmt::format("{}_id {} NOT NULL", name, t.serial), fmt::format("{}_id INTEGER", owner),
                fmt::format("{} VARCHAR(512)", t.key), "value_json TEXT",
                fmt::format("PRIMARY KEY ({}_id)", name), fmt::format("UNIQUE ({}_id, {})", owner, t.key),
                fmt::format("FOREIGN KEY({0}_id) REFERENCES {1} ({0}_id)", owner, owners)});
}

std::vector<std::string> statements(const Types& t) {
  const std::string of_study = "FOREIGN KEY(study_id) REFERENCES studies (study_id)";
  const std::string of_trial = "FOREIGN KEY(trial_id) REFERENCES trials (trial_id)";
  return {
      table("studies", {fmt::format("study_id {} NOT NULL", t.serial), "study_name VARCHAR(512) NOT NULL",
                        "PRIMARY KEY (study_id)"}),
      "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name)",
      table("version_info",
            {"version_info_id INTEGER NOT NULL", "schema_version INTEGER", "library_version VARCHAR(256)",
             "PRIMARY KEY (version_info_id)", "CHECK (version_info_id=1)"}),
      table("study_directions",
            {fmt::format("study_direction_id {} NOT NULL", t.serial),
             fmt::format("direction {} NOT NULL", t.direction), "study_id INTEGER NOT NULL",
             "objective INTEGER NOT NULL", "PRIMARY KEY (study_direction_id)", "UNIQUE (study_id, objective)",
             of_study}),
      attribute_table("study_user_attribute", "study", "studies", t),
      attribute_table("study_system_attribute", "study", "studies", t),
      table("trials", {fmt::format("trial_id {} NOT NULL", t.serial), "number INTEGER", "study_id INTEGER",
                       fmt::format("state {} NOT NULL", t.state), fmt::format("datetime_start {}", t.time),
                       fmt::format("datetime_complete {}", t.time), "PRIMARY KEY (trial_id)", of_study}),
      "CREATE INDEX ix_trials_study_id ON trials (study_id)",
      attribute_table("trial_user_attribute", "trial", "trials", t),
      attribute_table("trial_system_attribute", "trial", "trials", t),
      table("trial_params",
            {fmt::format("param_id {} NOT NULL", t.serial), "trial_id INTEGER", "param_name VARCHAR(512)",
             fmt::format("param_value {}", t.real), "distribution_json TEXT", "PRIMARY KEY (param_id)",
             "UNIQUE (trial_id, param_name)", of_trial}),
      table("trial_values", {fmt::format("trial_value_id {} NOT NULL", t.serial), "trial_id INTEGER NOT NULL",
                             "objective INTEGER NOT NULL", fmt::format("value {}", t.real),
                             fmt::format("value_type {} NOT NULL", t.value_type),
                             "PRIMARY KEY (trial_value_id)", "UNIQUE (trial_id, objective)", of_trial}),
      table("trial_intermediate_values",
            {fmt::format("trial_intermediate_value_id {} NOT NULL", t.serial), "trial_id INTEGER NOT NULL",
             "step INTEGER NOT NULL", fmt::format("intermediate_value {}", t.real),
             fmt::format("intermediate_value_type {} NOT NULL", t.intermediate_value_type),
             "PRIMARY KEY (trial_intermediate_value_id)", "UNIQUE (trial_id, step)", of_trial}),
      table("trial_heartbeats", {fmt::format("trial_heartbeat_id {} NOT NULL", t.serial),
                                 "trial_id INTEGER NOT NULL", fmt::format("heartbeat {} NOT NULL", t.time),
                                 "PRIMARY KEY (trial_heartbeat_id)", "UNIQUE (trial_id)", of_trial}),
      table("alembic_version",
            {"version_num VARCHAR(32) NOT NULL", "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"}),
  };
}

constexpr std::string_view enum_types[] = {
    "CREATE TYPE studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE')",
    "CREATE TYPE trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING')",
    "CREATE TYPE trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG')",
    "CREATE TYPE trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN')"};

// PostgreSQL's catalogue is asked itself, since to_regclass() may remember that there was no such table.
bool has_table(Database& database, std::string_view table) {
  bool found = false;
  database.execute(
      database.dialect().postgresql
          ? "SELECT 1 FROM pg_catalog.pg_class WHERE relname = ? AND pg_catalog.pg_table_is_visible(oid)"
          : "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
      {table}, [&](const Row&) { found = true; });
  return found;
}

// The version in the database; empty if it has no tables of Optuna's, or tables without a version.
std::string find_version(Database& database) {
  std::string version;
  if (has_table(database, "alembic_version")) {
    database.execute("SELECT version_num FROM alembic_version", {},
                     [&](const Row& row) { version = row.text(0); });
  }
  return version;
}

}  // namespace

bool schema_is_ready(Database& database) {
  const std::string version = find_version(database);
  if (version.empty()) return false;
  if (version != schema_version) {
    throw bad_input(
        "{}: its tables are Optuna's schema {}, expected {} (Optuna 3.2 and later). `optuna storage upgrade` "
        "of a current Optuna can convert older ones; or name another database.",
        database.name(), version, schema_version);
  }
  return true;
}

void create_schema(Database& database) {
  const bool postgresql = database.dialect().postgresql;
  // Others that create the tables at the same time wait here; the number is just ours.
  if (postgresql) database.execute("SELECT pg_advisory_xact_lock(7216849513)");
  if (schema_is_ready(database)) return;
  if (has_table(database, "studies")) {
    throw bad_input(
        "{}: has a table 'studies' without a schema version, so it is not Optuna's. Name another database.",
        database.name());
  }
  if (postgresql) {
    for (const std::string_view statement : enum_types)
      database.execute(statement, {}, {}, Database::Reuse::once);
  }
  for (const std::string& statement : statements(postgresql ? postgresql_types : sqlite_types)) {
    database.execute(statement, {}, {}, Database::Reuse::once);
  }
  database.execute(
      "INSERT INTO version_info (version_info_id, schema_version, library_version) VALUES (1, 12, ?)",
      {optuna_version});
  database.execute("INSERT INTO alembic_version (version_num) VALUES (?)", {schema_version});
}

}  // namespace tailor
