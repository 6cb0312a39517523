// Shape inference: what each layer gives, how many values it learns and how many multiply-adds it costs.
// Checks a wired architecture; used by the reader, and by code that builds an Architecture without a file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tailor/base/error.h"
#include "tailor/nn/architecture/architecture.h"

namespace tailor {

inline constexpr std::int64_t most_parameters = std::int64_t{1} << 31;
inline constexpr std::int64_t largest_map = INT32_MAX;  // values of one layer's output, for one image
inline constexpr std::int64_t most_multiply_adds = std::int64_t{1} << 50;  // whole network, for one image
inline constexpr int most_classes = 65535;

// Makes the error for what is wrong at layer index `layer` (at `key`, if not empty): the caller knows the
// file and line.
using Complain = std::function<Error(int layer, const std::string& key, const std::string& text)>;

// Sets every layer's output, parameters and multiply_adds, a same_padding, and the architecture's fingerprint.
// Sizes divide as in PyTorch: floor((size + padding - window) / stride) + 1, window = dilation (kernel - 1) + 1;
// with ceil_mode ceil(…), less one where the last window would start behind image and padding_top or _left.
void infer_shapes(Architecture& architecture, const Complain& complain);
// The same for architectures made by code: messages say layer number, kind and key.
void infer_shapes(Architecture& architecture);

// The share of the hyperparameter `stochastic_depth` that is the rate of layer `number` (from 0) of the
// network's `layers` of that kind.
double stochastic_depth_share(std::size_t number, std::size_t layers);

// SHA-256 of a canonical text of the meaning (see docs/architecture-files.md).
std::string architecture_fingerprint(const Architecture& architecture);

// "28x28x1", as messages and tables write shapes.
std::string shape_text(const Shape& shape);

}  // namespace tailor
