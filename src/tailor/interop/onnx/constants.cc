#include "tailor/interop/onnx/constants.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "tailor/interop/onnx/refusal.h"

namespace tailor::onnx {
namespace {

using Sizes = std::vector<std::int64_t>;
using Inputs = std::span<const Array* const>;

constexpr std::int64_t most_computed = std::int64_t{1}
                                       << 29;  // values of a result that is no larger than its input
constexpr std::int64_t most_repeated = std::int64_t{1} << 22;  // of one that may be

std::int64_t product(std::span<const std::int64_t> sizes, std::int64_t most) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes)
    if (size < 0 || __builtin_mul_overflow(count, size, &count) || count > most)
      throw refusal("a constant of [{}] values is too large", fmt::join(sizes, ", "));
  return count;
}

const Array& required(Inputs inputs, std::size_t i) {
  if (i >= inputs.size() || !inputs[i]) throw refusal("input {} is missing", i + 1);
  return *inputs[i];
}

Array like(const Array& from, Sizes shape) {
  Array result;
  result.whole = from.whole;
  result.shape = std::move(shape);
  const auto count = static_cast<std::size_t>(product(result.shape, most_computed));
  if (from.whole)
    result.integers.resize(count);
  else
    result.reals.resize(count);
  return result;
}

// result[i] = from[source(i)].
template <class Source>
Array picked(const Array& from, Sizes shape, Source source) {
  Array result = like(from, std::move(shape));
  const auto pick = [&](auto& out, const auto& in) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = in.at(static_cast<std::size_t>(source(static_cast<std::int64_t>(i))));
  };
  if (from.whole)
    pick(result.integers, from.integers);
  else
    pick(result.reals, from.reals);
  return result;
}

// Steps of a row-major array; 0 along dimensions of size 1, which are so repeated.
Sizes repeating_steps(std::span<const std::int64_t> shape, std::size_t rank) {
  Sizes steps(rank);
  std::int64_t step = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const std::size_t from_end = shape.size() - 1 - d;
    steps[rank - 1 - d] = shape[from_end] == 1 ? 0 : step;
    step *= shape[from_end];
  }
  return steps;
}

std::int64_t source_index(std::int64_t index, const Sizes& shape, const Sizes& steps) {
  std::int64_t source = 0;
  for (std::size_t d = shape.size(); d-- > 0;) {
    source += index % shape[d] * steps[d];
    index /= shape[d];
  }
  return source;
}

Sizes common_shape(std::span<const std::int64_t> a, std::span<const std::int64_t> b) {
  Sizes shape(std::max(a.size(), b.size()), 1);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const std::int64_t sa = d < a.size() ? a[a.size() - 1 - d] : 1,
                       sb = d < b.size() ? b[b.size() - 1 - d] : 1;
    if (sa != sb && sa != 1 && sb != 1)
      throw refusal("shapes [{}] and [{}] do not go together", fmt::join(a, ", "), fmt::join(b, ", "));
    shape[shape.size() - 1 - d] = sa == 1 ? sb : sa;
  }
  return shape;
}

