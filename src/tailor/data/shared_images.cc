#include "tailor/data/shared_images.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <nlohmann/json.hpp>

#include "tailor/data/inspect.h"
#include "tailor/data/near_duplicates.h"

namespace tailor {
namespace {

constexpr double many_guesses = 0.01, many_certain = 0.001;

double share_of(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

SharedImages shared_images(const ImagePart& first, const ImagePart& second,
                           const DecodingProgress& progress) {
  if (first.indices.size() + second.indices.size() > most_compared) return {};
  SharedImages shared{.images = second.indices.size(), .trained = first.indices.size()};
  if (first.set->shape != second.set->shape) return shared;
  const EqualImages equal = equal_images(first, second);
  std::vector<std::uint32_t> near, alike;
  for (const NearDuplicates::Pair& pair : near_duplicates_between(first, second, progress).pairs)
    near.push_back(pair.second);
  std::set_union(near.begin(), near.end(), equal.second.begin(), equal.second.end(),
                 std::back_inserter(alike));
  shared.alike = alike.size();
  shared.equal = equal.second.size();
  shared.other_label = equal.contradicted;
  return shared;
}

}  // namespace

double SharedImages::alike_share() const { return share_of(alike, images); }
double SharedImages::other_label_share() const { return share_of(other_label, images + trained); }

bool SharedImages::many_alike() const {
  return alike_share() >= many_guesses || share_of(equal, images) >= many_certain;
}
bool SharedImages::many_contradict() const { return other_label_share() >= many_certain; }

SharedImages shared_validation_images(const ImageSet& images, const Split& split,
                                      const DecodingProgress& progress) {
  return shared_images({"training part", &images, split.train},
                       {"validation part", &images, split.validation}, progress);
}

SharedImages all_folds(std::span<const SharedImages> folds) {
  SharedImages all;
  for (const SharedImages& fold : folds) {
    all.images += fold.images;
    all.alike += fold.alike;
    all.equal += fold.equal;
    all.other_label = fold.other_label;  // of both its parts: the same in every fold
  }
  return all;
}

SharedImages shared_test_images(const ImageSet& training, const ImageSet& test,
                                const DecodingProgress& progress) {
  return shared_images(whole_part("training", training), whole_part("test", test), progress);
}

std::string to_json(const SharedImages& shared) {
  return nlohmann::ordered_json{{"images", shared.images},
                                {"trained", shared.trained},
                                {"alike", shared.alike},
                                {"equal", shared.equal},
                                {"other_label", shared.other_label}}
      .dump();
}

std::optional<SharedImages> shared_images_from_json(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  SharedImages shared;
  const auto take = [&](const char* key, std::size_t& value) {
    const bool known = json.is_object() && json.contains(key) && json[key].is_number_unsigned();
    if (known) json[key].get_to(value);
    return known;
  };
  if (take("images", shared.images) && take("trained", shared.trained) && take("alike", shared.alike) &&
      take("equal", shared.equal) && take("other_label", shared.other_label))
    return shared;
  return std::nullopt;
}

}  // namespace tailor
