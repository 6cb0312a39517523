// This machine's f32 peak on one core: multiply-adds that stay in registers, in the widest vectors that the
// kernels use. scripts/bench kernels divides the others' GFLOP/s by it.
#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels_peak.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tailor::HWY_NAMESPACE {

constexpr int chains = 12;  // independent: more than latency times units, and all fit into 16 registers

// The floating-point operations done; `out` keeps them from being left out.
double multiply_adds(int rounds, float* out) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999f), term = hn::Set(d, 0.5f);
  decltype(hn::Zero(d)) sums[chains];
  TAILOR_UNROLL for (int i = 0; i < chains; ++i) sums[i] = hn::Set(d, static_cast<float>(i));
  for (int round = 0; round < rounds; ++round) {
    TAILOR_UNROLL for (int i = 0; i < chains; ++i) sums[i] = hn::MulAdd(sums[i], factor, term);
  }
  auto total = sums[0];
  TAILOR_UNROLL for (int i = 1; i < chains; ++i) total = hn::Add(total, sums[i]);
  *out = hn::GetLane(total);
  return 2.0 * chains * rounds * static_cast<double>(hn::Lanes(d));
}

}  // namespace tailor::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <benchmark/benchmark.h>

namespace tailor {

HWY_EXPORT(multiply_adds);

void peak_f32(benchmark::State& state) {
  double operations = 0;
  for (auto _ : state) {
    float result;
    operations += HWY_DYNAMIC_DISPATCH(multiply_adds)(1'000'000, &result);
    benchmark::DoNotOptimize(result);
  }
  state.counters["GFLOP/s"] = benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsRate);
}
BENCHMARK(peak_f32)->Unit(benchmark::kMillisecond);

}  // namespace tailor

BENCHMARK_MAIN();
#endif
