#include "tailor/tune/objective/study_memory.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tailor/train/hyperparameters.h"
#include "tailor/train/training_memory.h"

namespace tailor {
namespace {

// A parameter's values of which one takes most memory: the largest number, or any category.
std::vector<std::string> extremes(const Distribution& distribution) {
  if (distribution.kind != Distribution::Kind::categorical)
    return {value_text(distribution, distribution.high)};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < distribution.choices.size(); ++i)
    texts.push_back(value_text(distribution, static_cast<double>(i)));
  return texts;
}

class Search {
 public:
  explicit Search(const StudyDefinition& definition) : definition_(definition) {}

  LargestTraining largest() const { return largest_; }

  void add(const Settings& settings) {
    const StudyData& data = definition_.data;
    const auto train = static_cast<std::size_t>(data.train_images),
               validation = static_cast<std::size_t>(data.validation_images);
    const std::uint64_t bytes =
        data.folds > 0 ? cross_validation_bytes(definition_.architecture, settings,
                                                static_cast<std::size_t>(data.folds), train, validation)
                       : training_bytes(definition_.architecture, settings, train, validation);
    if (bytes > largest_.bytes) largest_ = {bytes, settings.batch_size};
  }

  // Conditions between parameters do not count: what cannot come together is taken to be possible.
  void add_space() {
    Settings settings = definition_.base();
    for (const char* name :
         {"batch_size", "momentum", "rmsprop_momentum", "weight_average", "mixup", "cutmix", "optimizer"})
      take_most(settings, name);
    add(settings);
    if (const auto precision = definition_.space.find("precision"))
      for (const std::string& text : extremes(definition_.space.distribution(*precision))) {
        set(settings, "precision", text);
        add(settings);
      }
  }

 private:
  void take_most(Settings& settings, const char* name) const {
    const auto place = definition_.space.find(name);
    if (!place) return;
    std::uint64_t most = 0;
    const Settings before = settings;
    for (const std::string& text : extremes(definition_.space.distribution(*place))) {
      Settings other = before;
      set(other, name, text);
      const std::uint64_t size = static_cast<std::uint64_t>(other.batch_size) +
                                 bytes_beside_arenas(definition_.architecture, other, 0);
      if (size > most) most = size, settings = other;
    }
  }

  const StudyDefinition& definition_;
  LargestTraining largest_;
};

}  // namespace

LargestTraining largest_training(const StudyDefinition& definition) {
  Search search(definition);
  if (definition.confirmation) {
    for (const Candidate& candidate : definition.confirmation->candidates)
      search.add(with_texts(definition.untuned(), candidate.settings));
    return search.largest();
  }
  if (definition.spread) {
    for (const SpreadBaseline& baseline : definition.spread->baselines)
      search.add(with_texts(definition.untuned(), baseline.settings));
  } else {
    search.add(definition.untuned());
  }
  search.add_space();
  return search.largest();
}

}  // namespace tailor
