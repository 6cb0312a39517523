#include "study_location.h"

#include <algorithm>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/processors.h"
#include "tailor/base/text.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

// Empty if it is not SQLite's.
std::filesystem::path sqlite_file(const std::string& url) {
  const std::size_t slashes = url.find(":///");
  return url.starts_with("sqlite") && slashes != std::string::npos ? url.substr(slashes + 4) : "";
}

}  // namespace

bool database_is_missing(const std::string& url) {
  const std::filesystem::path file = sqlite_file(url);
  return !file.empty() && !is_there(file);
}

void add_storage_option(CLI::App& command, StudyLocation& location) {
  command
      .add_option("--storage", location.storage,
                  "The database: sqlite:///FILE or postgresql://USER@HOST/NAME [$TAILOR_STORAGE]")
      ->envname(storage_variable)
      ->required();
}

void add_study_option(CLI::App& command, StudyLocation& location) {
  command.add_option("--study,STUDY", location.study, "Its name there [the only one]");
}

std::unique_ptr<Storage> open_existing_storage(const std::string& url) {
  if (database_is_missing(url)) throw usage_error("--storage {}: there is no such database", url);
  return open_storage(url);
}

FoundStudy find_study(const StudyLocation& location) {
  FoundStudy found{open_existing_storage(location.storage)};
  if (!location.study.empty()) {
    if (const std::optional<StudyId> id = found.storage->find_study(location.study)) {
      found.id = *id;
      return found;
    }
  }
  std::vector<std::string> names;
  for (const StudyRecord& study : found.storage->list_studies()) {
    if (study.user_attributes.contains(study_key::confirms) ||
        study.user_attributes.contains(study_key::spread_of))
      continue;  // belongs to another
    names.push_back(study.name);
    found.id = study.id;
  }
  if (location.study.empty() && names.size() == 1) return found;
  const std::string url = without_password(location.storage);
  if (names.empty()) throw usage_error("{}: there is no study", url);
  if (location.study.empty()) throw usage_error("{}: give --study; there are {}", url, join(names, ", "));
  throw usage_error("{}: there is no study '{}'{}; there {} {}", url, location.study,
                    did_you_mean(location.study, names), names.size() == 1 ? "is only" : "are",
                    join(names, ", "));
}

std::string study_options(const std::string& url, const std::string& study) {
  return fmt::format("--storage {} --study {}", shell_word(without_password(url)), shell_word(study));
}

std::filesystem::path default_checkpoints(const std::string& url) {
  const std::filesystem::path file = sqlite_file(url);
  return file.parent_path() / "tailor-checkpoints";
}

int default_jobs() { return available_processors(); }

}  // namespace tailor
