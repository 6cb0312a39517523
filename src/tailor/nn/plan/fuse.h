// Finds the sequences of layers that one kernel computes at once. Everything else is a group of one layer.
#pragma once

#include <vector>

#include "tailor/nn/architecture/architecture.h"

namespace tailor {

enum class GroupKind {
  layer,              // one layer by itself
  first_convolution,  // convolution of the network's input, few channels, then perhaps ReLU
  winograd,           // convolution 3x3 of many channels, then perhaps ReLU
  batch_norm,         // batch norm, then ReLU
  convolution_pool,   // convolution 3x3 -> ReLU -> max-pool 2x2 -> perhaps dropout
  bf16,               // on matrix tiles: convolution, then perhaps ReLU
  bf16_pool,          // on matrix tiles: convolution -> ReLU -> max-pool 2x2 -> perhaps dropout
  bf16_dense,         // on matrix tiles: a large dense layer
};

// Layers [first, first + count), each reading only the one before it.
struct Group {
  GroupKind kind = GroupKind::layer;
  int first = 0, count = 1;
};

// In the architecture's order; together they cover every layer once. Without `fuse` all are single layers;
// with `bf16` the layers with the most arithmetic go to matrix tiles.
std::vector<Group> group_layers(const Architecture& architecture, bool fuse, bool bf16 = false);

}  // namespace tailor
