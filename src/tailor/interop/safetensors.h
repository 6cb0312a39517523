// safetensors: named f32 arrays with a JSON header, the format of weights between tools
// (huggingface/safetensors). Writes model.safetensors and checkpoints; reads them, and files of other tools,
// trusting nothing in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/base/aligned.h"

namespace tailor {

// Row-major; an empty shape is a scalar, a zero in it an empty tensor.
struct Tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  AlignedFloats data;
};

// A tensor whose values live elsewhere (a network's arena), for writing without a copy.
struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> data;
};

struct Safetensors {
  std::map<std::string, std::string> metadata;  // the header's `__metadata__`
  std::vector<Tensor> tensors;                  // in the order of their data

  const Tensor* find(std::string_view name) const;  // null if absent
};

// Replaces the file whole (base write_file). The bytes are a function of the arguments as a set: tensors are
// sorted by name as the reference writer does for one type, metadata by key, a digest of all that among it.
// Names that repeat, are reserved or are not UTF-8, and shapes that do not fit their data, are failures.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {});

// Anything wrong is bad input naming file, tensor or offset, expected and got; so are contents that are not
// those of the digest, if there is one. What is not safetensors at all is named for what it probably is. Only
// F32 tensors are read.
Safetensors read_safetensors(const std::filesystem::path& path);
// The same from memory; `origin` stands for the file name in messages.
Safetensors parse_safetensors(std::string_view bytes, const std::string& origin);

}  // namespace tailor
