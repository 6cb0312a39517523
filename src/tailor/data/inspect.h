// What is in a data set: counts, moments, exact duplicates, and a picture of examples. `tailor data info`
// prints these; they look at files, never at models.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tailor/data/image_set.h"
#include "tailor/data/normalization.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {

// Some images of a set, under a name: "training", "test", "validation".
struct ImagePart {
  std::string name;
  const ImageSet* set = nullptr;
  std::vector<std::uint32_t> indices;  // into set
};

// All images of a set.
ImagePart whole_part(std::string name, const ImageSet& set);

std::vector<std::size_t> class_counts(const ImagePart& part, int classes);

// Images that are equal byte for byte.
struct Duplicates {
  struct Pair {
    std::uint32_t first, second;  // indices into each part's set
    bool same_label;
  };
  std::string first, second;  // the parts' names; the same name for duplicates within one part
  std::size_t groups = 0;  // different images that occur more than once (within) or in both parts (between)
  std::size_t pairs = 0;   // all pairs of equal images, one of each part
  std::size_t contradictions = 0;   // pairs whose labels differ
  std::vector<Pair> examples = {};  // some, those of other labels first, then by index
};

Duplicates duplicates_within(const ImagePart& part, std::size_t examples = 10);
// The parts must have images of the same shape; otherwise there are none.
Duplicates duplicates_between(const ImagePart& first, const ImagePart& second, std::size_t examples = 10);

// Images of a part that another one has too.
struct EqualImages {
  std::vector<std::uint32_t> second;  // indices into the second part's set, ascending
  // Images of either part that an equal one, in either part, gives another label.
  std::size_t contradicted = 0;
};
// The parts' images must be of one shape.
EqualImages equal_images(const ImagePart& first, const ImagePart& second);

// Copies an image of this shape into a sheet of as many channels, within which it must lie.
void paste(Picture& sheet, std::span<const std::uint8_t> image, const Shape& shape, int left, int top);

// A grid of examples: `rows` rows for each class from top to bottom, the part's first images of that class.
Picture contact_sheet(const ImagePart& part, int classes, int columns = 20, int rows = 1);

}  // namespace tailor
