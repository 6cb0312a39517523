// Every hyperparameter's value for one training. The one definition of their names, types, ranges, defaults,
// units and effects is the table in hyperparameter_table.cc, which binds each row to a member of this struct;
// default_settings() (hyperparameters.h) makes one. Without it all values are zero, and no training takes
// them.
#pragma once

#include <string>
#include <vector>

namespace tailor {

struct Settings {
  // optimisation
  std::string optimizer;  // sgd, adam, adamw, rmsprop, lion
  double learning_rate = 0;
  double momentum = 0;    // sgd
  bool nesterov = false;  // sgd
  double beta1 = 0;       // adam, adamw, lion
  double beta2 = 0;       // adam, adamw
  double lion_beta2 = 0;
  double rho = 0;  // rmsprop: decay of the squared gradient
  double rmsprop_momentum = 0;
  double epsilon = 0;  // adam, adamw, rmsprop
  double weight_decay = 0;
  bool decoupled_weight_decay =
      false;  // applied to the weights directly rather than through the gradient (adamw,
              // lion: always)
  bool decay_biases_and_norms = false;
  double clip_norm = 0;       // 0: off
  double weight_average = 0;  // EMA decay for each step; 0: off

  // schedule
  std::string schedule;  // constant, step, cosine, linear, one_cycle
  double warmup_epochs = 0;
  double step_epochs = 0;          // step: epochs between drops
  double step_factor = 0;          // step: each drop's factor
  double final_learning_rate = 0;  // cosine, linear, one_cycle: share of learning_rate at the end
  double one_cycle_start = 0;      // one_cycle: share of learning_rate at the start
  double one_cycle_rise = 0;       // one_cycle: share of the steps until learning_rate is reached

  // length
  int batch_size = 0;
  int epochs = 0;
  int patience = 0;  // epochs without a better validation before stopping; 0: never

  // network
  std::string initialization;  // glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_normal, pytorch
  std::vector<double>
      dropout;  // dropout_1, dropout_2, …: one for each dropout layer, in the architecture's order
  double stochastic_depth = 0;     // rate of the last such layer; grows in even steps from 0
  double batch_norm_momentum = 0;  // the new batch's share in the running statistics
  double label_smoothing = 0;
  double focal_gamma = 0;     // 0: cross-entropy
  std::string class_weights;  // none, balanced, effective
  double effective_beta = 0;  // effective: of the effective number of images
  std::string precision;      // of training: f32, bf16

  // data
  std::string sampling;          // plain (each image once an epoch), balanced (each class as often)
  std::string normalization;     // unit (x / 255), standard (zero mean, unit deviation of the training part)
  double flip = 0;               // probability of a horizontal flip
  double shift = 0;              // pixels, uniform in [-shift, shift] for each axis
  double rotation = 0;           // degrees, uniform in [-rotation, rotation]
  double scale = 0;              // uniform factor in [1 - scale, 1 + scale]
  double shear = 0;              // degrees, uniform in [-shear, shear]
  double erasing = 0;            // probability of erasing a rectangle
  double erasing_area = 0;       // largest share of the image
  double brightness = 0;         // uniform offset in [-brightness, brightness], of full range
  double contrast = 0;           // uniform factor in [1 - contrast, 1 + contrast] around the image's mean
  double noise = 0;              // standard deviation, of full range
  double vertical_flip = 0;      // probability
  double crop_area = 0;          // smallest share that is cut out and enlarged; 0: none
  double saturation = 0;         // uniform factor in [1 - saturation, 1 + saturation]
  double hue = 0;                // degrees, uniform in [-hue, hue]
  double grey = 0;               // probability of losing all colour
  bool trivial_augment = false;  // one operation of TrivialAugment on each image
  double mixup = 0;              // Beta(alpha, alpha); 0: off
  double cutmix = 0;             // the same

  // prediction
  bool predict_flip = false;         // average logits with the mirrored image
  int predict_shift = 0;             // average over shifts of -n … n pixels on each axis
  bool temperature_scaling = false;  // divide logits by what makes the validation loss lowest

  bool operator==(const Settings&) const = default;
};

}  // namespace tailor
