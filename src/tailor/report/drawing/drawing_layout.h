// Where the blocks of an architecture's picture stand: sizes to scale, positions along rows, row breaks, and
// the levels of the links that pass over other blocks. Units are SVG user units (pixels at 100 %).
#pragma once

#include <cstddef>
#include <vector>

#include "tailor/report/drawing/drawing_graph.h"

namespace tailor {

inline constexpr double font_size = 12;
inline constexpr double line_height = 15;
inline constexpr double row_width = 940;  // at most, but a single block may be wider
inline constexpr double margin = 16;
inline constexpr double depth_across = 0.36;  // how a block's width runs away from the viewer: to the right
inline constexpr double depth_up = 0.30;      // and up

// Width of text in DejaVu Sans, estimated by character classes.
double text_width(const std::string& text, double size = font_size);

// A box seen from the front left: `thick` along the flow (channels), `high`, and `wide` away from the viewer.
struct DrawnBox {
  double thick = 0, high = 0, wide = 0;

  double across() const { return thick + wide * depth_across; }
  double above() const { return high / 2 + wide * depth_up / 2; }  // half of the outline's height
};

struct PlacedBlock {
  int block = 0;
  bool repeated = false;  // stands at the start of a row for the last block of the row before
  DrawnBox box;
  double center = 0;  // of the outline
  double tap = 0;     // x behind it where links over other blocks leave the flow

  double left() const { return center - box.across() / 2; }
  double right() const { return center + box.across() / 2; }
};

// A link over other blocks. Links that leave a row end at its right edge and enter the later row at its left.
struct PlacedLink {
  int link = 0;
  int from = -1, to = -1;  // indices in the row; -1: beyond its edge
  int level = 0;           // 0 is lowest
};

struct PlacedRow {
  std::vector<PlacedBlock> blocks;
  std::vector<bool> arrow;  // blocks[i] to blocks[i + 1]
  std::vector<PlacedLink> links;
  bool leads_on = false;    // the flow continues in the next row
  double axis = 0;          // y of the flow
  double links_above = 0;   // y of level 0, from the axis, upwards
  double labels_below = 0;  // y of the labels' first line, from the axis, downwards
};

struct Layout {
  std::vector<PlacedRow> rows;
  double width = 0, height = 0;
};

inline constexpr double sum_radius = 9;
inline constexpr double level_height = 24;

// Rows are spread to a common width, at least `width`.
Layout lay_out(const DrawnGraph& graph, double width = 0);

}  // namespace tailor
