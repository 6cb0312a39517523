#include "tailor/nn/plan/fuse.h"

#include <array>

#include "tailor/nn/kernels/sparse/sparse_conv.h"
#include "tailor/nn/kernels/winograd/winograd_conv.h"
#include "tailor/nn/operators/operators.h"
#include "tailor/nn/plan/kernel_choice.h"

namespace tailor {
namespace {

class Grouping {
 public:
  Grouping(const Architecture& architecture, bool bf16)
      : layers_(architecture.layers), input_(architecture.input), bf16_(bf16), readers_(layers_.size(), 0) {
    for (const Layer& layer : layers_)
      for (int input : layer.inputs)
        if (input >= 0) ++readers_[static_cast<std::size_t>(input)];
  }

  Group starting_at(int i) const {
    const Layer& conv = layer(i);
    if (conv.kind == LayerKind::batch_norm && follows(i + 1, LayerKind::relu))
      return {GroupKind::batch_norm, i, 2};
    const int source = conv.inputs.empty() ? -1 : conv.inputs[0];
    const Shape& input = source < 0 ? input_ : layer(source).output;
    if (conv.kind == LayerKind::dense && bf16_ && bf16_dense_pays(input, conv.filters))
      return {GroupKind::bf16_dense, i, 1};
    if (conv.kind != LayerKind::conv2d) return {GroupKind::layer, i, 1};
    const kernels::ConvShape shape = conv_shape(conv, input);
    const bool relu = follows(i + 1, LayerKind::relu);
    const bool pool = relu && follows(i + 2, LayerKind::max_pool) && is_two_by_two(layer(i + 2));
    const int pooled_layers = pool && follows(i + 3, LayerKind::dropout) ? 4 : 3;
    if (bf16_ && bf16_convolution_pays(shape)) {
      if (pool) return {GroupKind::bf16_pool, i, pooled_layers};
      return {GroupKind::bf16, i, relu ? 2 : 1};
    }
    if (source < 0 && first_convolution_pays(shape)) return {GroupKind::first_convolution, i, relu ? 2 : 1};
    if (pool && kernels::winograd_supports(shape) && kernels::sparse_supports(shape))
      return {GroupKind::convolution_pool, i, pooled_layers};
    if (winograd_pays(shape)) return {GroupKind::winograd, i, relu ? 2 : 1};
    return {GroupKind::layer, i, 1};
  }

 private:
  const Layer& layer(int i) const { return layers_[static_cast<std::size_t>(i)]; }

  // Layer i is of that kind and the only reader of layer i - 1, its only input.
  bool follows(int i, LayerKind kind) const {
    return i < static_cast<int>(layers_.size()) && layer(i).kind == kind &&
           layer(i).inputs == std::vector<int>{i - 1} && readers_[static_cast<std::size_t>(i) - 1] == 1;
  }

  static bool is_two_by_two(const Layer& pool) {
    const std::array<int, 10> attributes = {pool.kernel_height,  pool.kernel_width,  pool.stride_height,
                                            pool.stride_width,   pool.padding_top,   pool.padding_left,
                                            pool.padding_bottom, pool.padding_right, pool.dilation_height,
                                            pool.dilation_width};
    return !pool.ceil_mode && attributes == std::array<int, 10>{2, 2, 2, 2, 0, 0, 0, 0, 1, 1};
  }

  const std::vector<Layer>& layers_;
  Shape input_;
  bool bf16_;
  std::vector<int> readers_;
};

}  // namespace

std::vector<Group> group_layers(const Architecture& architecture, bool fuse, bool bf16) {
  const Grouping grouping(architecture, bf16);
  std::vector<Group> groups;
  for (int i = 0; i < static_cast<int>(architecture.layers.size()); i += groups.back().count)
    groups.push_back(fuse ? grouping.starting_at(i) : Group{GroupKind::layer, i, 1});
  return groups;
}

}  // namespace tailor
