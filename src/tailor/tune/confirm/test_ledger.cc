#include "tailor/tune/confirm/test_ledger.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tailor/base/state_folder.h"
#include "tailor/storage/timestamp.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

using nlohmann::json;

// Of a confirmation: its own opening, so that it has one of its own whatever its name.
constexpr const char* own_opening = "tailor:test_opening";

json to_json_value(const TestOpening& o) {
  json j{{"time", o.time}, {"confirmation", o.confirmation}, {"host", o.host}};
  if (!o.test_hash.empty()) j["test_hash"] = o.test_hash;
  return j;
}

TestOpening from_json(const json& j) {
  return {j.at("time"), j.at("confirmation"), j.at("host"), j.value("test_hash", "")};
}

}  // namespace

ImagesOpening TestOpening::in_account(const std::string& study) const {
  ImagesOpening opening{.time = time + "Z",
                        .test_hash = test_hash,
                        .command = "tailor confirm",
                        .study = study,
                        .confirmation = confirmation,
                        .run = {},
                        .host = host};
  std::replace(opening.time.begin(), opening.time.end(), ' ', 'T');
  return opening;
}

ImagesOpening record_test_opening(Storage& storage, StudyId confirmation, const Confirmation& definition,
                                  const std::string& command, const ImageSet& images) {
  storage.lock_study(confirmation);
  const StudyRecord record = storage.get_study(confirmation);
  std::optional<TestOpening> opening = own_test_opening(storage, record, definition.study);
  if (!opening) {
    opening = {format_timestamp(current_time()), record.name, host_name(), images.content_hash};
    storage.set_user_attribute(confirmation, own_opening, to_json_value(*opening).dump());
    if (const auto study = storage.find_study(definition.study)) {  // unless it was deleted since
      storage.lock_study(*study);
      json list = json::array();
      for (const TestOpening& o : test_openings(storage.get_study(*study))) list.push_back(to_json_value(o));
      list.push_back(to_json_value(*opening));
      storage.set_user_attribute(*study, study_key::openings, list.dump());
    }
  } else if (opening->test_hash.empty()) {
    opening->test_hash = images.content_hash;
    storage.set_user_attribute(confirmation, own_opening, to_json_value(*opening).dump());
  }
  ImagesOpening in_account = opening->in_account(definition.study);
  in_account.command = command;
  in_account.images = static_cast<std::int64_t>(images.count());
  return in_account;
}

std::vector<TestOpening> test_openings(const StudyRecord& study) {
  std::vector<TestOpening> openings;
  const auto text = study.user_attributes.find(study_key::openings);
  if (text == study.user_attributes.end()) return openings;
  for (const json& o : json::parse(text->second)) openings.push_back(from_json(o));
  return openings;
}

std::optional<TestOpening> own_test_opening(Storage& storage, const StudyRecord& confirmation,
                                            const std::string& study) {
  const auto own = confirmation.user_attributes.find(own_opening);
  if (own != confirmation.user_attributes.end()) return from_json(json::parse(own->second));
  // Earlier versions wrote it to the study alone, by name and without the images' hash.
  if (const auto id = storage.find_study(study))
    for (const TestOpening& o : test_openings(storage.get_study(*id)))
      if (o.confirmation == confirmation.name && o.test_hash.empty()) return o;
  return std::nullopt;
}

}  // namespace tailor
