// Soft-max, cross-entropy with label smoothing and mixed targets, its gradient and the count of right
// answers, in one pass over the logits.
#pragma once

#include <cstdint>

namespace tailor::kernels {

// The target of row r is weight[r] * onehot(label[r]) + (1 - weight[r]) * onehot(other[r]), classes in [0,
// classes); `other` and `weight` are both null for plain labels. Its loss and gradient are multiplied by cost[r],
// 1 where that is null. Arrays of one value per row.
struct Targets {
  const std::int32_t* label;
  const std::int32_t* other = nullptr;
  const float* weight = nullptr;
  const float* cost = nullptr;
};

struct LossSums {
  double loss = 0;           // summed over rows, in nats
  double squares = 0;        // of the rows' losses, summed: for the mean's standard error
  std::int64_t correct = 0;  // rows whose first greatest logit is at `label`

  void add(double row_loss) { loss += row_loss, squares += row_loss * row_loss; }
};

// logits [rows][classes]. With smoothing e the target is (1 - e) * target + e / classes, as in PyTorch; the
// loss of a row is -sum over c of target[c] * log softmax(logits)[c]. diff_logits, unless null, gets the
// gradient of gradient_scale * loss; it may be logits. A row with a NaN is never correct, and loss and its
// gradients are NaN.
LossSums softmax_cross_entropy(const float* logits, int rows, int classes, const Targets& targets,
                               float label_smoothing, float gradient_scale, float* diff_logits);

// The focal loss (Lin et al., ICCV 2017): each class' part of the loss above is multiplied by (1 - p)^gamma, p being the
// class' probability, so that images which are right already count little. gamma 0 is the loss above, bigger ones up to
// some 5 are usual. In plain loops: there are few logits, and few trainings want it.
LossSums focal_cross_entropy(const float* logits, int rows, int classes, const Targets& targets,
                             float label_smoothing, double gamma, float gradient_scale, float* diff_logits);

// probabilities may be logits.
void softmax(const float* logits, int rows, int classes, float* probabilities);

namespace reference {

// The same in plain loops, Real being float or double; arithmetic is in double.
template <class Real>
LossSums softmax_cross_entropy(const Real* logits, int rows, int classes, const Targets& targets,
                               float label_smoothing, float gradient_scale, Real* diff_logits);
template <class Real>
void softmax(const Real* logits, int rows, int classes, Real* probabilities);

}  // namespace reference

}  // namespace tailor::kernels
