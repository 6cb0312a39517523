// Rows are summed as one long line of whole vectors: after `out` vectors lane and output meet again, so that
// each of `out` sums has the same outputs in the same lanes throughout, whatever their number.
#include "tailor/nn/kernels/layers/bias_gradient.h"

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/layers/bias_gradient.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Size = std::size_t;

// Outputs that do not fill vectors. `most` bounds the sums' memory.
constexpr Size most = 64;

void add_line(const float* dy, Size rows, Size out, float* db) {
  HWY_ALIGN float sums[most * vector_width] = {};
  constexpr Size lanes = vector_width;
  const Size whole = rows / lanes * out;  // vectors in groups of `lanes` rows
  for (Size v = 0; v < whole; v += out) {
    for (Size i = 0; i < out; ++i)
      store(hn::Add(load(sums + i * lanes), load(dy + (v + i) * lanes)), sums + i * lanes);
  }
  for (Size i = 0; i < out * lanes; ++i) db[i % out] += sums[i];
  for (Size i = whole * lanes; i < rows * out; ++i) db[i % out] += dy[i];
}

// Four vectors of outputs at a time. Sums of 32 rows first: errors grow with the square root of the count
// only.
template <int vectors>
void add_columns(const float* dy, Size rows, Size out, Size n, float* db) {
  const auto at = [&](Size v) { return v * vector_width; };
  for (Size first = 0; first < rows; first += 32) {
    Vector sum[vectors];
    TAILOR_UNROLL
    for (Size v = 0; v < vectors; ++v) sum[v] = hn::Zero(Floats());
    for (Size r = first; r < HWY_MIN(rows, first + 32); ++r) {
      TAILOR_UNROLL
      for (Size v = 0; v < vectors; ++v)
        sum[v] = hn::Add(sum[v], load_first(dy + r * out + at(v), n - at(v)));
    }
    TAILOR_UNROLL
    for (Size v = 0; v < vectors; ++v)
      store_first(hn::Add(load_first(db + at(v), n - at(v)), sum[v]), db + at(v), n - at(v));
  }
}

}  // namespace

void add_rows(const float* dy, Size rows, Size out, float* db) {
  if (out <= most && out % vector_width != 0) return add_line(dy, rows, out, db);
  Size o = 0;
  for (; o + 4 * vector_width <= out; o += 4 * vector_width)
    add_columns<4>(dy + o, rows, out, out - o, db + o);
  for (; o < out; o += vector_width) add_columns<1>(dy + o, rows, out, out - o, db + o);
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(add_rows);

void bias_gradient(const float* dy, std::size_t rows, int out, float* db) {
  HWY_DYNAMIC_DISPATCH(add_rows)(dy, rows, static_cast<std::size_t>(out), db);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
