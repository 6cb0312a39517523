#include "tailor/nn/fuse.h"

#include "tailor/nn/kernels/first_conv.h"
#include "tailor/nn/kernels/sparse_conv.h"
#include "tailor/nn/kernels/winograd_conv.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

class Grouping {
 public:
  explicit Grouping(const Architecture& architecture)
      : layers_(architecture.layers), input_(architecture.input), readers_(layers_.size(), 0) {
    for (const Layer& layer : layers_)
      for (int input : layer.inputs)
        if (input >= 0) ++readers_[static_cast<std::size_t>(input)];
  }

  Group starting_at(int i) const {
    const Layer& conv = layer(i);
    if (conv.kind == LayerKind::batch_norm && follows(i + 1, LayerKind::relu))
      return {GroupKind::batch_norm, i, 2};
    if (conv.kind != LayerKind::conv2d) return {GroupKind::layer, i, 1};
    const int source = conv.inputs[0];
    const kernels::ConvShape shape = conv_shape(conv, source < 0 ? input_ : layer(source).output);
    const bool relu = follows(i + 1, LayerKind::relu);
    if (source < 0 && kernels::first_conv_supports(shape) && kernels::first_conv_pays(shape))
      return {GroupKind::first_convolution, i, relu ? 2 : 1};
    if (relu && follows(i + 2, LayerKind::max_pool) && is_two_by_two(layer(i + 2)) &&
        kernels::winograd_supports(shape) && kernels::sparse_supports(shape))
      return {GroupKind::convolution_pool, i, follows(i + 3, LayerKind::dropout) ? 4 : 3};
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
    return pool.kernel_height == 2 && pool.kernel_width == 2 && pool.stride == 2 && pool.padding == 0;
  }

  const std::vector<Layer>& layers_;
  Shape input_;
  std::vector<int> readers_;
};

}  // namespace

std::vector<Group> group_layers(const Architecture& architecture, bool fuse) {
  const Grouping grouping(architecture);
  std::vector<Group> groups;
  for (int i = 0; i < static_cast<int>(architecture.layers.size()); i += groups.back().count)
    groups.push_back(fuse ? grouping.starting_at(i) : Group{GroupKind::layer, i, 1});
  return groups;
}

}  // namespace tailor
