#include "tailor/train/model.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/interop/safetensors.h"

namespace tailor {

using nlohmann::json;

Picture fit_for(const Model& model, const Picture& picture) {
  return fit_picture(picture, model.architecture.input, model.fit.value_or(Fit::pad), model.ground);
}

Ground ground_behind(const Model& model) { return model.fit ? white_ground : model.ground; }

void write_model(const std::filesystem::path& file, const Model& model) {
  const ParameterTable table(model.architecture);
  if (model.values.size() != table.total_floats())
    throw usage_error("{}: expected the {} values of '{}', got {}", file.string(), table.total_floats(),
                      model.architecture.name, model.values.size());
  std::vector<TensorView> tensors;
  for (const ParameterTensor& t : table.tensors())
    tensors.push_back({t.name, t.shape, std::span(model.values).subspan(t.offset, t.size)});
  std::map<std::string, std::string> metadata{
      {"format", "tailor model 1"},
      {"architecture", to_toml(model.architecture)},
      {"fingerprint", model.architecture.fingerprint},
      {"normalization_mean", json(model.normalization.mean).dump()},
      {"normalization_deviation", json(model.normalization.deviation).dump()},
      {"views", json{model.views.flip, model.views.shift}.dump()},
      {"class_names", json(model.class_names).dump()},
      {"light_ground", json(model.light_ground).dump()},
      {"ground", json(model.ground).dump()},
      {"provenance", to_json(model.provenance, true)}};
  if (model.fit) metadata.emplace("fit", name_of(*model.fit));
  if (model.temperature != 1) metadata.emplace("temperature", json(model.temperature).dump());
  write_safetensors(file, tensors, metadata);
}

Model read_model(const std::filesystem::path& file) {
  const Safetensors content = read_safetensors(file);
  const auto text = [&](const char* key) {
    const auto found = content.metadata.find(key);
    if (found == content.metadata.end())
      throw bad_input("{}: not a tailor model: metadata '{}' is missing", file.string(), key);
    return found->second;
  };
  if (text("format") != "tailor model 1")
    throw bad_input("{}: expected format 'tailor model 1', got '{}'", file.string(), text("format"));
  Model model;
  model.architecture =
      parse_architecture(text("architecture"), file.string() + " (architecture)", {.binding = false});
  if (model.architecture.fingerprint != text("fingerprint"))
    throw bad_input(
        "{}: the architecture's fingerprint is {}, recorded is {}: the file was changed or made by another "
        "version",
        file.string(), model.architecture.fingerprint, text("fingerprint"));
  try {
    model.normalization.mean = json::parse(text("normalization_mean")).get<std::vector<float>>();
    model.normalization.deviation = json::parse(text("normalization_deviation")).get<std::vector<float>>();
    const json v = json::parse(text("views"));
    model.views = {v.at(0), v.at(1)};
    model.class_names = json::parse(text("class_names")).get<std::vector<std::string>>();
    if (content.metadata.contains("temperature"))
      model.temperature = json::parse(text("temperature")).get<double>();
    if (content.metadata.contains("light_ground")) model.light_ground = json::parse(text("light_ground"));
    if (model.light_ground) model.ground = white_ground;  // older files do not know more
    if (content.metadata.contains("ground")) model.ground = json::parse(text("ground")).get<Ground>();
  } catch (const json::exception& error) {
    throw bad_input(
        "{}: metadata does not describe a model (normalization, views, class_names, light_ground or ground): "
        "{}",
        file.string(), error.what());
  }
  if (const auto found = content.metadata.find("fit"); found != content.metadata.end()) {
    model.fit = fit_named(found->second);
    if (!model.fit)
      throw bad_input("{}: fit: expected {}, got '{}'", file.string(), fit_names(), found->second);
  }
  if (const auto found = content.metadata.find("provenance"); found != content.metadata.end())
    model.provenance = provenance_from_json(found->second);
  const std::size_t channels = static_cast<std::size_t>(model.architecture.input.channels);
  const std::vector<float>&mean = model.normalization.mean, &deviation = model.normalization.deviation;
  if (mean.size() != channels || deviation.size() != channels ||
      !std::all_of(deviation.begin(), deviation.end(), [](float d) { return d > 0; }))
    throw bad_input("{}: normalization: expected a mean and a deviation above 0 for each of {} channels",
                    file.string(), channels);
  if (!(model.temperature > 0 && std::isfinite(model.temperature)))
    throw bad_input("{}: temperature: expected a number above 0, got {}", file.string(), model.temperature);
  if (model.views.shift < 0 || model.views.shift > most_view_shift)
    throw bad_input("{}: views: expected a shift from 0 to {} pixels, got {}", file.string(), most_view_shift,
                    model.views.shift);
  if (model.class_names.size() != static_cast<std::size_t>(model.architecture.classes))
    throw bad_input("{}: expected {} class names, got {}", file.string(), model.architecture.classes,
                    model.class_names.size());
  const ParameterTable table(model.architecture);
  if (content.tensors.size() != table.tensors().size())
    throw bad_input("{}: expected {} tensors, got {}", file.string(), table.tensors().size(),
                    content.tensors.size());
  model.values.resize(table.total_floats());
  for (const ParameterTensor& t : table.tensors()) {
    const Tensor* tensor = content.find(t.name);
    if (tensor == nullptr) throw bad_input("{}: tensor '{}' is missing", file.string(), t.name);
    if (tensor->shape != t.shape)
      throw bad_input("{}: tensor '{}': expected shape [{}], got [{}]", file.string(), t.name,
                      fmt::join(t.shape, ", "), fmt::join(tensor->shape, ", "));
    std::copy(tensor->data.begin(), tensor->data.end(),
              model.values.begin() + static_cast<std::ptrdiff_t>(t.offset));
  }
  return model;
}

}  // namespace tailor
