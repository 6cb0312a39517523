// The optimisers in vectors, compiled for each instruction set and chosen at run time. Element by element the
// same operations in the same order as optimizer_reference.cc: multiplications and additions stay apart, so
// that neither the vector width nor the place of an element changes its result.
#include "tailor/nn/kernels/common/targets.h"
#include "tailor/train/optimizer_pass.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/train/optimizer_fast.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tailor {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// The arenas at the elements of one vector.
struct Elements {
  float* values;
  const float* gradients;
  float* first;
  float* second;
  float* average;
};

template <UpdateRule rule, bool averages>
class Update {
 public:
  explicit Update(const OptimizerPass& p)
      : gradient_scale_(hn::Set(d_, p.gradient_scale)),
        l2_(hn::Set(d_, p.l2)),
        shrink_(hn::Set(d_, p.shrink)),
        step_(hn::Set(d_, p.step)),
        momentum_(hn::Set(d_, p.momentum)),
        first_decay_(hn::Set(d_, p.first_decay)),
        first_gain_(hn::Set(d_, p.first_gain)),
        second_decay_(hn::Set(d_, p.second_decay)),
        second_gain_(hn::Set(d_, p.second_gain)),
        root_scale_(hn::Set(d_, p.root_scale)),
        epsilon_(hn::Set(d_, p.epsilon)),
        average_gain_(hn::Set(d_, p.average_gain)) {}

  void operator()(const Elements& at) const {
    const V value = hn::LoadU(d_, at.values);
    const V g = hn::Add(hn::Mul(hn::LoadU(d_, at.gradients), gradient_scale_), hn::Mul(l2_, value));
    const V next = hn::Sub(hn::Mul(value, shrink_), hn::Mul(step_, direction(at, g)));
    hn::StoreU(next, d_, at.values);
    if constexpr (averages) {
      const V average = hn::LoadU(d_, at.average);
      hn::StoreU(toward(average, next, average_gain_), d_, at.average);
    }
  }

 private:
  static V toward(V from, V to, V gain) { return hn::Add(from, hn::Mul(gain, hn::Sub(to, from))); }

  // momentum * first + change, kept in `first`.
  V accelerate(const Elements& at, V change) const {
    const V sum = hn::Add(hn::Mul(momentum_, hn::LoadU(d_, at.first)), change);
    hn::StoreU(sum, d_, at.first);
    return sum;
  }

  // The square root of the running mean of squares in `second`.
  V root_mean_square(const Elements& at, V g) const {
    const V old = hn::LoadU(d_, at.second);
    const V mean = hn::Add(hn::Mul(second_decay_, old), hn::Mul(hn::Mul(second_gain_, g), g));
    hn::StoreU(mean, d_, at.second);
    return hn::Sqrt(mean);
  }

  V direction(const Elements& at, V g) const {
    if constexpr (rule == UpdateRule::sgd) {
      return g;
    } else if constexpr (rule == UpdateRule::momentum) {
      return accelerate(at, g);
    } else if constexpr (rule == UpdateRule::nesterov) {
      return hn::Add(g, hn::Mul(momentum_, accelerate(at, g)));
    } else if constexpr (rule == UpdateRule::adam) {
      const V mean = toward(hn::LoadU(d_, at.first), g, first_gain_);
      hn::StoreU(mean, d_, at.first);
      return hn::Div(mean, hn::Add(hn::Mul(root_mean_square(at, g), root_scale_), epsilon_));
    } else if constexpr (rule == UpdateRule::rmsprop) {
      return hn::Div(g, hn::Add(root_mean_square(at, g), epsilon_));
    } else if constexpr (rule == UpdateRule::rmsprop_momentum) {
      return accelerate(at, hn::Div(g, hn::Add(root_mean_square(at, g), epsilon_)));
    } else {
      static_assert(rule == UpdateRule::lion);
      const V mean = hn::LoadU(d_, at.first);
      hn::StoreU(toward(mean, g, second_gain_), d_, at.first);
      const V x = hn::Add(hn::Mul(first_decay_, mean), hn::Mul(first_gain_, g));
      const V one = hn::Set(d_, 1.0f), zero = hn::Zero(d_);
      return hn::Sub(hn::IfThenElseZero(hn::Gt(x, zero), one), hn::IfThenElseZero(hn::Lt(x, zero), one));
    }
  }

