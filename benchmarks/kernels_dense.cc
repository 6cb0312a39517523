// Times the dense layer of the default network, 128 images, 9,216 inputs, 128 outputs, on one core: dense
// (oneDNN; also in bf16, which tailor does not use) and from the non-zeros at several densities.
// Run: build/release/bin/kernels_dense [--benchmark_filter=REGEX]
#include <cstdint>
#include <cstring>
#include <new>
#include <unordered_map>
#include <vector>

#include <benchmark/benchmark.h>
#include <dnnl.hpp>

#include "tailor/base/random.h"
#include "tailor/base/threads.h"
#include "tailor/nn/kernels/bf16/bf16_dense.h"
#include "tailor/nn/kernels/layers/dense.h"
#include "tailor/nn/kernels/sparse/sparse_dense.h"

namespace tailor::kernels {
namespace {

constexpr int rows = 128, in = 9216, out = 128;

template <class T>
struct Aligned {
  using value_type = T;
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64})); }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{64}); }
  bool operator==(const Aligned&) const { return true; }
};
using Floats = std::vector<float, Aligned<float>>;

Floats values(std::size_t n, std::uint64_t seed, double density = 1) {
  Floats v(n);
  const Key key(seed);
  for (std::size_t i = 0; i < n; ++i)
    v[i] = key.with(1).uniform(i) < density ? static_cast<float>(key.uniform(i) + 0.1) : 0;
  return v;
}

struct Layer {
  explicit Layer(double x_density, double dy_density = 1)
      : x(values(std::size_t{rows} * in, 1, x_density)), dy(values(std::size_t{rows} * out, 4, dy_density)) {
    prepare_compute_thread();
  }
  SparseGradients gradients() { return SparseGradients(memory.data(), rows, out); }

  Floats x, dy;
  Floats w = values(std::size_t{in} * out, 2), b = values(out, 3);
  Floats y = values(std::size_t{rows} * out, 5), dw = w, dx = x;
  Floats memory = Floats(sparse_gradients_bytes(rows, out) / sizeof(float) + 16);
  Floats scratch = Floats(sparse_backward_scratch(rows, out));
};

// GFLOP/s counts the dense layer's multiplications and additions whether or not they are done.
void count(benchmark::State& state, int passes) {
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * rows * in * out * passes, benchmark::Counter::kIsIterationInvariantRate);
}

void dense_forward(benchmark::State& state) {
  Layer l(1);
  for (auto _ : state) kernels::dense_forward(l.x.data(), l.w.data(), l.b.data(), l.y.data(), rows, in, out);
  count(state, 1);
}

void dense_backward(benchmark::State& state) {
  Layer l(1);
  for (auto _ : state) {
    dense_backward_weights(l.x.data(), l.dy.data(), l.dw.data(), rows, 0, in, in, out);
    dense_backward_data(l.dy.data(), l.w.data(), l.dx.data(), rows, in, out);
  }
  count(state, 2);
}

// oneDNN's product of two bf16 matrices into f32, each in the layout that it likes best; without the
// conversions that a training in f32 would need.
void bf16(benchmark::State& state, dnnl::memory::dim m, dnnl::memory::dim k, dnnl::memory::dim n) {
  using dnnl::memory;
  prepare_compute_thread();
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const memory::desc a({m, k}, memory::data_type::bf16, memory::format_tag::any),
      b({k, n}, memory::data_type::bf16, memory::format_tag::any),
      c({m, n}, memory::data_type::f32, memory::format_tag::ab);
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::matmul::primitive_desc description(engine, a, b, c);
#else
  const dnnl::matmul::primitive_desc description({a, b, c}, engine);
#endif
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, memory(description.src_desc(), engine)},
                                            {DNNL_ARG_WEIGHTS, memory(description.weights_desc(), engine)},
                                            {DNNL_ARG_DST, memory(description.dst_desc(), engine)}};
  for (auto& [argument, memory] : arguments)
    std::memset(memory.get_data_handle(), 0, memory.get_desc().get_size());
  dnnl::matmul product(description);
  for (auto _ : state) {
    product.execute(stream, arguments);
    stream.wait();
  }
  count(state, 1);
}

