#include "tailor/nn/memory/parameters.h"

#include <algorithm>
#include <cmath>

#include "tailor/base/error.h"
#include "tailor/nn/memory/memory_plan.h"

namespace tailor {
namespace {

ParameterTensor tensor(const Layer& layer, int index, ParameterRole role, const char* suffix,
                       std::vector<std::int64_t> shape) {
  ParameterTensor t;
  t.name = layer.name + "." + suffix;
  t.layer = index, t.role = role, t.shape = std::move(shape), t.size = 1;
  for (std::int64_t n : t.shape) t.size *= static_cast<std::size_t>(n);
  return t;
}

}  // namespace

bool learned(ParameterRole role) {
  return role != ParameterRole::running_mean && role != ParameterRole::running_variance;
}

ParameterTable::ParameterTable(const Architecture& architecture) {
  std::vector<ParameterTensor> buffers;
  for (int i = 0; i < static_cast<int>(architecture.layers.size()); ++i) {
    const Layer& layer = architecture.layers[static_cast<std::size_t>(i)];
    const int source = layer.inputs[0];
    const Shape in =
        source < 0 ? architecture.input : architecture.layers[static_cast<std::size_t>(source)].output;
    if (layer.kind == LayerKind::conv2d || layer.kind == LayerKind::dense) {
      const bool conv = layer.kind == LayerKind::conv2d;
      const std::int64_t window =
          conv ? static_cast<std::int64_t>(layer.kernel_height) * layer.kernel_width : 1;
      const std::int64_t inputs = conv ? in.channels / layer.groups : static_cast<std::int64_t>(in.size());
      auto weight = conv ? tensor(layer, i, ParameterRole::weight, "weight",
                                  {layer.filters, layer.kernel_height, layer.kernel_width, inputs})
                         : tensor(layer, i, ParameterRole::weight, "weight", {inputs, layer.filters});
      weight.fan_in = inputs * window, weight.fan_out = layer.filters * window;
      const std::int64_t fan_in = weight.fan_in;
      append(std::move(weight));
      if (layer.bias) {
        auto bias = tensor(layer, i, ParameterRole::bias, "bias", {layer.filters});
        bias.fan_in = fan_in;
        append(std::move(bias));
      }
    } else if (layer.kind == LayerKind::group_norm || layer.kind == LayerKind::layer_norm) {
      append(tensor(layer, i, ParameterRole::scale, "scale", {in.channels}));
      append(tensor(layer, i, ParameterRole::shift, "shift", {in.channels}));
    } else if (layer.kind == LayerKind::scale || layer.kind == LayerKind::prelu) {
      const bool scale = layer.kind == LayerKind::scale;
      auto factors = tensor(layer, i, scale ? ParameterRole::scale : ParameterRole::slope,
                            scale ? "scale" : "slope", {layer.shared ? 1 : in.channels});
      factors.initial = layer.initial;
      append(std::move(factors));
    } else if (layer.kind == LayerKind::batch_norm) {
      append(tensor(layer, i, ParameterRole::scale, "scale", {in.channels}));
      append(tensor(layer, i, ParameterRole::shift, "shift", {in.channels}));
      buffers.push_back(tensor(layer, i, ParameterRole::running_mean, "running_mean", {in.channels}));
      buffers.push_back(tensor(layer, i, ParameterRole::running_variance, "running_variance", {in.channels}));
    }
  }
  learned_ = total_;
  for (ParameterTensor& buffer : buffers) append(std::move(buffer));
}

void ParameterTable::append(ParameterTensor t) {
  t.offset = total_;
  total_ += padded(t.size);
  tensors_.push_back(std::move(t));
}

const ParameterTensor* ParameterTable::find(int layer, ParameterRole role) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(), [&](const ParameterTensor& t) {
    return t.layer == layer && t.role == role;
  });
  return found == tensors_.end() ? nullptr : &*found;
}

void initialize(const ParameterTable& table, const std::string& scheme, Key key, float* values) {
  std::fill_n(values, table.total_floats(), 0.0f);
  for (std::size_t i = 0; i < table.tensors().size(); ++i) {
    const ParameterTensor& t = table.tensors()[i];
    float* out = values + t.offset;
    const Key tensor_key = key.with(i);
    const double fan_in = static_cast<double>(t.fan_in);
    const auto uniform = [&](double limit) {
      for (std::size_t k = 0; k < t.size; ++k)
        out[k] = static_cast<float>(limit * (2 * tensor_key.uniform(k) - 1));
    };
    const auto normal = [&](double deviation) {
      for (std::size_t k = 0; k < t.size; ++k) out[k] = static_cast<float>(deviation * tensor_key.normal(k));
    };
    switch (t.role) {
      case ParameterRole::scale:
      case ParameterRole::slope:
      case ParameterRole::running_variance:
        std::fill_n(out, t.size, static_cast<float>(t.initial));
        break;
      case ParameterRole::bias:
        if (scheme == "pytorch") uniform(1 / std::sqrt(fan_in));
        break;
      case ParameterRole::weight:
        if (scheme == "glorot_uniform")
          uniform(std::sqrt(6 / (fan_in + static_cast<double>(t.fan_out))));
        else if (scheme == "glorot_normal")
          normal(std::sqrt(2 / (fan_in + static_cast<double>(t.fan_out))));
        else if (scheme == "he_normal")
          normal(std::sqrt(2 / fan_in));
        else if (scheme == "he_uniform")
          uniform(std::sqrt(6 / fan_in));
        else if (scheme == "lecun_normal")
          normal(std::sqrt(1 / fan_in));
        else if (scheme == "pytorch")
          uniform(1 / std::sqrt(fan_in));
        else
          throw usage_error("initialization '{}' is not known", scheme);
        break;
      case ParameterRole::shift:
      case ParameterRole::running_mean:
        break;
    }
  }
}

}  // namespace tailor
