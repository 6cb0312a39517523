// What converting a node needs: the values so far, the network made so far, and the layers that are made when a value
// is first needed as one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tailor/interop/onnx/axes.h"
#include "tailor/interop/onnx/draft.h"
#include "tailor/interop/onnx/graph.h"
#include "tailor/interop/onnx/term.h"

namespace tailor::onnx {

// A named value of the graph: a constant, or a function of a layer's values with what its dimensions mean.
struct Value {
  std::shared_ptr<const Array> constant;
  bool computed = false;  // a constant that nodes gave, and not the file itself
  const Term* term = nullptr;
  Axes axes;
  // A Pad that waits for the window that takes it in.
  bool padded = false;
  std::array<std::int64_t, 4> pad{};  // top, left, bottom, right
  double pad_value = 0;
  std::vector<Value> parts;  // of a sequence, which is no value by itself
  bool shared = false;       // several nodes read it, or what it was moved or cut from
};

// Thrown where a node reads what could not be converted: the cause is named already.
struct Unknown {};

class Context {
 public:
  Context(const Graph& graph, const Shape& input, std::int64_t batch);

  std::int64_t batch() const { return batch_; }
  Draft& draft() { return draft_; }

  // Of a node's input; a Refusal if it is left out.
  const Value& value(const Node& node, std::size_t i) const;
  // Null if it is left out.
  const Value* optional_value(const Node& node, std::size_t i) const;
  // Null if it is left out; a Refusal if it is not constant. `what` names it: "the weights".
  const Array* constant(const Node& node, std::size_t i, const char* what) const;
  const Array& required_constant(const Node& node, std::size_t i, const char* what) const;
  // A value of the images; a Refusal if it is constant or waits with a Pad.
  const Value& images(const Node& node, std::size_t i) const;

  void set(const Node& node, std::size_t output, Value value);
  void set_constant(const Node& node, std::size_t output, Array array);
  bool known(const std::string& name) const { return values_.contains(name); }
  const Value& named(const std::string& name) const { return values_.at(name); }
  void set_input(const std::string& name, Axes axes);

  Value of_layer(int layer, Axes axes);
  const Term* term(Term term);  // keeps it

  // The layer that gives the value, made if it is the first time.
  int layer_of(const Term& term);
  // The same for a value of four dimensions N, C, H, W with channels in order, as windows read it.
  int map_layer(const Value& value);
  // The same for channels in one dimension, in order, wherever it stands; `axes` becomes what they then mean.
  int ordered_layer(const Value& value, Axes& axes);

  // Adds a layer after the node; its name comes from the weight's, if given, else from the node.
  int add(const Node& node, std::string kind, std::vector<int> inputs, Shape output,
          std::vector<std::pair<std::string, std::string>> keys = {}, std::vector<Tensor> weights = {},
          bool nonnegative = false);

  // Gives a convolution or dense layer without a bias this one, if the value is all that it gives to anybody.
  bool add_bias(const Value& value, const std::vector<double>& bias);

  // One number or one for each of the value's channels, of a constant that is broadcast against it.
  std::vector<double> channel_values(const Value& value, const Array& constant) const;

  const std::vector<std::string>& remarks() const { return remarks_; }
  void remark(std::string text);

 private:
  int affine_layer(const Term& term, Affine affine);
  bool merge(DraftLayer& layer, const Affine& affine);
  void take_normalization(const Term& term, const Affine& affine);

  Draft draft_;
  std::int64_t batch_;
  std::map<std::string, std::size_t> uses_;
  std::map<std::string, Value> values_;
  std::deque<Term> terms_;
  std::map<const Term*, int> made_;
  std::map<std::pair<int, std::int64_t>, int> shuffled_;  // layer and groups -> its channel_shuffle
  const Term* normalization_ = nullptr;
  std::vector<std::string> remarks_;
};

}  // namespace tailor::onnx
