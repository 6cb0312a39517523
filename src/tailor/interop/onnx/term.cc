#include "tailor/interop/onnx/term.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <numbers>

#include <fmt/format.h>

namespace tailor::onnx {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double normal_share(double x) { return 0.5 * (1 + std::erf(x / std::numbers::sqrt2)); }

using Unary = double (*)(const Term& term, double x);
const std::map<std::string, Unary> unary = {
    {"Identity", [](const Term&, double x) { return x; }},
    {"Relu", [](const Term&, double x) { return std::max(x, 0.0); }},
    {"LeakyRelu", [](const Term& t, double x) { return x < 0 ? t.alpha * x : x; }},
    {"Elu", [](const Term& t, double x) { return x < 0 ? t.alpha * std::expm1(x) : x; }},
    {"Selu", [](const Term& t, double x) { return t.beta * (x < 0 ? t.alpha * std::expm1(x) : x); }},
    {"Celu", [](const Term& t, double x) { return x < 0 ? t.alpha * std::expm1(x / t.alpha) : x; }},
    {"Sigmoid", [](const Term&, double x) { return sigmoid(x); }},
    {"Tanh", [](const Term&, double x) { return std::tanh(x); }},
    {"Erf", [](const Term&, double x) { return std::erf(x); }},
    {"Exp", [](const Term&, double x) { return std::exp(x); }},
    {"Log", [](const Term&, double x) { return std::log(x); }},
    {"Softplus", [](const Term&, double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }},
    {"Softsign", [](const Term&, double x) { return x / (1 + std::abs(x)); }},
    {"Mish", [](const Term&,
                double x) { return x * std::tanh(std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)))); }},
    {"HardSigmoid", [](const Term& t, double x) { return std::clamp(t.alpha * x + t.beta, 0.0, 1.0); }},
    {"HardSwish", [](const Term&, double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
    {"Clip", [](const Term& t, double x) { return std::min(std::max(x, t.alpha), t.beta); }},
    {"Gelu",  // alpha: by tanh, as the attribute approximate = "tanh" asks
     [](const Term& t, double x) {
       if (t.alpha == 0) return x * normal_share(x);
       return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
     }},
    {"Swish", [](const Term& t, double x) { return x * sigmoid(t.alpha * x); }},
    {"Neg", [](const Term&, double x) { return -x; }},
    {"Abs", [](const Term&, double x) { return std::abs(x); }},
    {"Sqrt", [](const Term&, double x) { return std::sqrt(x); }},
    {"Reciprocal", [](const Term&, double x) { return 1 / x; }},
};

using Binary = double (*)(double a, double b);
const std::map<std::string, Binary> binary = {
    {"Add", [](double a, double b) { return a + b; }},
    {"Sub", [](double a, double b) { return a - b; }},
    {"Mul", [](double a, double b) { return a * b; }},
    {"Div", [](double a, double b) { return a / b; }},
    {"Pow", [](double a, double b) { return std::pow(a, b); }},
    {"Min", [](double a, double b) { return std::min(a, b); }},
    {"Max", [](double a, double b) { return std::max(a, b); }},
};

std::vector<double> combined(const std::vector<double>& a, const std::vector<double>& b, Binary f) {
  std::vector<double> result(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = f(a[a.size() == 1 ? 0 : i], b[b.size() == 1 ? 0 : i]);
  return result;
}

// Where activations are told apart: their corners lie at whole numbers and halves, their tails far out.
const std::vector<double>& probes() {
  static const std::vector<double> points = [] {
    std::vector<double> list = {-60, -25, 25, 60};
    for (double x = -9.97; x < 10; x += 0.31) list.push_back(x);
    return list;
  }();
  return points;
}

// Files hold constants in f32: 1/6 and sqrt 2 come with an error of 6e-8, more after some steps.
constexpr double tolerance = 3e-6;

bool same(const Term& term, const std::function<double(double)>& f) {
  return std::all_of(probes().begin(), probes().end(), [&](double x) {
    const double expected = f(x), got = value_of(term, x, 0);
    return std::abs(got - expected) <= tolerance * (1 + std::abs(expected));
  });
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-6 * (1 + std::abs(b)); }

// What f32 holds, in as few digits as tell it apart: 0.01 and not 0.009999999776.
double shortest(double value) {
  return std::strtod(fmt::format("{}", static_cast<float>(value)).c_str(), nullptr);
}

}  // namespace

bool is_unary(const std::string& op) { return unary.contains(op); }
bool is_binary(const std::string& op) { return binary.contains(op); }

bool has_channels(const Term& term) {
  return term.constant.size() > 1 || (term.a && has_channels(*term.a)) || (term.b && has_channels(*term.b));
}

double value_of(const Term& term, double x, std::size_t c) {
  if (term.op.empty()) return x;
  const double a = value_of(*term.a, x, c);
  if (const auto found = unary.find(term.op); found != unary.end()) return found->second(term, a);
  const double b = term.b ? value_of(*term.b, x, c) : term.constant[term.constant.size() == 1 ? 0 : c];
  return term.constant_first ? binary.at(term.op)(b, a) : binary.at(term.op)(a, b);
}

std::optional<Affine> affine(const Term& term) {
  if (term.op.empty()) return Affine{{1}, {0}};
  if (term.b) return {};
  std::optional<Affine> a = affine(*term.a);
  if (!a || term.op == "Identity") return a;
  const std::vector<double>& k = term.constant;
  const auto each = [](std::vector<double>& values, auto f) {
    for (double& value : values) value = f(value);
  };
  if (term.op == "Neg" || (term.op == "Sub" && term.constant_first)) {
    each(a->scale, [](double v) { return -v; });
    each(a->offset, [](double v) { return -v; });
    if (term.op == "Sub") a->offset = combined(a->offset, k, binary.at("Add"));
  } else if (term.op == "Add" || term.op == "Sub") {
    a->offset = combined(a->offset, k, binary.at(term.op));
  } else if (term.op == "Mul" || (term.op == "Div" && !term.constant_first)) {
    a->scale = combined(a->scale, k, binary.at(term.op));
    a->offset = combined(a->offset, k, binary.at(term.op));
  } else {
    return {};
  }
  return a;
}

std::optional<Activation> activation(const Term& term) {
  if (has_channels(term)) return {};
  const auto at = [&](double x) { return value_of(term, x, 0); };
  if (same(term, [](double x) { return std::max(x, 0.0); })) return Activation{"relu", {}};
  if (same(term, sigmoid)) return Activation{"sigmoid", {}};
  if (same(term, [](double x) { return std::tanh(x); })) return Activation{"tanh", {}};
  if (same(term, [](double x) { return x * sigmoid(x); })) return Activation{"silu", {}};
  if (same(term, [](double x) { return x * normal_share(x); })) return Activation{"gelu", {}};
  if (same(term, [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }))
    return Activation{"hard_swish", {}};
  if (const double slope = -at(-1);
      slope > 0 && slope <= 1 && same(term, [&](double x) { return x < 0 ? slope * x : x; }))
    return Activation{"leaky_relu", {{"slope", shortest(slope)}}};
  if (const double alpha = -at(-60);
      alpha > 0 && alpha <= 100 && same(term, [&](double x) { return x < 0 ? alpha * std::expm1(x) : x; }))
    return Activation{"elu", {{"alpha", shortest(alpha)}}};
  const double low = at(-1e6), high = at(1e6), step = 1e-3, alpha = (at(step) - at(-step)) / (2 * step),
               beta = at(0);
  if (alpha > 0 && same(term, [&](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); })) {
    if (near(alpha, 1.0 / 6) && near(beta, 0.5)) return Activation{"hard_sigmoid", {}};
    return Activation{"hard_sigmoid", {{"alpha", shortest(alpha)}, {"beta", shortest(beta)}}};
  }
  if (low < high && std::abs(low) < 1e6 && std::abs(high) < 1e6 &&
      same(term, [&](double x) { return std::clamp(x, low, high); }))
    return Activation{"clip", {{"low", shortest(low)}, {"high", shortest(high)}}};
  return {};
}

}  // namespace tailor::onnx
