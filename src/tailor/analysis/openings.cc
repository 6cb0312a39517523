#include "tailor/analysis/openings.h"

#include <algorithm>
#include <set>

#include "tailor/analysis/confirmation.h"
#include "tailor/tune/confirm/test_ledger.h"
#include "tailor/tune/study.h"

namespace tailor {
namespace {

// Who met the images, as far as that confirmation of the study is still there.
Opening met(Storage& storage, const TestOpening& o, const std::string& study) {
  Opening row{o.time, o.confirmation + " on " + o.host, {}, {}, o.test_hash};
  const auto id = storage.find_study(o.confirmation);
  if (!id) return row;
  const auto own = own_test_opening(storage, storage.get_study(*id), study);
  if (own && own->time != o.time) return row;  // another one of the same name
  for (const ConfirmationCandidate& c : read_confirmation(storage, *id).candidates) {
    bool met = false;
    for (const ConfirmationRun& run : c.runs) {
      if (!run.test) continue;
      met = true;
      if (row.images_hash.empty()) row.images_hash = run.test_images_hash;
      if (std::find(row.seeds.begin(), row.seeds.end(), run.seed_index) == row.seeds.end())
        row.seeds.push_back(run.seed_index);
    }
    if (met) row.candidates.push_back(c.name);
  }
  return row;
}

// As a study's own ledger writes it.
std::string study_time(std::string time) {
  std::replace(time.begin(), time.end(), 'T', ' ');
  if (time.ends_with('Z')) time.pop_back();
  return time;
}

}  // namespace

std::vector<Opening> read_openings(Storage& storage, const StudyRecord& study, const ImagesLedger& account) {
  std::vector<Opening> openings;
  std::set<std::string> hashes, times;
  for (const TestOpening& o : test_openings(study)) {
    openings.push_back(met(storage, o, study.name));
    times.insert(o.time);
    if (!openings.back().images_hash.empty()) hashes.insert(openings.back().images_hash);
  }
  for (const std::string& hash : hashes)
    for (const ImagesOpening& o : account.of(hash).openings)
      if (times.insert(study_time(o.time)).second)
        openings.push_back({study_time(o.time), o.by(), {}, {}, hash, true});
  std::stable_sort(openings.begin(), openings.end(),
                   [](const Opening& a, const Opening& b) { return a.time < b.time; });
  return openings;
}

std::optional<ImagesOpenings> opened_before(Storage& storage, StudyId confirmation,
                                            const ImagesLedger& account) {
  const StudyRecord record = storage.get_study(confirmation);
  const std::string studied = read_definition(storage, confirmation).confirmation.value().study;
  const std::optional<TestOpening> own = own_test_opening(storage, record, studied);
  if (!own) return std::nullopt;
  const std::string hash = met(storage, *own, studied).images_hash;
  if (hash.empty()) return std::nullopt;
  ImagesOpenings before = account.of(hash);
  if (const auto id = storage.find_study(studied)) {
    std::vector<ImagesOpening> known;
    for (const TestOpening& o : test_openings(storage.get_study(*id)))
      if (const std::string its = met(storage, o, studied).images_hash; its.empty() || its == hash)
        known.push_back(o.in_account(studied));
    before.add(std::move(known));
  }
  before.cut(own->in_account(studied).time);
  return before;
}

}  // namespace tailor
