#include "study_location.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/text.h"

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
  std::error_code ignored;
  return !file.empty() && !std::filesystem::exists(file, ignored);
}

FoundStudy find_study(const std::string& url, const std::string& name) {
  if (database_is_missing(url)) throw usage_error("--storage {}: there is no such database", url);
  FoundStudy found{open_storage(url)};
  const std::optional<StudyId> id = found.storage->find_study(name);
  if (!id) {
    std::vector<std::string> names;
    for (const StudyRecord& study : found.storage->list_studies()) names.push_back(study.name);
    throw usage_error("{}: there is no study '{}'{}; there {}", without_password(url), name,
                      did_you_mean(name, names), names.empty() ? "is none" : "are " + join(names, ", "));
  }
  found.id = *id;
  return found;
}

std::filesystem::path default_checkpoints(const std::string& url) {
  const std::filesystem::path file = sqlite_file(url);
  return file.parent_path() / "tailor-checkpoints";
}

int default_jobs() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

}  // namespace tailor
