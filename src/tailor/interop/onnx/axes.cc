#include "tailor/interop/onnx/axes.h"

#include <cstddef>
#include <numeric>

namespace tailor::onnx {
namespace {

void append(Dimension& dimension, const Part& part) {
  if (part.size == 1) return;
  if (!dimension.empty()) {
    Part& last = dimension.back();
    if (last.axis == part.axis && last.step == part.size * part.step) {
      last.size *= part.size;
      last.step = part.step;
      return;
    }
  }
  dimension.push_back(part);
}

Dimension whole(Axis axis, std::int64_t size) {
  Dimension dimension;
  append(dimension, {axis, size, 1});
  return dimension;
}

std::int64_t step_in_map(Axis axis, const Shape& map) {
  switch (axis) {
    case Axis::batch:
      return 0;
    case Axis::height:
      return std::int64_t{map.width} * map.channels;
    case Axis::width:
      return map.channels;
    case Axis::channel:
      return 1;
  }
  return 0;
}

}  // namespace

Axes nchw(std::int64_t batch, const Shape& map) {
  return {whole(Axis::batch, batch), whole(Axis::channel, map.channels), whole(Axis::height, map.height),
          whole(Axis::width, map.width)};
}

Axes nhwc(std::int64_t batch, const Shape& map) {
  return {whole(Axis::batch, batch), whole(Axis::height, map.height), whole(Axis::width, map.width),
          whole(Axis::channel, map.channels)};
}

std::int64_t size_of(const Dimension& dimension) {
  std::int64_t size = 1;
  for (const Part& part : dimension) size *= part.size;
  return size;
}

std::vector<std::int64_t> sizes_of(const Axes& axes) {
  std::vector<std::int64_t> sizes;
  for (const Dimension& dimension : axes) sizes.push_back(size_of(dimension));
  return sizes;
}

bool is_whole(const Dimension& dimension, Axis axis, std::int64_t size) {
  return dimension == whole(axis, size);
}

bool is_only(const Dimension& dimension, Axis axis) {
  for (const Part& part : dimension)
    if (part.axis != axis) return false;
  return !dimension.empty();
}

std::optional<Axes> reshaped(const Axes& axes, std::span<const std::int64_t> sizes) {
  std::vector<Part> parts;  // still to be dealt out, the next one last
  for (auto dimension = axes.rbegin(); dimension != axes.rend(); ++dimension)
    parts.insert(parts.end(), dimension->rbegin(), dimension->rend());
  Axes result;
  for (const std::int64_t size : sizes) {
    Dimension dimension;
    for (std::int64_t missing = size; missing != 1;) {
      if (missing < 1 || parts.empty()) return {};
      Part part = parts.back();
      parts.pop_back();
      const std::int64_t taken = std::gcd(missing, part.size);
      if (taken == 1) return {};
      // A part that is cut is cut into a slow and a fast one; the dimension ends with the slow one.
      if (taken < part.size && taken != missing) return {};
      append(dimension, {part.axis, taken, part.step * (part.size / taken)});
      if (taken < part.size) parts.push_back({part.axis, part.size / taken, part.step});
      missing /= taken;
    }
    result.push_back(std::move(dimension));
  }
  if (!parts.empty()) return {};
  return result;
}

std::vector<std::int64_t> places(const Dimension& dimension, const Shape& map) {
  std::vector<std::int64_t> result = {0};
  for (const Part& part : dimension) {
    std::vector<std::int64_t> finer;
    finer.reserve(result.size() * static_cast<std::size_t>(part.size));
    const std::int64_t step = part.step * step_in_map(part.axis, map);
    for (const std::int64_t place : result)
      for (std::int64_t i = 0; i < part.size; ++i) finer.push_back(place + i * step);
    result = std::move(finer);
  }
  return result;
}

std::optional<std::vector<std::int64_t>> channel_indices(const Axes& axes,
                                                         std::span<const std::int64_t> sizes,
                                                         std::int64_t channels) {
  if (sizes.size() > axes.size()) return {};
  const std::size_t ahead = axes.size() - sizes.size();
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    const Dimension& dimension = axes[ahead + d];
    if (sizes[d] != 1 && (!is_only(dimension, Axis::channel) || size_of(dimension) != sizes[d])) return {};
  }
  std::vector<std::int64_t> result(static_cast<std::size_t>(channels));
  for (std::int64_t c = 0; c < channels; ++c) {
    std::int64_t index = 0;
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      if (sizes[d] == 1) continue;
      std::int64_t position = 0;
      for (const Part& part : axes[ahead + d]) position = position * part.size + c / part.step % part.size;
      index = index * sizes[d] + position;
    }
    result[static_cast<std::size_t>(c)] = index;
  }
  return result;
}

}  // namespace tailor::onnx
