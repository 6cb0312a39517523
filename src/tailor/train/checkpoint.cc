#include "tailor/train/checkpoint.h"

#include <nlohmann/json.hpp>

#include "tailor/interop/safetensors.h"

namespace tailor {
namespace {

using nlohmann::json;

json to_json(const Score& s) { return {s.loss, s.accuracy, s.count}; }
Score score(const json& j) { return {j.at(0), j.at(1), j.at(2)}; }

json to_json(const EpochMetrics& m) {
  return {m.epoch,
          to_json(m.train),
          to_json(m.train_sample),
          to_json(m.validation),
          m.learning_rate,
          m.images_per_second,
          m.seconds,
          m.objective,
          m.objective_error,
          m.temperature};
}
EpochMetrics epoch_metrics(const json& j) {
  EpochMetrics m{j.at(0), score(j.at(1)), score(j.at(2)), score(j.at(3)), j.at(4), j.at(5), j.at(6)};
  m.objective = m.validation.accuracy;  // the only one of versions that did not record it
  if (j.size() > 7) m.objective = j.at(7), m.objective_error = j.at(8), m.temperature = j.at(9);
  return m;
}

TensorView view(const char* name, const AlignedFloats& data) {
  return {name, {static_cast<std::int64_t>(data.size())}, data};
}

}  // namespace

double TrainingState::temperature() const {
  return best_epoch == 0 ? 1 : history[static_cast<std::size_t>(best_epoch) - 1].temperature;
}

bool TrainingState::out_of_patience(int patience) const {
  return patience > 0 && static_cast<int>(history.size()) - best_epoch >= patience;
}

void write_checkpoint(const std::filesystem::path& file, const TrainingState& state,
                      const std::string& identity) {
  json history = json::array();
  for (const EpochMetrics& m : state.history) history.push_back(to_json(m));
  const EpochProgress& p = state.progress;
  const json progress{p.step, p.loss, p.correct, p.images, p.seconds};
  const TensorView tensors[] = {view("values", state.values), view("average", state.average),
                                view("optimizer", state.optimizer), view("best", state.best)};
  try {
    write_safetensors(file, tensors,
                      {{"format", "tailor checkpoint 1"},
                       {"identity", identity},
                       {"history", history.dump()},
                       {"progress", progress.dump()},
                       {"best_epoch", std::to_string(state.best_epoch)},
                       {"provenance", to_json(state.provenance)}});
  } catch (const Error& error) {
    throw CheckpointError(error.code(), error.what());
  }
}

TrainingState read_checkpoint(const std::filesystem::path& file, const std::string& identity) {
  Safetensors content = read_safetensors(file);
  const auto text = [&](const char* key) {
    const auto found = content.metadata.find(key);
    if (found == content.metadata.end())
      throw bad_input("{}: not a tailor checkpoint: metadata '{}' is missing", file.string(), key);
    return found->second;
  };
  if (text("format") != "tailor checkpoint 1")
    throw bad_input("{}: expected format 'tailor checkpoint 1', got '{}'", file.string(), text("format"));
  if (text("identity") != identity)
    throw bad_input(
        "{}: belongs to another training (architecture, hyperparameters, split or seed differ); start anew "
        "in another folder",
        file.string());
  TrainingState state;
  if (content.metadata.contains("provenance"))  // earlier versions did not record it
    state.provenance = provenance_from_json(content.metadata["provenance"]);
  try {
    for (const json& row : json::parse(text("history"))) state.history.push_back(epoch_metrics(row));
    const json p = json::parse(text("progress"));
    state.progress = {p.at(0), p.at(1), p.at(2), p.at(3), p.at(4)};
    state.best_epoch = std::stoi(text("best_epoch"));
  } catch (const std::exception& error) {
    throw bad_input("{}: metadata does not hold a training's state: {}", file.string(), error.what());
  }
  const std::pair<const char*, AlignedFloats*> parts[] = {{"values", &state.values},
                                                          {"average", &state.average},
                                                          {"optimizer", &state.optimizer},
                                                          {"best", &state.best}};
  for (Tensor& tensor : content.tensors)
    for (const auto& [name, data] : parts)
      if (tensor.name == name) *data = std::move(tensor.data);
  return state;
}

}  // namespace tailor
