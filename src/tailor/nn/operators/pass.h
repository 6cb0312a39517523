// What every operator is told in a step, and how a batch is divided among threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "tailor/base/assert.h"
#include "tailor/base/random.h"
#include "tailor/base/threads.h"

namespace tailor {

// A batch is divided into lanes by its size alone: sums are formed for each lane and added in the lanes'
// order, so results are the same bit for bit with any number of threads.
constexpr int max_lanes = 8;
inline int lane_count(int batch) { return std::clamp(batch / 8, std::min(batch, 2), max_lanes); }

// Some images of one lane: [first, first + count) of the batch.
struct Images {
  int lane = 0;
  int first = 0, count = 0;
};

inline Images lane_images(int lane, int batch) {
  const int n = lane_count(batch);
  TAILOR_ASSERT(batch >= 1 && lane >= 0 && lane < n);
  const int first = static_cast<int>(static_cast<std::int64_t>(batch) * lane / n);
  const int last = static_cast<int>(static_cast<std::int64_t>(batch) * (lane + 1) / n);
  return {lane, first, last - first};
}

// Calls task(images) for each lane.
template <class Task>
void each_lane(Workers& workers, int batch, Task&& task) {
  workers.run(lane_count(batch), [&](int lane) { task(lane_images(lane, batch)); });
}

struct Pass {
  int batch = 0;                          // images in this step, at most the network's max_batch
  bool training = false;                  // dropout active, batch statistics used and kept
  const float* values = nullptr;          // the parameter arena, buffers included
  float* statistics = nullptr;            // the same arena where training may write its buffers; else null
  float* gradients = nullptr;             // the learned part; written by backward
  Key key{0};                             // for this step's dropout masks and dropped branches
  std::span<const double> dropout_rates;  // one for each dropout layer
  double stochastic_depth = 0;            // rate of the last such layer
  double batch_norm_momentum = 0.1;       // the new batch's share in the running statistics
  Workers* workers = nullptr;

  int lanes() const { return lane_count(batch); }
  Images all() const { return {0, 0, batch}; }
};

}  // namespace tailor
