#include "tailor/tune/study/study_shared_images.h"

#include "tailor/tune/study/study_view.h"

namespace tailor {

void keep_shared_images(Storage& storage, StudyId study, const SharedImages& shared) {
  if (shared.images == 0) return;  // not compared
  storage.transaction([&] { storage.set_user_attribute(study, study_key::shared_images, to_json(shared)); });
}

std::optional<SharedImages> kept_shared_images(const StudyRecord& study) {
  const auto text = study.user_attributes.find(study_key::shared_images);
  if (text == study.user_attributes.end()) return std::nullopt;
  return shared_images_from_json(text->second);
}

}  // namespace tailor
