// How a camera was held: the EXIF orientation of a picture, and turning the picture upright by it.
#pragma once

#include <string_view>

#include "tailor/data/picture.h"

namespace tailor {

// Of a whole JPEG file, or of a PNG file with an eXIf chunk: 1 to 8 as EXIF 2.32 (JEITA CP-3451) numbers
// them; 1, upright, if nothing is said or what is said is damaged.
int exif_orientation(std::string_view file);

// The picture as it should be seen. `orientation` from 1 to 8.
Picture upright(Picture picture, int orientation);

}  // namespace tailor
