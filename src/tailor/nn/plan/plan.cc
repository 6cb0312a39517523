#include "tailor/nn/plan/plan.h"

#include <algorithm>
#include <cstdlib>

#include "tailor/base/assert.h"
#include "tailor/nn/plan/plan_builder.h"

namespace tailor {

Plan::Plan(const Architecture& architecture, const ParameterTable& parameters, const PlanOptions& options) {
  PlanBuilder(*this, architecture, parameters, options).build();
}

std::size_t Plan::arena_bytes(const Architecture& architecture, const ParameterTable& parameters,
                              const PlanOptions& options) {
  Plan plan;
  return PlanBuilder(plan, architecture, parameters, options).measure();
}

void Plan::Free::operator()(void* p) const { std::free(p); }

template <class Task>
void Plan::each_chunk(const Images& lane, int images_at_once, Task&& task) {
  for (int i = 0; i < lane.count; i += images_at_once)
    task(Images{lane.lane, lane.first + i, std::min(images_at_once, lane.count - i)});
}

void Plan::prepare(const Pass& pass) {
  for (Step& step : steps_) step.op->prepare(pass);
}

void Plan::forward(const Pass& pass) {
  TAILOR_ASSERT(pass.values != nullptr && pass.workers != nullptr && pass.batch >= 1);
  for (const Segment& segment : segments_) {
    const auto run = [&](const Images& images) {
      for (int s = segment.first; s < segment.last; ++s)
        steps_[static_cast<std::size_t>(s)].op->forward(pass, images);
    };
    if (!segment.by_image)
      run(pass.all());
    else
      each_lane(*pass.workers, pass.batch,
                [&](const Images& lane) { each_chunk(lane, segment.images_at_once, run); });
  }
}

void Plan::backward(const Pass& pass) {
  TAILOR_ASSERT(pass.training && pass.gradients != nullptr && diff_logits_ != nullptr);
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    const auto step = [&](int s) -> Step& { return steps_[static_cast<std::size_t>(s)]; };
    const auto run = [&](const Images& images) {
      for (int s = segment->first; s < segment->last; ++s)
        if (step(s).recompute) step(s).op->forward(pass, images);
      for (int s = segment->last - 1; s >= segment->first; --s) step(s).op->backward(pass, images);
    };
    if (segment->by_image)
      each_lane(*pass.workers, pass.batch, [&](const Images& lane) {
        for (int s = segment->first; s < segment->last; ++s) step(s).op->start_backward(pass, lane.lane);
        each_chunk(lane, segment->images_at_once, run);
      });
    else
      run(pass.all());
    for (int s = segment->first; s < segment->last; ++s) step(s).op->finish_backward(pass);
  }
}

std::vector<std::string> Plan::kernels() const {
  std::vector<std::string> lines;
  for (const Step& step : steps_) lines.push_back(step.name + ": " + step.op->kernel());
  return lines;
}

}  // namespace tailor
