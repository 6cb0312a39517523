#include "tailor/data/pictures/resample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tailor {
namespace {

constexpr int weight_bits = 22;
constexpr std::int32_t one_half = 1 << (weight_bits - 1);

// Which pixels make one of the result along an axis, and with what weights.
struct PixelTaps {
  int first = 0;
  std::vector<std::int32_t> weights;  // of pixels first, first + 1, …; their sum is 1, nearly

  int end() const { return first + static_cast<int>(weights.size()); }
};

// The weights of each pixel of the axis' part; first and end() do not descend.
std::vector<PixelTaps> triangle_taps(const ScaledAxis& axis) {
  const double ratio = static_cast<double>(axis.from) / static_cast<double>(axis.to);
  const double reach = std::max(1.0, ratio);
  std::vector<PixelTaps> result(static_cast<std::size_t>(axis.count));
  std::vector<double> exact;
  for (int i = 0; i < axis.count; ++i) {
    const double center = (static_cast<double>(axis.first + i) + 0.5) * ratio;
    const int first = static_cast<int>(std::max(0.0, center - reach + 0.5));
    const int end = static_cast<int>(std::min(static_cast<double>(axis.from), center + reach + 0.5));
    exact.clear();
    double sum = 0;
    for (int j = first; j < end; ++j)
      sum += exact.emplace_back(std::max(0.0, 1 - std::abs((j - center + 0.5) * (1 / reach))));
    PixelTaps& taps = result[static_cast<std::size_t>(i)];
    taps.first = first;
    taps.weights.reserve(exact.size());
    for (const double weight : exact)
      taps.weights.push_back(static_cast<std::int32_t>(0.5 + weight / sum * (1 << weight_bits)));
  }
  return result;
}

// Sums of non-negative terms whose weights are 1 together: only rounding passes 255.
std::uint8_t rounded(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::min(255, sum >> weight_bits));
}

template <std::size_t channels>
void scale_row(const std::uint8_t* from, const std::vector<PixelTaps>& taps, std::uint8_t* to) {
  for (const PixelTaps& pixel : taps) {
    std::int32_t sums[channels];
    std::fill_n(sums, channels, one_half);
    const std::uint8_t* p = from + static_cast<std::size_t>(pixel.first) * channels;
    for (const std::int32_t weight : pixel.weights)
      for (std::size_t c = 0; c < channels; ++c) sums[c] += weight * *p++;
    for (std::size_t c = 0; c < channels; ++c) *to++ = rounded(sums[c]);
  }
}

}  // namespace

Picture resample(const Picture& picture, const ScaledAxis& rows, const ScaledAxis& columns) {
  const std::vector<PixelTaps> across = triangle_taps(columns), down = triangle_taps(rows);
  const auto channels = static_cast<std::size_t>(picture.shape.channels);
  const std::size_t row = static_cast<std::size_t>(columns.count) * channels,
                    from_row = static_cast<std::size_t>(picture.shape.width) * channels;
  Picture result{{rows.count, columns.count, picture.shape.channels}, {}};
  result.pixels.resize(result.shape.size());
  std::vector<std::int32_t> sums(result.shape.size(), one_half);  // of all rows that are begun
  std::vector<std::uint8_t> narrow(row);
  // Each row of the picture is scaled once and added to those of the result that want it.
  std::size_t begun = 0, done = 0;
  for (int y = down.front().first; y < down.back().end(); ++y) {
    const std::uint8_t* const from = picture.pixels.data() + static_cast<std::size_t>(y) * from_row;
    if (channels == 1)
      scale_row<1>(from, across, narrow.data());
    else
      scale_row<3>(from, across, narrow.data());
    while (begun < down.size() && down[begun].first <= y) ++begun;
    for (std::size_t i = done; i < begun; ++i) {
      if (y >= down[i].end()) continue;
      const std::int32_t weight = down[i].weights[static_cast<std::size_t>(y - down[i].first)];
      std::int32_t* const sum = sums.data() + i * row;
      for (std::size_t k = 0; k < row; ++k) sum[k] += weight * narrow[k];
    }
    for (; done < begun && down[done].end() <= y + 1; ++done)
      for (std::size_t k = 0; k < row; ++k) result.pixels[done * row + k] = rounded(sums[done * row + k]);
  }
  return result;
}

}  // namespace tailor
