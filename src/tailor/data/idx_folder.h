// Finds the four files of an IDX data set in a folder by the names that the MNIST family uses.
#pragma once

#include <array>
#include <filesystem>

#include "tailor/data/known_sets.h"

namespace tailor {

struct IdxFolder {
  std::filesystem::path folder;
  std::array<std::filesystem::path, 4> files;  // by Part; empty where there is none

  const std::filesystem::path& file(Part part) const { return files[static_cast<std::size_t>(part)]; }
};

// Looks for [prefix-]{train,t10k,test}-{images,labels}{-,.}idx{1,3,4}-ubyte[.gz]. Of a file and its gzipped
// twin the plain one is taken, of files with equal content the first; hidden files are ignored. No training
// images or labels, or several sets in one folder, is bad input.
IdxFolder find_idx_folder(const std::filesystem::path& folder);

// Whether it is a folder with any file of such a name.
bool has_idx_files(const std::filesystem::path& folder);

}  // namespace tailor
