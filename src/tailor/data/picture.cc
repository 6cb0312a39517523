#include "tailor/data/picture.h"

#include <algorithm>
#include <cmath>

#include "tailor/base/error.h"

namespace tailor {
namespace {

Picture with_channels(const Picture& picture, int channels) {
  if (picture.shape.channels == channels) return picture;
  Picture result{{picture.shape.height, picture.shape.width, channels}, {}};
  result.pixels.resize(result.shape.size());
  const std::size_t n = result.shape.size() / static_cast<std::size_t>(channels);
  const std::uint8_t* from = picture.pixels.data();
  if (channels == 1) {
    for (std::size_t i = 0; i < n; ++i, from += 3)
      result.pixels[i] =
          static_cast<std::uint8_t>((299 * from[0] + 587 * from[1] + 114 * from[2] + 500) / 1000);
  } else {
    for (std::size_t i = 0; i < n; ++i) std::fill_n(result.pixels.data() + 3 * i, 3, from[i]);
  }
  return result;
}

// Calls f with the place of each pixel of the border, counted in pixels.
template <class Function>
void for_border(const Shape& shape, Function f) {
  for (int y = 0; y < shape.height; ++y) {
    const int step = y == 0 || y == shape.height - 1 ? 1 : std::max(1, shape.width - 1);
    for (int x = 0; x < shape.width; x += step) f(static_cast<std::size_t>(y) * shape.width + x);
  }
}

std::string name_of(const Ground& g, int channels) {
  if (g == black_ground) return "black";
  if (g == white_ground) return "white";
  return channels == 1 ? fmt::format("grey {}", g[0]) : fmt::format("#{:02x}{:02x}{:02x}", g[0], g[1], g[2]);
}

// Which inputs make one output along an axis, and with what weights.
struct Taps {
  int first = 0;
  std::vector<float> weights;
};

// A triangle around each output's place, one input wide when enlarging and as wide as an output when
// shrinking.
std::vector<Taps> triangle_filter(int from, int to) {
  const double ratio = static_cast<double>(from) / to, reach = std::max(1.0, ratio);
  std::vector<Taps> result(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double center = (i + 0.5) * ratio - 0.5;
    const int first = std::max(0, static_cast<int>(std::ceil(center - reach)));
    const int last = std::min(from - 1, static_cast<int>(std::floor(center + reach)));
    Taps& taps = result[static_cast<std::size_t>(i)];
    taps.first = first;
    double sum = 0;
    std::vector<double> weights;
    for (int j = first; j <= last; ++j)
      sum += weights.emplace_back(std::max(0.0, 1 - std::abs(j - center) / reach));
    for (const double weight : weights) taps.weights.push_back(static_cast<float>(weight / sum));
  }
  return result;
}

Picture scale(const Picture& picture, int height, int width) {
  const Shape& from = picture.shape;
  if (from.height == height && from.width == width) return picture;
  const std::size_t channels = static_cast<std::size_t>(from.channels);
  const std::vector<Taps> columns = triangle_filter(from.width, width),
                          lines = triangle_filter(from.height, height);
  const std::size_t row = static_cast<std::size_t>(width) * channels,
                    from_row = static_cast<std::size_t>(from.width) * channels;
  std::vector<float> narrow(static_cast<std::size_t>(from.height) * row);  // [from.height][width][channels]
  for (int y = 0; y < from.height; ++y) {
    const std::uint8_t* const source = picture.pixels.data() + static_cast<std::size_t>(y) * from_row;
    float* to = narrow.data() + static_cast<std::size_t>(y) * row;
    for (const Taps& taps : columns)
      for (std::size_t c = 0; c < channels; ++c) {
        float sum = 0;
        const std::uint8_t* p = source + static_cast<std::size_t>(taps.first) * channels + c;
        for (const float weight : taps.weights) sum += weight * *p, p += channels;
        *to++ = sum;
      }
  }
  Picture result{{height, width, from.channels}, {}};
  std::vector<float> sums(row);
  for (const Taps& taps : lines) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    const float* p = narrow.data() + static_cast<std::size_t>(taps.first) * row;
    for (const float weight : taps.weights)
      for (std::size_t i = 0; i < row; ++i) sums[i] += weight * *p++;
    for (const float sum : sums)
      result.pixels.push_back(static_cast<std::uint8_t>(std::clamp(sum + 0.5f, 0.0f, 255.0f)));
  }
  return result;
}

// The size at which a picture just fits into the target.
Shape fitted(const Shape& from, const Shape& to) {
  const double factor =
      std::min(static_cast<double>(to.height) / from.height, static_cast<double>(to.width) / from.width);
  const auto side = [&](int length, int limit) {
    return std::clamp(static_cast<int>(std::lround(length * factor)), 1, limit);
  };
  return {side(from.height, to.height), side(from.width, to.width), to.channels};
}

}  // namespace