Array transposed(const Node& node, const Array& from) {
  const std::size_t rank = from.shape.size();
  Sizes order = node.integers("perm");
  if (order.empty())
    for (std::size_t d = rank; d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
  if (order.size() != rank) throw refusal_of("perm", "[{}] for {} dimensions", fmt::join(order, ", "), rank);
  const Sizes steps_in = [&] {
    Sizes steps(rank, 1);
    for (std::size_t d = rank; d-- > 1;) steps[d - 1] = steps[d] * from.shape[d];
    return steps;
  }();
  Sizes shape(rank), steps(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    const std::size_t source = dimension_index(order[d], rank);
    shape[d] = from.shape[source], steps[d] = steps_in[source];
  }
  return picked(from, shape, [&](std::int64_t i) { return source_index(i, shape, steps); });
}

Array with_shape(const Array& from, Sizes shape) {
  Array result = from;
  result.shape = std::move(shape);
  return result;
}

Array gathered(const Node& node, Inputs inputs) {
  const Array &from = required(inputs, 0), &indices = required(inputs, 1);
  const std::size_t axis = dimension_index(node.integer("axis", 0), from.shape.size());
  const std::int64_t size = from.shape[axis];
  std::int64_t inner = 1;
  for (std::size_t d = axis + 1; d < from.shape.size(); ++d) inner *= from.shape[d];
  Sizes shape(from.shape.begin(), from.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
  shape.insert(shape.end(), from.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, from.shape.end());
  product(shape, most_repeated);
  const std::int64_t chosen = indices.count();
  return picked(from, shape, [&](std::int64_t i) {
    std::int64_t index = indices.integers.at(static_cast<std::size_t>(i / inner % chosen));
    if (index < 0) index += size;
    if (index < 0 || index >= size) throw refusal("index {} of {}", index, size);
    return (i / inner / chosen * size + index) * inner + i % inner;
  });
}

Array joined(const Node& node, Inputs inputs) {
  const Array& first = required(inputs, 0);
  const std::size_t axis = dimension_index(node.integer("axis", 0), first.shape.size());
  Sizes shape = first.shape;
  shape[axis] = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Array& part = required(inputs, i);
    if (part.whole != first.whole || part.shape.size() != shape.size())
      throw refusal("its inputs differ in kind");
    for (std::size_t d = 0; d < shape.size(); ++d)
      if (d != axis && part.shape[d] != shape[d]) throw refusal("its inputs differ in shape");
    shape[axis] += part.shape[axis];
  }
  Array result = like(first, shape);
  std::int64_t inner = 1, outer = 1, at = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) (d < axis ? outer : inner) *= d == axis ? 1 : shape[d];
  for (const Array* part : inputs) {
    const std::int64_t row = part->shape[axis] * inner;
    const auto copy = [&](auto& out, const auto& in) {
      for (std::int64_t o = 0; o < outer; ++o)
        std::copy_n(in.begin() + o * row, row, out.begin() + o * shape[axis] * inner + at);
    };
    if (first.whole)
      copy(result.integers, part->integers);
    else
      copy(result.reals, part->reals);
    at += row;
  }
  return result;
}

Array sliced(const Node& node, Inputs inputs) {
  const Array& from = required(inputs, 0);
  Sizes shape = from.shape, steps = repeating_steps(from.shape, from.shape.size());
  std::int64_t start = 0;
  for (const Cut& cut : slice_cuts(node, inputs, from.shape)) {
    const std::int64_t span = cut.step > 0 ? cut.end - cut.begin : cut.begin - cut.end;
    const std::int64_t step = std::abs(cut.step);
    shape[cut.dimension] = span <= 0 ? 0 : (span + step - 1) / step;
    start += cut.begin * steps[cut.dimension];
    steps[cut.dimension] *= cut.step;
  }
  return picked(from, shape, [&](std::int64_t i) { return start + source_index(i, shape, steps); });
}

Array filled(const Array& value, Sizes shape) {
  product(shape, most_repeated);
  return picked(value, std::move(shape), [](std::int64_t) { return 0; });
}

Array range(Inputs inputs) {
  const Array& start = required(inputs, 0);
  const double first = start.at(0), limit = required(inputs, 1).at(0), step = required(inputs, 2).at(0);
  const double count = step == 0 ? 0 : std::max(0.0, std::ceil((limit - first) / step));
  if (!(count <= static_cast<double>(most_repeated))) throw refusal("{} values are too many", count);
  Array result = like(start, {static_cast<std::int64_t>(count)});
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    if (start.whole)
      result.integers[i] = static_cast<std::int64_t>(first + static_cast<double>(i) * step);
    else
      result.reals[i] = static_cast<float>(first + static_cast<double>(i) * step);
  return result;
}

Array cast(const Node& node, const Array& from, const Array* like) {
  const std::int64_t to = node.integer("to", like && like->whole ? 7 : 1);  // ONNX's number of a type
  Array result = from;
  result.whole = to != 1 && to != 10 && to != 11 && to != 16;
  if (result.whole == from.whole && to != 9) return result;
  const auto count = static_cast<std::size_t>(from.count());
  result.reals.clear(), result.integers.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const double value = from.at(static_cast<std::int64_t>(i));
    if (to == 9)
      result.integers.push_back(value != 0);
    else if (!result.whole)
      result.reals.push_back(static_cast<float>(value));
    else if (std::abs(value) < 9e18)
      result.integers.push_back(static_cast<std::int64_t>(value));
    else
      throw refusal("{} is no whole number", value);
  }
  return result;
}

Array chosen(Inputs inputs) {
  const Array &which = required(inputs, 0), &a = required(inputs, 1), &b = required(inputs, 2);
  const Sizes shape = common_shape(common_shape(which.shape, a.shape), b.shape);
  if (a.whole != b.whole || !which.whole) throw refusal("its inputs differ in kind");
  product(shape, most_repeated);
  const auto spread = [&](const Array& from) {
    const Sizes steps = repeating_steps(from.shape, shape.size());
    return picked(from, shape, [&](std::int64_t i) { return source_index(i, shape, steps); });
  };
  const Array w = spread(which), other = spread(b);
  Array result = spread(a);
  for (std::size_t i = 0; i < w.integers.size(); ++i) {
    if (w.integers[i]) continue;
    if (a.whole)
      result.integers[i] = other.integers[i];
    else
      result.reals[i] = other.reals[i];
  }
  return result;
}

