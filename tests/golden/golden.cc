#include "golden/golden.h"

#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/file.h"

namespace tailor::golden {
namespace {

using Json = nlohmann::json;

// What a key is for, as in formula.py.
enum Part : std::uint64_t { weights = 1, images = 2, labels = 3, signs = 4 };

const std::filesystem::path folder = std::filesystem::path(TAILOR_SOURCE_DIR) / "tests" / "golden";

ParameterRole role(const std::string& name) {
  static const std::map<std::string, ParameterRole> roles = {{"weight", ParameterRole::weight},
                                                             {"bias", ParameterRole::bias},
                                                             {"scale", ParameterRole::scale},
                                                             {"shift", ParameterRole::shift},
                                                             {"slope", ParameterRole::slope}};
  return roles.at(name);
}

Tensor read_tensor(const Json& row) {
  return {row.at("layer"),         role(row.at("role")),  row.at("count"),  row.at("offset"), row.at("scale"),
          row.at("gradient_norm"), row.at("projections"), row.at("stride"), row.at("values")};
}

Training read_training(const Json& row) {
  Training training;
  for (const auto& [name, value] : row.at("settings").items())
    training.settings.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  row.at("losses").get_to(training.losses);
  for (const Json& s : row.at("running_statistics"))
    training.statistics.push_back({s.at("layer"), s.at("mean"), s.at("variance")});
  row.at("evaluation_loss").get_to(training.evaluation_loss);
  return training;
}

}  // namespace

Golden read_golden(const std::string& name) {
  const Json file = Json::parse(read_file(folder / (name + ".json")));
  Golden golden;
  file.at("architecture").get_to(golden.architecture);
  const std::vector<int> input = file.at("input");
  golden.input = {input.at(0), input.at(1), input.at(2)};
  file.at("classes").get_to(golden.classes);
  file.at("seed").get_to(golden.seed);
  file.at("batches").get_to(golden.batches);
  file.at("first_loss").get_to(golden.first_loss);
  for (const Json& row : file.at("tensors")) golden.tensors.push_back(read_tensor(row));
  golden.batch_norm_momentum = file.at("batch_norm_momentum").dump();
  for (const Json& row : file.at("trainings")) golden.trainings.push_back(read_training(row));
  return golden;
}

Architecture Golden::read_architecture() const {
  const bool ours = architecture.ends_with(".toml");
  return find_architecture(ours ? (folder / architecture).string() : architecture, {input, classes});
}

void Golden::fill_weights(std::size_t tensor, float* values) const {
  const Tensor& t = tensors.at(tensor);
  const Key key = Key(seed).with(Part::weights).with(tensor);
  for (std::size_t i = 0; i < t.count; ++i)
    values[i] = static_cast<float>(t.offset + t.scale * (2.0 * key.uniform(i) - 1.0));
}

int Golden::label(std::uint64_t image) const {
  return static_cast<int>(Key(seed).with(Part::labels).below(image, static_cast<std::uint64_t>(classes)));
}

// Noise below 1/4, and below 1 in that cell of a 4 x 3 grid which the label names.
void Golden::fill_image(std::uint64_t image, float* pixels) const {
  const Key key = Key(seed).with(Part::images).with(image);
  const int bright = label(image);
  std::size_t i = 0;
  for (int y = 0; y < input.height; ++y)
    for (int x = 0; x < input.width; ++x)
      for (int c = 0; c < input.channels; ++c, ++i) {
        const bool inside = 4 * y / input.height * 3 + 3 * x / input.width == bright;
        pixels[i] = static_cast<float>(inside ? key.uniform(i) : 0.25 * key.uniform(i));
      }
}

double Golden::sign(std::size_t tensor, std::size_t projection, std::size_t element) const {
  return Key(seed).with(Part::signs).with(tensor).with(projection).bits(element) & 1 ? 1 : -1;
}

}  // namespace tailor::golden
