// Times each convolution kernel on the default network's layers and others, 128 images on one core, beside
// oneDNN. "GFLOP/s" counts the multiplications and additions of the direct convolution, so that kernels which
// avoid arithmetic can exceed the machine's peak. Run: build/release/bin/kernels_conv
// [--benchmark_filter=REGEX]
#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <dnnl.hpp>
#include <omp.h>

#include "tailor/base/random.h"
#include "tailor/base/threads.h"
#include "tailor/nn/kernels/bf16/bf16_conv.h"
#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/convolution/first_conv.h"
#include "tailor/nn/kernels/sparse/sparse_conv.h"
#include "tailor/nn/kernels/winograd/winograd_conv.h"
#include "tailor/nn/kernels/winograd/winograd_weight_gradient.h"
#include "tailor/nn/operators/onednn.h"

namespace tailor::kernels {
namespace {

constexpr std::size_t images = 128;

ConvShape shape(int size, int in, int out, int kernel, int padding) {
  const int out_size = size + 2 * padding - kernel + 1;
  return {.in_height = size,
          .in_width = size,
          .in_channels = in,
          .out_height = out_size,
          .out_width = out_size,
          .out_channels = out,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .padding_top = padding,
          .padding_left = padding,
          .padding_bottom = padding,
          .padding_right = padding};
}

struct Layer {
  const char* name;
  ConvShape shape;
};
const Layer default_conv1{"28x28x1-32", shape(28, 1, 32, 3, 0)};
const Layer lenet_conv1{"28x28x1-6k5p2", shape(28, 1, 6, 5, 2)};
const Layer vgg_conv1{"32x32x3-64p", shape(32, 3, 64, 3, 1)};
const Layer resnet_conv1{"32x32x3-16p", shape(32, 3, 16, 3, 1)};
const Layer large_conv1{"64x64x3-16p", shape(64, 3, 16, 3, 1)};
const Layer wide_conv1{"64x64x3-32k5p2", shape(64, 3, 32, 5, 2)};
const Layer default_conv2{"26x26x32-64", shape(26, 32, 64, 3, 0)};
const Layer vgg_conv{"14x14x64-128p", shape(14, 64, 128, 3, 1)};
// Those of resnet20, and of vgg_bn and resnet18.
const Layer dense_convs[] = {
    {"32x32x16-16p", shape(32, 16, 16, 3, 1)},     {"16x16x32-32p", shape(16, 32, 32, 3, 1)},
    {"8x8x64-64p", shape(8, 64, 64, 3, 1)},        {"28x28x64-64p", shape(28, 64, 64, 3, 1)},
    {"14x14x128-128p", shape(14, 128, 128, 3, 1)}, {"7x7x256-256p", shape(7, 256, 256, 3, 1)},
    {"4x4x512-512p", shape(4, 512, 512, 3, 1)},
};

// One of mobilenet_v2: each channel by itself.
const Layer depthwise = [] {
  Layer layer{"32x32x144-depthwise", shape(32, 144, 144, 3, 1)};
  layer.shape.groups = 144;
  return layer;
}();

// Floats on 64 bytes.
class Buffer {
 public:
  explicit Buffer(std::size_t n, std::uint64_t seed = 0, double scale = 1, bool relu = false)
      : memory_(n + 16) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    data_ = memory_.data() + (64 - address % 64) % 64 / sizeof(float);
    for (std::size_t i = 0; seed && i < n; ++i) data_[i] = static_cast<float>(scale * Key(seed).normal(i));
    for (std::size_t i = 0; relu && i < n; ++i) data_[i] = data_[i] > 0 ? data_[i] : 0;
  }
  float* data() { return data_; }

