#include "tailor/data/pictures/samples.h"

#include <algorithm>
#include <utility>

namespace tailor {
namespace {

// round(a b / 255) for a, b of 0 to 255.
std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t product = a * b + 128;
  return (product + (product >> 8)) >> 8;
}

std::uint8_t over(std::uint8_t value, std::uint8_t alpha, std::uint8_t ground, Alpha kind) {
  const std::uint32_t behind = 255u - alpha;
  if (kind == Alpha::premultiplied)
    return static_cast<std::uint8_t>(std::min(255u, value + times(ground, behind)));
  const std::uint32_t sum = value * alpha + ground * behind + 128;
  return static_cast<std::uint8_t>((sum + (sum >> 8)) >> 8);
}

bool is_grey(const std::uint8_t* rgb) { return rgb[0] == rgb[1] && rgb[1] == rgb[2]; }

}  // namespace

Picture flatten(std::vector<std::uint8_t> samples, int height, int width, int channels, const Ground& ground,
                Alpha alpha) {
  const std::size_t n = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  if (channels == 1 || channels == 3) return {{height, width, channels}, std::move(samples)};
  if (channels == 4 || is_grey(ground.data())) {
    // In place: what is written never overtakes what is read.
    const std::size_t kept = static_cast<std::size_t>(channels) - 1;
    const std::uint8_t* from = samples.data();
    std::uint8_t* to = samples.data();
    for (std::size_t i = 0; i < n; ++i, from += kept + 1) {
      const std::uint8_t a = from[kept];
      for (std::size_t c = 0; c < kept; ++c) *to++ = over(from[c], a, ground[c], alpha);
    }
    samples.resize(n * kept);
    return {{height, width, channels - 1}, std::move(samples)};
  }
  Picture picture{{height, width, 3}, std::vector<std::uint8_t>(3 * n)};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      picture.pixels[3 * i + c] = over(samples[2 * i], samples[2 * i + 1], ground[c], alpha);
  return picture;
}

Picture from_palette(std::vector<std::uint8_t> indices, int height, int width, const Palette& palette,
                     const Ground& ground) {
  std::array<std::array<std::uint8_t, 3>, 256> colours{};
  bool grey = true;
  for (std::size_t i = 0; i < std::min(palette.size(), colours.size()); ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      colours[i][c] = over(palette[i][c], palette[i][3], ground[c], Alpha::straight);
    grey = grey && is_grey(colours[i].data());
  }
  if (grey) {
    for (std::uint8_t& value : indices) value = colours[value][0];
    return {{height, width, 1}, std::move(indices)};
  }
  Picture picture{{height, width, 3}, std::vector<std::uint8_t>(3 * indices.size())};
  std::uint8_t* to = picture.pixels.data();
  for (const std::uint8_t index : indices) to = std::copy_n(colours[index].data(), 3, to);
  return picture;
}

Picture from_cmyk(std::vector<std::uint8_t> inks, int height, int width) {
  const std::size_t n = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  const std::uint8_t* from = inks.data();
  std::uint8_t* to = inks.data();
  for (std::size_t i = 0; i < n; ++i, from += 4) {
    const std::uint32_t light = 255u - from[3];
    for (std::size_t c = 0; c < 3; ++c) *to++ = static_cast<std::uint8_t>(light - times(from[c], light));
  }
  inks.resize(3 * n);
  return {{height, width, 3}, std::move(inks)};
}

}  // namespace tailor
