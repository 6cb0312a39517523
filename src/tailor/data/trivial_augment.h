// TrivialAugment (Müller and Hutter, ICCV 2021, arXiv:2103.10158): one operation on each image, drawn evenly with its strength.
// Operations and ranges are those of torchvision's TrivialAugmentWide with 31 strengths, pixels those of Pillow.
#pragma once

#include <cstdint>

#include "tailor/base/random.h"
#include "tailor/base/shape.h"

namespace tailor {

// Persistent: trainings depend on the order.
enum class TrivialOperation {
  identity,
  shear_x,       // from the upper left corner, by up to 0.99 pixels for each pixel; either way
  shear_y,       //
  translate_x,   // by up to 32 whole pixels; either way
  translate_y,   //
  rotate,        // around the centre, by up to 135 degrees; either way
  brightness,    // factor from 0.01 to 1.99 of the distance from black
  colour,        // … from the image's own grey; nothing happens to grey images
  contrast,      // … from the mean grey
  sharpness,     // … from the smoothed image
  posterize,     // keeps the upper 8 to 2 bits
  solarize,      // inverts values from a threshold on, 255 to 0
  autocontrast,  // stretches each channel to the full range
  equalize,      // flattens each channel's histogram
};

inline constexpr int trivial_operations = 14, trivial_strengths = 31;

struct TrivialChoice {
  TrivialOperation operation = TrivialOperation::identity;
  int strength = 0;       // 0 … 30
  bool negative = false;  // for those that go either way
};

TrivialChoice draw_trivial(Key key);

// `image` and `out` are shape.size() bytes [height][width][channels] each and do not overlap. Geometry takes the nearest
// pixel; what comes from outside is 0.
void apply_trivial(const TrivialChoice& choice, const Shape& shape, const std::uint8_t* image,
                   std::uint8_t* out);

}  // namespace tailor