  const D d_;
  V gradient_scale_, l2_, shrink_, step_, momentum_, first_decay_, first_gain_, second_decay_, second_gain_,
      root_scale_, epsilon_, average_gain_;
};

template <UpdateRule rule, bool averages>
void run(const OptimizerPass& p, std::size_t count) {
  const std::size_t lanes = hn::Lanes(D());
  const Update<rule, averages> update(p);
  const auto offset = [](auto* start, std::size_t i) { return start ? start + i : nullptr; };
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    update({p.values + i, p.gradients + i, offset(p.first, i), offset(p.second, i), offset(p.average, i)});
  }
  if (i == count) return;

  // The last few elements, in a vector of their own.
  HWY_ALIGN float copies[5][hn::MaxLanes(D())] = {};
  float* const arenas[5] = {p.values, const_cast<float*>(p.gradients), p.first, p.second, p.average};
  for (std::size_t a = 0; a < 5; ++a) {
    for (std::size_t j = i; arenas[a] && j < count; ++j) copies[a][j - i] = arenas[a][j];
  }
  update({copies[0], copies[1], copies[2], copies[3], copies[4]});
  for (const std::size_t a : {0, 2, 3, 4}) {
    for (std::size_t j = i; arenas[a] && j < count; ++j) arenas[a][j] = copies[a][j - i];
  }
}

template <UpdateRule rule>
void run(const OptimizerPass& p, std::size_t count) {
  p.average ? run<rule, true>(p, count) : run<rule, false>(p, count);
}

void run_rule(const OptimizerPass& p, std::size_t count) {
  switch (p.rule) {
    case UpdateRule::sgd:
      return run<UpdateRule::sgd>(p, count);
    case UpdateRule::momentum:
      return run<UpdateRule::momentum>(p, count);
    case UpdateRule::nesterov:
      return run<UpdateRule::nesterov>(p, count);
    case UpdateRule::adam:
      return run<UpdateRule::adam>(p, count);
    case UpdateRule::rmsprop:
      return run<UpdateRule::rmsprop>(p, count);
    case UpdateRule::rmsprop_momentum:
      return run<UpdateRule::rmsprop_momentum>(p, count);
    case UpdateRule::lion:
      return run<UpdateRule::lion>(p, count);
  }
}

double sum_of_squares(const float* x, std::size_t count) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> narrow;
  constexpr std::size_t lanes = hn::MaxLanes(d), vectors = 8 / lanes;
  hn::Vec<decltype(d)> sums[vectors];
  for (auto& sum : sums) sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t k = 0; k < vectors; ++k) {
      const auto wide = hn::PromoteTo(d, hn::LoadU(narrow, x + i + k * lanes));
      sums[k] = hn::Add(sums[k], hn::Mul(wide, wide));
    }
  }
  HWY_ALIGN double single[8];
  for (std::size_t k = 0; k < vectors; ++k) hn::Store(sums[k], d, single + k * lanes);
  for (std::size_t j = i; j < count; ++j)
    single[j - i] += static_cast<double>(x[j]) * static_cast<double>(x[j]);
  double total = 0;
  for (const double sum : single) total += sum;
  return total;
}

}  // namespace HWY_NAMESPACE
}  // namespace tailor
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor {

HWY_EXPORT(run_rule);
HWY_EXPORT(sum_of_squares);

void optimizer_pass_fast(const OptimizerPass& pass, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(run_rule)(pass, count);
}

double sum_of_squares_fast(const float* x, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(sum_of_squares)(x, count);
}

}  // namespace tailor
#endif
