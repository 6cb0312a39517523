// A golden file: what PyTorch computed for one network, and the weights, images and labels that both sides
// make by the formula in formula.py, whose twin this is. Used by golden_test.cc only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/memory/parameters.h"

namespace tailor::golden {

// One learned tensor's initial values and the gradient of its first step, in our memory order.
struct Tensor {
  int layer = 0;
  ParameterRole role = ParameterRole::weight;
  std::size_t count = 0;
  double offset = 0, scale = 0;  // initial value i is offset + scale * (2 u(i) - 1), rounded to float
  double gradient_norm = 0;
  std::vector<double>
      projections;         // of the gradient on vectors of random signs; empty if `values` is everything
  std::size_t stride = 1;  // values[i] is element i * stride of the gradient
  std::vector<double> values;
};

struct RunningStatistics {
  int layer = 0;
  std::vector<double> mean, variance;
};

struct Training {
  std::vector<std::pair<std::string, std::string>> settings;  // name and text, as set() takes them
  std::vector<double> losses;                                 // of each step, before its update
  std::vector<RunningStatistics> statistics;                  // after the last step
  double evaluation_loss = 0;  // of the first batch after the last step, with running statistics
};

struct Golden {
  std::string architecture;  // a shipped name, or a file beside this one
  Shape input;
  int classes = 0;
  std::uint64_t seed = 0;
  std::vector<std::vector<std::uint64_t>> batches;  // image numbers; step s takes batch s modulo their count
  double first_loss = 0;
  std::vector<Tensor> tensors;
  std::string batch_norm_momentum;
  std::vector<Training> trainings;

  Architecture read_architecture() const;
  void fill_weights(std::size_t tensor, float* values) const;
  int label(std::uint64_t image) const;
  void fill_image(std::uint64_t image, float* pixels) const;  // [height][width][channels]
  double sign(std::size_t tensor, std::size_t projection, std::size_t element) const;
};

// "mnist_cnn" reads mnist_cnn.json in the folder of the golden files.
Golden read_golden(const std::string& name);

}  // namespace tailor::golden
