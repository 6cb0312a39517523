// What a picture of an architecture shows: layers grouped into blocks (a convolution with its norm,
// activation and dropout is one block) and the links between them. No coordinates; drawing_layout.h places
// the blocks.
#pragma once

#include <string>
#include <vector>

#include "tailor/nn/architecture/architecture.h"

namespace tailor {

struct DrawnBlock {
  enum class Tone { input, convolution, pooling, dense, other, sum };  // sum: of a product too

  std::vector<int> layers;  // indices, in order; empty for the network's input
  Tone tone = Tone::other;
  Shape shape;                              // of the output
  std::vector<std::string> label;           // what the layers do, a line each
  int window_height = 0, window_width = 0;  // what one output sees of the input map; 0: no window

  bool flat() const { return shape.height == 1 && shape.width == 1; }
  std::string size_text() const;  // "26×26×32", "128"
};

struct DrawnLink {
  int from = 0, to = 0;          // blocks
  std::vector<int> layers = {};  // of a short branch that is drawn as a note on the link
  std::string note = {};
};

struct DrawnGraph {
  std::vector<DrawnBlock> blocks;  // left to right; the first is the network's input
  std::vector<DrawnLink> links;    // all go from left to right
};

DrawnGraph drawn_graph(const Architecture& architecture);

}  // namespace tailor