 private:
  std::vector<float> memory_;
  float* data_;
};

std::size_t size(int height, int width, int channels) {
  return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
         static_cast<std::size_t>(channels);
}
std::size_t x_size(const ConvShape& s) { return size(s.in_height, s.in_width, s.in_channels); }
std::size_t y_size(const ConvShape& s) { return size(s.out_height, s.out_width, s.out_channels); }
std::size_t pooled_size(const ConvShape& s) {
  return size(s.out_height / 2, s.out_width / 2, s.out_channels);
}
std::size_t weight_size(const ConvShape& s) {
  return size(s.kernel_height, s.kernel_width, s.group_inputs() * s.out_channels);
}

void report(benchmark::State& state, const ConvShape& s) {
  const double flops =
      2.0 * images * static_cast<double>(y_size(s)) * static_cast<double>(weight_size(s)) / s.out_channels;
  state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void winograd(benchmark::State& state, const ConvShape& s, bool pool, const std::string& target) {
  force_vector_target(target);
  Buffer x(images * x_size(s), 1, 1, true), y(images * y_size(s)), weights(weight_size(s), 2, 0.1),
      bias(static_cast<std::size_t>(s.out_channels), 3), transformed(winograd_weight_floats(s)),
      scratch(winograd_scratch_floats(s, 1));
  std::vector<std::uint8_t> argmax(images * pooled_size(s));
  for (auto _ : state) {
    winograd_transform_weights(s, weights.data(), transformed.data());
    for (std::size_t i = 0; i < images; ++i) {
      if (pool) {
        winograd_forward_pool(s, x.data() + i * x_size(s), transformed.data(), bias.data(), {},
                              y.data() + i * pooled_size(s), argmax.data() + i * pooled_size(s),
                              scratch.data());
      } else {
        winograd_forward(s, 1, x.data() + i * x_size(s), transformed.data(), bias.data(), true,
                         y.data() + i * y_size(s), scratch.data());
      }
    }
    benchmark::ClobberMemory();
  }
  report(state, s);
  force_vector_target("");
}

enum class Pass { forward, data, weights };

// As networks call it: `at_once` images, in NHWC. The data gradient is the forward pass of another shape.
void dense_winograd(benchmark::State& state, const ConvShape& s, Pass pass, const std::string& target) {
  force_vector_target(target);
  constexpr int at_once = 8;
  const ConvShape shape = pass == Pass::data ? data_gradient_shape(s) : s;
  Buffer x(images * x_size(shape), 1, 1, true), y(images * y_size(shape), 2), weights(weight_size(s), 3, 0.1),
      transformed(winograd_weight_floats(shape)), sum(winograd_gradient_sum_floats(s)),
      scratch(std::max(winograd_scratch_floats(shape, at_once), winograd_gradient_scratch_floats(s)));
  for (auto _ : state) {
    if (pass != Pass::weights) winograd_transform_weights(shape, weights.data(), transformed.data());
    for (std::size_t i = 0; i < images; i += at_once) {
      if (pass == Pass::weights) {
        winograd_gradient_add(s, at_once, x.data() + i * x_size(s), y.data() + i * y_size(s), sum.data(),
                              scratch.data());
      } else {
        winograd_forward(shape, at_once, x.data() + i * x_size(shape), transformed.data(), nullptr, false,
                         y.data() + i * y_size(shape), scratch.data());
      }
    }
    if (pass == Pass::weights) winograd_gradient_finish(s, sum.data(), weights.data());
    benchmark::ClobberMemory();
  }
  report(state, s);
  force_vector_target("");
}

// Both passes include the scan; `percent` of the pooled gradients are not zero.
void sparse(benchmark::State& state, const ConvShape& s, Pass pass, int percent, const std::string& target) {
  force_vector_target(target);
  Buffer x(images * x_size(s), 1, 1, true), dx(images * x_size(s)), gradient(images * pooled_size(s), 2),
      weights(weight_size(s), 3, 0.1), dw(weight_size(s)), db(static_cast<std::size_t>(s.out_channels)),
      packed(sparse_weight_floats(s)), scratch(sparse_scratch_floats(s));
  std::vector<std::uint8_t> argmax(images * pooled_size(s));
  const Key key(4);
  for (std::size_t i = 0; i < argmax.size(); ++i) {
    argmax[i] = static_cast<std::uint8_t>(key.below(i, 4));
    if (key.with(1).uniform(i) * 100 >= percent) gradient.data()[i] = 0;
  }
  for (auto _ : state) {
    if (pass == Pass::data) sparse_pack_weights(s, weights.data(), packed.data());
    for (std::size_t i = 0; i < images; ++i) {
      const SparseGradient g = sparse_scan(s, gradient.data() + i * pooled_size(s), 1, nullptr,
                                           argmax.data() + i * pooled_size(s), scratch.data());
      if (pass == Pass::data) {
        sparse_data_gradient(s, packed.data(), g, dx.data() + i * x_size(s));
      } else {
        sparse_weight_gradient(s, x.data() + i * x_size(s), g, dw.data(), db.data());
      }
    }
    benchmark::ClobberMemory();
  }
  report(state, s);
  force_vector_target("");
}

void first(benchmark::State& state, const ConvShape& s, Pass pass, const std::string& target) {
  force_vector_target(target);
  Buffer x(images * x_size(s), 1), y(images * y_size(s), 2, 1, true), dy(images * y_size(s), 3),
      weights(weight_size(s), 4), dw(weight_size(s)), bias(static_cast<std::size_t>(s.out_channels), 5),
      packed(first_conv_weight_floats(s)), scratch(first_conv_scratch_floats(s));
  for (auto _ : state) {
    if (pass == Pass::forward) first_conv_pack_weights(s, weights.data(), packed.data());
    for (std::size_t i = 0; i < images; ++i) {
      const float* xi = x.data() + i * x_size(s);
      float* yi = y.data() + i * y_size(s);
      if (pass == Pass::forward) {
        first_conv_forward(s, xi, packed.data(), bias.data(), true, yi, scratch.data());
      } else {
        first_conv_weight_gradient(s, xi, yi, dy.data() + i * y_size(s), dw.data(), bias.data(),
                                   scratch.data());
      }
    }
    benchmark::ClobberMemory();
  }
  report(state, s);
  force_vector_target("");
}

#if defined(__x86_64__)
// On matrix tiles, with all that a training in f32 needs around them: rounding, and in the backward pass the
// gradient's maps.
void tiles(benchmark::State& state, const ConvShape& s, Pass pass) {
  const ConvShape back = data_gradient_shape(s);
  const auto bf16s = [](std::size_t n) { return Buffer(n / 2 + 16); };
  Buffer x(images * x_size(s), 1, 1, true), y(images * pooled_size(s)), dx(images * x_size(s)),
      gradient(images * pooled_size(s), 2), weights(weight_size(s), 3, 0.1),
      bias(static_cast<std::size_t>(s.out_channels), 4), sums(bf16_sums_floats(s)), dw(weight_size(s)),
      map = bf16s(bf16_map_size(s)), gradient_map = bf16s(bf16_map_size(back)),
      pairs = bf16s(bf16_pairs_size(s)), transposed = bf16s(bf16_transposed_size(s)),
      packed = bf16s(std::max(bf16_weights_size(s), bf16_weights_size(back)));
  const auto at = [](Buffer& buffer) { return reinterpret_cast<Bf16*>(buffer.data()); };
  std::vector<std::uint8_t> argmax(images * pooled_size(s));
  for (std::size_t i = 0; i < argmax.size(); ++i) argmax[i] = static_cast<std::uint8_t>(Key(5).below(i, 4));
  for (auto _ : state) {
    if (pass == Pass::forward) bf16_pack_weights(s, weights.data(), at(packed));
    if (pass == Pass::data) bf16_pack_flipped_weights(s, weights.data(), at(packed));
    for (std::size_t i = 0; i < images; ++i) {
      const float* xi = x.data() + i * x_size(s);
      std::uint8_t* places = argmax.data() + i * pooled_size(s);
      if (pass != Pass::data) bf16_round_image(s, xi, at(map));
      if (pass == Pass::forward) {
        bf16_forward_pool(s, at(map), at(packed), bias.data(), y.data() + i * pooled_size(s), places);
        continue;
      }
      bf16_spread_pooled_gradient(s, gradient.data() + i * pooled_size(s), nullptr, places,
                                  pass == Pass::data ? at(gradient_map) : nullptr, at(pairs), bias.data());
      if (pass == Pass::data) {
        bf16_forward(back, at(gradient_map), at(packed), nullptr, false, dx.data() + i * x_size(s));
      } else {
        bf16_transpose_map(s, at(map), at(transposed));
        bf16_weight_gradient(s, at(transposed), at(pairs), sums.data());
      }
    }
    if (pass == Pass::weights) bf16_unpack_gradient(s, sums.data(), dw.data());
    benchmark::ClobberMemory();
  }
  report(state, s);
}
#endif

// oneDNN's own choice of layouts and implementation, without ReLU and pooling; operands in f32 or bf16, sums
// in f32.
class OneDnn {
 public:
  OneDnn(const ConvShape& s, Pass pass, dnnl::memory::data_type type)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    using namespace dnnl;
    const auto tensor = [type](const memory::dims& dims) {
      return memory::desc(dims, type, memory::format_tag::any);
    };
    const auto x = tensor({images, s.in_channels, s.in_height, s.in_width});
    const auto w = tensor({s.out_channels, s.in_channels, s.kernel_height, s.kernel_width});
    const auto y = tensor({images, s.out_channels, s.out_height, s.out_width});
    const memory::desc b({s.out_channels}, memory::data_type::f32, memory::format_tag::a);
    const memory::dims strides{1, 1}, padding{s.padding(), s.padding()};
    const auto kind = prop_kind::forward_training;
    const auto how = algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    const convolution_forward::primitive_desc forward(engine_, kind, how, x, w, b, y, strides, padding,
                                                      padding);
    const convolution_backward_data::primitive_desc data(engine_, how, x, w, y, strides, padding, padding,
                                                         forward);
    const convolution_backward_weights::primitive_desc weights(engine_, how, x, w, b, y, strides, padding,
                                                               padding, forward);
#else
    const convolution_forward::primitive_desc forward({kind, how, x, w, b, y, strides, padding, padding},
                                                      engine_);
    const convolution_backward_data::primitive_desc data({how, x, w, y, strides, padding, padding}, engine_,
                                                         forward);
    const convolution_backward_weights::primitive_desc weights({how, x, w, b, y, strides, padding, padding},
                                                               engine_, forward);
#endif
    if (pass == Pass::forward) {
      primitive_ = convolution_forward(forward);
      add(DNNL_ARG_SRC, forward.src_desc());
      add(DNNL_ARG_WEIGHTS, forward.weights_desc());
      add(DNNL_ARG_BIAS, forward.bias_desc());
      add(DNNL_ARG_DST, forward.dst_desc());
    } else if (pass == Pass::data) {
      primitive_ = convolution_backward_data(data);
      add(DNNL_ARG_DIFF_SRC, data.diff_src_desc());
      add(DNNL_ARG_WEIGHTS, data.weights_desc());
      add(DNNL_ARG_DIFF_DST, data.diff_dst_desc());
    } else {
      primitive_ = convolution_backward_weights(weights);
      add(DNNL_ARG_SRC, weights.src_desc());
      add(DNNL_ARG_DIFF_WEIGHTS, weights.diff_weights_desc());
      add(DNNL_ARG_DIFF_BIAS, weights.diff_bias_desc());
      add(DNNL_ARG_DIFF_DST, weights.diff_dst_desc());
    }
  }
  void execute() {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  void add(int argument, const dnnl::memory::desc& desc) {
    dnnl::memory memory(desc, engine_);
    // Floats up to 1; their upper halves are bf16s of the same size, their lower ones 0.
    auto* values = static_cast<float*>(memory.get_data_handle());
    for (std::size_t i = 0; i < desc.get_size() / sizeof(float); ++i)
      values[i] = static_cast<float>(i % 65) / 64;
    arguments_.emplace(argument, memory);
  }
  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

void onednn(benchmark::State& state, const ConvShape& s, Pass pass, dnnl::memory::data_type type) {
  OneDnn conv(s, pass, type);
  for (auto _ : state) conv.execute();
  report(state, s);
}

// As networks call it: images in NHWC, a few at a time, weights packed once for a step.
void wrapped(benchmark::State& state, const ConvShape& s, Pass pass) {
  tailor::onednn::Convolution conv(
      s, true, {.forward = true, .data = pass == Pass::data, .weights = pass == Pass::weights}, 1);
  Buffer x(images * x_size(s), 1), y(images * y_size(s), 2), weights(weight_size(s), 3),
      bias(static_cast<std::size_t>(s.out_channels), 4), packed(conv.packed_floats()),
      sum(conv.gradient_floats()), part(conv.gradient_floats()),
      scratch(conv.scratch_bytes() / sizeof(float));
  const int count = static_cast<int>(images);
  for (auto _ : state) {
    if (pass == Pass::forward) {
      conv.pack_weights(weights.data(), packed.data());
      conv.forward(0, count, x.data(), packed.data(), bias.data(), y.data(), scratch.data());
    } else if (pass == Pass::data) {
      conv.pack_weights(weights.data(), packed.data());
      conv.backward_data(0, count, y.data(), packed.data(), x.data(), scratch.data());
    } else {
      conv.backward_weights(0, count, x.data(), y.data(), sum.data(), part.data(), scratch.data());
      conv.unpack_gradient(sum.data(), weights.data());
    }
    benchmark::ClobberMemory();
  }
  report(state, s);
}

// bf16 where the processor multiplies it itself.
std::vector<std::pair<std::string, dnnl::memory::data_type>> onednn_types() {
  std::vector<std::pair<std::string, dnnl::memory::data_type>> types{
      {"onednn", dnnl::memory::data_type::f32}};
  constexpr int bf16 = dnnl_cpu_isa_avx512_core_bf16;
  if ((static_cast<int>(dnnl::get_effective_cpu_isa()) & bf16) == bf16)
    types.emplace_back("onednn_bf16", dnnl::memory::data_type::bf16);
  return types;
}

template <class... Arguments>
void add(const std::string& name, Arguments... arguments) {
  benchmark::RegisterBenchmark(name.c_str(), arguments...)->Unit(benchmark::kMillisecond)->MinTime(0.2);
}

void add_all() {
  for (const Layer& layer : {default_conv2, vgg_conv}) {
    const std::string at = std::string("/") + layer.name + "/";
    for (const std::string& target : vector_targets()) {
      add("forward" + at + "winograd_pool/" + target, winograd, layer.shape, true, target);
      add("forward" + at + "winograd/" + target, winograd, layer.shape, false, target);
      for (int percent : {100, 50, 25}) {
        const std::string with = "sparse" + std::to_string(percent) + "/" + target;
        add("data" + at + with, sparse, layer.shape, Pass::data, percent, target);
        add("weights" + at + with, sparse, layer.shape, Pass::weights, percent, target);
      }
    }
#if defined(__x86_64__)
    if (bf16_supported()) {
      add("forward" + at + "bf16_pool/AMX", tiles, layer.shape, Pass::forward);
      add("data" + at + "bf16/AMX", tiles, layer.shape, Pass::data);
      add("weights" + at + "bf16/AMX", tiles, layer.shape, Pass::weights);
    }
#endif
    for (const auto& [name, type] : onednn_types()) {
      add("forward" + at + name, onednn, layer.shape, Pass::forward, type);
      add("data" + at + name, onednn, layer.shape, Pass::data, type);
      add("weights" + at + name, onednn, layer.shape, Pass::weights, type);
    }
  }
  constexpr std::pair<const char*, Pass> passes[] = {
      {"forward", Pass::forward}, {"data", Pass::data}, {"weights", Pass::weights}};
  for (const Layer& layer : dense_convs) {
    const std::string at = std::string("/") + layer.name + "/";
    for (const auto& [pass_name, pass] : passes) {
      for (const std::string& target : vector_targets())
        add(pass_name + at + "winograd/" + target, dense_winograd, layer.shape, pass, target);
      for (const auto& [name, type] : onednn_types())
        add(pass_name + at + name, onednn, layer.shape, pass, type);
      if (pass != Pass::data) add(pass_name + at + "layer_by_onednn", wrapped, layer.shape, pass);
    }
  }
  for (const auto& [name, pass] :
       {std::pair{"forward/", Pass::forward}, {"data/", Pass::data}, {"weights/", Pass::weights}})
    add(std::string(name) + depthwise.name + "/layer_by_onednn", wrapped, depthwise.shape, pass);
  for (const Layer& layer : {default_conv1, lenet_conv1, vgg_conv1, resnet_conv1, large_conv1, wide_conv1}) {
    const std::string at = std::string("/") + layer.name + "/";
    for (const std::string& target : vector_targets()) {
      add("forward" + at + "first/" + target, first, layer.shape, Pass::forward, target);
      add("weights" + at + "first/" + target, first, layer.shape, Pass::weights, target);
    }
    add("forward" + at + "layer_by_onednn", wrapped, layer.shape, Pass::forward);
    add("weights" + at + "layer_by_onednn", wrapped, layer.shape, Pass::weights);
    for (const auto& [name, type] : onednn_types()) {
      add("forward" + at + name, onednn, layer.shape, Pass::forward, type);
      add("weights" + at + name, onednn, layer.shape, Pass::weights, type);
    }
  }
}

}  // namespace
}  // namespace tailor::kernels

int main(int argc, char** argv) {
  tailor::prepare_compute_thread();
  omp_set_num_threads(1);
  tailor::kernels::add_all();
  benchmark::Initialize(&argc, argv);
  benchmark::AddCustomContext("vector target", tailor::kernels::vector_target_name());
  benchmark::RunSpecifiedBenchmarks();
}
