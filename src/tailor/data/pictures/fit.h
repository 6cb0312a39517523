// Pictures of any size as inputs of a network: grey or colour, scaled, cut or padded to its shape.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tailor/data/pictures/picture.h"

namespace tailor {

struct ImageSize {
  int width = 0, height = 0;
  bool operator==(const ImageSize&) const = default;
};

// How a picture of another size becomes one of the wanted size.
enum class Fit {
  crop,     // scaled until it covers it, the middle is kept: torchvision's Resize and CenterCrop
  pad,      // scaled until it fits within, its aspect kept, in the middle of the ground
  stretch,  // each side by itself: Image.resize
};
std::string_view name_of(Fit fit);  // "crop", "pad", "stretch"
std::optional<Fit> fit_named(std::string_view name);
std::string fit_names();  // "crop, pad or stretch", for messages

// The picture with this height, width and number of channels. Colour becomes grey by Pillow's "L" (ITU-R BT.601)
// before it is scaled; grey is repeated for three channels. Scaling is that of Pillow's BILINEAR (resample.h). The ground stands beside a padded picture. A usage error unless both have 1 or 3 channels and pixels.
Picture fit_picture(const Picture& picture, const Shape& shape, Fit fit, const Ground& ground = black_ground);

// What was done to a picture of shape `from`, for people: "64 x 48 colour -> 28 x 28 grey: ...".
struct Preprocessing {
  Shape from, to;
  Fit fit = Fit::pad;
  bool turned = false, inverted = false;
  Ground ground = black_ground;
};
std::string describe(const Preprocessing& p);

}  // namespace tailor
