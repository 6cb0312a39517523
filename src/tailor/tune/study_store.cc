// Studies as storage keeps them: making, reading and changing their definitions.
#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/tune/queue/take_back.h"
#include "tailor/tune/study.h"

namespace tailor {
namespace {

std::string attribute(const StudyRecord& record, const char* key) {
  const auto found = record.user_attributes.find(key);
  if (found == record.user_attributes.end())
    throw bad_input("study '{}': was not made by 'tailor tune': it has no {}", record.name, key);
  return found->second;
}

std::vector<StudyId> studies_of(Storage& storage, const char* key, const std::string& study) {
  const std::string text = nlohmann::json(study).dump();
  std::vector<StudyId> found;
  for (const StudyRecord& record : storage.list_studies()) {
    const auto of = record.user_attributes.find(key);
    if (of != record.user_attributes.end() && of->second == text) found.push_back(record.id);
  }
  return found;
}

}  // namespace

StudyId create_study(Storage& storage, const std::string& name, const StudyDefinition& definition) {
  std::random_device random;
  const std::string identity = fmt::format("\"{:08x}\"", random());
  StudyId study{};
  storage.transaction([&] {
    study = storage.create_study(name,
                                 {maximizes(definition.measure) ? Direction::maximize : Direction::minimize});
    storage.set_user_attribute(study, study_key::definition, to_json(definition));
    storage.set_user_attribute(study, study_key::identity, identity);
    storage.set_user_attribute(study, study_key::next_job, "0");
    storage.set_system_attribute(study, "study:metric_names",
                                 fmt::format("[\"{}\"]", name_of(definition.measure)));
    if (definition.confirmation) {
      storage.set_user_attribute(study, study_key::confirms,
                                 nlohmann::json(definition.confirmation->study).dump());
    } else if (definition.spread) {
      storage.set_user_attribute(study, study_key::spread_of,
                                 nlohmann::json(definition.spread->study).dump());
    } else {
      storage.create_trial(study,
                           {.state = TrialState::waiting, .user_attributes = {{trial_key::untuned, "true"}}});
    }
  });
  return study;
}

std::vector<StudyId> confirmations_of(Storage& storage, const std::string& study) {
  return studies_of(storage, study_key::confirms, study);
}

std::vector<StudyId> spreads_of(Storage& storage, const std::string& study) {
  return studies_of(storage, study_key::spread_of, study);
}

StudyDefinition read_definition(Storage& storage, StudyId study) {
  const StudyRecord record = storage.get_study(study);
  return definition_from_json(attribute(record, study_key::definition), "study '" + record.name + "'");
}

int change_definition(Storage& storage, StudyId study,
                      const std::function<StudyDefinition(const StudyDefinition& now)>& change) {
  int reopened = 0;
  storage.transaction([&] {
    reopened = 0;
    storage.lock_study(study);
    const StudyDefinition now = read_definition(storage, study);
    const StudyDefinition changed = change(now);
    const std::string text = to_json(changed);
    if (text == to_json(now)) return;
    check_change(now, changed);
    reopened = take_back_the_end(storage, study, now, changed);
    storage.set_user_attribute(study, study_key::definition, text);
  });
  return reopened;
}

int change_definition(Storage& storage, StudyId study, const StudyDefinition& definition) {
  return change_definition(storage, study, [&](const StudyDefinition&) { return definition; });
}

std::string study_file_name(const std::string& study) {
  std::size_t length = std::min<std::size_t>(study.size(), 64);
  const auto within_character = [&](std::size_t i) { return i < study.size() && (study[i] & 0xC0) == 0x80; };
  while (within_character(length)) --length;
  std::string name = study.substr(0, length);
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return c < 0x80 && std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.'; },
      '_');
  return name;
}

std::filesystem::path checkpoint_folder(Storage& storage, StudyId study,
                                        const std::filesystem::path& parent) {
  const StudyRecord record = storage.get_study(study);
  const std::string identity = attribute(record, study_key::identity);
  return parent / (study_file_name(record.name) + "-" + identity.substr(1, identity.size() - 2));
}

}  // namespace tailor