// Whole numbers wrap, as they do elsewhere; a division by zero is refused.
std::int64_t whole_result(const std::string& op, std::int64_t a, std::int64_t b) {
  std::int64_t r = 0;
  if (op == "Add") return __builtin_add_overflow(a, b, &r), r;
  if (op == "Sub") return __builtin_sub_overflow(a, b, &r), r;
  if (op == "Mul") return __builtin_mul_overflow(a, b, &r), r;
  if (op == "Div" || op == "Mod") {
    if (b == 0 || (b == -1 && a == INT64_MIN)) throw refusal("{} / {}", a, b);
    if (op == "Div") return a / b;
    return a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0);
  }
  if (op == "Min") return std::min(a, b);
  if (op == "Max") return std::max(a, b);
  if (op == "Equal") return a == b;
  if (op == "Less") return a < b;
  if (op == "Greater") return a > b;
  if (op == "And") return a && b;
  if (op == "Or") return a || b;
  throw refusal("whole numbers");
}

double real_result(const std::string& op, double a, double b) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  if (op == "Div") return a / b;
  if (op == "Pow") return std::pow(a, b);
  if (op == "Min") return std::min(a, b);
  if (op == "Max") return std::max(a, b);
  throw refusal("numbers that are not whole");
}

Array combined(const std::string& op, const Array& a, const Array& b) {
  const Sizes shape = common_shape(a.shape, b.shape);
  if (product(shape, most_computed) > std::max({a.count(), b.count(), most_repeated}))
    throw refusal("a constant of [{}] values is too large", fmt::join(shape, ", "));
  const Sizes steps_a = repeating_steps(a.shape, shape.size()),
              steps_b = repeating_steps(b.shape, shape.size());
  Array result;
  result.shape = shape;
  result.whole = a.whole && b.whole && op != "Pow";
  const std::int64_t count = product(shape, most_computed);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t ia = source_index(i, shape, steps_a), ib = source_index(i, shape, steps_b);
    if (result.whole)
      result.integers.push_back(whole_result(op, a.integers[static_cast<std::size_t>(ia)],
                                             b.integers[static_cast<std::size_t>(ib)]));
    else
      result.reals.push_back(static_cast<float>(real_result(op, a.at(ia), b.at(ib))));
  }
  return result;
}

using Function = double (*)(double);
const std::map<std::string, Function> functions = {
    {"Sqrt", [](double x) { return std::sqrt(x); }},
    {"Reciprocal", [](double x) { return 1 / x; }},
    {"Floor", [](double x) { return std::floor(x); }},
    {"Ceil", [](double x) { return std::ceil(x); }},
    {"Exp", [](double x) { return std::exp(x); }},
    {"Log", [](double x) { return std::log(x); }},
    {"Neg", [](double x) { return -x; }},
    {"Abs", [](double x) { return std::abs(x); }},
};

Array mapped(Function function, const Array& from) {
  Array result = from;
  for (float& value : result.reals) value = static_cast<float>(function(value));
  for (std::int64_t& value : result.integers)
    value = static_cast<std::int64_t>(function(static_cast<double>(value)));
  return result;
}

Sizes with_ones(const Sizes& shape, const Sizes& dimensions) {
  const std::size_t rank = shape.size() + dimensions.size();
  std::vector<bool> one(rank);
  for (const std::int64_t d : dimensions) one[dimension_index(d, rank)] = true;
  Sizes result;
  auto next = shape.begin();
  for (std::size_t d = 0; d < rank; ++d) result.push_back(one[d] || next == shape.end() ? 1 : *next++);
  return result;
}

Sizes without_ones(const Sizes& shape, const std::optional<Sizes>& dimensions) {
  std::vector<bool> drop(shape.size());
  for (std::size_t d = 0; d < shape.size(); ++d) drop[d] = !dimensions && shape[d] == 1;
  if (dimensions)
    for (const std::int64_t d : *dimensions) drop[dimension_index(d, shape.size())] = true;
  Sizes result;
  for (std::size_t d = 0; d < shape.size(); ++d)
    if (!drop[d]) result.push_back(shape[d]);
  return result;
}

