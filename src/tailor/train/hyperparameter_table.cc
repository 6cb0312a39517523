// The rows of the table of hyperparameters. To add one: a member in settings.h, a row here, then
// `tailor hyperparameters --markdown > docs/hyperparameters.md`.
#include "tailor/train/hyperparameters.h"

namespace tailor {
namespace {

using S = Settings;
using Kind = HyperparameterKind;

Hyperparameter row(std::string name, Kind kind, Hyperparameter::Member member, std::string effect,
                   std::string value, std::string source) {
  Hyperparameter result;
  result.name = std::move(name);
  result.kind = kind;
  result.member = member;
  result.effect = std::move(effect);
  result.default_text = std::move(value);
  result.source = std::move(source);
  return result;
}

Hyperparameter in_range(Hyperparameter result, double low, double high, std::string unit) {
  result.low = low;
  result.high = high;
  result.unit = std::move(unit);
  return result;
}

Hyperparameter real(std::string name, double S::*member, double low, double high, std::string unit,
                    std::string effect, std::string value, std::string source) {
  return in_range(
      row(std::move(name), Kind::real, member, std::move(effect), std::move(value), std::move(source)), low,
      high, std::move(unit));
}

Hyperparameter integer(std::string name, int S::*member, int low, int high, std::string unit,
                       std::string effect, std::string value, std::string source) {
  return in_range(
      row(std::move(name), Kind::integer, member, std::move(effect), std::move(value), std::move(source)),
      low, high, std::move(unit));
}

Hyperparameter boolean(std::string name, bool S::*member, std::string effect, std::string value,
                       std::string source) {
  return row(std::move(name), Kind::boolean, member, std::move(effect), std::move(value), std::move(source));
}

Hyperparameter choice(std::string name, std::string S::*member, std::vector<std::string> choices,
                      std::string effect, std::string value, std::string source) {
  Hyperparameter result =
      row(std::move(name), Kind::choice, member, std::move(effect), std::move(value), std::move(source));
  result.choices = std::move(choices);
  return result;
}

Hyperparameter log_scaled(Hyperparameter row) {
  row.log_scaled = true;
  return row;
}

// The largest decay of a running mean: with 1 it would never learn anything.
constexpr double below_one = 0.999999;

std::vector<Hyperparameter> optimizer_rows() {
  const std::string off = "off in Keras and PyTorch";
  return {
      choice("optimizer", &S::optimizer, {"sgd", "adam", "adamw", "rmsprop", "lion"},
             "The rule that turns gradients into updates.", "adam", "Keras mnist_convnet example"),
      log_scaled(real("learning_rate", &S::learning_rate, 1e-9, 100, "",
                      "Step length, at the schedule's peak.", "0.001", "Keras and PyTorch Adam")),
      real("momentum", &S::momentum, 0, below_one, "", "sgd: share of the previous update that is kept.",
           "0.9", "PyTorch ImageNet example"),
      boolean("nesterov", &S::nesterov, "sgd: look ahead along the momentum.", "false",
              "Keras and PyTorch SGD"),
      real("beta1", &S::beta1, 0, below_one, "", "adam, adamw, lion: decay of the mean gradient.", "0.9",
           "Keras and PyTorch Adam, Keras Lion"),
      real("beta2", &S::beta2, 0, below_one, "", "adam, adamw: decay of the mean squared gradient.", "0.999",
           "Keras and PyTorch Adam"),
      real("lion_beta2", &S::lion_beta2, 0, below_one, "", "lion: decay of the momentum.", "0.99",
           "Keras Lion"),
      real("rho", &S::rho, 0, below_one, "", "rmsprop: decay of the mean squared gradient.", "0.9",
           "Keras RMSprop"),
      real("rmsprop_momentum", &S::rmsprop_momentum, 0, below_one, "",
           "rmsprop: share of the previous update that is kept.", "0", "Keras and PyTorch RMSprop"),
      log_scaled(real("epsilon", &S::epsilon, 1e-12, 1, "",
                      "adam, adamw, rmsprop: bounds the step where gradients vanish.", "1e-07",
                      "Keras Adam and RMSprop")),
      log_scaled(real("weight_decay", &S::weight_decay, 0, 10, "",
                      "Pulls weights towards zero at every step.", "0", "Keras and PyTorch Adam")),
      boolean("decoupled_weight_decay", &S::decoupled_weight_decay,
              "Shrink weights directly, not through the gradient (adamw, lion: always).", "false",
              "PyTorch SGD and Adam"),
      boolean("decay_biases_and_norms", &S::decay_biases_and_norms,
              "Weight decay also on biases and batch norms' scales and shifts.", "true",
              "PyTorch optimisers"),
      log_scaled(real("clip_norm", &S::clip_norm, 0, 1e6, "", "Largest norm of the whole gradient; 0: any.",
                      "0", off)),
      real("weight_average", &S::weight_average, 0, below_one, "",
           "Decay of the running mean of weights that is evaluated; 0: none.", "0", off),
  };
}

std::vector<Hyperparameter> schedule_rows() {
  return {
      choice("schedule", &S::schedule, {"constant", "step", "cosine", "linear", "one_cycle"},
             "The learning rate's course over the training.", "constant", "Keras mnist_convnet example"),
      real("warmup_epochs", &S::warmup_epochs, 0, 10000, "epochs",
           "Linear rise of the learning rate at the start.", "0", "Keras mnist_convnet example"),
      real("step_epochs", &S::step_epochs, 0.01, 10000, "epochs", "step: time between two drops.", "1",
           "PyTorch MNIST example"),
      log_scaled(real("step_factor", &S::step_factor, 1e-6, 1, "", "step: factor of each drop.", "0.7",
                      "PyTorch MNIST example")),
      log_scaled(real("final_learning_rate", &S::final_learning_rate, 0, 1, "of learning_rate",
                      "cosine, linear, one_cycle: rate at the end.", "0",
                      "Keras CosineDecay, PyTorch CosineAnnealingLR")),
      log_scaled(real("one_cycle_start", &S::one_cycle_start, 1e-6, 1, "of learning_rate",
                      "one_cycle: rate at the start.", "0.04", "PyTorch OneCycleLR")),
      real("one_cycle_rise", &S::one_cycle_rise, 0, 1, "of the steps", "one_cycle: when the peak is reached.",
           "0.3", "PyTorch OneCycleLR"),
  };
}

std::vector<Hyperparameter> length_rows() {
  return {
      log_scaled(integer("batch_size", &S::batch_size, 1, 65536, "images", "Images averaged into one update.",
                         "128", "Keras mnist_cnn example")),
      log_scaled(integer("epochs", &S::epochs, 1, 10000, "epochs", "Passes over the training images.", "12",
                         "Keras mnist_cnn example")),
      integer("patience", &S::patience, 0, 10000, "epochs",
              "Stop after so many epochs without a better validation accuracy; 0: never.", "0",
              "Keras mnist_cnn example"),
  };
}

std::vector<Hyperparameter> network_rows() {
  Hyperparameter dropout =
      in_range(row("dropout_N", Kind::real, &S::dropout,
                   "Share of the N-th dropout layer's inputs that is zeroed.", "", "the architecture file"),
               0, 0.99, "probability");
  return {
      choice("initialization", &S::initialization,
             {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_normal", "pytorch"},
             "Distribution of the first weights.", "glorot_uniform", "Keras layers"),
      std::move(dropout),
      real("stochastic_depth", &S::stochastic_depth, 0, 0.99, "probability",
           "Share of images whose last residual branch is zeroed; grows evenly from 0.", "0",
           "the architecture file, where it has such layers"),
      log_scaled(real("batch_norm_momentum", &S::batch_norm_momentum, 0.0001, 1, "",
                      "Share of the new batch in batch norms' running statistics.", "0.1",
                      "PyTorch BatchNorm2d")),
      real("label_smoothing", &S::label_smoothing, 0, 0.99, "",
           "Share of the target spread evenly over all classes.", "0", "off in Keras and PyTorch"),
      choice("class_weights", &S::class_weights, {"none", "balanced", "effective"},
             "An image's cost by its class: alike, 1 / images or 1 / effective number.", "none",
             "off in Keras and PyTorch"),
      real("effective_beta", &S::effective_beta, 0, 0.999999, "",
           "effective: the number of n images is (1 - x^n) / (1 - x).", "0.999", "Cui et al. 2019"),
      real("focal_gamma", &S::focal_gamma, 0, 10, "",
           "Focal loss: how much easy images are discounted; 0: off.", "0", "off in Keras and PyTorch"),
      choice("precision", &S::precision, {"f32", "bf16"},
             "bf16: large layers train with rounded operands; needs AMX.", "f32", "Keras and PyTorch"),
  };
}

std::vector<Hyperparameter> data_rows() {
  const std::string none = "Keras mnist_cnn example";
  return {
      choice("normalization", &S::normalization, {"unit", "standard"},
             "unit: 0 to 1; standard: the training part's mean 0 and deviation 1.", "unit", none),
      choice("sampling", &S::sampling, {"plain", "balanced"},
             "An epoch has each image once, or as many of each class (some repeated).", "plain", none),
      real("flip", &S::flip, 0, 1, "probability", "Horizontal mirror image.", "0", none),
      real("shift", &S::shift, 0, 64, "pixels", "Largest shift along each axis.", "0", none),
      real("rotation", &S::rotation, 0, 180, "degrees", "Largest rotation either way.", "0", none),
      real("scale", &S::scale, 0, 0.9, "of the size", "Largest zoom in or out.", "0", none),
      real("shear", &S::shear, 0, 60, "degrees", "Largest shear either way.", "0", none),
      real("erasing", &S::erasing, 0, 1, "probability", "Erase a rectangle.", "0", none),
      real("erasing_area", &S::erasing_area, 0.02, 1, "of the image", "Largest rectangle erased.", "0.33",
           "PyTorch RandomErasing"),
      real("brightness", &S::brightness, 0, 1, "of full range", "Largest offset of all pixels.", "0", none),
      real("contrast", &S::contrast, 0, 1, "", "Largest change of the contrast's factor.", "0", none),
      real("noise", &S::noise, 0, 1, "of full range", "Standard deviation of noise on each pixel.", "0",
           none),
      real("vertical_flip", &S::vertical_flip, 0, 1, "probability", "Image upside down.", "0", none),
      real("crop_area", &S::crop_area, 0, 1, "of the image", "Least part cut out and enlarged; 0: off.", "0",
           none),
      real("saturation", &S::saturation, 0, 1, "", "Largest change of the colours' factor.", "0", none),
      real("hue", &S::hue, 0, 180, "degrees", "Largest turn of all colours either way.", "0", none),
      real("grey", &S::grey, 0, 1, "probability", "Lose all colour.", "0", none),
      boolean("trivial_augment", &S::trivial_augment,
              "One random operation on each image (TrivialAugment, wide).", "false", none),
      real("mixup", &S::mixup, 0, 10, "", "Blend pairs of images by Beta(x, x); 0: off.", "0", none),
      real("cutmix", &S::cutmix, 0, 10, "", "Paste a part of another image by Beta(x, x); 0: off.", "0",
           none),
  };
}

std::vector<Hyperparameter> prediction_rows() {
  const std::string none = "Keras mnist_cnn example";
  return {
      boolean("predict_flip", &S::predict_flip, "Average with the mirror image's prediction.", "false", none),
      integer("predict_shift", &S::predict_shift, 0, 8, "pixels",
              "Average over shifts up to this along each axis.", "0", none),
      boolean("temperature_scaling", &S::temperature_scaling,
              "Divide logits by what makes the validation loss lowest.", "false", none),
  };
}

std::vector<Hyperparameter> make_table() {
  std::vector<Hyperparameter> table;
  const auto add = [&table](const char* group, std::vector<Hyperparameter> rows) {
    for (Hyperparameter& row : rows) {
      row.group = group;
      table.push_back(std::move(row));
    }
  };
  add("Optimiser", optimizer_rows());
  add("Schedule", schedule_rows());
  add("Length", length_rows());
  add("Network", network_rows());
  add("Images", data_rows());
  add("Prediction", prediction_rows());
  return table;
}

}  // namespace

const std::vector<Hyperparameter>& hyperparameters() {
  static const std::vector<Hyperparameter> table = make_table();
  return table;
}

}  // namespace tailor
