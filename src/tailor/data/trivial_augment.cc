#include "tailor/data/trivial_augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace tailor {
namespace {

using Bytes = const std::uint8_t*;
using Lookup = std::array<std::uint8_t, 256>;

std::int64_t fixed_point(double value) { return static_cast<std::int64_t>(std::floor(value * 65536 + 0.5)); }

// (x, y) comes from (xx x + xy y + x0, yx x + yy y + y0), both counted from the image's corner: its pixels' centres are
// halves. In 16.16 bits, as Pillow does it.
struct Origin {
  double xx, xy, x0, yx, yy, y0;
};

void move_pixels(const Origin& o, const Shape& shape, Bytes image, std::uint8_t* out) {
  const int width = shape.width, height = shape.height, channels = shape.channels;
  const std::int64_t xx = fixed_point(o.xx), xy = fixed_point(o.xy), yx = fixed_point(o.yx),
                     yy = fixed_point(o.yy);
  std::int64_t row_x = fixed_point(o.x0 + o.xx * 0.5 + o.xy * 0.5),
               row_y = fixed_point(o.y0 + o.yx * 0.5 + o.yy * 0.5);
  for (int y = 0; y < height; ++y, row_x += xy, row_y += yy) {
    std::int64_t at_x = row_x, at_y = row_y;
    for (int x = 0; x < width; ++x, at_x += xx, at_y += yx, out += channels) {
      const std::int64_t from_x = at_x >> 16, from_y = at_y >> 16;
      if (from_x < 0 || from_x >= width || from_y < 0 || from_y >= height) {
        for (int c = 0; c < channels; ++c) out[c] = 0;
      } else {
        const Bytes from = image + (from_y * width + from_x) * channels;
        for (int c = 0; c < channels; ++c) out[c] = from[c];
      }
    }
  }
}

Origin rotation(double degrees, const Shape& shape) {
  const double angle = -degrees * std::numbers::pi / 180, cosine = std::cos(angle), sine = std::sin(angle);
  const double cx = shape.width / 2.0, cy = shape.height / 2.0;
  return {cosine, sine, cx - cosine * cx - sine * cy, -sine, cosine, cy + sine * cx - cosine * cy};
}

// base + factor (image - base), limited and cut to whole numbers.
std::uint8_t away_from(int base, int value, float factor) {
  const float moved = static_cast<float>(base) + factor * static_cast<float>(value - base);
  return static_cast<std::uint8_t>(std::min(std::max(moved, 0.0f), 255.0f));
}

// ITU-R 601, in 16 bits.
int grey_of(Bytes pixel) {
  return static_cast<int>((pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u) >> 16);
}

int mean_grey(const Shape& shape, Bytes image) {
  const std::size_t pixels = shape.size() / static_cast<std::size_t>(shape.channels);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < pixels; ++i)
    sum += static_cast<std::uint64_t>(shape.channels == 3 ? grey_of(image + 3 * i) : image[i]);
  return static_cast<int>(static_cast<double>(sum) / static_cast<double>(pixels) + 0.5);
}

void enhance_uniformly(int base, float factor, std::size_t size, Bytes image, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = away_from(base, image[i], factor);
}

void enhance_colour(float factor, const Shape& shape, Bytes image, std::uint8_t* out) {
  if (shape.channels != 3) {
    std::copy_n(image, shape.size(), out);
    return;
  }
  for (std::size_t i = 0; i < shape.size(); i += 3) {
    const int grey = grey_of(image + i);
    for (std::size_t c = i; c < i + 3; ++c) out[c] = away_from(grey, image[c], factor);
  }
}

// The smoothed image is the mean of 3x3 pixels, of which the middle one counts five times; borders stay.
void enhance_sharpness(float factor, const Shape& shape, Bytes image, std::uint8_t* out) {
  std::copy_n(image, shape.size(), out);
  if (shape.width < 3 || shape.height < 3) return;
  const std::ptrdiff_t pixel = shape.channels, row = pixel * shape.width;
  for (int y = 1; y < shape.height - 1; ++y) {
    const Bytes middle = image + y * row;
    for (std::ptrdiff_t i = pixel; i < row - pixel; ++i) {
      const Bytes at = middle + i;
      const int sum = at[-row - pixel] + at[-row] + at[-row + pixel] + at[-pixel] + 5 * at[0] + at[pixel] +
                      at[row - pixel] + at[row] + at[row + pixel];
      out[y * row + i] = away_from((2 * sum + 13) / 26, at[0], factor);
    }
  }
}

