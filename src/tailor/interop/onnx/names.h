// Names for layers, from what the file has: a weight's name, PyTorch's module, or the node's path.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tailor/interop/onnx/graph.h"

namespace tailor::onnx {

// "layer1.0.conv1" of "layer1.0.conv1.weight"; empty if the name does not look like that.
std::string module_of_weight(const std::string& weight);

// "layer1.0.conv1" of "/layer1/layer1.0/conv1/Conv": a path's last part is the operator, and a part that repeats the
// one before it continues it.
std::string module_of_path(const std::string& path);

// Hands out names that architecture files take, each once: letters, digits, '_' and '-', which stands for '.' and '/'.
class Names {
 public:
  // As near to `wanted` as it can be; `kind` if nothing of it is left.
  std::string take(const std::string& wanted, const std::string& kind);

 private:
  std::set<std::string> taken_ = {"input"};
  std::map<std::string, int> last_number_;  // behind a name that is taken
};

}  // namespace tailor::onnx
