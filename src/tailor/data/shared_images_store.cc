#include "tailor/data/shared_images_store.h"

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"
#include "tailor/base/small_file.h"
#include "tailor/base/state_folder.h"

namespace tailor {
namespace {

// Another number compares all images anew: to be raised when what is counted changes.
constexpr int comparison_version = 1;
constexpr const char* counts_ending = ".json";

}  // namespace

SharedImages SharedImagesStore::kept(const ImageSet& images, const std::string& other, std::optional<Fit> fit,
                                     const std::function<SharedImages()>& compare) const {
  if (folder_.empty()) return compare();
  const std::string key =
      sha256(fmt::format("{} {} {}x{}x{} {} {}", comparison_version, images.content_hash, images.shape.height,
                         images.shape.width, images.shape.channels, fit ? name_of(*fit) : "none", other));
  const std::filesystem::path file = folder_ / (key + counts_ending);
  if (const std::optional<SharedImages> known = shared_images_from_json(small_file(file))) return *known;
  const SharedImages shared = compare();
  try {
    make_folder(folder_);
    write_file(file, to_json(shared) + "\n");
  } catch (const Error&) {
    // No room, or no folder to write to: the next command compares again.
  }
  return shared;
}

SharedImages SharedImagesStore::of_validation(const ImageSet& images, const Split& split,
                                              std::optional<Fit> fit,
                                              const DecodingProgress& progress) const {
  return kept(images, "split " + split.hash, fit,
              [&] { return shared_validation_images(images, split, progress); });
}

SharedImages SharedImagesStore::of_test(const ImageSet& training, const ImageSet& test,
                                        std::optional<Fit> fit, const DecodingProgress& progress) const {
  return kept(training, "test " + test.content_hash, fit,
              [&] { return shared_test_images(training, test, progress); });
}

std::size_t SharedImagesStore::count() const {
  std::size_t files = 0;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, code))
    files += entry.path().extension() == counts_ending;
  return files;
}

void SharedImagesStore::clean() const {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored))
    if (entry.path().extension() == counts_ending) std::filesystem::remove(entry.path(), ignored);
  std::filesystem::remove(folder_, ignored);  // unless something else is there
}

SharedImagesStore account_shared_images() {
  try {
    return SharedImagesStore(cache_folder() / "duplicates");
  } catch (const Error&) {  // an account without a home
    return SharedImagesStore({});
  }
}

}  // namespace tailor
