// How many of a study's validation images, or of the test images that a confirmation met, are among the training images:
// kept with the study, so that reports tell it without the images.
#pragma once

#include <optional>

#include "tailor/data/shared_images.h"
#include "tailor/storage/storage.h"

namespace tailor {

void keep_shared_images(Storage& storage, StudyId study, const SharedImages& shared);

// Nothing in studies of earlier versions, and of test images that are sealed.
std::optional<SharedImages> kept_shared_images(const StudyRecord& study);

}  // namespace tailor
