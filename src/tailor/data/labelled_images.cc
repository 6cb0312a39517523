#include "tailor/data/labelled_images.h"

#include <algorithm>
#include <array>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/data/sources/class_limit.h"

namespace tailor {

int count_classes(std::span<const std::uint16_t> labels, const std::string& name) {
  const auto largest = std::max_element(labels.begin(), labels.end());
  if (largest == labels.end()) throw bad_input("{}: expected labels, got none", name);
  if (*largest >= max_classes)
    throw bad_input("{}: label {}: expected a class from 0 to {}, got {}", name, largest - labels.begin(),
                    max_classes - 1, *largest);
  if (*largest == 0)
    throw bad_input("{}: expected labels of at least two classes, got {} labels that are all 0", name,
                    labels.size());
  check_every_class(labels, *largest + 1, name);
  return *largest + 1;
}

void check_every_class(std::span<const std::uint16_t> labels, int classes, const std::string& name) {
  std::vector<bool> seen(static_cast<std::size_t>(classes));
  for (const std::uint16_t label : labels) seen[label] = true;
  const auto missing = std::find(seen.begin(), seen.end(), false);
  if (missing != seen.end())
    throw bad_input(
        "{}: expected an image of each class, 0 to {}, got none of class {}: labels count from 0 without gaps",
        name, classes - 1, missing - seen.begin());
}

void check_labels(std::span<const std::uint16_t> labels, int classes, const std::string& name) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] >= classes)
      throw bad_input("{}: label {}: expected a class of the training labels, 0 to {}, got {}", name, i,
                      classes - 1, labels[i]);
}

void check_label_count(std::size_t images, std::size_t labels, const std::string& image_name,
                       const std::string& label_name) {
  if (images != labels)
    throw bad_input("{}: expected {} labels, as many as {} has images, got {}: do these belong together?",
                    label_name, images, image_name, labels);
}

std::vector<std::string> numbered_classes(int classes) {
  std::vector<std::string> names;
  for (int c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

std::string name_of_location(const std::filesystem::path& location) {
  std::error_code code;
  const std::filesystem::path full = std::filesystem::weakly_canonical(location, code);
  const std::string name = (code ? location : full).filename().string();
  return name.empty() ? location.string() : name;
}

std::string hash_images(const ImageSet& images) {
  Sha256 pixels, labels;
  for (const std::size_t n :
       {images.count(), static_cast<std::size_t>(images.shape.height),
        static_cast<std::size_t>(images.shape.width), static_cast<std::size_t>(images.shape.channels)}) {
    const std::array<std::uint8_t, 4> bytes = {
        static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n >> 16),
        static_cast<std::uint8_t>(n >> 24)};
    pixels.add(bytes.data(), bytes.size());
  }
  pixels.add(images.pixels.data(), images.pixels.size());
  for (const std::uint16_t label : images.labels) {
    const std::array<std::uint8_t, 2> bytes = {static_cast<std::uint8_t>(label),
                                               static_cast<std::uint8_t>(label >> 8)};
    labels.add(bytes.data(), bytes.size());
  }
  return sha256(pixels.hex() + labels.hex());
}

}  // namespace tailor