std::vector<Array> split(const Node& node, Inputs inputs) {
  const Array& from = required(inputs, 0);
  const std::size_t axis = dimension_index(node.integer("axis", 0), from.shape.size());
  const auto parts = static_cast<std::int64_t>(node.outputs.size());
  const auto sizes = listed(node, "split", inputs.size() > 1 ? inputs[1] : nullptr);
  if (!sizes && from.shape[axis] % parts != 0) throw refusal("{} in {} parts", from.shape[axis], parts);
  std::vector<Array> result;
  std::int64_t begin = 0;
  for (std::int64_t p = 0; p < parts; ++p) {
    const std::int64_t size = sizes ? sizes->at(static_cast<std::size_t>(p)) : from.shape[axis] / parts;
    if (size < 0 || begin + size > from.shape[axis]) throw refusal("parts of [{}]", fmt::join(*sizes, ", "));
    Sizes shape = from.shape, steps = repeating_steps(from.shape, shape.size());
    shape[axis] = size;
    const std::int64_t start = begin * steps[axis];
    result.push_back(
        picked(from, shape, [&](std::int64_t i) { return start + source_index(i, shape, steps); }));
    begin += size;
  }
  return result;
}

std::optional<Array> constant(const Node& node) {
  for (const auto& [key, value] : node.attributes) {
    if (const Array* array = std::get_if<Array>(&value)) return *array;
    if (const auto* number = std::get_if<std::int64_t>(&value))
      return with_shape(whole_numbers({*number}), {});
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) return whole_numbers(*list);
    Array reals;
    if (const auto* number = std::get_if<float>(&value)) reals.reals = {*number};
    if (const auto* list = std::get_if<std::vector<float>>(&value))
      reals.reals = *list, reals.shape = {static_cast<std::int64_t>(list->size())};
    if (!reals.reals.empty()) return reals;
  }
  return {};
}

std::optional<Array> one_result(const Node& node, Inputs inputs) {
  const std::string& op = node.op;
  if (op == "Constant") return constant(node);
  if (inputs.empty()) return {};
  if (op == "Concat") return joined(node, inputs);
  if (op == "Gather") return gathered(node, inputs);
  if (op == "Range") return range(inputs);
  if (op == "Where") return chosen(inputs);
  static const std::vector<std::string> pairs = {"Add", "Sub",   "Mul",  "Div",     "Mod", "Min", "Max",
                                                 "Pow", "Equal", "Less", "Greater", "And", "Or"};
  if (std::find(pairs.begin(), pairs.end(), op) != pairs.end()) {
    Array result = required(inputs, 0);
    for (std::size_t i = 1; i < inputs.size(); ++i) result = combined(op, result, required(inputs, i));
    return result;
  }
  const Array& from = required(inputs, 0);
  const Array* second = inputs.size() > 1 ? inputs[1] : nullptr;
  if (op == "Identity") return from;
  if (op == "Cast" || op == "CastLike") return cast(node, from, second);
  if (op == "Transpose") return transposed(node, from);
  if (op == "Slice") return sliced(node, inputs);
  if (op == "Reshape")
    return with_shape(from, resolved_sizes(node, from.shape, required(inputs, 1).integers));
  if (op == "Unsqueeze")
    return with_shape(from, with_ones(from.shape, listed(node, "axes", second).value_or(Sizes{})));
  if (op == "Squeeze") {
    Sizes shape = without_ones(from.shape, listed(node, "axes", second));
    if (product(shape, most_computed) != from.count())
      throw refusal("a dimension that it takes away is not 1");
    return with_shape(from, std::move(shape));
  }
  if (op == "Expand") {
    const Sizes shape = common_shape(from.shape, required(inputs, 1).integers);
    product(shape, most_repeated);
    const Sizes steps = repeating_steps(from.shape, shape.size());
    return picked(from, shape, [&](std::int64_t i) { return source_index(i, shape, steps); });
  }
  if (op == "ConstantOfShape") {
    Array value;
    value.reals = {0};
    if (const auto found = node.attributes.find("value"); found != node.attributes.end())
      if (const Array* given = std::get_if<Array>(&found->second); given && given->count() == 1)
        value = *given;
    return filled(value, from.integers);
  }
  if (op == "Shape" || op == "Size") return shape_answer(node, from.shape);
  if (op == "Not") {
    Array result = from;
    for (std::int64_t& value : result.integers) value = value == 0;
    return result;
  }
  if (op == "ReduceProd" && from.whole && !second && !node.has("axes")) {
    std::int64_t result = 1;
    for (const std::int64_t value : from.integers) result = whole_result("Mul", result, value);
    return with_shape(whole_numbers({result}),
                      node.integer("keepdims", 1) ? Sizes(from.shape.size(), 1) : Sizes{});
  }
  if (const auto function = functions.find(op); function != functions.end())
    return mapped(function->second, from);
  return {};
}

}  // namespace

