#include "tailor/interop/onnx/draft.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/interop/onnx/names.h"
#include "tailor/nn/architecture/layer_kinds.h"

namespace tailor::onnx {
namespace {

constexpr std::size_t most_layers = 10'000;  // as many as an architecture file may have

const KindInfo* kind_named(const std::string& name) {
  for (const KindInfo& kind : layer_kinds())
    if (name == kind.name) return &kind;
  return nullptr;
}

class LayerWriter {
 public:
  LayerWriter(const Draft& draft, int last) : draft_(draft), last_(last) {
    const std::size_t count = draft.layers.size();
    needed_.resize(count), readers_.resize(count), into_.resize(count, -1), names_.resize(count);
    needed_[index(last)] = true;
    for (std::size_t i = count; i-- > 0;) {
      if (!needed_[i]) continue;
      for (const int input : draft.layers[i].inputs) {
        if (input < 0) continue;
        needed_[index(input)] = true;
        ++readers_[index(input)];
      }
    }
  }

  Written write() {
    find_merged();
    find_classes();
    int before = -1;
    for (std::size_t i = 0; i < needed_.size(); ++i) {
      if (!needed_[i] || into_[i] >= 0) continue;
      write(i, before);
      before = outcome(static_cast<int>(i));
    }
    return std::move(written_);
  }

 private:
  static std::size_t index(int layer) { return static_cast<std::size_t>(layer); }

  // An activation without keys behind a layer that nothing else reads is that layer's `activation`.
  void find_merged() {
    int before = -1;
    for (std::size_t i = 0; i < needed_.size(); ++i) {
      if (!needed_[i]) continue;
      const DraftLayer& layer = draft_.layers[i];
      const KindInfo* kind = kind_named(layer.kind);
      const int source = layer.inputs[0];
      const bool plain = layer.inputs.size() == 1 && layer.keys.empty() && layer.weights.empty() && kind &&
                         is_activation(kind->kind);
      if (plain && source >= 0 && source == before && into_[index(source)] < 0 &&
          readers_[index(source)] == 1) {
        const KindInfo* into = kind_named(draft_.layers[index(source)].kind);
        if (into && into->takes_activation) into_[i] = source;
      }
      before = static_cast<int>(i);
    }
  }

  // The layer whose outputs are the classes: from the last one back through what keeps the channels.
  void find_classes() {
    static const std::vector<std::string> keeping = {
        "flatten", "global_average_pool", "average_pool", "max_pool", "dropout", "adaptive_average_pool"};
    for (int at = last_; at >= 0;) {
      const DraftLayer& layer = draft_.layers[index(at)];
      if (layer.kind == "conv2d" || layer.kind == "dense") {
        classes_ = at;
        written_.classes_follow = true;
        return;
      }
      const KindInfo* kind = kind_named(layer.kind);
      const bool keeps = layer.inputs.size() == 1 && layer.weights.empty() &&
                         draft_.shape(layer.inputs[0]).channels == layer.output.channels &&
                         (std::find(keeping.begin(), keeping.end(), layer.kind) != keeping.end() ||
                          (kind && is_activation(kind->kind)));
      if (!keeps) return;
      at = layer.inputs[0];
    }
  }

  // The last of the layers that are written in one table with this one.
  int outcome(int layer) const {
    for (std::size_t i = 0; i < into_.size(); ++i)
      if (into_[i] == layer) return static_cast<int>(i);
    return layer;
  }

  std::string name_of(int layer) const {
    if (layer < 0) return "input";
    const int into = into_[index(layer)];
    return names_[index(into >= 0 ? into : layer)];
  }

  void write(std::size_t i, int before) {
    const DraftLayer& layer = draft_.layers[i];
    names_[i] = taken_.take(layer.wanted_name, layer.kind);
    std::string& toml = written_.toml;
    toml += fmt::format("\n[[layer]]\ntype = \"{}\"\nname = {}\n", layer.kind, toml_text(names_[i]));
    if (layer.inputs.size() > 1) {
      std::vector<std::string> names;
      for (const int input : layer.inputs) names.push_back(toml_text(name_of(input)));
      toml += fmt::format("inputs = [{}]\n", join(names, ", "));
    } else if (layer.inputs[0] != before) {
      toml += fmt::format("input = {}\n", toml_text(name_of(layer.inputs[0])));
    }
    const bool outputs = layer.kind == "conv2d" || layer.kind == "dense";
    if (outputs) {
      const char* key = layer.kind == "conv2d" ? "filters" : "units";
      if (static_cast<int>(i) == classes_)
        toml += fmt::format("{} = \"classes\"\n", key);
      else
        toml += fmt::format("{} = {}\n", key, layer.output.channels);
    }
    for (const auto& [key, value] : layer.keys) toml += fmt::format("{} = {}\n", key, value);
    bool bias = false;
    for (const Tensor& weight : layer.weights) {
      bias |= weight.name == "bias";
      Tensor named = weight;
      named.name = names_[i] + "." + weight.name;
      written_.weights.push_back(std::move(named));
    }
    if (outputs && !bias) toml += "bias = false\n";
    if (const int behind = outcome(static_cast<int>(i)); behind != static_cast<int>(i))
      toml += fmt::format("activation = \"{}\"\n", draft_.layers[index(behind)].kind);
    count(i, bias);
  }

  void count(std::size_t i, bool bias) {
    const DraftLayer& layer = draft_.layers[i];
    written_.other_norms += layer.kind == "layer_norm" || layer.kind == "group_norm";
    const Shape& in = draft_.shape(layer.inputs[0]);
    if (layer.kind != "conv2d" || in.height * in.width == 1) return;
    ++written_.convolutions;
    const bool normed =
        std::any_of(draft_.layers.begin(), draft_.layers.end(), [&](const DraftLayer& reader) {
          return reader.kind == "batch_norm" && reader.inputs[0] == static_cast<int>(i);
        });
    written_.without_norm += bias && !normed;
  }

  const Draft& draft_;
  int last_;
  int classes_ = -1;
  std::vector<bool> needed_;
  std::vector<int> readers_;
  std::vector<int> into_;  // for each layer: the one that it is the activation of, or -1
  std::vector<std::string> names_;
  Names taken_;
  Written written_;
};

}  // namespace

Tensor* DraftLayer::weight(const std::string& name) {
  const auto found =
      std::find_if(weights.begin(), weights.end(), [&](const Tensor& weight) { return weight.name == name; });
  return found == weights.end() ? nullptr : &*found;
}

Tensor weight_of(std::string name, std::vector<std::int64_t> shape, AlignedFloats data) {
  return {std::move(name), std::move(shape), std::move(data)};
}

const Shape& Draft::shape(int layer) const {
  return layer < 0 ? input : layers[static_cast<std::size_t>(layer)].output;
}

bool Draft::nonnegative(int layer) const {
  return layer >= 0 && layers[static_cast<std::size_t>(layer)].nonnegative;
}

int Draft::add(DraftLayer layer) {
  if (layers.size() >= most_layers) throw bad_input("the network has more than {} layers", most_layers);
  layers.push_back(std::move(layer));
  return static_cast<int>(layers.size()) - 1;
}

Written write_layers(const Draft& draft, int last) { return LayerWriter(draft, last).write(); }

}  // namespace tailor::onnx
