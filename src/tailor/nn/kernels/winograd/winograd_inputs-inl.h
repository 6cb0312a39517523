// The input transform of tiles of several images. Included once for each instruction set by the kernels of this folder.
#if defined(TAILOR_WINOGRAD_INPUTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_WINOGRAD_INPUTS_INL_H
#undef TAILOR_WINOGRAD_INPUTS_INL_H
#else
#define TAILOR_WINOGRAD_INPUTS_INL_H
#endif

#include "tailor/nn/kernels/winograd/winograd_plan.h"
#include "tailor/nn/kernels/winograd/winograd_transforms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

// The n x n pixels from (top, left) on into `patch` [n][n][padded], zeros outside the map and the channels.
template <int n>
HWY_INLINE void copy_patch(const float* map, int height, int width, int channels, int top, int left,
                           std::size_t padded, float* patch) {
  const std::size_t used = static_cast<std::size_t>(channels), line = n * padded;
  const int first = HWY_MAX(0, -left), last = HWY_MIN(n, width - left);
  if (used != padded || last - first < n) std::memset(patch, 0, n * line * sizeof(float));
  for (int r = 0; r < n; ++r, patch += line) {
    const int row = top + r;
    if (row < 0 || row >= height || first >= last) {
      std::memset(patch, 0, line * sizeof(float));
      continue;
    }
    const float* from = map + (static_cast<std::size_t>(row) * width + (left + first)) * used;
    float* to = patch + first * padded;
    if (used == padded) {  // a row is one piece
      std::memcpy(to, from, static_cast<std::size_t>(last - first) * used * sizeof(float));
      continue;
    }
    for (int c = first; c < last; ++c, from += used, to += padded)
      std::memcpy(to, from, used * sizeof(float));
  }
}

// Tiles [first, first + count) of the images x to V [36][count][in_padded], positions `v_position` floats apart.
HWY_INLINE void transform_inputs(const ConvShape& s, const WinogradTiles& tiles, const float* x, int first,
                                 int count, float* v, std::size_t v_position, float* patch) {
  const std::size_t row = static_cast<std::size_t>(s.in_width) * s.in_channels,
                    column = static_cast<std::size_t>(s.in_channels),
                    padded = round_up(column, std::size_t{16});
  const std::size_t image = row * s.in_height;
  const bool whole_vectors = s.in_channels % vector_width == 0;
  WinogradTile tile = tiles.at(first);
  for (int i = 0; i < count; ++i, tiles.next(tile)) {
    const int top = tile.row * 4 - s.padding(), left = tile.column * 4 - s.padding();
    const bool inside = top >= 0 && left >= 0 && top + 6 <= s.in_height && left + 6 <= s.in_width;
    const float* from = x + tile.image * image;
    const bool straight = inside && whole_vectors;
    if (straight) {
      from += top * row + left * column;
    } else {
      copy_patch<6>(from, s.in_height, s.in_width, s.in_channels, top, left, padded, patch);
      from = patch;
    }
    float* to = v + i * padded;
    for (int c = 0; c < s.in_channels; c += vector_width)
      transform_input_tile(from + c, straight ? row : 6 * padded, straight ? column : padded, to + c,
                           v_position);
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_WINOGRAD_INPUTS_INL_H
