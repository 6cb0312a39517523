// What a trained network sees in images: the probabilities of its classes.
//
//   Predictor predictor(read_model("run/model.safetensors"));
//   predictor.predict(read_picture("shoe.jpg", predictor.model().ground));
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tailor/base/threads.h"
#include "tailor/data/augment.h"
#include "tailor/data/pictures/picture.h"
#include "tailor/nn/network.h"
#include "tailor/train/evaluate.h"
#include "tailor/train/model.h"

namespace tailor {

struct PredictorOptions {
  // Images computed at once, at most, and no more than measuring_batch(): memory, speed, and the last digit.
  int batch = 128;
  int threads = 1;    // change the speed alone; more than 8 are not started
  bool bf16 = false;  // rounds; a usage error where the processor has no matrix tiles
};

class Predictor {
 public:
  // A usage error if the options are out of range or the model's values are not its architecture's; a
  // MemoryError if there is less memory than it needs.
  explicit Predictor(Model model, const PredictorOptions& options = {});
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  const Model& model() const { return model_; }

  // Probabilities [classes] of a picture of any size: it is padded to the network's input first (Fit::pad).
  std::vector<float> predict(const Picture& picture);

  // Probabilities [images][classes] of whole images of the network's input, [images][height][width][channels].
  // Anything else is a usage error. `done` hears after each batch how many images are done.
  std::vector<float> predict(std::span<const std::uint8_t> pixels,
                             const std::function<void(std::size_t)>& done = nullptr);

 private:
  Model model_;
  Workers workers_;
  Network network_;
  Augmenter augmenter_;
  Evaluator evaluator_;
};

}  // namespace tailor
