// What the dimensions of an ONNX tensor mean: which part of a map's height, width and channels each one counts.
// ONNX moves and cuts dimensions freely (NCHW, NHWC, flattening, groups of channels); tailor has one order. Every
// Transpose, Reshape, Flatten, Squeeze changes the meaning alone, and layers are made only where values change.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tailor/base/shape.h"

namespace tailor::onnx {

enum class Axis { batch, height, width, channel };

// Counts `size` positions of an axis, `step` apart.
struct Part {
  Axis axis = Axis::batch;
  std::int64_t size = 1;
  std::int64_t step = 1;

  bool operator==(const Part&) const = default;
};

// Parts with the slowest first; none: a dimension of size 1. Neighbours that continue each other are one.
using Dimension = std::vector<Part>;
using Axes = std::vector<Dimension>;

// Images in a batch of so many.
Axes nchw(std::int64_t batch, const Shape& map);
Axes nhwc(std::int64_t batch, const Shape& map);

std::int64_t size_of(const Dimension& dimension);
std::vector<std::int64_t> sizes_of(const Axes& axes);

// The whole axis in its order; an axis of size 1 is also whole in a dimension without parts.
bool is_whole(const Dimension& dimension, Axis axis, std::int64_t size);
// Parts of that axis only, and at least one.
bool is_only(const Dimension& dimension, Axis axis);

// The same values in dimensions of these sizes, if each of them still counts parts of axes.
std::optional<Axes> reshaped(const Axes& axes, std::span<const std::int64_t> sizes);

// For each position along the dimension, the place in a map of height x width x channels that lies [height]
// [width][channels], batch left out.
std::vector<std::int64_t> places(const Dimension& dimension, const Shape& map);

// For each channel, the index into an array of shape `sizes` that is broadcast against the axes, whose dimensions
// count channels wherever a size is above 1. Nothing if they count anything else or sizes differ.
std::optional<std::vector<std::int64_t>> channel_indices(const Axes& axes,
                                                         std::span<const std::int64_t> sizes,
                                                         std::int64_t channels);

}  // namespace tailor::onnx
