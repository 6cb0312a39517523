#include "tailor/data/cached_dataset.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/data/dataset_wrapper.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// Another number makes all packs of arrays anew.
constexpr int reader_version = 1;

// Of all files that the set could be read from: CIFAR's may lie a folder deeper.
std::string signature_of(const fs::path& location, std::string_view part) {
  Sha256 hash;
  hash.add(fmt::format("arrays {} {}\n", reader_version, part));
  std::error_code code;
  std::vector<fs::path> files = {fs::absolute(location)};
  constexpr int deepest = 1;
  for (auto each = fs::recursive_directory_iterator(files.front(), code); !code && each != fs::end(each);
       each.increment(code)) {
    if (each.depth() >= deepest) each.disable_recursion_pending();
    files.push_back(each->path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) hash.add(fmt::format("{} {}\n", file.string(), file_stamp(file)));
  return hash.hex();
}

class CachedDataset : public DatasetWrapper {
 public:
  CachedDataset(std::unique_ptr<Dataset> dataset, const ImageCache& cache, std::size_t least)
      : DatasetWrapper(std::move(dataset)), cache_(cache), least_(least) {}

  ImageSet read_train() const override {
    return kept("training", [&] { return wrapped().read_train(); });
  }
  ImageSet read_test() const override {
    return kept("test", [&] { return wrapped().read_test(); });
  }

 private:
  template <class Read>
  ImageSet kept(std::string_view part, Read&& read) const {
    const std::string signature = signature_of(wrapped().location(), part);
    bool begun = false;
    std::optional<ImageSet> images;  // once they are read
    const ImageCache::Making making{
        .key = [&]() -> std::optional<std::string> {
          begun = true;
          images = read();
          if (images->pixels.size() < least_) return std::nullopt;
          // The same arrays elsewhere, or packed otherwise, have one pack.
          return sha256(
              fmt::format("arrays {} {} {}", reader_version, images->content_hash,
                          images->validation_begin ? std::to_string(*images->validation_begin) : "none"));
        },
        .make =
            [&](const fs::path& pack) {
              ImagePackWriter writer(pack, images->count(), images->shape.size());
              for (std::size_t i = 0; i < images->count(); ++i) writer.put(i, images->image(i));
              writer.finish(*images, {fs::absolute(wrapped().location()).lexically_normal().string(), {}});
            }};
    try {
      if (std::optional<ImagePack> pack = cache_.find_or_make(signature, making))
        return std::move(pack->images);
    } catch (const Error&) {
      if (begun && !images) throw;  // they cannot be read
      // No room, or no folder to write to: the images are here all the same.
    }
    return images ? *std::move(images) : read();
  }

  const ImageCache cache_;
  const std::size_t least_;
};

}  // namespace

std::unique_ptr<Dataset> cached(std::unique_ptr<Dataset> dataset, const ImageCache& cache,
                                std::size_t least) {
  if (dataset->fit()) return dataset;
  return std::make_unique<CachedDataset>(std::move(dataset), cache, least);
}

}  // namespace tailor