template <class Value>
Lookup lookup(Value value) {
  Lookup table;
  for (int i = 0; i < 256; ++i)
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp<int>(value(i), 0, 255));
  return table;
}

using Histogram = std::array<int, 256>;

Lookup stretching(const Histogram& counts) {
  int low = 0, high = 255;
  while (low < 255 && counts[static_cast<std::size_t>(low)] == 0) ++low;
  while (high > 0 && counts[static_cast<std::size_t>(high)] == 0) --high;
  if (high <= low) return lookup([](int i) { return i; });
  const double scale = 255.0 / (high - low), offset = -low * scale;
  return lookup([=](int i) { return static_cast<int>(i * scale + offset); });
}

Lookup equalizing(const Histogram& counts) {
  int sum = 0, last = 0, values = 0;
  for (const int n : counts) {
    sum += n;
    values += n > 0;
    if (n > 0) last = n;
  }
  const int step = (sum - last) / 255;
  if (values <= 1 || step == 0) return lookup([](int i) { return i; });
  int n = step / 2;
  return lookup([&](int i) {
    const int value = n / step;
    n += counts[static_cast<std::size_t>(i)];
    return value;
  });
}

// Each channel by a table that its own histogram makes.
template <class Make>
void by_histogram(Make make, const Shape& shape, Bytes image, std::uint8_t* out) {
  const auto channels = static_cast<std::size_t>(shape.channels);
  for (std::size_t c = 0; c < channels; ++c) {
    Histogram counts{};
    for (std::size_t i = c; i < shape.size(); i += channels) ++counts[image[i]];
    const Lookup table = make(counts);
    for (std::size_t i = c; i < shape.size(); i += channels) out[i] = table[image[i]];
  }
}

}  // namespace

TrivialChoice draw_trivial(Key key) {
  return {static_cast<TrivialOperation>(key.below(0, trivial_operations)),
          static_cast<int>(key.below(1, trivial_strengths)), key.below(2, 2) == 1};
}

void apply_trivial(const TrivialChoice& choice, const Shape& shape, const std::uint8_t* image,
                   std::uint8_t* out) {
  const double share = choice.strength / (trivial_strengths - 1.0);
  const double signed_share = choice.negative ? -share : share;
  const double slope = 0.99 * signed_share, pixels = std::trunc(32 * signed_share);
  const auto factor = static_cast<float>(1 + slope);
  switch (choice.operation) {
    case TrivialOperation::identity:
      std::copy_n(image, shape.size(), out);
      return;
    case TrivialOperation::shear_x:
      return move_pixels({1, slope, 0, 0, 1, 0}, shape, image, out);
    case TrivialOperation::shear_y:
      return move_pixels({1, 0, 0, slope, 1, 0}, shape, image, out);
    case TrivialOperation::translate_x:
      return move_pixels({1, 0, -pixels, 0, 1, 0}, shape, image, out);
    case TrivialOperation::translate_y:
      return move_pixels({1, 0, 0, 0, 1, -pixels}, shape, image, out);
    case TrivialOperation::rotate:
      return move_pixels(rotation(135 * signed_share, shape), shape, image, out);
    case TrivialOperation::brightness:
      return enhance_uniformly(0, factor, shape.size(), image, out);
    case TrivialOperation::colour:
      return enhance_colour(factor, shape, image, out);
    case TrivialOperation::contrast:
      return enhance_uniformly(mean_grey(shape, image), factor, shape.size(), image, out);
    case TrivialOperation::sharpness:
      return enhance_sharpness(factor, shape, image, out);
    case TrivialOperation::posterize: {
      const auto mask = static_cast<std::uint8_t>(0xff << std::lround(6 * share));
      for (std::size_t i = 0; i < shape.size(); ++i) out[i] = image[i] & mask;
      return;
    }
    case TrivialOperation::solarize: {
      const double threshold =
          255 - 255.0 * choice.strength / (trivial_strengths - 1);  // multiples of 8.5, exactly
      const auto first = static_cast<std::uint8_t>(std::ceil(threshold));
      for (std::size_t i = 0; i < shape.size(); ++i)
        out[i] = static_cast<std::uint8_t>(image[i] < first ? image[i] : 255 - image[i]);
      return;
    }
    case TrivialOperation::autocontrast:
      return by_histogram(stretching, shape, image, out);
    case TrivialOperation::equalize:
      return by_histogram(equalizing, shape, image, out);
  }
}

}  // namespace tailor
