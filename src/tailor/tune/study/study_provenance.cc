#include "tailor/tune/study/study_provenance.h"

#include <algorithm>
#include <set>

#include "tailor/base/add_once.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

StudyProvenance::Group& group_of(std::vector<StudyProvenance::Group>& groups,
                                 const Environment& environment) {
  for (StudyProvenance::Group& group : groups)
    if (group.environment == environment) return group;
  return groups.emplace_back(StudyProvenance::Group{environment});
}

void count(StudyProvenance::Counts& counts, const std::set<std::string>& names) {
  for (const std::string& name : names) {
    auto found = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == name; });
    if (found == counts.end()) found = counts.insert(found, {name, 0});
    ++found->second;
  }
}

void most_first(StudyProvenance::Counts& counts) {
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
}

}  // namespace

Provenance provenance_of(const TrialRecord& trial) {
  if (!trial.user_attributes.contains(trial_key::jobs)) return {};
  const auto recorded = trial.user_attributes.find(trial_key::provenance);
  Provenance provenance;
  if (recorded != trial.user_attributes.end()) provenance = provenance_from_json(recorded->second);
  if (provenance.empty()) provenance.emplace_back();
  return provenance;
}

StudyProvenance study_provenance(std::span<const TrialRecord> trials) {
  StudyProvenance study;
  for (const TrialRecord& trial : trials) {
    const Provenance provenance = provenance_of(trial);
    if (provenance.empty()) continue;
    ++study.trials;
    std::vector<Environment> counted;  // an environment on two hosts is one
    std::set<std::string> sets, builds;
    bool recorded = true;
    for (const ProvenancePart& part : provenance) {
      Environment environment = part.environment;
      environment.host.clear();
      StudyProvenance::Group& group = group_of(study.groups, environment);
      if (!part.environment.host.empty()) add_once(group.hosts, part.environment.host);
      for (const std::string& kernel : part.kernels)
        if (!kernel.empty()) add_once(group.kernels, kernel);
      if (add_once(counted, environment)) ++group.trials;
      recorded = recorded && environment.recorded();
      if (!environment.recorded()) continue;
      sets.insert(environment.instruction_set);
      builds.insert(build_text(environment));
    }
    study.not_recorded += !recorded;
    count(study.instruction_sets, sets);
    count(study.builds, builds);
    if (sets.size() > 1) study.continued.push_back(static_cast<int>(trial.number));
  }
  most_first(study.instruction_sets);
  most_first(study.builds);
  std::stable_sort(study.groups.begin(), study.groups.end(),
                   [](const auto& a, const auto& b) { return a.trials > b.trials; });
  return study;
}

}  // namespace tailor
