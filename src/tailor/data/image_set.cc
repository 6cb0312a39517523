#include "tailor/data/image_set.h"

#include <algorithm>

#include "tailor/base/error.h"

namespace tailor {

void check_images(const ImageSet& images, const Shape& shape, int classes, std::string_view whose) {
  const auto text = [](const Shape& s) { return fmt::format("{}x{}x{}", s.height, s.width, s.channels); };
  if (images.shape != shape)
    throw bad_input(
        "{}: expected images of {} (height, width, channels), as the architecture takes them, got {}", whose,
        text(shape), text(images.shape));
  if (images.pixels.size() != images.count() * shape.size())
    throw bad_input("{}: expected {} bytes of pixels for {} labels, got {}", whose,
                    images.count() * shape.size(), images.count(), images.pixels.size());
  const auto wrong = std::find_if(images.labels.begin(), images.labels.end(),
                                  [&](std::uint16_t label) { return label >= classes; });
  if (wrong != images.labels.end())
    throw bad_input("{}: image {}: expected a label from 0 to {}, as the architecture has {} classes, got {}",
                    whose, wrong - images.labels.begin(), classes - 1, classes, *wrong);
}

void check_indices(const ImageSet& images, std::span<const std::uint32_t> indices, std::string_view whose) {
  if (indices.empty()) throw usage_error("{}: expected at least one image, got none", whose);
  const std::uint32_t largest = *std::max_element(indices.begin(), indices.end());
  if (largest >= images.count())
    throw usage_error("{}: expected images from 0 to {}, got {}: drawn from another set?", whose,
                      static_cast<std::int64_t>(images.count()) - 1, largest);
}

}  // namespace tailor