Ground inverted(const Ground& ground) {
  Ground result = ground;
  for (std::uint8_t& value : result) value = static_cast<std::uint8_t>(255 - value);
  return result;
}

Picture resize_to(const Picture& picture, const Shape& shape, const Ground& ground) {
  const auto has_channels = [](const Shape& s) {
    return s.size() > 0 && (s.channels == 1 || s.channels == 3);
  };
  if (!has_channels(picture.shape) || !has_channels(shape) || picture.pixels.size() != picture.shape.size())
    throw usage_error(
        "picture: expected {} bytes of pixels of {}x{}x{} (1 or 3 channels) to make {}x{}x{} of, got {} bytes",
        picture.shape.size(), picture.shape.height, picture.shape.width, picture.shape.channels, shape.height,
        shape.width, shape.channels, picture.pixels.size());
  const Shape size = fitted(picture.shape, shape);
  // Fewer channels first: less to scale.
  const Picture small = shape.channels == 1
                            ? scale(with_channels(picture, 1), size.height, size.width)
                            : with_channels(scale(picture, size.height, size.width), shape.channels);
  Picture result{shape, {}};
  while (result.pixels.size() < shape.size())
    result.pixels.insert(result.pixels.end(), ground.begin(), ground.begin() + shape.channels);
  const int top = (shape.height - size.height) / 2, left = (shape.width - size.width) / 2;
  for (int y = 0; y < size.height; ++y)
    std::copy_n(
        small.pixels.data() + static_cast<std::ptrdiff_t>(y) * size.width * shape.channels,
        size.width * shape.channels,
        result.pixels.data() + (static_cast<std::ptrdiff_t>(top + y) * shape.width + left) * shape.channels);
  return result;
}

bool has_light_border(const Picture& picture) {
  const Picture grey = with_channels(picture, 1);
  std::size_t light = 0, all = 0;
  for_border(grey.shape, [&](std::size_t pixel) { light += grey.pixels[pixel] > 127, ++all; });
  return 2 * light > all;
}

Ground usual_ground(const ImageSet& images, std::span<const std::uint32_t> which) {
  const auto channels = static_cast<std::size_t>(images.shape.channels);
  std::array<std::array<std::size_t, 256>, 3> counts{};
  std::size_t all = 0;
  for (const std::uint32_t i : which) {
    const std::span<const std::uint8_t> image = images.image(i);
    for_border(images.shape, [&](std::size_t pixel) {
      for (std::size_t c = 0; c < channels; ++c) ++counts[c][image[pixel * channels + c]];
      ++all;
    });
  }
  Ground ground{};
  for (std::size_t c = 0; c < 3; ++c) {
    std::size_t value = 0, below = 0;
    while (value < 255 && 2 * (below += counts[c][value]) < all) ++value;
    ground[c] = c < channels ? static_cast<std::uint8_t>(value) : ground[0];
  }
  return ground;
}

void invert(Picture& picture) {
  for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(255 - value);
}

std::string describe(const Preprocessing& p) {
  const Shape &from = p.from, &to = p.to;
  const auto text = [](const Shape& s) {
    return fmt::format("{} x {} {}", s.width, s.height, s.channels == 1 ? "grey" : "colour");
  };
  std::string steps;
  const auto add = [&](const std::string& step) { steps += (steps.empty() ? "" : ", ") + step; };
  const Shape size = fitted(from, to);
  if (p.turned) add("turned upright (EXIF)");
  if (p.inverted) add("inverted");
  if (from.channels != to.channels) add(to.channels == 1 ? "converted to grey" : "grey repeated as colour");
  if (from.height != size.height || from.width != size.width)
    add(fmt::format("scaled to {} x {}", size.width, size.height));
  if (size.height != to.height || size.width != to.width) add("centred on " + name_of(p.ground, to.channels));
  return fmt::format("{} -> {}: {}", text(from), text(to), steps.empty() ? "unchanged" : steps);
}

}  // namespace tailor
