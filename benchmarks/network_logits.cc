// What a network with given weights computes for given images, as files: to compare with other programs
// (peers/imported_logits.py). Usage: network_logits ARCHITECTURE.toml WEIGHTS.safetensors IMAGES.safetensors OUT.safetensors
//
// IMAGES has "images" [count][height][width][channels], ready for the network; OUT gets "logits" [count][classes].
// With "labels" [count] (class numbers as f32) OUT also gets the gradient of the mean cross-entropy in a training step
// without dropout, each tensor under its name.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/error.h"
#include "tailor/base/threads.h"
#include "tailor/interop/safetensors.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/network.h"

namespace tailor {
namespace {

void run(const char* const* files) {
  const Architecture architecture = read_architecture(files[0], {.binding = false});
  const Safetensors weights = read_safetensors(files[1]), given = read_safetensors(files[2]);
  const Tensor* images = given.find("images");
  if (!images || images->shape.size() != 4)
    throw bad_input("{}: expected a tensor 'images' of 4 dimensions", files[2]);
  const int count = static_cast<int>(images->shape[0]);
  Workers workers(1);
  Network network(architecture, {.max_batch = count}, workers);
  if (images->data.size() != static_cast<std::size_t>(count) * network.input_shape().size())
    throw bad_input("{}: images are not of the network's size", files[2]);

  AlignedFloats values(network.parameters().total_floats());
  for (const ParameterTensor& t : network.parameters().tensors()) {
    const Tensor* tensor = weights.find(t.name);
    if (!tensor || tensor->shape != t.shape)
      throw bad_input("{}: tensor '{}' is missing or of another shape", files[1], t.name);
    std::copy(tensor->data.begin(), tensor->data.end(),
              values.begin() + static_cast<std::ptrdiff_t>(t.offset));
  }
  std::vector<TensorView> out;
  network.use(values);
  std::copy(images->data.begin(), images->data.end(), network.input());
  network.forward(count, false);
  const std::size_t logits = static_cast<std::size_t>(count) * static_cast<std::size_t>(network.classes());
  const AlignedFloats result(network.logits(), network.logits() + logits);
  out.push_back({"logits", {count, network.classes()}, result});

  AlignedFloats gradients(network.parameters().learned_floats());
  if (const Tensor* labels = given.find("labels")) {
    std::vector<std::int32_t> classes;
    for (const float label : labels->data) classes.push_back(static_cast<std::int32_t>(label));
    std::size_t dropouts = 0;
    for (const Layer& layer : architecture.layers) dropouts += layer.kind == LayerKind::dropout;
    network.set_dropout_rates(std::vector<double>(dropouts));
    network.use_for_training(values);
    std::copy(images->data.begin(), images->data.end(), network.input());
    network.forward(count, true, Key(1));
    network.loss(count, {classes.data()}, 0);
    network.backward(count, gradients);
    for (const ParameterTensor& t : network.parameters().tensors())
      if (learned(t.role))
        out.push_back({t.name, t.shape, std::span<const float>(gradients).subspan(t.offset, t.size)});
  }
  write_safetensors(files[3], out);
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(
        stderr,
        "usage: network_logits ARCHITECTURE.toml WEIGHTS.safetensors IMAGES.safetensors OUT.safetensors\n");
    return 2;
  }
  try {
    tailor::run(argv + 1);
  } catch (const tailor::Error& error) {
    fmt::print(stderr, "network_logits: {}\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
