// Operators that only move channels: concatenation, slice, shuffle. They copy; the plan gives each map a place
// of its own.
#include <cstring>
#include <utility>
#include <vector>

#include "tailor/nn/operators/operators.h"

namespace tailor {
namespace {

// `count` neighbouring channels of maps with `channels` of them, from channel `first`.
struct Channels {
  float* values;
  std::size_t channels, first;
};

void copy_channels(const Channels& from, const Channels& to, std::size_t count, std::size_t rows) {
  for (std::size_t r = 0; r < rows; ++r)
    std::memcpy(to.values + r * to.channels + to.first, from.values + r * from.channels + from.first,
                count * sizeof(float));
}

std::size_t places(const Shape& shape) {
  return static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
}

class ConcatenateOperator : public Operator {
 public:
  explicit ConcatenateOperator(const LayerContext& c)
      : positions_(places(c.output)), channels_(static_cast<std::size_t>(c.output.channels)) {
    for (const Shape& shape : c.inputs) parts_.push_back(static_cast<std::size_t>(shape.channels));
  }
  std::string kernel() const override { return "copy"; }
  Needs needs() const override { return {}; }

  void forward(const Pass&, const Images& images) override {
    each_part(images, [&](std::size_t i, std::size_t first, std::size_t rows) {
      copy_channels({memory_.input[i].floats(images), parts_[i], 0},
                    {memory_.output.floats(images), channels_, first}, parts_[i], rows);
    });
  }
  void backward(const Pass&, const Images& images) override {
    each_part(images, [&](std::size_t i, std::size_t first, std::size_t rows) {
      if (memory_.diff_input[i])
        copy_channels({memory_.diff_output.floats(images), channels_, first},
                      {memory_.diff_input[i].floats(images), parts_[i], 0}, parts_[i], rows);
    });
  }

 private:
  template <class Task>
  void each_part(const Images& images, Task&& task) const {
    std::size_t first = 0;
    for (std::size_t i = 0; i < parts_.size(); first += parts_[i++])
      task(i, first, static_cast<std::size_t>(images.count) * positions_);
  }

  std::size_t positions_, channels_;
  std::vector<std::size_t> parts_;
};

class SliceOperator : public Operator {
 public:
  explicit SliceOperator(const LayerContext& c)
      : positions_(places(c.output)),
        channels_(static_cast<std::size_t>(c.input.channels)),
        from_(static_cast<std::size_t>(c.layer.from)),
        count_(static_cast<std::size_t>(c.output.channels)) {}
  std::string kernel() const override { return "copy"; }
  Needs needs() const override { return {}; }

  void forward(const Pass&, const Images& images) override {
    copy_channels({memory_.input[0].floats(images), channels_, from_},
                  {memory_.output.floats(images), count_, 0}, count_, rows(images));
  }
  void backward(const Pass&, const Images& images) override {
    if (!memory_.diff_input[0]) return;
    float* diff = memory_.diff_input[0].floats(images);
    std::memset(diff, 0, rows(images) * channels_ * sizeof(float));
    copy_channels({memory_.diff_output.floats(images), count_, 0}, {diff, channels_, from_}, count_,
                  rows(images));
  }

 private:
  std::size_t rows(const Images& images) const { return static_cast<std::size_t>(images.count) * positions_; }

  std::size_t positions_, channels_, from_, count_;
};

// Zhang et al.: "ShuffleNet", 2018: channels [groups][n] become [n][groups].
class ChannelShuffleOperator : public Operator {
 public:
  explicit ChannelShuffleOperator(const LayerContext& c)
      : positions_(places(c.output)),
        groups_(static_cast<std::size_t>(c.layer.groups)),
        in_group_(static_cast<std::size_t>(c.output.channels) / groups_) {}
  std::string kernel() const override { return "copy"; }
  Needs needs() const override { return {}; }

  void forward(const Pass&, const Images& images) override {
    transpose(images, memory_.input[0], memory_.output, groups_, in_group_);
  }
  void backward(const Pass&, const Images& images) override {
    if (memory_.diff_input[0])
      transpose(images, memory_.diff_output, memory_.diff_input[0], in_group_, groups_);
  }

 private:
  void transpose(const Images& images, const Place& from, const Place& to, std::size_t rows,
                 std::size_t columns) const {
    const float* src = from.floats(images);
    float* dst = to.floats(images);
    const std::size_t all = static_cast<std::size_t>(images.count) * positions_;
    for (std::size_t p = 0; p < all; ++p, src += rows * columns, dst += rows * columns)
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) dst[c * rows + r] = src[r * columns + c];
  }

  std::size_t positions_, groups_, in_group_;
};

}  // namespace

std::unique_ptr<Operator> make_concatenate(const LayerContext& context) {
  return std::make_unique<ConcatenateOperator>(context);
}
std::unique_ptr<Operator> make_slice(const LayerContext& context) {
  return std::make_unique<SliceOperator>(context);
}
std::unique_ptr<Operator> make_channel_shuffle(const LayerContext& context) {
  return std::make_unique<ChannelShuffleOperator>(context);
}

}  // namespace tailor
