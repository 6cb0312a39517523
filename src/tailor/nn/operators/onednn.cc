#include "tailor/nn/operators/onednn.h"

#include <cstring>
#include <vector>

#if __has_include(<oneapi/dnnl/dnnl.hpp>)
#include <oneapi/dnnl/dnnl.hpp>
#else
#include <dnnl.hpp>
#endif

#include "tailor/base/aligned.h"
#include "tailor/base/error.h"
#include "tailor/base/rounding.h"
#include "tailor/base/threads.h"
#include "tailor/nn/kernels/layers/elementwise.h"
#include "tailor/nn/memory/memory_plan.h"

namespace tailor::onednn {
namespace {

using dnnl::memory;

// The engine outlives every primitive of the process.
dnnl::engine& cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

std::size_t floats(const memory::desc& desc) { return ceil_div(desc.get_size(), sizeof(float)); }

memory::desc tensor(const memory::dims& dims, memory::format_tag tag) {
  return {dims, memory::data_type::f32, tag};
}

dnnl::primitive_attr user_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

// What the three passes are created from.
struct Descs {
  memory::desc src, weights, bias, dst;
  memory::dims strides, dilation, before, after;  // dilation 0: none; padding
  bool has_bias;
};

#if DNNL_VERSION_MAJOR >= 3
auto forward_desc(const Descs& d) {
  const auto kind = dnnl::prop_kind::forward_training;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  return d.has_bias ? dnnl::convolution_forward::primitive_desc(cpu(), kind, algorithm, d.src, d.weights,
                                                                d.bias, d.dst, d.strides, d.dilation,
                                                                d.before, d.after, user_scratchpad())
                    : dnnl::convolution_forward::primitive_desc(cpu(), kind, algorithm, d.src, d.weights,
                                                                d.dst, d.strides, d.dilation, d.before,
                                                                d.after, user_scratchpad());
}
auto backward_data_desc(const Descs& d, const dnnl::convolution_forward::primitive_desc& hint) {
  return dnnl::convolution_backward_data::primitive_desc(cpu(), dnnl::algorithm::convolution_direct, d.src,
                                                         d.weights, d.dst, d.strides, d.dilation, d.before,
                                                         d.after, hint, user_scratchpad());
}
auto backward_weights_desc(const Descs& d, const dnnl::convolution_forward::primitive_desc& hint) {
  const auto algorithm = dnnl::algorithm::convolution_direct;
  return dnnl::convolution_backward_weights::primitive_desc(cpu(), algorithm, d.src, d.weights, d.dst,
                                                            d.strides, d.dilation, d.before, d.after, hint,
                                                            user_scratchpad());
}
#else
auto forward_desc(const Descs& d) {
  using Desc = dnnl::convolution_forward::desc;
  const auto kind = dnnl::prop_kind::forward_training;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const Desc desc =
      d.has_bias
          ? Desc(kind, algorithm, d.src, d.weights, d.bias, d.dst, d.strides, d.dilation, d.before, d.after)
          : Desc(kind, algorithm, d.src, d.weights, d.dst, d.strides, d.dilation, d.before, d.after);
  return dnnl::convolution_forward::primitive_desc(desc, user_scratchpad(), cpu());
}
auto backward_data_desc(const Descs& d, const dnnl::convolution_forward::primitive_desc& hint) {
  const dnnl::convolution_backward_data::desc desc(dnnl::algorithm::convolution_direct, d.src, d.weights,
                                                   d.dst, d.strides, d.dilation, d.before, d.after);
  return dnnl::convolution_backward_data::primitive_desc(desc, user_scratchpad(), cpu(), hint);
}
auto backward_weights_desc(const Descs& d, const dnnl::convolution_forward::primitive_desc& hint) {
  using Desc = dnnl::convolution_backward_weights::desc;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const Desc desc(algorithm, d.src, d.weights, d.dst, d.strides, d.dilation, d.before, d.after);
  return dnnl::convolution_backward_weights::primitive_desc(desc, user_scratchpad(), cpu(), hint);
}
#endif

// A primitive with an argument list for each lane; run() only sets pointers. It calls oneDNN's C function,
// because the C++ one makes a list of the arguments anew each time.
class LanePrimitive {
 public:
  void plan(dnnl::primitive primitive, const std::vector<std::pair<int, memory::desc>>& arguments,
            int lanes) {
    primitive_ = std::move(primitive);
    lanes_.resize(static_cast<std::size_t>(lanes));
    for (Lane& lane : lanes_) {
      for (const auto& [id, desc] : arguments) {
        lane.memories.emplace_back(desc, cpu(), nullptr);
        lane.arguments.push_back({id, lane.memories.back().get()});
      }
    }
  }
  // `pointers` in the order of plan()'s arguments.
  void run(int lane, dnnl::stream& stream, std::initializer_list<const void*> pointers) {
    Lane& l = lanes_[static_cast<std::size_t>(lane)];
    std::size_t i = 0;
    for (const void* pointer : pointers) l.memories[i++].set_data_handle(const_cast<void*>(pointer));
    dnnl::error::wrap_c_api(dnnl_primitive_execute(primitive_.get(), stream.get(),
                                                   static_cast<int>(l.arguments.size()), l.arguments.data()),
                            "could not execute a primitive");
  }

