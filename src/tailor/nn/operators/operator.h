// One step of a network's plan: a layer, or a sequence of layers that one kernel does at once. The plan gives
// it memory; the trainer never sees it.
//
// Most operators work image by image: the plan runs a sequence of them over a few images at a time, so that
// what passes between them stays in the cache. The others (dense layers, batch norm) see the whole batch at
// once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tailor/base/assert.h"
#include "tailor/nn/operators/pass.h"

namespace tailor {

// What an operator asks of the memory plan.
struct Needs {
  bool input_in_backward = false;   // reads its input again
  bool output_in_backward = false;  // reads its output again
  bool in_place = false;            // forward: the output may overwrite the (first) input
  bool gradient_in_place = false;   // backward: the (first) input's gradient may overwrite the output's
  bool recomputable = false;        // so cheap that backward may compute the output again rather than keep it
  std::size_t kept_bytes = 0;       // written forward, read backward, for each image
  std::size_t kept_batch_bytes = 0;     // the same for the whole batch
  std::size_t scratch_bytes = 0;        // within one call, for each lane; all operators share the place
  std::size_t batch_scratch_bytes = 0;  // the same for the whole batch
  std::size_t sum_bytes = 0;            // for each lane, from start_backward to finish_backward
  std::size_t derived_bytes = 0;        // weights in a kernel's own order, for as long as the network lives
};

// Where a feature map, its gradient or kept bytes lie: for the whole batch, or only for the images that a
// lane is working on.
struct Place {
  std::byte* base = nullptr;
  std::size_t image_bytes = 0;
  std::size_t lane_bytes = 0;  // 0: the whole batch
  int room = 0;                // images that it has room for, in a lane or in all

  explicit operator bool() const { return base != nullptr; }
  std::byte* at(const Images& images) const {
    TAILOR_ASSERT(base == nullptr || (images.lane >= 0 && images.lane < max_lanes && images.first >= 0));
    TAILOR_ASSERT(base == nullptr || images.count + (lane_bytes ? 0 : images.first) <= room);
    return base + (lane_bytes ? static_cast<std::size_t>(images.lane) * lane_bytes
                              : static_cast<std::size_t>(images.first) * image_bytes);
  }
  float* floats(const Images& images) const { return reinterpret_cast<float*>(at(images)); }
};

// Feature maps are [images][height][width][channels]; a gradient has the size of its feature map.
struct Memory {
  std::vector<Place> input;
  Place output;
  Place diff_output;
  std::vector<Place> diff_branches;  // fork only: the gradients that its readers left
  std::vector<Place> diff_input;     // empty places where nobody needs that gradient
  Place kept;
  std::byte* kept_batch = nullptr;
  std::byte* scratch = nullptr;  // max_lanes times scratch_stride
  std::size_t scratch_stride = 0;
  std::byte* batch_scratch = nullptr;
  std::byte* sums = nullptr;  // max_lanes times Needs::sum_bytes
  float* derived = nullptr;
};

class Operator {
 public:
  virtual ~Operator() = default;

  virtual std::string kernel() const = 0;  // what computes it, as printed at a run's start
  virtual Needs needs() const = 0;
  virtual bool by_image() const { return true; }
  void bind(Memory memory) { memory_ = std::move(memory); }

  // After each change of the weights: bring them into the kernel's order.
  virtual void prepare(const Pass&) {}

  // With by_image() these are called for a few images of a lane at a time, different lanes at once; without,
  // they get the whole batch and divide it themselves. Backward follows a forward with training = true and
  // overwrites diff_input.
  virtual void forward(const Pass& pass, const Images& images) = 0;
  virtual void backward(const Pass& pass, const Images& images) = 0;

  // Gradients of the operator's own tensors: sums of a lane start at zero, backward adds to them, and at the
  // end the lanes' are added into pass.gradients, which is overwritten.
  virtual void start_backward(const Pass&, int /*lane*/) {}
  virtual void finish_backward(const Pass&) {}

 protected:
  std::byte* scratch(int lane) const {
    TAILOR_ASSERT(lane >= 0 && lane < max_lanes);
    return memory_.scratch + static_cast<std::size_t>(lane) * memory_.scratch_stride;
  }

  Memory memory_;
};

}  // namespace tailor