#if defined(__x86_64__)
// On matrix tiles, rounding included; in as many parts as the network's layer has lanes.
void tiles_forward(benchmark::State& state) {
  constexpr int parts = 8;
  Layer l(1);
  const std::size_t step = bf16_dense_sums_floats(rows, out);
  Floats sums(parts * step), memory_for_call(bf16_dense_forward_scratch(rows, out) / sizeof(float));
  for (auto _ : state) {
    for (int p = 0; p < parts; ++p)
      bf16_dense_forward(l.x.data(), l.w.data(), rows, in, out, in * p / parts, in / parts,
                         sums.data() + static_cast<std::size_t>(p) * step,
                         reinterpret_cast<std::byte*>(memory_for_call.data()));
    bf16_dense_add_parts(sums.data(), parts, l.b.data(), rows, out, l.y.data());
  }
  count(state, 1);
}

void tiles_backward(benchmark::State& state) {
  Layer l(1);
  Floats packed(bf16_dense_gradient_size(rows, out) / 2),
      memory_for_call(bf16_dense_backward_scratch(rows, out) / sizeof(float));
  for (auto _ : state) {
    bf16_dense_pack_gradient(l.dy.data(), rows, out, reinterpret_cast<Bf16*>(packed.data()));
    bf16_dense_backward(reinterpret_cast<Bf16*>(packed.data()), l.x.data(), l.w.data(), rows, in, out, 0, in,
                        l.dw.data(), l.dx.data(), reinterpret_cast<std::byte*>(memory_for_call.data()));
  }
  count(state, 2);
}
#endif

void sparse_forward(benchmark::State& state) {
  Layer l(static_cast<double>(state.range(0)) / 100);
  for (auto _ : state) {
    benchmark::DoNotOptimize(sparse_density(l.x.data(), rows, in));
    sparse_dense_forward(l.x.data(), l.w.data(), l.b.data(), l.y.data(), rows, in, out);
  }
  count(state, 1);
}

void compress_gradients(benchmark::State& state) {
  Layer l(0.27, static_cast<double>(state.range(0)) / 100);
  for (auto _ : state) benchmark::DoNotOptimize(sparse_compress_gradients(l.dy.data(), l.gradients()));
}

void sparse_backward(benchmark::State& state) {
  Layer l(0.27, static_cast<double>(state.range(0)) / 100);
  const SparseGradients gradients = l.gradients();
  sparse_compress_gradients(l.dy.data(), gradients);
  for (auto _ : state) {
    sparse_dense_backward(gradients, l.x.data(), l.w.data(), l.dw.data(), l.dx.data(), 0, in, in,
                          l.scratch.data());
  }
  count(state, 2);
}

void densities(benchmark::internal::Benchmark* b) {
  b->Unit(benchmark::kMillisecond)->ArgName("percent");
  for (const int percent : {0, 10, 16, 20, 27, 35, 50, 75, 100}) b->Arg(percent);
}

BENCHMARK(dense_forward)->Unit(benchmark::kMillisecond);
BENCHMARK(dense_backward)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bf16, forward, rows, in, out)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bf16, data, rows, out, in)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bf16, weights, in, rows, out)->Unit(benchmark::kMillisecond);
BENCHMARK(sparse_forward)->Apply(densities);
BENCHMARK(compress_gradients)->Apply(densities);
BENCHMARK(sparse_backward)->Apply(densities);

}  // namespace
}  // namespace tailor::kernels

int main(int argc, char** argv) {
#if defined(__x86_64__)
  if (tailor::kernels::bf16_supported()) {
    benchmark::RegisterBenchmark("bf16_tiles/forward", tailor::kernels::tiles_forward)
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("bf16_tiles/backward", tailor::kernels::tiles_backward)
        ->Unit(benchmark::kMillisecond);
  }
#endif
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