 private:
  struct Lane {
    std::vector<memory> memories;
    std::vector<dnnl_exec_arg_t> arguments;
  };

  dnnl::primitive primitive_;
  std::vector<Lane> lanes_;
};

}  // namespace

std::string version() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

#if defined(__x86_64__)
std::string instruction_set() {
  const auto bits = static_cast<unsigned>(dnnl_get_effective_cpu_isa());
  const auto has = [bits](dnnl_cpu_isa_t set) {
    return (bits & static_cast<unsigned>(set)) == static_cast<unsigned>(set);
  };
  return has(dnnl_cpu_isa_avx512_core) ? "AVX-512"
         : has(dnnl_cpu_isa_avx2)      ? "AVX2"
         : has(dnnl_cpu_isa_avx)       ? "AVX"
                                       : "SSE4.1";
}

void limit_instruction_set(const std::string& name) {
  if (dnnl_set_max_cpu_isa(name == "AVX2" ? dnnl_cpu_isa_avx2 : dnnl_cpu_isa_sse41) != dnnl_success)
    throw failure("oneDNN computes already: its instruction set can be chosen before the first network only");
}
#else
std::string instruction_set() { return {}; }
void limit_instruction_set(const std::string&) {}
#endif

struct Convolution::State {
  kernels::ConvShape shape;
  bool bias;
  std::string implementation;
  memory::desc packed_forward, packed_backward, gradient, plain;
  std::size_t scratch = 64;
  LanePrimitive forward[2], data[2], weights[2];  // [0] for one image, [1] for a chunk
  LanePrimitive pack_forward, pack_backward, unpack;
  std::vector<dnnl::stream> streams;
  std::size_t source_floats, output_floats;

