// What every source of labelled images checks, and its content's identity.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tailor/data/image_set.h"

namespace tailor {

// The number of classes: 1 + the largest of the training labels. Bad input unless there are 2 to 1,000 and each has an
// image; `name` begins the message.
int count_classes(std::span<const std::uint16_t> labels, const std::string& name);
// Bad input if a class has no image.
void check_every_class(std::span<const std::uint16_t> labels, int classes, const std::string& name);
// Bad input if a label is none of the training labels' classes.
void check_labels(std::span<const std::uint16_t> labels, int classes, const std::string& name);
// Bad input unless they are as many.
void check_label_count(std::size_t images, std::size_t labels, const std::string& image_name,
                       const std::string& label_name);

// "0", "1", …: for classes of which nothing else is known.
std::vector<std::string> numbered_classes(int classes);
// What a data set is called after: the last part of its path, links followed; the path itself if it has none.
std::string name_of_location(const std::filesystem::path& location);

// The identity of what was decoded, however it was stored or packed: SHA-256 over the hex digits of two SHA-256s: of
// number, height, width and channels (u32, little-endian) and the pixels; and of the labels (u16, little-endian).
std::string hash_images(const ImageSet& images);

}  // namespace tailor
