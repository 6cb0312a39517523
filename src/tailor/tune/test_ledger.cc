#include "tailor/tune/test_ledger.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tailor/storage/timestamp.h"
#include "tailor/tune/study_view.h"

namespace tailor {

using nlohmann::json;

void record_test_opening(Storage& storage, StudyId confirmation, const Confirmation& definition,
                         const std::string& host) {
  const std::optional<StudyId> study = storage.find_study(definition.study);
  if (!study) return;  // deleted since: the confirmation's own runs tell
  storage.lock_study(*study);
  const std::string name = storage.get_study(confirmation).name;
  std::vector<TestOpening> openings = test_openings(storage.get_study(*study));
  if (std::any_of(openings.begin(), openings.end(),
                  [&](const TestOpening& o) { return o.confirmation == name; }))
    return;
  openings.push_back({format_timestamp(current_time()), name, host});
  json list = json::array();
  for (const TestOpening& o : openings)
    list.push_back({{"time", o.time}, {"confirmation", o.confirmation}, {"host", o.host}});
  storage.set_user_attribute(*study, study_key::openings, list.dump());
}

std::vector<TestOpening> test_openings(const StudyRecord& study) {
  std::vector<TestOpening> openings;
  const auto text = study.user_attributes.find(study_key::openings);
  if (text == study.user_attributes.end()) return openings;
  for (const json& o : json::parse(text->second))
    openings.push_back({o.at("time"), o.at("confirmation"), o.at("host")});
  return openings;
}

}  // namespace tailor
