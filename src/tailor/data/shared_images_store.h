// Counts of shared images, kept between commands: comparing takes seconds, a command on images that were compared before
// takes none. A file of some hundred bytes for each pair of parts; `tailor data cache --clean` removes them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "tailor/data/shared_images.h"

namespace tailor {

class SharedImagesStore {
 public:
  // Of the folder, which is made when something is put into it. An empty name keeps nothing.
  explicit SharedImagesStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // `fit`: Dataset::fit(), which the hash of pictures' content does not tell. What cannot be read or written here is
  // computed again.
  SharedImages of_validation(const ImageSet& images, const Split& split, std::optional<Fit> fit,
                             const DecodingProgress& progress = nullptr) const;
  SharedImages of_test(const ImageSet& training, const ImageSet& test, std::optional<Fit> fit,
                       const DecodingProgress& progress = nullptr) const;

  std::size_t count() const;
  void clean() const;

 private:
  SharedImages kept(const ImageSet& images, const std::string& other, std::optional<Fit> fit,
                    const std::function<SharedImages()>& compare) const;

  std::filesystem::path folder_;
};

// duplicates/ in cache_folder(), if there is one.
SharedImagesStore account_shared_images();

}  // namespace tailor
