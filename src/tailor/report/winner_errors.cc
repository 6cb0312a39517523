#include "tailor/report/winner_errors.h"

#include <fmt/format.h>

#include "tailor/base/error.h"
#include "tailor/data/dataset.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {
namespace {

const Mistakes* winners_mistakes(const ConfirmationTable& confirmation) {
  if (!confirmation.winner) return nullptr;
  for (const ConfirmationRun& run : confirmation.candidates[*confirmation.winner].runs)
    if (run.mistakes) return &*run.mistakes;
  return nullptr;
}

}  // namespace

std::optional<DocumentErrors> winner_errors(const ConfirmationTable& confirmation, const StudyData& data) {
  const Mistakes* mistakes = winners_mistakes(confirmation);
  if (!mistakes) return std::nullopt;
  DocumentErrors errors{
      .images = "validation", .classes = {}, .confusion = mistakes->confusion, .hardest = {}};
  for (int c = 0; c < mistakes->confusion.classes; ++c) errors.classes.push_back(fmt::format("class {}", c));
  try {
    const std::unique_ptr<Dataset> dataset = open_dataset(data.name, {.pictures = data.pictures});
    const ImageSet images = dataset->read_train();
    if (images.content_hash != data.hash) return errors;
    errors.classes = dataset->class_names();
    for (const Mistake& m : mistakes->hardest)
      errors.hardest.push_back({errors.classes[static_cast<std::size_t>(m.label)],
                                errors.classes[static_cast<std::size_t>(m.predicted)], m.probability,
                                encode_png(images.image(m.image), images.shape)});
  } catch (const Error&) {
    // The images are on another machine.
  }
  return errors;
}

}  // namespace tailor