  Descs descs(int images, const memory::desc& weight_order) const {
    const auto nhwc = memory::format_tag::nhwc;
    return {tensor({images, shape.in_channels, shape.in_height, shape.in_width}, nhwc),
            weight_order,
            tensor({shape.out_channels}, memory::format_tag::a),
            tensor({images, shape.out_channels, shape.out_height, shape.out_width}, nhwc),
            {shape.stride_height, shape.stride_width},
            {shape.dilation_height - 1, shape.dilation_width - 1},
            {shape.padding_top, shape.padding_left},
            {shape.padding_bottom, shape.padding_right},
            bias};
  }
};

Convolution::Convolution(const kernels::ConvShape& shape, bool bias, const Passes& passes, int lanes)
    : state_(std::make_unique<State>()) {
  // oneDNN plans for the number of threads it sees now: the one it will run on, whatever the machine has.
  const ComputeScope scope;
  State& s = *state_;
  s.shape = shape, s.bias = bias;
  s.source_floats = static_cast<std::size_t>(shape.in_height) * shape.in_width * shape.in_channels;
  s.output_floats = static_cast<std::size_t>(shape.out_height) * shape.out_width * shape.out_channels;
  for (int lane = 0; lane < lanes; ++lane) s.streams.emplace_back(cpu());
  memory::dims weight_dims{shape.group_outputs(), shape.group_inputs(), shape.kernel_height,
                           shape.kernel_width};
  if (shape.groups > 1) weight_dims.insert(weight_dims.begin(), shape.groups);
  s.plain = tensor(weight_dims, shape.groups > 1 ? memory::format_tag::gohwi : memory::format_tag::ohwi);
  // The chunk's primitives choose the weights' order; the single-image ones follow it.
  memory::desc forward_order = tensor(weight_dims, memory::format_tag::any), data_order = forward_order,
               gradient_order = forward_order;
  const auto note = [&s](const auto& primitive) {
    s.scratch = std::max(s.scratch, round_up(primitive.scratchpad_desc().get_size(), cache_line));
    if (s.implementation.empty()) s.implementation = primitive.impl_info_str();
  };
  for (int which : {1, 0}) {
    const int images = which ? chunk : 1;
    const Descs d = s.descs(images, forward_order);
    const auto forward = forward_desc(d);  // the others want it as a hint
    forward_order = forward.weights_desc();
    if (passes.forward) {
      note(forward);
      std::vector<std::pair<int, memory::desc>> arguments{{DNNL_ARG_SRC, d.src},
                                                          {DNNL_ARG_WEIGHTS, forward_order},
                                                          {DNNL_ARG_DST, d.dst},
                                                          {DNNL_ARG_SCRATCHPAD, forward.scratchpad_desc()}};
      if (bias) arguments.emplace_back(DNNL_ARG_BIAS, d.bias);
      s.forward[which].plan(dnnl::convolution_forward(forward), arguments, lanes);
    }
    if (passes.data) {
      const auto data = backward_data_desc(s.descs(images, data_order), forward);
      note(data);
      data_order = data.weights_desc();
      s.data[which].plan(dnnl::convolution_backward_data(data),
                         {{DNNL_ARG_DIFF_DST, d.dst},
                          {DNNL_ARG_WEIGHTS, data_order},
                          {DNNL_ARG_DIFF_SRC, d.src},
                          {DNNL_ARG_SCRATCHPAD, data.scratchpad_desc()}},
                         lanes);
    }
    if (passes.weights) {
      const auto weights = backward_weights_desc(s.descs(images, gradient_order), forward);
      note(weights);
      gradient_order = weights.diff_weights_desc();
      s.weights[which].plan(dnnl::convolution_backward_weights(weights),
                            {{DNNL_ARG_SRC, d.src},
                             {DNNL_ARG_DIFF_DST, d.dst},
                             {DNNL_ARG_DIFF_WEIGHTS, gradient_order},
                             {DNNL_ARG_SCRATCHPAD, weights.scratchpad_desc()}},
                            lanes);
    }
  }
  const auto plan_reorder = [&](LanePrimitive& pass, const memory::desc& from, const memory::desc& to) {
    pass.plan(dnnl::reorder(dnnl::reorder::primitive_desc(cpu(), from, cpu(), to)),
              {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}, 1);
  };
  if (passes.forward) plan_reorder(s.pack_forward, s.plain, s.packed_forward = forward_order);
  if (passes.data) plan_reorder(s.pack_backward, s.plain, s.packed_backward = data_order);
  if (passes.weights) plan_reorder(s.unpack, s.gradient = gradient_order, s.plain);
}

Convolution::~Convolution() = default;

std::string Convolution::implementation() const { return state_->implementation; }

std::size_t Convolution::packed_floats() const {
  return padded(floats(state_->packed_forward)) + padded(floats(state_->packed_backward));
}

std::size_t Convolution::gradient_floats() const { return padded(floats(state_->gradient)); }

std::size_t Convolution::scratch_bytes() const { return state_->scratch; }

void Convolution::pack_weights(const float* weights, float* packed) {
  State& s = *state_;
  if (floats(s.packed_forward) > 0) s.pack_forward.run(0, s.streams[0], {weights, packed});
  if (floats(s.packed_backward) > 0)
    s.pack_backward.run(0, s.streams[0], {weights, packed + padded(floats(s.packed_forward))});
}

void Convolution::forward(int lane, int images, const float* src, const float* packed, const float* bias,
                          float* dst, void* scratch) {
  State& s = *state_;
  for (int n = 0; n < images;) {
    const int which = images - n >= chunk;
    const float* from = src + n * s.source_floats;
    float* to = dst + n * s.output_floats;
    if (s.bias)
      s.forward[which].run(lane, s.streams[lane], {from, packed, to, scratch, bias});
    else
      s.forward[which].run(lane, s.streams[lane], {from, packed, to, scratch});
    n += which ? chunk : 1;
  }
}

void Convolution::backward_data(int lane, int images, const float* diff_dst, const float* packed,
                                float* diff_src, void* scratch) {
  State& s = *state_;
  packed += padded(floats(s.packed_forward));
  for (int n = 0; n < images;) {
    const int which = images - n >= chunk;
    s.data[which].run(lane, s.streams[lane],
                      {diff_dst + n * s.output_floats, packed, diff_src + n * s.source_floats, scratch});
    n += which ? chunk : 1;
  }
}

void Convolution::backward_weights(int lane, int images, const float* src, const float* diff_dst, float* sum,
                                   float* part, void* scratch) {
  State& s = *state_;
  for (int n = 0; n < images;) {
    const int which = images - n >= chunk;
    const float* from = src + n * s.source_floats;
    const float* diff = diff_dst + n * s.output_floats;
    s.weights[which].run(lane, s.streams[lane], {from, diff, part, scratch});
    kernels::accumulate(part, sum, floats(s.gradient));
    n += which ? chunk : 1;
  }
}

void Convolution::unpack_gradient(const float* sum, float* weights) {
  state_->unpack.run(0, state_->streams[0], {sum, weights});
}

}  // namespace tailor::onednn
