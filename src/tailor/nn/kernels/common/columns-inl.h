// Values [rows][channels] in blocks of rows that stay in the first cache, one vector of channels at a time.
// Sums are floats within a block. Included by the fast kernels once for each instruction set.
#if defined(TAILOR_COLUMNS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_COLUMNS_INL_H
#undef TAILOR_COLUMNS_INL_H
#else
#define TAILOR_COLUMNS_INL_H
#endif

#include <algorithm>
#include <cstddef>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t rows_of_column = 32;

// A block's rows of one vector of channels: the values at `offset`, `rows` of them, `stride` apart, in
// `count` lanes.
struct Column {
  std::size_t offset, row, rows, stride;
  std::size_t channel, count;
};

template <class Body>
HWY_INLINE void for_columns(std::size_t rows, int channels, const Body& body) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<float>()), stride = static_cast<std::size_t>(channels);
  for (std::size_t r = 0; r < rows; r += rows_of_column)
    for (std::size_t c = 0; c < stride; c += lanes)
      body(Column{r * stride + c, r, std::min(rows_of_column, rows - r), stride, c,
                  std::min(lanes, stride - c)});
}

template <class Sum>
HWY_INLINE void add_lanes(hn::Vec<hn::ScalableTag<float>> v, const Column& column, Sum* sums) {
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(v, hn::ScalableTag<float>(), lanes);
  for (std::size_t i = 0; i < column.count; ++i) sums[column.channel + i] += static_cast<Sum>(lanes[i]);
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_COLUMNS_INL_H
