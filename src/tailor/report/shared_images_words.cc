#include "tailor/report/shared_images_words.h"

#include <fmt/format.h>

#include "tailor/base/text.h"

namespace tailor {
namespace {

std::string grouped(std::size_t count) { return with_thousands(static_cast<long long>(count)); }

std::string tenths(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string equal_words(const SharedImages& shared) {
  if (shared.equal == 0) return "none of them equal in every pixel";
  if (shared.equal == shared.alike) return "equal in every pixel";
  return fmt::format("{} of them equal in every pixel", grouped(shared.equal));
}

std::string command_of(const StudyData& data) {
  const std::string pictures = to_command_options(data.pictures);
  return fmt::format("tailor data info {}{}{}", shell_word(data.name), pictures.empty() ? "" : " ", pictures);
}

// Of the split that was used.
std::string split_options(const StudyData& data) {
  return fmt::format("--train {} --validation {} --split-seed {}", data.train_images, data.validation_images,
                     data.split_seed);
}

}  // namespace

WarningWords near_duplicates_words(const SharedImages& shared, const std::string& part,
                                   const StudyData& data) {
  const bool of_test = part == "test";
  return {
      fmt::format("{} of {} {} images ({} %) look like {}, {}: their accuracy may be too high, by at most {} "
                  "percentage points.",
                  grouped(shared.alike), grouped(shared.images), part, tenths(shared.alike_share()),
                  of_test ? "training or validation images" : "images that are trained on",
                  equal_words(shared), tenths(shared.alike_share())),
      data.folds > 0 && !of_test
          ? "What belongs together should be in one fold; a manifest's column `group` does that."
          : fmt::format(
                "The pairs: `{} {}--near-duplicates pairs.png`. What belongs together should be in one "
                "part; a manifest's column `group` does that.",
                command_of(data),
                of_test ? "" : fmt::format("{} --pairs-of {} ", split_options(data), part))};
}

WarningWords contradictions_words(const SharedImages& shared, const std::string& part,
                                  const StudyData& data) {
  return {
      fmt::format("{} of {} {} images ({} %) are equal in every pixel to another one that has another "
                  "label. No network is right about both.",
                  grouped(shared.other_label), grouped(shared.images + shared.trained),
                  part == "test" ? "training, validation and test" : "training and validation",
                  tenths(shared.other_label_share())),
      fmt::format("Look for wrong labels: `{}` counts such images and names the first.", command_of(data))};
}

std::vector<std::string> shared_images_warnings(const SharedImages& shared, const std::string& part,
                                                const StudyData& data) {
  std::vector<std::string> texts;
  const auto add = [&](const WarningWords& words) { texts.push_back(words.text + " " + words.advice); };
  if (shared.many_alike()) add(near_duplicates_words(shared, part, data));
  if (shared.many_contradict()) add(contradictions_words(shared, part, data));
  return texts;
}

}  // namespace tailor
