// The picture of an architecture, for papers and run folders: feature maps as blocks to scale, flat layers as
// bars, sums with their skip connections, in rows if the network is long.
#pragma once

#include <string>

#include "tailor/nn/architecture/architecture.h"

namespace tailor {

// A self-contained SVG 1.1 document. Each group carries its layers' names, shapes and parameters as a
// tooltip.
std::string draw_svg(const Architecture& architecture);

// The same as PNG, `width` pixels wide, on white. Needs rsvg-convert (package librsvg2-bin): a failure
// without it.
std::string draw_png(const Architecture& architecture, int width);

}  // namespace tailor
