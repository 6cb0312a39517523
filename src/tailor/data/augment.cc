#include "tailor/data/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tailor/base/error.h"
#include "tailor/base/threads.h"

namespace tailor {
namespace {

// Which of a key's values decides what. Persistent: trainings depend on them.
enum Draw : std::uint64_t {
  draw_flip,
  draw_right,
  draw_down,
  draw_rotation,
  draw_scale,
  draw_shear,
  draw_brightness,
  draw_contrast,
  draw_noise,
  draw_erasing,
  draw_area,
  draw_aspect,
  draw_top,
  draw_left,
  draw_vertical_flip,
  draw_crop_area,
  draw_crop_aspect,
  draw_crop_top,
  draw_crop_left,
  draw_saturation,
  draw_hue,
  draw_grey,
  draw_trivial_augment,
};

double between(Key key, Draw what, double limit) { return (2 * key.uniform(what) - 1) * limit; }

// Nearly standard normal: the sum of four uniform 16-bit numbers (Irwin-Hall), cheap and limited to 3.46
// deviations.
float noise_value(std::uint64_t key, std::uint32_t i) {
  const std::uint32_t a = mask_bits(static_cast<std::uint32_t>(key), i);
  const std::uint32_t b = mask_bits(static_cast<std::uint32_t>(key >> 32), i);
  const auto sum = static_cast<std::int32_t>((a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16));
  constexpr float inverse_deviation = 1.0f / 37837.227f;  // sqrt(4 (65536^2 - 1) / 12)
  return static_cast<float>(sum - 2 * 0xffff) * inverse_deviation;
}

// The value between four neighbours, u to the right of the left ones and w below the upper ones.
float blend(int upper_left, int upper_right, int lower_left, int lower_right, float u, float w) {
  const float upper = static_cast<float>(upper_left) + static_cast<float>(upper_right - upper_left) * u;
  const float lower = static_cast<float>(lower_left) + static_cast<float>(lower_right - lower_left) * u;
  return upper + (lower - upper) * w;
}

void draw_rectangle(Key key, const Shape& shape, double largest, Variation& variation) {
  const double area = shape.height * static_cast<double>(shape.width);
  const double smallest = std::min(0.02, largest);  // these limits are those of the paper and of torchvision
  const double share = smallest + (largest - smallest) * key.uniform(draw_area);
  const double aspect = std::exp(between(key, draw_aspect, std::log(1 / 0.3)));
  const auto side = [](double length, int limit) { return std::clamp(static_cast<int>(length), 1, limit); };
  variation.erased_height = side(std::sqrt(share * area * aspect), shape.height);
  variation.erased_width = side(std::sqrt(share * area / aspect), shape.width);
  const auto start = [&](Draw what, int room) {
    return static_cast<int>(key.below(what, static_cast<std::uint64_t>(room) + 1));
  };
  variation.top = start(draw_top, shape.height - variation.erased_height);
  variation.left = start(draw_left, shape.width - variation.erased_width);
}

void draw_crop(Key key, double smallest, Variation& variation) {
  const double share = smallest + (1 - smallest) * key.uniform(draw_crop_area);
  const double aspect = std::exp(between(key, draw_crop_aspect, std::log(4.0 / 3)));
  variation.crop_height = std::min(1.0, std::sqrt(share * aspect));
  variation.crop_width = std::min(1.0, std::sqrt(share / aspect));
  variation.crop_top = key.uniform(draw_crop_top) * (1 - variation.crop_height);
  variation.crop_left = key.uniform(draw_crop_left) * (1 - variation.crop_width);
}

}  // namespace

Augmenter::Augmenter(const Shape& shape, const Normalization& normalization, const Augmentation& augmentation)
    : shape_(shape), augmentation_(augmentation) {
  const Augmentation& a = augmentation_;
  const auto channels = static_cast<std::size_t>(shape.channels);
  if (shape.size() == 0 || normalization.mean.size() != channels ||
      normalization.deviation.size() != channels)
    throw usage_error(
        "augmentation: expected a mean and a deviation for each channel of {}x{}x{} images, got {} and {}",
        shape.height, shape.width, shape.channels, normalization.mean.size(), normalization.deviation.size());
  const ComputeScope scope;
  whole_shift_ = a.shift == std::floor(a.shift);
  bilinear_ = a.rotation > 0 || a.scale > 0 || a.shear > 0 || a.crop_area > 0 || !whole_shift_;
  colours_ = shape.channels == 3 && (a.saturation > 0 || a.hue > 0 || a.grey > 0);
  adjusts_ = colours_ || a.brightness > 0 || a.contrast > 0 || a.noise > 0;
  for (int x = 0; x < shape.width; ++x) {
    for (std::size_t c = 0; c < channels; ++c) {
      const double mean = normalization.mean[c], deviation = normalization.deviation[c];
      const auto add = [](Rows& rows, double scale, double offset) {
        rows.scale.push_back(static_cast<float>(scale));
        rows.offset.push_back(static_cast<float>(offset));
      };
      add(byte_, 1, 0);
      add(normalized_, 1 / (255 * deviation), -mean / deviation);
      add(unit_, 1 / 255.0, 0);
      add(from_unit_, 1 / deviation, -mean / deviation);
    }
  }
}

Variation Augmenter::draw(Key key) const {
  const Augmentation& a = augmentation_;
  Variation v;
  v.flip = key.uniform(draw_flip) < a.flip;
  if (a.shift > 0) {
    const auto shift = [&](Draw what) {
      if (!whole_shift_) return between(key, what, a.shift);
      return static_cast<double>(key.below(what, 2 * static_cast<std::uint64_t>(a.shift) + 1)) - a.shift;
    };
    v.right = shift(draw_right);
    v.down = shift(draw_down);
  }
  constexpr double degree = std::numbers::pi / 180;
  if (a.rotation > 0) v.angle = between(key, draw_rotation, a.rotation) * degree;
  if (a.scale > 0) v.scale = std::max(0.01, 1 + between(key, draw_scale, a.scale));
  if (a.shear > 0) v.slant = std::tan(between(key, draw_shear, a.shear) * degree);
  if (a.brightness > 0) v.brightness = between(key, draw_brightness, a.brightness);
  if (a.contrast > 0) v.contrast = 1 + between(key, draw_contrast, a.contrast);
  v.noise_key = key.bits(draw_noise);
  v.vertical_flip = a.vertical_flip > 0 && key.uniform(draw_vertical_flip) < a.vertical_flip;
  if (a.crop_area > 0) draw_crop(key, a.crop_area, v);
  if (a.saturation > 0) v.saturation = 1 + between(key, draw_saturation, a.saturation);
  if (a.hue > 0) v.hue = between(key, draw_hue, a.hue) * degree;
  if (a.grey > 0 && key.uniform(draw_grey) < a.grey) v.saturation = 0;
  if (a.trivial_augment) v.trivial = draw_trivial(key.with(draw_trivial_augment));
  if (key.uniform(draw_erasing) < a.erasing) draw_rectangle(key, shape_, a.erasing_area, v);
  return v;
}

void Augmenter::apply(std::span<const std::uint8_t> image, Key key, float* out) const {
  vary(image, draw(key), out);
}

void Augmenter::normalize(std::span<const std::uint8_t> image, float* out, bool flip, int right,
                          int down) const {
  place(image.data(), flip, false, right, down, normalized_, out);
}

void Augmenter::vary(std::span<const std::uint8_t> image, const Variation& v, float* out) const {
  const Rows& last = adjusts_ ? unit_ : normalized_;
  const Rows& rows = augmentation_.trivial_augment ? byte_ : last;
  if (bilinear_)
    warp(image.data(), v, rows, out);
  else
    place(image.data(), v.flip, v.vertical_flip, static_cast<int>(v.right), static_cast<int>(v.down), rows,
          out);
  if (augmentation_.trivial_augment) alter_bytes(v, last, out);
  if (colours_) turn_colours(v, out);
  if (adjusts_) adjust(v, out);
  const auto channels = static_cast<std::size_t>(shape_.channels);
  for (int y = v.top; y < v.top + v.erased_height; ++y)
    std::copy_n(normalized_.offset.data(), static_cast<std::size_t>(v.erased_width) * channels,
                out + (static_cast<std::size_t>(y) * shape_.width + v.left) * channels);
}

// Whole pixels: each row is black, a converted run of the source row, black.
void Augmenter::place(const std::uint8_t* image, bool flip, bool vertical_flip, int right, int down,
                      const Rows& rows, float* out) const {
  const int height = shape_.height, width = shape_.width, channels = shape_.channels;
  const int begin = std::clamp(right, 0, width), end = std::clamp(width + right, begin, width);
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(width) * channels;
  const float* const scale = rows.scale.data();
  const float* const offset = rows.offset.data();
  for (int y = 0; y < height; ++y, out += row) {
    const int from_y = y - down;
    if (from_y < 0 || from_y >= height || begin == end) {
      std::copy_n(offset, row, out);
      continue;
    }
    std::copy_n(offset, begin * channels, out);
    std::copy_n(offset, (width - end) * channels, out + end * channels);
    const std::uint8_t* const from = image + (vertical_flip ? height - 1 - from_y : from_y) * row;
    float* const to = out + begin * channels;
    if (!flip) {
      const std::uint8_t* const source = from + (begin - right) * channels;
      const int n = (end - begin) * channels;
      for (int i = 0; i < n; ++i) to[i] = source[i] * scale[i] + offset[i];
    } else if (channels == 1) {
      const std::uint8_t* const source = from + (width - 1 - (begin - right));
      for (int i = 0; i < end - begin; ++i) to[i] = source[-i] * scale[i] + offset[i];
    } else {
      const std::uint8_t* source = from + (width - 1 - (begin - right)) * channels;
      for (int i = 0; i < (end - begin) * channels; i += channels, source -= channels)
        for (int c = 0; c < channels; ++c) to[i + c] = source[c] * scale[c] + offset[c];
    }
  }
}

// Each output pixel looks back to where it came from and interpolates between the four pixels there.
void Augmenter::warp(const std::uint8_t* image, const Variation& v, const Rows& rows, float* out) const {
  const int height = shape_.height, width = shape_.width, channels = shape_.channels;
  const double cx = (width - 1) / 2.0, cy = (height - 1) / 2.0;
  // The inverse of x' = scale * rotation * shear * mirror * x, around the centre: undo scale and rotation,
  // then shear, then the mirror. (x, y) = (xx, yx) * dx + (xy, yy) * dy for an output pixel (dx, dy) from the
  // shifted centre.
  const double cosine = std::cos(v.angle) / v.scale, sine = std::sin(v.angle) / v.scale;
  const double mirror = v.flip ? -1 : 1;
  const double xx = mirror * (cosine + v.slant * sine), xy = mirror * (sine - v.slant * cosine);
  const double upside_down = v.vertical_flip ? -1 : 1;
  const double yx = upside_down * -sine, yy = upside_down * cosine;
  // Where the first output pixel's centre lies in the part that is cut out, and how far apart they are there.
  const double step_x = v.crop_width, step_y = v.crop_height;
  const double first_x = v.crop_left * width + step_x / 2 - 0.5,
               first_y = v.crop_top * height + step_y / 2 - 0.5;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(width) * channels;
  const auto pixel = [&](int y, int x, int c) -> int {
    return y >= 0 && y < height && x >= 0 && x < width ? image[y * row + x * channels + c] : 0;
  };
  for (int y = 0; y < height; ++y) {
    const double dx = first_x - cx - v.right, dy = first_y + step_y * y - cy - v.down;
    const double start_x = cx + xx * dx + xy * dy, start_y = cy + yx * dx + yy * dy;
    const double along_x = xx * step_x, along_y = yx * step_x;
    for (int x = 0; x < width; ++x, out += channels) {
      const double from_x = start_x + along_x * x, from_y = start_y + along_y * x;
      if (!(from_x > -1 && from_x < width && from_y > -1 && from_y < height)) {
        std::copy_n(rows.offset.data(), channels, out);
        continue;
      }
      const int left = static_cast<int>(from_x + 1) - 1, top = static_cast<int>(from_y + 1) - 1;
      const auto u = static_cast<float>(from_x - left), w = static_cast<float>(from_y - top);
      const bool inside = left >= 0 && top >= 0 && left < width - 1 && top < height - 1;
      for (int c = 0; c < channels; ++c) {
        const std::ptrdiff_t at = top * row + left * channels + c;
        const float value =
            inside ? blend(image[at], image[at + channels], image[at + row], image[at + row + channels], u, w)
                   : blend(pixel(top, left, c), pixel(top, left + 1, c), pixel(top + 1, left, c),
                           pixel(top + 1, left + 1, c), u, w);
        out[c] = value * rows.scale[static_cast<std::size_t>(c)] + rows.offset[static_cast<std::size_t>(c)];
      }
    }
  }
}

// out holds values of bytes, between them where it was interpolated.
void Augmenter::alter_bytes(const Variation& v, const Rows& rows, float* out) const {
  const std::size_t size = shape_.size(), row = rows.scale.size();
  thread_local std::vector<std::uint8_t> scratch;
  if (scratch.size() < 2 * size) scratch.resize(2 * size);
  std::uint8_t* const before = scratch.data();
  std::uint8_t* const after = before + size;
  for (std::size_t i = 0; i < size; ++i)
    before[i] = static_cast<std::uint8_t>(static_cast<int>(out[i] + 0.5f));
  apply_trivial(v.trivial, shape_, before, after);
  for (std::size_t start = 0; start < size; start += row)
    for (std::size_t i = 0; i < row; ++i) out[start + i] = after[start + i] * rows.scale[i] + rows.offset[i];
}

// In YIQ (NTSC's: luminance, and two axes of colour) hue turns the plane of colours, and saturation scales it. Both are one
// matrix on red, green and blue, whose rows add up to 1: greys stay.
void Augmenter::turn_colours(const Variation& v, float* out) const {
  constexpr double luminance[3] = {0.299, 0.587, 0.114};
  constexpr double in_phase[3] = {0.596, -0.274, -0.322}, quadrature[3] = {0.211, -0.523, 0.312};
  constexpr double to_rgb[3][2] = {{0.956, 0.621}, {-0.272, -0.647}, {-1.106, 1.703}};
  const double cosine = v.saturation * std::cos(v.hue), sine = v.saturation * std::sin(v.hue);
  float m[3][3];
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) {
      const double i = cosine * in_phase[column] - sine * quadrature[column];
      const double q = sine * in_phase[column] + cosine * quadrature[column];
      m[row][column] = static_cast<float>(luminance[column] + to_rgb[row][0] * i + to_rgb[row][1] * q);
    }
  for (std::size_t i = 0; i < shape_.size(); i += 3) {
    const float r = out[i], g = out[i + 1], b = out[i + 2];
    for (int row = 0; row < 3; ++row)
      out[i + static_cast<std::size_t>(row)] =
          std::clamp(m[row][0] * r + m[row][1] * g + m[row][2] * b, 0.0f, 1.0f);
  }
}

// Contrast, brightness and noise on values from 0 to 1, then normalisation.
void Augmenter::adjust(const Variation& v, float* out) const {
  const std::size_t size = shape_.size(), row = from_unit_.scale.size();
  if (augmentation_.brightness > 0 || augmentation_.contrast > 0) {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += static_cast<double>(out[i]);
    const double mean = sum / static_cast<double>(size);
    const auto factor = static_cast<float>(v.contrast);
    const auto offset = static_cast<float>(mean * (1 - v.contrast) + v.brightness);
    for (std::size_t i = 0; i < size; ++i) out[i] = std::clamp(out[i] * factor + offset, 0.0f, 1.0f);
  }
  if (augmentation_.noise > 0) {
    const auto deviation = static_cast<float>(augmentation_.noise);
    for (std::size_t i = 0; i < size; ++i)
      out[i] += deviation * noise_value(v.noise_key, static_cast<std::uint32_t>(i));
  }
  for (std::size_t start = 0; start < size; start += row)
    for (std::size_t i = 0; i < row; ++i)
      out[start + i] = out[start + i] * from_unit_.scale[i] + from_unit_.offset[i];
}

}  // namespace tailor
