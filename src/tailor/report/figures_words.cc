#include "tailor/report/figures_words.h"

#include <fmt/format.h>

#include "tailor/report/measure_text.h"

namespace tailor {

std::string figures_words(const FourFigures& f) {
  if (f.test_accuracy && f.test_accuracy->other_images)
    return "The 95 % interval of test accuracy is for other seeds and other images of the same kind; those of the "
           "other figures are for other seeds alone, with the same images.";
  return "The 95 % intervals are for other seeds alone, with the same images.";
}

std::string loss_words(const LossBaseline& b) {
  const MeasureText text(false);
  const auto about = [&](const Estimate& e) {
    return fmt::format("{} (95 % interval {} to {})", text.number(e.estimate), text.number(e.low),
                       text.number(e.high));
  };
  const std::string compared =
      b.gain.contains(0)
          ? "not shown to differ from the default's lowest, by which it is lower by " + about(b.gain)
      : b.gain.estimate > 0
          ? "lower than the default's lowest by " + about(b.gain)
          : "higher than the default's lowest by " + about({-b.gain.estimate, -b.gain.high, -b.gain.low});
  return fmt::format(
      "By the loss the default is best after {} epochs: its validation loss is {} there, and {} at its end. The tuned "
      "setting's is {}, {}. So the default's test loss, measured at its end, is a weak baseline; how low it is "
      "after {} epochs was not measured on test images.",
      b.epochs, about(b.untuned), about(b.untuned_at_end), about(b.winner), compared, b.epochs);
}

}  // namespace tailor
