// Times what costs little for each value: activations, dropout, pooling, batch norm, soft-max and loss, bias
// gradients, the optimisers' step, augmentation; each beside its plain reference where it has one. On one
// core, for 128 images of the shipped networks' shapes. Run: build/release/bin/kernels_layers
// [--benchmark_filter=REGEX]
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "tailor/base/random.h"
#include "tailor/base/threads.h"
#include "tailor/data/augment.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/kernels/layers/batch_norm.h"
#include "tailor/nn/kernels/layers/bias_gradient.h"
#include "tailor/nn/kernels/layers/dropout.h"
#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/kernels/layers/pooling.h"
#include "tailor/nn/kernels/layers/softmax_loss.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/optimizer.h"

namespace tailor::kernels {
namespace {

constexpr std::size_t images = 128;

std::vector<float> values(std::size_t n, std::uint64_t seed) {
  prepare_compute_thread();
  std::vector<float> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<float>(Key(seed).normal(i));
  return v;
}

// Bytes that must be read and written, if caches keep nothing.
void moved(benchmark::State& state, std::size_t floats) {
  state.counters["GB/s"] =
      benchmark::Counter(4e-9 * static_cast<double>(floats), benchmark::Counter::kIsIterationInvariantRate);
}

template <class Body>
void add(const std::string& name, std::size_t floats, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    for (auto _ : state) {
      body();
      benchmark::ClobberMemory();
    }
    moved(state, floats);
  })->Unit(benchmark::kMillisecond);
}

// Arrays that live as long as the program: bodies hold them by reference.
std::vector<float>& array(std::size_t n, std::uint64_t seed) {
  static std::vector<std::unique_ptr<std::vector<float>>> all;
  return *all.emplace_back(std::make_unique<std::vector<float>>(values(n, seed)));
}

void add_elementwise() {
  const std::size_t n = images * 9216;
  std::vector<float>&x = array(n, 1), &g = array(n, 2), &y = array(n, 0);
  const std::pair<const char*, Activation> kinds[] = {
      {"relu", Activation::relu}, {"tanh", Activation::tanh}, {"gelu", Activation::gelu}};
  for (const auto& [name, kind] : kinds) {
    const std::string shape = "/9216/";
    const Activation a = kind;
    add(name + shape + "forward", 2 * n, [&x, &y, a] { activation_forward(a, {}, x.data(), y.data(), n); });
    add(name + shape + "forward/reference", 2 * n,
        [&x, &y, a] { reference::activation_forward(a, {}, x.data(), y.data(), n); });
    add(name + shape + "backward", 3 * n,
        [&x, &g, &y, a] { activation_backward(a, {}, x.data(), g.data(), y.data(), n); });
  }
  const DropoutMask mask{1, 0, 0.25f};
  add("dropout/9216", 2 * n, [&x, &y, mask] { dropout(x.data(), y.data(), n, mask); });
  add("dropout/9216/reference", 2 * n, [&x, &y, mask] { reference::dropout(x.data(), y.data(), n, mask); });
}

void add_pooling(const std::string& name, const PoolShape& s) {
  const auto volume = [&](int height, int width) {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(s.channels);
  };
  const std::size_t in = volume(s.in_height, s.in_width), out = volume(s.out_height, s.out_width);
  std::vector<float>&x = array(images * in, 1), &y = array(images * out, 2);
  static std::vector<std::uint8_t> places(images * 30000);
  const auto each = [in, out](auto&& one) {
    for (std::size_t i = 0; i < images; ++i) one(i * in, i * out);
  };
  const std::size_t floats = images * (in + out);
  add("max_pool/" + name + "/forward", floats, [=, &x, &y] {
    each([&](std::size_t i, std::size_t o) { max_pool_forward(s, &x[i], &y[o], &places[o]); });
  });
  add("max_pool/" + name + "/backward", floats, [=, &x, &y] {
    each([&](std::size_t i, std::size_t o) { max_pool_backward(s, &y[o], &places[o], &x[i]); });
  });
  add("average_pool/" + name + "/forward", floats,
      [=, &x, &y] { each([&](std::size_t i, std::size_t o) { average_pool_forward(s, &x[i], &y[o]); }); });
  add("average_pool/" + name + "/backward", floats,
      [=, &x, &y] { each([&](std::size_t i, std::size_t o) { average_pool_backward(s, &y[o], &x[i]); }); });
  add("average_pool/" + name + "/forward/reference", floats, [=, &x, &y] {
    each([&](std::size_t i, std::size_t o) { reference::average_pool_forward(s, &x[i], &y[o]); });
  });
}

