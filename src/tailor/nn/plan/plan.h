// A network's plan: the architecture's graph as a list of operators with their places in one arena. Made once
// (plan_builder.cc); running it allocates nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/memory/parameters.h"
#include "tailor/nn/operators/operator.h"

namespace tailor {

struct PlanOptions {
  int max_batch = 128;
  bool training = true;  // plan the backward pass too
  // The layers with the most arithmetic on matrix tiles, with operands rounded to bf16 and sums in f32; needs
  // `fuse`. A usage error where kernels::bf16_supported() is false.
  bool bf16 = false;
  // What the caller will take beside the arena: asked for together with it.
  std::size_t bytes_beside = 0;
  bool fuse = true;  // let one kernel compute a sequence of layers where there is one; else layer by layer
};

// A usage error where bf16 cannot be asked for.
void require_bf16();

class Plan {
 public:
  Plan(const Architecture& architecture, const ParameterTable& parameters, const PlanOptions& options);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  void prepare(const Pass& pass);
  void forward(const Pass& pass);
  void backward(const Pass& pass);

  float* input() const { return input_; }              // [max_batch][height][width][channels]
  float* logits() const { return logits_; }            // [max_batch][classes]
  float* diff_logits() const { return diff_logits_; }  // the same; null without training
  std::size_t arena_bytes() const { return arena_bytes_; }
  // Of a plan that is not made.
  static std::size_t arena_bytes(const Architecture& architecture, const ParameterTable& parameters,
                                 const PlanOptions& options);
  // One line for each operator: "conv2d_1: onednn brgconv:avx512_core".
  std::vector<std::string> kernels() const;

 private:
  friend class PlanBuilder;
  Plan() = default;

  struct Step {
    std::string name;
    std::unique_ptr<Operator> op;
    bool recompute = false;  // in the backward pass before anything else: its output was not kept
  };
  // Steps [first, last) that run image by image together, or a single one that takes the whole batch.
  struct Segment {
    int first = 0, last = 0;
    bool by_image = true;
    int images_at_once = 1;
  };
  struct Free {
    void operator()(void* p) const;
  };

  template <class Task>
  static void each_chunk(const Images& lane, int images_at_once, Task&& task);

  std::vector<Step> steps_;  // in forward order
  std::vector<Segment> segments_;
  std::unique_ptr<std::byte, Free> arena_;
  std::size_t arena_bytes_ = 0;
  float* input_ = nullptr;
  float* logits_ = nullptr;
  float* diff_logits_ = nullptr;
};

}  // namespace tailor
