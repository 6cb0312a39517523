// A value that is a function of one layer's values, each by itself: x * sigmoid(x), 0.5 * x * (1 + erf(x / sqrt 2)),
// or x * a + b with a and b for each channel. Exporters write activations in pieces; the whole is recognised by what
// it computes and not by how it is written.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tailor/interop/onnx/graph.h"

namespace tailor::onnx {

// A node of the expression. Operators are ONNX's names.
struct Term {
  std::string op = {};      // empty: the layer's own values
  int layer = -1;           // that the whole reads; -1 is the network's input
  const Term* a = nullptr;  // operands; of two, b may be a constant instead:
  const Term* b = nullptr;
  std::vector<double> constant = {};  // one number, or one for each channel
  bool constant_first = false;        // constant - a, constant / a
  double alpha = 0, beta = 0;         // attributes of the operator
  const Node* node = nullptr;
  bool alone = true;  // nothing else reads the layer, or what lies between it and this step
  int size = 1;       // terms in it, repetitions counted
};

inline constexpr int largest_term = 40;

bool is_unary(const std::string& op);
bool is_binary(const std::string& op);

// Whether it holds numbers for each channel.
bool has_channels(const Term& term);

// For one value of channel c.
double value_of(const Term& term, double x, std::size_t c);

// The term as scale * x + offset, for one channel or for all of them; nothing if it is anything else.
struct Affine {
  std::vector<double> scale, offset;
};
std::optional<Affine> affine(const Term& term);

// An activation of tailor's and its keys.
struct Activation {
  std::string kind;
  std::vector<std::pair<std::string, double>> keys;
};
std::optional<Activation> activation(const Term& term);

}  // namespace tailor::onnx
