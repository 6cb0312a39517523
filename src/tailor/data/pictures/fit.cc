#include "tailor/data/pictures/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/data/pictures/resample.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

constexpr std::array<std::pair<Fit, std::string_view>, 3> fits = {
    {{Fit::crop, "crop"}, {Fit::pad, "pad"}, {Fit::stretch, "stretch"}}};

Picture with_channels(const Picture& picture, int channels) {
  if (picture.shape.channels == channels) return picture;
  Picture result{{picture.shape.height, picture.shape.width, channels}, {}};
  result.pixels.resize(result.shape.size());
  const std::size_t n = result.shape.size() / static_cast<std::size_t>(channels);
  const std::uint8_t* from = picture.pixels.data();
  if (channels == 1)
    for (std::size_t i = 0; i < n; ++i, from += 3) result.pixels[i] = grey_of(from);
  else
    for (std::size_t i = 0; i < n; ++i) std::fill_n(result.pixels.data() + 3 * i, 3, from[i]);
  return result;
}

// The size to which a picture is scaled: in all of `to`, or so that it covers it or fits within. Its sides may be far
// larger than those of `to`, where it is narrow and covers.
struct ScaledSize {
  std::int64_t height, width;
};
ScaledSize scaled_size(const Shape& from, const Shape& to, Fit fit) {
  if (fit == Fit::stretch) return {to.height, to.width};
  const bool by_height =  // the scale of the height is the smaller one
      static_cast<std::int64_t>(to.height) * from.width <= static_cast<std::int64_t>(to.width) * from.height;
  if (fit == Fit::crop) {
    // torchvision's Resize rounds down; here it never rounds below the wanted side.
    const auto other = [](std::int64_t side, std::int64_t scaled, std::int64_t of) {
      return side * scaled / of;
    };
    return by_height ? ScaledSize{std::max<std::int64_t>(to.height, other(from.height, to.width, from.width)),
                                  to.width}
                     : ScaledSize{to.height, std::max<std::int64_t>(
                                                 to.width, other(from.width, to.height, from.height))};
  }
  const double factor =
      by_height ? static_cast<double>(to.height) / from.height : static_cast<double>(to.width) / from.width;
  const auto side = [&](int length, int limit) {
    return std::clamp<std::int64_t>(std::llround(length * factor), 1, limit);
  };
  return {side(from.height, to.height), side(from.width, to.width)};
}

// Python's round(x / 2), by which torchvision places its crop: halves go to the even side.
std::int64_t half(std::int64_t x) { return x / 2 + (x % 4 == 3 ? 1 : 0); }

std::string ground_text(const Ground& g, int channels) {
  if (g == black_ground) return "black";
  if (g == white_ground) return "white";
  return channels == 1 ? fmt::format("grey {}", g[0]) : fmt::format("#{:02x}{:02x}{:02x}", g[0], g[1], g[2]);
}

}  // namespace

std::string_view name_of(Fit fit) {
  for (const auto& [value, name] : fits)
    if (value == fit) return name;
  return "";
}

std::optional<Fit> fit_named(std::string_view name) {
  for (const auto& [value, text] : fits)
    if (text == name) return value;
  return std::nullopt;
}

std::string fit_names() {
  return fmt::format("{}, {} or {}", fits[0].second, fits[1].second, fits[2].second);
}

Picture fit_picture(const Picture& picture, const Shape& shape, Fit fit, const Ground& ground) {
  const auto has_channels = [](const Shape& s) {
    return s.height > 0 && s.width > 0 && (s.channels == 1 || s.channels == 3);
  };
  if (!has_channels(picture.shape) || !has_channels(shape) || picture.pixels.size() != picture.shape.size())
    throw usage_error(
        "picture: expected {} bytes of pixels of {}x{}x{} (1 or 3 channels) to make {}x{}x{} of, got {} bytes",
        picture.shape.size(), picture.shape.height, picture.shape.width, picture.shape.channels, shape.height,
        shape.width, shape.channels, picture.pixels.size());
  const Shape& from = picture.shape;
  const ScaledSize size = scaled_size(from, shape, fit);
  // Of a side that is longer than wanted, the middle; all of one that is not.
  const auto axis = [](int length, std::int64_t scaled, int wanted) {
    const int count = static_cast<int>(std::min<std::int64_t>(scaled, wanted));
    return ScaledAxis{length, scaled, half(scaled - count), count};
  };
  const ScaledAxis rows = axis(from.height, size.height, shape.height),
                   columns = axis(from.width, size.width, shape.width);
  const bool same = from.height == shape.height && from.width == shape.width;
  const auto scaled = [&](const Picture& p) { return same ? p : resample(p, rows, columns); };
  // Fewer channels first: less to scale.
  Picture small = shape.channels < from.channels ? scaled(with_channels(picture, 1))
                                                 : with_channels(scaled(picture), shape.channels);
  small.turned = false;
  if (small.shape == shape) return small;

  Picture result{shape, {}};
  result.pixels.reserve(shape.size());
  while (result.pixels.size() < shape.size())
    result.pixels.insert(result.pixels.end(), ground.begin(), ground.begin() + shape.channels);
  const int top = (shape.height - rows.count) / 2, left = (shape.width - columns.count) / 2;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(columns.count) * shape.channels;
  for (int y = 0; y < rows.count; ++y)
    std::copy_n(
        small.pixels.data() + y * row, row,
        result.pixels.data() + (static_cast<std::ptrdiff_t>(top + y) * shape.width + left) * shape.channels);
  return result;
}

std::string describe(const Preprocessing& p) {
  const Shape &from = p.from, &to = p.to;
  const auto text = [](const Shape& s) {
    return fmt::format("{} x {} {}", s.width, s.height, s.channels == 1 ? "grey" : "colour");
  };
  std::string steps;
  const auto add = [&](const std::string& step) { steps += (steps.empty() ? "" : ", ") + step; };
  const ScaledSize size = scaled_size(from, to, p.fit);
  if (p.turned) add("turned upright (EXIF)");
  if (p.inverted) add("inverted");
  if (from.channels != to.channels) add(to.channels == 1 ? "converted to grey" : "grey repeated as colour");
  if (from.height != size.height || from.width != size.width)
    add(fmt::format("{} to {} x {}", p.fit == Fit::stretch ? "stretched" : "scaled", size.width,
                    size.height));
  if (size.height > to.height || size.width > to.width)
    add(fmt::format("cropped to {} x {}", to.width, to.height));
  if (size.height < to.height || size.width < to.width)
    add("centred on " + ground_text(p.ground, to.channels));
  return fmt::format("{} -> {}: {}", text(from), text(to), steps.empty() ? "unchanged" : steps);
}

}  // namespace tailor
