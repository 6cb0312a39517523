// Nodes that read constants alone, computed: the arithmetic of shapes and weights that exporters leave behind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tailor/interop/onnx/graph.h"

namespace tailor::onnx {

Array whole_numbers(std::vector<std::int64_t> values);  // of one dimension

// `dimension` counted from the end if it is negative; a Refusal if there is no such one among `rank`.
std::size_t dimension_index(std::int64_t dimension, std::size_t rank);

// Sizes as Reshape gives them, 0 and -1 resolved; a Refusal if they do not fit.
std::vector<std::int64_t> resolved_sizes(const Node& node, std::span<const std::int64_t> from,
                                         std::span<const std::int64_t> wanted);

// Where a Slice begins and ends along one dimension of `size`, and its step.
struct Cut {
  std::size_t dimension = 0;
  std::int64_t begin = 0, end = 0, step = 1;
};
std::vector<Cut> slice_cuts(const Node& node, std::span<const Array* const> inputs,
                            std::span<const std::int64_t> sizes);

// What Shape or Size says of a value with these sizes.
Array shape_answer(const Node& node, std::span<const std::int64_t> sizes);

// A list that is an attribute in older versions of an operator and an input in newer ones; nothing if neither is
// there. A Refusal if the input is no constant of whole numbers.
std::optional<std::vector<std::int64_t>> listed(const Node& node, const char* attribute, const Array* input);

// One array for each output; nothing if the operator is not one of those. `inputs` are null where they are left
// out. A Refusal if it is known but not with these inputs.
std::optional<std::vector<Array>> computed(const Node& node, std::span<const Array* const> inputs);

}  // namespace tailor::onnx
