#include "tailor/report/summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "tailor/analysis/fold_interval.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/report/metrics_json.h"

namespace tailor {
namespace {

using Json = nlohmann::ordered_json;

// The one list of keys: calls visit(key, member) for each, in the file's order. Summary is RunSummary, const
// or not.
template <class Summary, class Visit>
void each_key(Summary& summary, Visit&& visit) {
  visit("version", summary.version);
  visit("architecture", summary.architecture);
  visit("architecture_fingerprint", summary.architecture_fingerprint);
  visit("dataset", summary.dataset);
  visit("dataset_hash", summary.dataset_hash);
  visit("split.train", summary.train_images);
  visit("split.validation", summary.validation_images);
  visit("split.test", summary.test_images);
  visit("split.seed", summary.split_seed);
  visit("split.hash", summary.split_hash);
  visit("seed", summary.seed);
  visit("threads", summary.threads);
  visit("precision", summary.precision);
  visit("kernels", summary.kernels);
  visit("epochs", summary.epochs);
  visit("best_epoch", summary.best_epoch);
  visit("max_validation_accuracy", summary.max_validation_accuracy);
  visit("validation_loss_at_best", summary.validation_loss_at_best);
  visit("train_accuracy_at_best", summary.train_accuracy_at_best);
  visit("train_loss_at_best", summary.train_loss_at_best);
  visit("train_sample_images", summary.train_sample_images);
  visit("images_per_second", summary.images_per_second);
  visit("weights_hash", summary.weights_hash);
}

// Empty texts, and null in the file, where a summary of an earlier version has no such keys.
template <class Summary, class Visit>
void each_environment_key(Summary& summary, Visit&& visit) {
  visit("commit", summary.environment.commit);
  visit("instruction_set", summary.environment.instruction_set);
  visit("processor", summary.environment.processor);
  visit("host", summary.environment.host);
}

// The test figures are all null while sealed, none after.
template <class Test, class Visit>
void each_test_key(Test& test, Visit&& visit) {
  visit("test_accuracy", test.accuracy);
  visit("test_loss", test.loss);
  visit("test_loss_error", test.loss_error);
  visit("test_count", test.count);
}

// "split.seed" -> "/split/seed"
Json::json_pointer pointer(std::string key) {
  for (char& c : key)
    if (c == '.') c = '/';
  return Json::json_pointer("/" + key);
}

bool take(const Json& json, std::string& value) { return json.is_string() && (json.get_to(value), true); }

bool take(const Json& json, double& value) {
  value = json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
  return json.is_number() || json.is_null();
}

template <std::integral Integer>
bool take(const Json& json, Integer& value) {
  if (!json.is_number_unsigned()) return false;  // all integers of a summary are counts or seeds
  const auto number = json.get<std::uint64_t>();
  value = static_cast<Integer>(number);
  return number <= static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
}

bool take(const Json& json, std::vector<std::string>& values) {
  if (!json.is_array()) return false;
  for (const Json& item : json)
    if (!take(item, values.emplace_back())) return false;
  return true;
}

const char* expected(const std::string&) { return "a string"; }
const char* expected(double) { return "a number"; }
const char* expected(std::int64_t) { return "a whole number of at least 0"; }
const char* expected(std::uint64_t) { return "a whole number of at least 0"; }
const char* expected(int) { return "a whole number of at least 0"; }
const char* expected(const std::vector<std::string>&) { return "a list of strings"; }

const Json& at(const Json& json, const std::string& key, const std::string& origin) {
  const auto where = pointer(key);
  if (!json.contains(where))
    throw bad_input("{}: the key {} is missing: not a run's summary.json?", origin, key);
  return json.at(where);
}

Json optional_json(const std::optional<MetricEstimates>& estimates) {
  return estimates ? estimates_json(*estimates) : Json(nullptr);
}

Json optional_json(const std::optional<SharedImages>& shared) {
  return shared ? Json::parse(to_json(*shared)) : Json(nullptr);
}

}  // namespace

Estimate folds_mean(const RunSummary& summary) {
  std::vector<double> values;
  for (const RunSummary::Fold& fold : summary.folds) values.push_back(fold.objective);
  Estimate mean = fold_interval(values);
  const Metric metric = metric_of_objective(summary.objective, "objective");
  mean.low = std::max(mean.low, 0.0);
  if (maximizes(metric)) mean.high = std::min(mean.high, 1.0);
  if (summary.validation_metrics) {
    const Interval& images = (*summary.validation_metrics)[static_cast<std::size_t>(metric)].interval;
    mean.low = std::min(mean.low, images.low), mean.high = std::max(mean.high, images.high);
  }
  return mean;
}

std::string summary_to_json(const RunSummary& summary) {
  Json json = Json::object();
  each_key(summary, [&](const char* key, const auto& value) { json[pointer(key)] = value; });
  each_environment_key(summary, [&](const char* key, const std::string& value) {
    json[key] = value.empty() ? Json(nullptr) : Json(value);
  });
  json["provenance"] = Json::parse(to_json(summary.provenance));
  json["objective"] = summary.objective;
  json["temperature"] = summary.temperature;
  if (!summary.folds.empty()) {
    Json& folds = json["folds"] = Json::array();
    for (const RunSummary::Fold& fold : summary.folds)
      folds.push_back({{"images", fold.images}, {"objective", fold.objective}});
    const Estimate mean = folds_mean(summary);
    json["folds_mean"] = {{"objective", mean.estimate}, {"low", mean.low}, {"high", mean.high}};
  }
  json["metrics"] = {{"validation", optional_json(summary.validation_metrics)},
                     {"test", optional_json(summary.test_metrics)}};
  json["shared_images"] = {{"validation", optional_json(summary.shared_validation)},
                           {"test", optional_json(summary.shared_test)}};
  const Score test = summary.test.value_or(Score{});
  each_test_key(test, [&](const char* key, const auto& value) {
    json[key] = summary.test ? Json(value) : Json(nullptr);
  });
  return json.dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";  // names may come from a folder: any bytes
}

void write_summary(const std::filesystem::path& path, const RunSummary& summary) {
  write_file(path, summary_to_json(summary));
}

RunSummary parse_summary(const std::string& text, const std::string& origin) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw bad_input("{}: not valid JSON at byte {}", origin, error.byte);
  }
  if (!json.is_object()) throw bad_input("{}: expected a JSON object, got {}", origin, json.type_name());

  RunSummary summary;
  const auto read = [&](const char* key, auto& value) {
    const Json& item = at(json, key, origin);
    if (!take(item, value))
      throw bad_input("{}: {}: expected {}, got {}", origin, key, expected(value), item.dump().substr(0, 80));
  };
  each_key(summary, read);
  each_environment_key(summary, [&](const char* key, std::string& value) {
    if (json.contains(key) && !json[key].is_null()) read(key, value);
  });
  summary.environment.version = summary.version;
  if (json.contains("provenance")) summary.provenance = provenance_from_json(json["provenance"].dump());
  if (json.contains("objective")) read("objective", summary.objective);
  if (json.contains("temperature")) read("temperature", summary.temperature);
  if (json.contains("folds")) {
    for (const Json& fold : json["folds"]) {
      RunSummary::Fold& read_fold = summary.folds.emplace_back();
      if (!fold.is_object() || !take(at(fold, "images", origin), read_fold.images) ||
          !take(at(fold, "objective", origin), read_fold.objective))
        throw bad_input("{}: folds: expected images and objective of each, got {}", origin,
                        fold.dump().substr(0, 80));
    }
  }
  if (const Json::json_pointer validation("/metrics/validation"); json.contains(validation))
    summary.validation_metrics = read_estimates(json.at(validation), origin + ": metrics.validation");
  if (const Json::json_pointer test("/metrics/test"); json.contains(test))
    summary.test_metrics = read_estimates(json.at(test), origin + ": metrics.test");
  const auto read_shared = [&](const char* key, std::optional<SharedImages>& shared) {
    const Json::json_pointer where = pointer(key);
    if (!json.contains(where) || json.at(where).is_null()) return;
    const std::string item = json.at(where).dump();
    shared = shared_images_from_json(item);
    if (!shared)
      throw bad_input("{}: {}: expected counts of images, got {}", origin, key, item.substr(0, 80));
  };
  read_shared("shared_images.validation", summary.shared_validation);
  read_shared("shared_images.test", summary.shared_test);
  if (!at(json, "test_count", origin).is_null()) each_test_key(summary.test.emplace(), read);
  return summary;
}

RunSummary read_summary(const std::filesystem::path& path) {
  return parse_summary(read_file(path), path.string());
}

}  // namespace tailor
