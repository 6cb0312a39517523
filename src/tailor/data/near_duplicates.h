// Images of one part that look like an image of another: the same photograph, saved again, a little brighter, or shifted by
// less than a pixel. A test image that was trained on measures memory, not what was learnt (Barz and Denzler, J. Imaging 6
// (2020) 41, count 3 % of CIFAR-10's test images).
//
// First a perceptual hash: the signs of the 64 lowest frequencies of the grey image, brought to 16x16 (as pHash, Zauner
// 2010); all pairs of which at most 7 differ go on, for an image at most the 1,000 nearest, which bounds the time where all
// images look alike. Then pixels: the correlation of the two images' edges (differences of neighbouring grey pixels) must be
// at least near_correlation, and stand out: where all trousers look alike, two pairs of trousers are none (a ratio test
// against the 5th most similar image, after Lowe, IJCV 60 (2004) 91). Tried on CIFAR-10 and Fashion-MNIST; docs/images.md
// says what was found there, and what is missed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tailor/data/dataset.h"
#include "tailor/data/inspect.h"

namespace tailor {

inline constexpr double near_correlation = 0.75;

struct NearDuplicates {
  struct Pair {
    std::uint32_t first, second;  // indices into each part's set
    double correlation;           // of edges
    bool same_label;
  };
  std::string first, second;       // the parts' names
  std::size_t images = 0;          // of the second part that look like one of the first
  std::size_t contradictions = 0;  // of these, whose most similar one has another label
  std::vector<Pair> pairs = {};    // for each of these images its most similar one, ascending by `second`
};

// The parts' images must have one shape; images smaller than 16x16, and such of one value, have no near duplicates.
// By all processors.
NearDuplicates near_duplicates_between(const ImagePart& first, const ImagePart& second,
                                       const DecodingProgress& progress = nullptr);

// Pairs side by side, the most similar first: `columns` pairs in a row.
Picture near_duplicates_sheet(const ImagePart& first, const ImagePart& second, const NearDuplicates& found,
                              std::size_t most = 60, int columns = 6);

}  // namespace tailor