void add_batch_norm(int channels, std::size_t pixels) {
  const std::size_t rows = images * pixels, n = rows * static_cast<std::size_t>(channels);
  const std::size_t c = static_cast<std::size_t>(channels);
  std::vector<float>&x = array(n, 1), &g = array(n, 2), &y = array(n, 3), &mean = array(c, 4),
  &scale = array(c, 5);
  static std::vector<double> a(1024), b(1024);
  const std::string name = "batch_norm/" + std::to_string(pixels) + "x" + std::to_string(channels) + "/";
  add(name + "sums", n, [=, &x] { channel_sums(x.data(), rows, channels, a.data()); });
  add(name + "apply+relu", 2 * n, [=, &x, &y, &mean, &scale] {
    batch_norm_apply(x.data(), rows, channels, mean.data(), scale.data(), scale.data(), mean.data(), true,
                     y.data());
  });
  add(name + "backward_sums", 3 * n, [=, &x, &g, &y, &mean, &scale] {
    batch_norm_backward_sums(x.data(), g.data(), y.data(), rows, channels, mean.data(), scale.data(),
                             a.data(), b.data());
  });
  add(name + "backward_data", 4 * n, [=, &x, &g, &y, &mean, &scale] {
    batch_norm_backward_data(x.data(), g.data(), y.data(), rows, channels, mean.data(), scale.data(),
                             scale.data(), a.data(), b.data(), rows, g.data());
  });
}

void add_loss() {
  constexpr int classes = 10;
  std::vector<float>&logits = array(images * classes, 1), &diff = array(images * classes, 2);
  static std::vector<std::int32_t> labels(images);
  for (std::size_t i = 0; i < images; ++i) labels[i] = static_cast<std::int32_t>(i % classes);
  const auto rows = static_cast<int>(images);
  add("softmax_loss/10", 2 * images * classes, [&] {
    benchmark::DoNotOptimize(
        softmax_cross_entropy(logits.data(), rows, classes, {labels.data()}, 0.1f, 1, diff.data()));
  });
  add("softmax_loss/10/reference", 2 * images * classes, [&] {
    benchmark::DoNotOptimize(reference::softmax_cross_entropy(logits.data(), rows, classes, {labels.data()},
                                                              0.1f, 1, diff.data()));
  });
}

void add_bias_gradient(int out, std::size_t pixels) {
  const std::size_t rows = images * pixels;
  std::vector<float>&dy = array(rows * static_cast<std::size_t>(out), 1),
  &db = array(static_cast<std::size_t>(out), 2);
  const std::string name = "bias_gradient/" + std::to_string(pixels) + "x" + std::to_string(out);
  add(name, dy.size(), [=, &dy, &db] { bias_gradient(dy.data(), rows, out, db.data()); });
  add(name + "/reference", dy.size(),
      [=, &dy, &db] { reference::bias_gradient(dy.data(), rows, out, db.data()); });
}

// The default network's parameters.
void add_optimizers() {
  static const Architecture architecture = find_architecture("mnist_cnn");
  const std::size_t n = 1200128;
  std::vector<float>&p = array(n, 1), &g = array(n, 2), &a = array(n, 3);
  for (const char* name : {"sgd", "adam", "adamw", "rmsprop", "lion"}) {
    Settings settings = default_settings(architecture);
    set(settings, "optimizer", name);
    const auto optimizer =
        std::make_shared<Optimizer>(settings, n, std::vector<ParameterRange>{{0, n, true}});
    std::vector<float>& state = array(optimizer->state_floats(), 0);
    for (float& s : state) s *= s;
    add(std::string("optimizer/") + name, 3 * n + 2 * state.size(),
        [=, &p, &g, &state] { optimizer->step(0, n, p.data(), g.data(), state.data(), nullptr, 1e-6, 100); });
    add(std::string("optimizer/") + name + "+average", 5 * n + 2 * state.size(), [=, &p, &g, &state, &a] {
      optimizer->step(0, n, p.data(), g.data(), state.data(), a.data(), 1e-6, 100);
    });
  }
  add("gradient_norm", n, [=, &g] { benchmark::DoNotOptimize(gradient_norm(g.data(), n)); });
}

void add_augmentation() {
  static std::vector<std::uint8_t> pixels(images * 784);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(Key(1).below(i, 256));
  std::vector<float>& out = array(784, 1);
  const std::pair<const char*, Augmentation> kinds[] = {
      {"none", {}},
      {"flip+shift+erasing", {.flip = 0.5, .shift = 2, .erasing = 0.4, .erasing_area = 0.33}},
      {"rotation+scale", {.rotation = 10, .scale = 0.1}}};
  for (const auto& [name, kind] : kinds) {
    const auto augmenter = std::make_shared<Augmenter>(Shape{28, 28, 1}, Normalization{{0.0f}, {1.0f}}, kind);
    add(std::string("augmentation/") + name, images * 784, [=, &out] {
      for (std::size_t i = 0; i < images; ++i)
        augmenter->apply(std::span(pixels).subspan(i * 784, 784), Key(i), out.data());
    });
  }
}

}  // namespace
}  // namespace tailor::kernels

int main(int argc, char** argv) {
  using namespace tailor::kernels;
  benchmark::Initialize(&argc, argv);
  add_elementwise();
  add_pooling("28x28x6", {28, 28, 6, 14, 14, 2, 2, 2, 2});
  add_pooling("24x24x64", {24, 24, 64, 12, 12, 2, 2, 2, 2});
  add_batch_norm(16, 784);
  add_batch_norm(64, 49);
  add_loss();
  add_bias_gradient(6, 784);
  add_bias_gradient(16, 100);
  add_bias_gradient(128, 1);
  add_optimizers();
  add_augmentation();
  benchmark::RunSpecifiedBenchmarks();
}
