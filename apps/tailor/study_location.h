// Where a study is: the options --storage and --study that the tuning commands share, and what goes with
// them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "tailor/storage/storage.h"

namespace tailor {

// Names the database where --storage does not, for every command.
inline constexpr const char* storage_variable = "TAILOR_STORAGE";

// --storage, or $TAILOR_STORAGE; and --study, which may be left out where there is one study only.
struct StudyLocation {
  std::string storage, study;
};
void add_storage_option(CLI::App& command, StudyLocation& location);
void add_study_option(CLI::App& command, StudyLocation& location);

// An existing study. A usage error if there is no such database or study; never creates a database.
struct FoundStudy {
  std::unique_ptr<Storage> storage;
  StudyId id{};
};
FoundStudy find_study(const StudyLocation& location);
// The database alone.
std::unique_ptr<Storage> open_existing_storage(const std::string& storage_url);

// "--storage URL --study NAME" as a shell takes it, without the password: for commands that people copy.
std::string study_options(const std::string& storage_url, const std::string& study);

// Whether the URL names an SQLite file that does not exist yet.
bool database_is_missing(const std::string& storage_url);

// The parent of studies' checkpoint folders: beside an SQLite file, else below the current folder.
std::filesystem::path default_checkpoints(const std::string& storage_url);

// As many as there are processors for this process.
int default_jobs();

}  // namespace tailor
