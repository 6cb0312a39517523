#include "tailor/data/cached_dataset.h"

#include <optional>
#include <utility>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/data/dataset_wrapper.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// Another number makes all packs of arrays anew.
constexpr int reader_version = 1;

class CachedDataset : public DatasetWrapper {
 public:
  CachedDataset(std::unique_ptr<Dataset> dataset, ImageOrigin origin, const ImageCache& cache,
                const PixelRoom& room)
      : DatasetWrapper(std::move(dataset)), origin_(std::move(origin)), cache_(cache), room_(room) {}

  ImageSet read_train() const override {
    return kept("training", [&] { return wrapped().read_train(); });
  }
  ImageSet read_test() const override {
    return kept("test", [&] { return wrapped().read_test(); });
  }

 private:
  template <class Read>
  ImageSet kept(std::string_view part, Read&& read) const {
    const std::string signature = signature_of(part);
    bool begun = false;
    std::optional<ImageSet> images;  // once they are read
    const ImageCache::Making making{
        .key = [&]() -> std::optional<std::string> {
          begun = true;
          images = read();
          if (images->pixels.size() < room_.in_memory) return std::nullopt;
          // The same arrays elsewhere, or packed otherwise, have one pack.
          return sha256(fmt::format(
              "arrays {} {} {} {}", reader_version, images->content_hash,
              images->validation_begin ? std::to_string(*images->validation_begin) : "none", origin_.done));
        },
        .make =
            [&](const fs::path& pack) {
              ImagePackWriter writer(pack, images->count(), images->shape.size());
              for (std::size_t i = 0; i < images->count(); ++i) writer.put(i, images->image(i));
              writer.finish(*images, {fs::absolute(wrapped().location()).lexically_normal().string(), {}});
            },
        .waiting =
            [&] {
              if (room_.progress) room_.progress("waiting for another process that reads them", 0, 0);
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

  std::string signature_of(std::string_view part) const {
    Sha256 hash;
    hash.add(fmt::format("arrays {} {} {}\n", reader_version, part, origin_.done));
    for (const fs::path& file : origin_.files)
      hash.add(fmt::format("{} {}\n", fs::absolute(file).string(), file_stamp(file)));
    return hash.hex();
  }

  const ImageOrigin origin_;
  const ImageCache cache_;
  const PixelRoom room_;
};

}  // namespace

std::unique_ptr<Dataset> cached(std::unique_ptr<Dataset> dataset, ImageOrigin origin, const ImageCache& cache,
                                const PixelRoom& room) {
  return std::make_unique<CachedDataset>(std::move(dataset), std::move(origin), cache, room);
}

}  // namespace tailor
