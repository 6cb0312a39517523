// The operators, one file for each kind. Each function makes one from a layer, its input shape and its
// parameters.
#pragma once

#include <memory>
#include <vector>

#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/kernels/common/shapes.h"
#include "tailor/nn/kernels/layers/dropout.h"
#include "tailor/nn/memory/parameters.h"
#include "tailor/nn/operators/operator.h"

namespace tailor {

// What an operator is made from: a layer, or the first of a group of layers (fuse.h).
struct LayerContext {
  const Layer& layer;
  Shape input;   // of the first input
  Shape output;  // of the group's last layer
  const ParameterTable& parameters;
  int index;  // of the layer
  int max_batch;
  bool training;             // backward will be called
  bool input_gradient;       // someone needs the gradient of the input
  bool relu = false;         // the group has a ReLU
  int dropout = -1;          // number of the dropout layer that the group has or is
  bool own_forward = false;  // a convolution goes forward by our kernel for few input channels
  // Behind or before a ReLU: where fewer than this share of inputs or of gradients are not zero, the dense layer
  // computes with those alone; 0: never.
  double sparse_input_below = 0, sparse_gradient_below = 0;
  std::vector<Shape> inputs = {};  // of each input
  struct {
    int number = 0;    // of a stochastic depth layer among those of the network
    double share = 0;  // of the hyperparameter that is its rate
  } stochastic_depth = {};
};

// What the architecture's dropout layer `number` (from 0; below: there is none) drops in this step of the
// values from `first` on; a rate of 0 outside training.
kernels::DropoutMask dropout_mask(const Pass& pass, int number, std::size_t first);

// Overwrites a dense layer's bias gradient: the sum of dy [batch][bias.size] over the batch.
void write_bias_gradient(const Pass& pass, const ParameterTensor& bias, const float* dy);

kernels::ConvShape conv_shape(const Layer& layer, const Shape& input);
kernels::PoolShape pool_shape(const Layer& layer, const Shape& input);

std::unique_ptr<Operator> make_convolution(const LayerContext& context);
std::unique_ptr<Operator> make_first_convolution(const LayerContext& context);
std::unique_ptr<Operator> make_winograd_convolution(const LayerContext& context);
std::unique_ptr<Operator> make_convolution_pool(const LayerContext& context);
// On matrix tiles, with operands rounded to bf16 (kernels/bf16.h); with `pool` the group ends in a max-pool.
std::unique_ptr<Operator> make_bf16_convolution(const LayerContext& context, bool pool);
std::unique_ptr<Operator> make_bf16_dense(const LayerContext& context);
std::unique_ptr<Operator> make_dense(const LayerContext& context);
std::unique_ptr<Operator> make_activation(const LayerContext& context);
std::unique_ptr<Operator> make_pool(const LayerContext& context);
std::unique_ptr<Operator> make_batch_norm(const LayerContext& context);
std::unique_ptr<Operator> make_dropout(const LayerContext& context);
std::unique_ptr<Operator> make_stochastic_depth(const LayerContext& context);
std::unique_ptr<Operator> make_concatenate(const LayerContext& context);
std::unique_ptr<Operator> make_slice(const LayerContext& context);
std::unique_ptr<Operator> make_channel_shuffle(const LayerContext& context);
std::unique_ptr<Operator> make_multiply(const LayerContext& context);
std::unique_ptr<Operator> make_scale(const LayerContext& context);
std::unique_ptr<Operator> make_prelu(const LayerContext& context);
std::unique_ptr<Operator> make_group_norm(const LayerContext& context);
std::unique_ptr<Operator> make_layer_norm(const LayerContext& context);
std::unique_ptr<Operator> make_flatten(const LayerContext& context);
std::unique_ptr<Operator> make_add(const LayerContext& context);
// A value that several operators read: its gradient is the sum of theirs.
std::unique_ptr<Operator> make_fork(const Shape& shape);

}  // namespace tailor
