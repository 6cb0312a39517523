// ONNX's operators in tailor's layers: the table of those that are taken in. A file for each family.
#pragma once

#include <string>

#include "tailor/interop/onnx/context.h"

namespace tailor::onnx {

// Sets the node's outputs; a Refusal if that cannot be.
using Convert = void (*)(Context& context, const Node& node);

// Null if the operator is not known.
Convert converter(const std::string& op);

// convert_window.cc
void convert_convolution(Context& context, const Node& node);
void convert_max_pool(Context& context, const Node& node);
void convert_average_pool(Context& context, const Node& node);
void convert_global_pool(Context& context, const Node& node);
void convert_mean(Context& context, const Node& node);
void convert_pad(Context& context, const Node& node);

// convert_dense.cc
void convert_gemm(Context& context, const Node& node);
void convert_product(Context& context, const Node& node);

// convert_norm.cc
void convert_batch_norm(Context& context, const Node& node);
void convert_instance_norm(Context& context, const Node& node);
void convert_group_norm(Context& context, const Node& node);
void convert_layer_norm(Context& context, const Node& node);
void convert_dropout(Context& context, const Node& node);

// convert_shape.cc
void convert_reshape(Context& context, const Node& node);
void convert_flatten(Context& context, const Node& node);
void convert_squeeze(Context& context, const Node& node);
void convert_unsqueeze(Context& context, const Node& node);
void convert_transpose(Context& context, const Node& node);
void convert_same(Context& context, const Node& node);  // Identity, Cast
void convert_shape(Context& context, const Node& node);
void convert_gather(Context& context, const Node& node);
void convert_concatenation(Context& context, const Node& node);
void convert_slice(Context& context, const Node& node);
void convert_split(Context& context, const Node& node);
void convert_sequence(Context& context, const Node& node);  // SplitToSequence
void convert_sequence_at(Context& context, const Node& node);

// convert_elementwise.cc
void convert_unary(Context& context, const Node& node);
void convert_binary(Context& context, const Node& node);
void convert_prelu(Context& context, const Node& node);

}  // namespace tailor::onnx
