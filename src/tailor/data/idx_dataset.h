// A data set of four IDX files in a folder.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tailor/data/dataset.h"

namespace tailor {

std::unique_ptr<Dataset> open_idx_dataset(const std::filesystem::path& folder, std::string reference);

}  // namespace tailor
