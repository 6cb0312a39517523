// How a camera was held: the EXIF orientation of a picture, and turning the picture upright by it.
#pragma once

#include <string_view>

#include "tailor/data/pictures/picture.h"

namespace tailor {

// Of a whole JPEG file, or of an EXIF block as PNG and WebP hold it (a small TIFF, with or without the letters
// "Exif" before it): 1 to 8 as EXIF 2.32 (JEITA CP-3451) numbers them; 1, upright, if nothing is said or what is
// said is damaged.
int exif_orientation(std::string_view jpeg_or_exif);

// The picture as it should be seen. `orientation` from 1 to 8, as TIFF and EXIF number it; others turn nothing.
Picture upright(Picture picture, int orientation);

}  // namespace tailor
