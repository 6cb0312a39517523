#include "tailor/analysis/openings.h"

#include <algorithm>

#include "tailor/analysis/confirmation.h"
#include "tailor/tune/test_ledger.h"

namespace tailor {

std::vector<Opening> read_openings(Storage& storage, const StudyRecord& study) {
  std::vector<Opening> openings;
  for (const TestOpening& o : test_openings(study)) {
    Opening row{o.time, o.confirmation + " on " + o.host, {}, {}, ""};
    if (const auto id = storage.find_study(o.confirmation)) {
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
    }
    openings.push_back(std::move(row));
  }
  return openings;
}

}  // namespace tailor
