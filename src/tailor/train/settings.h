// Every hyperparameter's value for one training. The one definition of their names, types, ranges, defaults,
// units and effects is the table in hyperparameter_table.cc, which binds each row to a member of this struct;
// default_settings() there makes one.
#pragma once

#include <string>
#include <vector>

namespace tailor {

struct Settings {
  // optimisation
  std::string optimizer;  // sgd, adam, adamw, rmsprop, lion
  double learning_rate;
  double momentum;  // sgd
  bool nesterov;    // sgd
  double beta1;     // adam, adamw, lion
  double beta2;     // adam, adamw
  double lion_beta2;
  double rho;  // rmsprop: decay of the squared gradient
  double rmsprop_momentum;
  double epsilon;  // adam, adamw, rmsprop
  double weight_decay;
  bool decoupled_weight_decay;  // applied to the weights directly rather than through the gradient (adamw,
                                // lion: always)
  bool decay_biases_and_norms;
  double clip_norm;       // 0: off
  double weight_average;  // EMA decay for each step; 0: off

  // schedule
  std::string schedule;  // constant, step, cosine, linear, one_cycle
  double warmup_epochs;
  double step_epochs;          // step: epochs between drops
  double step_factor;          // step: each drop's factor
  double final_learning_rate;  // cosine, linear, one_cycle: share of learning_rate at the end
  double one_cycle_start;      // one_cycle: share of learning_rate at the start
  double one_cycle_rise;       // one_cycle: share of the steps until learning_rate is reached

  // length
  int batch_size;
  int epochs;
  int patience;  // epochs without a better validation before stopping; 0: never

  // network
  std::string initialization;  // glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_normal, pytorch
  std::vector<double>
      dropout;  // dropout_1, dropout_2, …: one for each dropout layer, in the architecture's order
  double batch_norm_momentum;  // the new batch's share in the running statistics
  double label_smoothing;
  std::string precision;  // of training: f32, bf16

  // data
  std::string normalization;  // unit (x / 255), standard (zero mean, unit deviation of the training part)
  double flip;                // probability of a horizontal flip
  double shift;               // pixels, uniform in [-shift, shift] for each axis
  double rotation;            // degrees, uniform in [-rotation, rotation]
  double scale;               // uniform factor in [1 - scale, 1 + scale]
  double shear;               // degrees, uniform in [-shear, shear]
  double erasing;             // probability of erasing a rectangle
  double erasing_area;        // largest share of the image
  double brightness;          // uniform offset in [-brightness, brightness], of full range
  double contrast;            // uniform factor in [1 - contrast, 1 + contrast] around the image's mean
  double noise;               // standard deviation, of full range
  double mixup;               // Beta(alpha, alpha); 0: off
  double cutmix;              // the same

  // prediction
  bool predict_flip;  // average logits with the mirrored image
  int predict_shift;  // average over shifts of -n … n pixels on each axis

  bool operator==(const Settings&) const = default;
};

}  // namespace tailor
