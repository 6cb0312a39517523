// A data set of few, large files that hold all images: arrays, CIFAR's batches, IDX.
#pragma once

#include <filesystem>
#include <vector>

#include "tailor/data/dataset.h"

namespace tailor {

class FileDataset : public Dataset {
 public:
  // The files that its images, labels and names are read from, and no others.
  virtual std::vector<std::filesystem::path> files() const = 0;
};

}  // namespace tailor
