// A network from an ONNX file: an architecture file's text, and the weights in tailor's names and layouts.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tailor/interop/safetensors.h"
#include "tailor/nn/architecture/architecture.h"

namespace tailor {

struct OnnxOptions {
  std::optional<Shape> input;    // where the file leaves the size of images open
  bool classes_of_data = false;  // the architecture leaves the number of classes to the data
};

struct OnnxImport {
  std::string toml;
  Architecture architecture;
  std::vector<Tensor> weights;                  // the architecture's parameters, all of them
  std::map<std::string, std::string> metadata;  // for the file of weights
  std::vector<std::string> remarks;             // sentences: what was taken off, what to know
};

// What cannot be taken in is bad input that names all of it: node, operator, attribute, why.
OnnxImport import_onnx(const std::filesystem::path& file, const OnnxOptions& options = {});

}  // namespace tailor
