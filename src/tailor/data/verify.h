// Checks each file of an IDX data set by itself and against its partners, and compares contents with the
// official ones.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "tailor/data/known_sets.h"

namespace tailor {

struct FileCheck {
  Part part = Part::train_images;
  std::string file = {};      // empty if there is none
  std::string holds = {};     // "60,000 images, 28 x 28 x 1"; empty if unreadable
  std::string hash = {};      // SHA-256 of the content
  std::string official = {};  // the known set whose file this is
  std::string problem = {};   // what is wrong with it; empty if nothing
};

struct Verification {
  std::string location;
  std::array<FileCheck, 4> files;  // by Part

  bool good() const;
};

// A name or folder as open_dataset takes it. Wrong are: a file that cannot be read whole, partners that do
// not match, a missing test file, and, if a known set is named or its images are those of a known set, a file
// that is not of that set. A usage error for data sets of other kinds than IDX.
Verification verify_dataset(const std::string& name_or_folder);

}  // namespace tailor
