// Random variations of training images, written straight into the network's input. One image is shared and
// read-only; its variation is a pure function of a key, so it does not depend on threads or order. The
// trainer calls this for each image of each step; mixing two images is in mixing.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/data/image_set.h"
#include "tailor/data/normalization.h"
#include "tailor/data/trivial_augment.h"

namespace tailor {

// How much of what; the default is none. Applied in this order: mirror, shear, rotate and scale around the
// centre, shift, cut out and enlarge (bilinear; pixels from outside are 0), one operation of TrivialAugment,
// hue and saturation of coloured images, contrast and brightness (each then limited to the valid range), noise, erasing (to 0).
struct Augmentation {
  double flip = 0;           // probability of a horizontal flip
  double shift = 0;          // pixels, uniform in [-shift, shift] for each axis; whole ones if shift is whole
  double rotation = 0;       // degrees, uniform in [-rotation, rotation]
  double scale = 0;          // uniform factor in [1 - scale, 1 + scale], scale < 1
  double shear = 0;          // degrees of a horizontal shear, uniform in [-shear, shear], below 90
  double erasing = 0;        // probability of erasing a rectangle (Zhong et al., arXiv:1708.04896)
  double erasing_area = 0;   // largest share of the image
  double brightness = 0;     // uniform offset in [-brightness, brightness], of full range
  double contrast = 0;       // uniform factor in [1 - contrast, 1 + contrast] around the varied image's mean
  double noise = 0;          // standard deviation of nearly normal noise, of full range
  double vertical_flip = 0;  // probability of a vertical flip
  // Smallest share of the image that is cut out and enlarged to the whole, its aspect changed by up to 4/3 (torchvision's
  // RandomResizedCrop); 0: none.
  double crop_area = 0;
  double saturation = 0;  // uniform factor in [1 - saturation, 1 + saturation] of the distance from grey
  double hue = 0;         // degrees, uniform in [-hue, hue]: turns colours around the axis of greys (in YIQ)
  double grey = 0;        // probability of losing all colour
  bool trivial_augment = false;  // on bytes, rounded after what came before (trivial_augment.h)
};

// What chance chose for one image.
struct Variation {
  bool flip = false;
  double right = 0, down = 0;  // shift in pixels
  double angle = 0;            // radians, clockwise
  double scale = 1;            // > 1 enlarges
  double slant = 0;            // tangent of the shear's angle: pixels to the right for each pixel down
  double brightness = 0;       // added, of full range
  double contrast = 1;         // factor
  std::uint64_t noise_key = 0;
  int top = 0, left = 0, erased_height = 0, erased_width = 0;  // empty: nothing erased
  bool vertical_flip = false;
  double crop_top = 0, crop_left = 0, crop_height = 1, crop_width = 1;  // shares of the image
  double saturation = 1;                                                // factor
  double hue = 0;                                                       // radians
  TrivialChoice trivial{};
};

// All that is the same for every image of a training. Const functions are safe to call from many threads,
// each in a ComputeScope (base/threads.h), and do not allocate, but for TrivialAugment, which keeps two images' bytes for each thread. `image` holds shape.size() bytes, `out` receives as many floats, both
// [height][width][channels].
class Augmenter {
 public:
  // A usage error if the normalisation is of another number of channels.
  Augmenter(const Shape& shape, const Normalization& normalization, const Augmentation& augmentation = {});

  // The image varied by key, normalised.
  void apply(std::span<const std::uint8_t> image, Key key, float* out) const;

  // The image without any variation, but on request mirrored and then shifted by whole pixels: for
  // evaluation, and for averaging predictions.
  void normalize(std::span<const std::uint8_t> image, float* out, bool flip = false, int right = 0,
                 int down = 0) const;

  // The two halves of apply, for tests and pictures.
  Variation draw(Key key) const;
  void vary(std::span<const std::uint8_t> image, const Variation& variation, float* out) const;

 private:
  // value * scale + offset, for each value of a row: offset is also a black row.
  struct Rows {
    std::vector<float> scale, offset;
  };

  void place(const std::uint8_t* image, bool flip, bool vertical_flip, int right, int down, const Rows& rows,
             float* out) const;
  void warp(const std::uint8_t* image, const Variation& variation, const Rows& rows, float* out) const;
  void alter_bytes(const Variation& variation, const Rows& rows, float* out) const;
  void turn_colours(const Variation& variation, float* out) const;
  void adjust(const Variation& variation, float* out) const;

  Shape shape_;
  Augmentation augmentation_;
  bool whole_shift_;  // shifts are whole pixels
  bool bilinear_;     // anything that whole-pixel copies cannot do
  bool adjusts_;      // colours, brightness, contrast or noise
  bool colours_;      // hue, saturation or grey, where there are colours
  Rows byte_;         // byte -> byte
  Rows normalized_;   // byte -> normalised
  Rows unit_;         // byte -> [0, 1], where brightness and the like work
  Rows from_unit_;    // [0, 1] -> normalised
};

}  // namespace tailor
