#include "tailor/nn/plan/plan_builder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "tailor/base/assert.h"
#include "tailor/base/memory.h"
#include "tailor/base/rounding.h"
#include "tailor/nn/architecture/shape_inference.h"
#include "tailor/nn/kernels/bf16/bf16.h"
#include "tailor/nn/plan/fuse.h"
#include "tailor/nn/plan/kernel_choice.h"

namespace tailor {
namespace {

// What a lane's local buffers may take together, so that they and the weights stay in a core's second-level
// cache.
constexpr std::size_t local_bytes = 256 << 10;
constexpr int most_images_at_once = 8;

std::unique_ptr<Operator> make_operator(GroupKind kind, const LayerContext& context) {
  if (kind == GroupKind::first_convolution) return make_first_convolution(context);
  if (kind == GroupKind::winograd) return make_winograd_convolution(context);
  if (kind == GroupKind::batch_norm) return make_batch_norm(context);
  if (kind == GroupKind::convolution_pool) return make_convolution_pool(context);
  if (kind == GroupKind::bf16) return make_bf16_convolution(context, false);
  if (kind == GroupKind::bf16_pool) return make_bf16_convolution(context, true);
  if (kind == GroupKind::bf16_dense) return make_bf16_dense(context);
  switch (context.layer.kind) {
    case LayerKind::conv2d:
      return make_convolution(context);
    case LayerKind::max_pool:
    case LayerKind::average_pool:
    case LayerKind::adaptive_average_pool:
    case LayerKind::global_average_pool:
      return make_pool(context);
    case LayerKind::batch_norm:
      return make_batch_norm(context);
    case LayerKind::dropout:
      return make_dropout(context);
    case LayerKind::flatten:
      return make_flatten(context);
    case LayerKind::dense:
      return make_dense(context);
    case LayerKind::add:
      return make_add(context);
    case LayerKind::multiply:
      return make_multiply(context);
    case LayerKind::concatenate:
      return make_concatenate(context);
    case LayerKind::slice:
      return make_slice(context);
    case LayerKind::channel_shuffle:
      return make_channel_shuffle(context);
    case LayerKind::scale:
      return make_scale(context);
    case LayerKind::prelu:
      return make_prelu(context);
    case LayerKind::group_norm:
      return make_group_norm(context);
    case LayerKind::layer_norm:
      return make_layer_norm(context);
    case LayerKind::stochastic_depth:
      return make_stochastic_depth(context);
    default:
      return make_activation(context);
  }
}

std::size_t aligned(std::size_t bytes) { return round_up(bytes, MemoryPlan::alignment); }

}  // namespace

void require_bf16() {
  if (kernels::bf16_supported()) return;
  throw usage_error(
      "precision 'bf16' needs a processor with matrix tiles (Intel AMX), which this one lacks or the system "
      "does not give; 'f32' is faster here than bf16 without them");
}

PlanBuilder::PlanBuilder(Plan& plan, const Architecture& architecture, const ParameterTable& parameters,
                         const PlanOptions& options)
    : plan_(plan), architecture_(architecture), parameters_(parameters), options_(options) {}

void PlanBuilder::build() {
  measure();
  bind();
}

std::size_t PlanBuilder::measure() {
  if (options_.bf16) require_bf16();
  find_readers();
  make_steps();
  place_activations();
  if (options_.training) place_gradients();
  place_buffers();
  place_operator_memory();
  memory_.pack();
  return plan_.arena_bytes_ = memory_.total_bytes();
}

void PlanBuilder::find_readers() {
  const int layers = static_cast<int>(architecture_.layers.size());
  values_.resize(architecture_.layers.size() + 1);
  values_[0].shape = architecture_.input;
  for (int i = 0; i < layers; ++i) {
    const Layer& layer = architecture_.layers[static_cast<std::size_t>(i)];
    value(i + 1).shape = layer.output;
    value(i + 1).needs_gradient = layer.parameters > 0;
    for (int input : layer.inputs) {
      value(input + 1).readers.push_back(i);
      value(i + 1).needs_gradient |= value(input + 1).needs_gradient;
    }
  }
}

bool PlanBuilder::comes_from_relu(int i) const {
  for (i = architecture_.layers[static_cast<std::size_t>(i)].inputs[0]; i >= 0;
       i = architecture_.layers[static_cast<std::size_t>(i)].inputs[0]) {
    const LayerKind kind = architecture_.layers[static_cast<std::size_t>(i)].kind;
    if (kind == LayerKind::relu) return true;
    if (kind != LayerKind::dropout && kind != LayerKind::flatten && kind != LayerKind::max_pool) return false;
  }
  return false;
}

bool PlanBuilder::goes_into_relu(int i) const {
  const std::vector<int>& readers = values_[static_cast<std::size_t>(i) + 1].readers;
  return readers.size() == 1 &&
         architecture_.layers[static_cast<std::size_t>(readers[0])].kind == LayerKind::relu;
}

void PlanBuilder::make_steps() {
  int dropouts = 0, stochastic_depths = 0;
  const auto all_stochastic_depths =
      std::count_if(architecture_.layers.begin(), architecture_.layers.end(),
                    [](const Layer& layer) { return layer.kind == LayerKind::stochastic_depth; });
  for (const Group& group : group_layers(architecture_, options_.fuse, options_.bf16)) {
    const int last = group.first + group.count - 1;
    const Layer& layer = architecture_.layers[static_cast<std::size_t>(group.first)];
    StepInfo info;
    info.output = last + 1;
    for (int input : layer.inputs) info.inputs.push_back(input + 1);
    const Value& input = value(info.inputs[0]);
    LayerContext context{layer,       input.shape,        value(last + 1).shape, parameters_,
                         group.first, options_.max_batch, options_.training,     input.needs_gradient};
    std::string name;
    for (int i = group.first; i <= last; ++i) {
      const LayerKind kind = architecture_.layers[static_cast<std::size_t>(i)].kind;
      context.relu |= kind == LayerKind::relu;
      if (kind == LayerKind::dropout) context.dropout = dropouts++;
      name += (name.empty() ? "" : "+") + architecture_.layers[static_cast<std::size_t>(i)].name;
    }
    for (const int i : info.inputs) context.inputs.push_back(value(i).shape);
    if (layer.kind == LayerKind::stochastic_depth) {
      const int number = stochastic_depths++;
      context.stochastic_depth = {number,
                                  stochastic_depth_share(static_cast<std::size_t>(number),
                                                         static_cast<std::size_t>(all_stochastic_depths))};
    }
    if (layer.kind == LayerKind::conv2d)
      context.own_forward = first_convolution_pays_forward(conv_shape(layer, input.shape));
    if (options_.fuse && comes_from_relu(group.first)) context.sparse_input_below = sparse_dense_pays_below;
    if (options_.fuse && goes_into_relu(last)) context.sparse_gradient_below = sparse_dense_pays_below;
    add_step(name, std::move(info), make_operator(group.kind, context));
    const Value& output = value(last + 1);
    if (options_.training && output.needs_gradient && output.readers.size() > 1) {
      StepInfo fork;
      fork.fork = true, fork.output = last + 1;
      add_step(name + " (fork)", std::move(fork), make_fork(output.shape));
    }
  }
}

void PlanBuilder::add_step(std::string name, StepInfo info, std::unique_ptr<Operator> op) {
  const int s = static_cast<int>(plan_.steps_.size());
  const bool together = op->by_image() && !plan_.segments_.empty() && plan_.segments_.back().by_image;
  if (!together) plan_.segments_.push_back({s, s, op->by_image(), 1});
  plan_.segments_.back().last = s + 1;
  info.segment = segments() - 1;
  info.needs = op->needs();
  infos_.push_back(std::move(info));
  plan_.steps_.push_back({std::move(name), std::move(op), false});
}

int PlanBuilder::add_buffer(const Shape& shape, int segment, int time) {
  buffers_.push_back({shape.size() * sizeof(float), segment, segment, time, time});
  return static_cast<int>(buffers_.size()) - 1;
}

void PlanBuilder::touch(int i, int segment, int time) {
  Buffer& b = buffer(i);
  b.first_segment = std::min(b.first_segment, segment);
  b.last_segment = std::max(b.last_segment, segment);
  b.first_time = std::min(b.first_time, time);
  b.last_time = std::max(b.last_time, time);
}

void PlanBuilder::read(const Value& v, const StepInfo& info, bool again) {
  touch(v.buffer, info.segment, forward_time(info));
  if (!again || !options_.training) return;
  touch(v.buffer, info.segment, backward_time(info));
  buffer(v.buffer).pinned = true;
}

void PlanBuilder::place_activations() {
  value(0).buffer = add_buffer(value(0).shape, 0, 0);
  touch(value(0).buffer, segments() - 1, 2 * segments());
  buffer(value(0).buffer).shared = buffer(value(0).buffer).pinned = true;
  for (std::size_t s = 0; s < infos_.size(); ++s) {
    const StepInfo& info = infos_[s];
    if (info.fork) continue;
    for (int input : info.inputs) read(value(input), info, info.needs.input_in_backward);
    const Value& first = value(info.inputs[0]);
    if (info.needs.in_place && first.readers.size() == 1 && !buffer(first.buffer).pinned) {
      value(info.output).buffer = first.buffer;
      buffer(first.buffer).recompute_step = -1;
    } else {
      value(info.output).buffer = add_buffer(value(info.output).shape, info.segment, forward_time(info));
      // Only from what is certainly still there.
      if (info.needs.recomputable && info.inputs[0] == 0)
        buffer(value(info.output).buffer).recompute_step = static_cast<int>(s);
    }
    read(value(info.output), info, info.needs.output_in_backward);
  }
  Buffer& logits = buffer(values_.back().buffer);
  logits.shared = true;
  touch(values_.back().buffer, infos_.back().segment, segments());
}

void PlanBuilder::place_gradients() {
  values_.back().gradient = add_buffer(values_.back().shape, infos_.back().segment, segments());
  buffer(values_.back().gradient).shared = true;
  for (auto info = infos_.rbegin(); info != infos_.rend(); ++info) {
    const int now = backward_time(*info);
    Value& output = value(info->output);
    if (info->fork) {
      for (int branch : output.branches) touch(branch, info->segment, now);
      output.gradient = add_buffer(output.shape, info->segment, now);
      continue;
    }
    info->diff_inputs.assign(info->inputs.size(), -1);
    if (!output.needs_gradient) continue;
    touch(output.gradient, info->segment, now);
    for (std::size_t i = 0; i < info->inputs.size(); ++i) {
      Value& input = value(info->inputs[i]);
      if (!input.needs_gradient) continue;
      const bool share = i == 0 && info->needs.gradient_in_place;
      const int gradient = share ? output.gradient : add_buffer(input.shape, info->segment, now);
      info->diff_inputs[i] = gradient;
      if (input.readers.size() == 1)
        input.gradient = gradient;
      else
        input.branches.push_back(gradient);
    }
  }
}

void PlanBuilder::place_buffers() {
  std::vector<std::size_t> local(plan_.segments_.size(), 0);
  for (const Buffer& b : buffers_)
    if (b.local()) local[static_cast<std::size_t>(b.first_segment)] += b.image_bytes;
  for (std::size_t g = 0; g < local.size(); ++g) {
    int images = most_images_at_once;
    while (images > 1 && static_cast<std::size_t>(images) * local[g] > local_bytes) images /= 2;
    plan_.segments_[g].images_at_once = images;
  }
  for (Buffer& b : buffers_) {
    const int images =
        b.local() ? plan_.segments_[static_cast<std::size_t>(b.first_segment)].images_at_once : 0;
    const std::size_t bytes = b.local()
                                  ? max_lanes * aligned(static_cast<std::size_t>(images) * b.image_bytes)
                                  : static_cast<std::size_t>(options_.max_batch) * b.image_bytes;
    b.place = memory_.add(bytes, b.first_time, b.last_time);
    if (b.local() && b.pinned) plan_.steps_[static_cast<std::size_t>(b.recompute_step)].recompute = true;
  }
}

void PlanBuilder::place_operator_memory() {
  const int end = 2 * segments();
  std::size_t batch_scratch = 0;
  for (StepInfo& info : infos_) {
    const int now = forward_time(info), later = options_.training ? backward_time(info) : now;
    const Needs& needs = info.needs;
    if (needs.kept_bytes > 0)
      info.kept = memory_.add(static_cast<std::size_t>(options_.max_batch) * needs.kept_bytes, now, later);
    if (needs.kept_batch_bytes > 0) info.kept_batch = memory_.add(needs.kept_batch_bytes, 0, end);
    if (needs.derived_bytes > 0) info.derived = memory_.add(needs.derived_bytes, 0, end);
    if (needs.sum_bytes > 0) info.sums = memory_.add(max_lanes * needs.sum_bytes, later, later);
    scratch_stride_ = std::max(scratch_stride_, aligned(needs.scratch_bytes));
    batch_scratch = std::max(batch_scratch, needs.batch_scratch_bytes);
  }
  scratch_ = memory_.add(max_lanes * scratch_stride_, 0, end);
  batch_scratch_ = memory_.add(batch_scratch, 0, end);
}

void PlanBuilder::bind() {
  const auto too_much = [&] {
    return fmt::format("{} '{}' in batches of {}", options_.training ? "training" : "predicting with",
                       architecture_.name, options_.max_batch);
  };
  const std::string advice = options_.training
                                 ? "lower batch_size, take smaller images, or run fewer trainings at once"
                                 : "take smaller images, or run less at once";
  require_memory(plan_.arena_bytes_ + options_.bytes_beside, too_much(), advice);
  plan_.arena_.reset(static_cast<std::byte*>(std::aligned_alloc(MemoryPlan::alignment, plan_.arena_bytes_)));
  if (!plan_.arena_)
    throw MemoryError(ExitCode::failed,
                      fmt::format("{} needs {} of memory, which the system does not give: {}", too_much(),
                                  bytes_text(plan_.arena_bytes_), advice));
  std::memset(plan_.arena_.get(), 0, plan_.arena_bytes_);
  for (std::size_t s = 0; s < infos_.size(); ++s) {
    const StepInfo& info = infos_[s];
    const Value& output = value(info.output);
    Memory m;
    if (info.fork) {
      for (auto branch = output.branches.rbegin(); branch != output.branches.rend(); ++branch)
        m.diff_branches.push_back(place_of(*branch));
      m.diff_input.push_back(place_of(output.gradient));
    } else {
      m.output = place_of(output.buffer);
      m.diff_output = place_of(output.gradient);
      for (int input : info.inputs) m.input.push_back(place_of(value(input).buffer));
      for (int gradient : info.diff_inputs) m.diff_input.push_back(place_of(gradient));
    }
    m.kept = {at(info.kept), info.needs.kept_bytes, 0, options_.max_batch};
    m.kept_batch = at(info.kept_batch);
    m.scratch = at(scratch_);
    m.scratch_stride = scratch_stride_;
    m.batch_scratch = at(batch_scratch_);
    m.sums = at(info.sums);
    m.derived = reinterpret_cast<float*>(at(info.derived));
    plan_.steps_[s].op->bind(std::move(m));
  }
  plan_.input_ = place_of(value(0).buffer).floats({});
  plan_.logits_ = place_of(values_.back().buffer).floats({});
  if (options_.training) plan_.diff_logits_ = place_of(values_.back().gradient).floats({});
}

std::byte* PlanBuilder::at(int place) const {
  TAILOR_ASSERT(place < 0 || memory_.offset(place) % MemoryPlan::alignment == 0);
  TAILOR_ASSERT(place < 0 || memory_.offset(place) + memory_.bytes(place) <= plan_.arena_bytes_);
  return place < 0 ? nullptr : plan_.arena_.get() + memory_.offset(place);
}

Place PlanBuilder::place_of(int i) {
  if (i < 0) return {};
  const Buffer& b = buffer(i);
  const int images = plan_.segments_[static_cast<std::size_t>(b.first_segment)].images_at_once;
  if (!b.local()) return {at(b.place), b.image_bytes, 0, options_.max_batch};
  return {at(b.place), b.image_bytes, aligned(static_cast<std::size_t>(images) * b.image_bytes), images};
}

}  // namespace tailor
