// Turns an architecture into a plan: groups of layers into operators, operators into segments, and finds a
// place in one arena for everything that they read and write.
//
// Time runs through the G segments forward (segment g at g), the loss (at G) and the segments backward (g at
// 2G - g). What lives within one segment needs room only for the images that a lane is working on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tailor/nn/memory/memory_plan.h"
#include "tailor/nn/operators/operators.h"
#include "tailor/nn/plan/plan.h"

namespace tailor {

class PlanBuilder {
 public:
  PlanBuilder(Plan& plan, const Architecture& architecture, const ParameterTable& parameters,
              const PlanOptions& options);
  void build();
  std::size_t measure();  // the arena's bytes; makes no arena

 private:
  // Memory for one or several feature maps or gradients that follow each other in place.
  struct Buffer {
    std::size_t image_bytes = 0;
    int first_segment = 0, last_segment = 0;  // whose operators touch it
    int first_time = 0, last_time = 0;
    bool shared = false;      // the caller touches it too: input, logits, their gradient
    bool pinned = false;      // backward reads the content again: nothing may overwrite it
    int recompute_step = -1;  // the operator that can make the content again
    int place = -1;           // in the memory plan
    bool local() const {
      return !shared && first_segment == last_segment && (!pinned || recompute_step >= 0);
    }
  };
  // A feature map: the network's input (value 0) or the output of layer i (value i + 1).
  struct Value {
    Shape shape;
    std::vector<int> readers;     // layers, ascending; an add may read a value twice
    bool needs_gradient = false;  // something before it learns
    int buffer = -1, gradient = -1;
    std::vector<int> branches;  // gradients that several readers leave, in reverse order; else empty
  };
  struct StepInfo {
    int segment = 0;
    bool fork = false;
    std::vector<int> inputs;  // values
    int output = -1;
    Needs needs;
    std::vector<int> diff_inputs;  // gradient buffers by input, -1 where none is needed
    int kept = -1, kept_batch = -1, derived = -1, sums = -1;
  };

  void find_readers();
  bool comes_from_relu(int i) const;
  bool goes_into_relu(int i) const;
  void make_steps();
  void add_step(std::string name, StepInfo info, std::unique_ptr<Operator> op);
  void place_activations();
  void place_gradients();
  void place_buffers();
  void place_operator_memory();
  void bind();

  int add_buffer(const Shape& shape, int segment, int time);
  void touch(int i, int segment, int time);
  void read(const Value& value, const StepInfo& info, bool again);
  int forward_time(const StepInfo& info) const { return info.segment; }
  int backward_time(const StepInfo& info) const { return 2 * segments() - info.segment; }
  int segments() const { return static_cast<int>(plan_.segments_.size()); }
  Buffer& buffer(int i) { return buffers_[static_cast<std::size_t>(i)]; }
  Value& value(int i) { return values_[static_cast<std::size_t>(i)]; }
  std::byte* at(int place) const;
  Place place_of(int i);

  Plan& plan_;
  const Architecture& architecture_;
  const ParameterTable& parameters_;
  const PlanOptions& options_;
  std::vector<Value> values_;
  std::vector<StepInfo> infos_;
  std::vector<Buffer> buffers_;
  MemoryPlan memory_;
  int scratch_ = -1, batch_scratch_ = -1;
  std::size_t scratch_stride_ = 0;
};

}  // namespace tailor