Array whole_numbers(std::vector<std::int64_t> values) {
  Array array;
  array.whole = true;
  array.shape = {static_cast<std::int64_t>(values.size())};
  array.integers = std::move(values);
  return array;
}

std::size_t dimension_index(std::int64_t dimension, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  if (dimension < -count || dimension >= count) throw refusal("dimension {} of {}", dimension, rank);
  return static_cast<std::size_t>(dimension < 0 ? dimension + count : dimension);
}

std::vector<std::int64_t> resolved_sizes(const Node& node, std::span<const std::int64_t> from,
                                         std::span<const std::int64_t> wanted) {
  const std::int64_t count = product(from, INT64_MAX);
  Sizes sizes(wanted.begin(), wanted.end());
  std::int64_t known = 1;
  auto open = sizes.end();
  for (auto size = sizes.begin(); size != sizes.end(); ++size) {
    const auto d = static_cast<std::size_t>(size - sizes.begin());
    if (*size == 0 && !node.integer("allowzero", 0) && d < from.size()) *size = from[d];
    if (*size == -1 && open == sizes.end())
      open = size;
    else if (*size < 0 || __builtin_mul_overflow(known, *size, &known))
      throw refusal("from [{}] to [{}]", fmt::join(from, ", "), fmt::join(wanted, ", "));
  }
  if (open != sizes.end()) *open = known > 0 && count % known == 0 ? count / known : 0;
  if (product(sizes, INT64_MAX) != count)
    throw refusal("from [{}] to [{}]", fmt::join(from, ", "), fmt::join(wanted, ", "));
  return sizes;
}

std::vector<Cut> slice_cuts(const Node& node, std::span<const Array* const> inputs,
                            std::span<const std::int64_t> sizes) {
  const auto list = [&](const char* attribute, std::size_t i) {
    return listed(node, attribute, i < inputs.size() ? inputs[i] : nullptr);
  };
  const auto starts = list("starts", 1), ends = list("ends", 2), dimensions = list("axes", 3),
             steps = list("steps", 4);
  if (!starts || !ends || starts->size() != ends->size() ||
      (dimensions && dimensions->size() != starts->size()) || (steps && steps->size() != starts->size()))
    throw refusal("where it begins and ends is not known");
  std::vector<Cut> cuts;
  for (std::size_t i = 0; i < starts->size(); ++i) {
    Cut cut;
    cut.dimension =
        dimension_index(dimensions ? (*dimensions)[i] : static_cast<std::int64_t>(i), sizes.size());
    cut.step = steps ? (*steps)[i] : 1;
    const std::int64_t size = sizes[cut.dimension];
    const bool down = cut.step < 0;
    const auto place = [&](std::int64_t at) {
      return std::clamp(at < 0 ? at + size : at, std::int64_t{down ? -1 : 0}, down ? size - 1 : size);
    };
    if (cut.step == 0 || cut.step == INT64_MIN) throw refusal_of("steps", "{}", cut.step);
    cut.begin = place((*starts)[i]), cut.end = place((*ends)[i]);
    cuts.push_back(cut);
  }
  return cuts;
}

Array shape_answer(const Node& node, std::span<const std::int64_t> sizes) {
  if (node.op == "Size") return with_shape(whole_numbers({product(sizes, INT64_MAX)}), {});
  const auto rank = static_cast<std::int64_t>(sizes.size());
  const auto place = [&](const char* key, std::int64_t fallback) {
    const std::int64_t at = node.integer(key, fallback);
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t start = place("start", 0), end = std::max(place("end", rank), start);
  return whole_numbers({sizes.begin() + start, sizes.begin() + end});
}

std::optional<std::vector<std::int64_t>> listed(const Node& node, const char* attribute, const Array* input) {
  if (input) {
    if (!input->whole) throw refusal("'{}' are not whole numbers", attribute);
    return input->integers;
  }
  if (node.has(attribute)) return node.integers(attribute);
  return {};
}

std::optional<std::vector<Array>> computed(const Node& node, std::span<const Array* const> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] && !inputs[i]->problem.empty())
      throw refusal("its input '{}': {}", node.inputs[i], inputs[i]->problem);
  if (node.op == "Split" && !inputs.empty()) return split(node, inputs);
  std::optional<Array> result = one_result(node, inputs);
  if (!result) return {};
  std::vector<Array> results;
  results.push_back(std::move(*result));
  return results;
}

}  // namespace tailor::onnx
