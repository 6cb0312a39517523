#include "tailor/tune/objective/training_notes.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tailor {
namespace {

using nlohmann::json;

// Six digits are more than any of these is known to.
double shortened(double x) { return std::round(x * 1e6) / 1e6; }

// {"train_accuracy": […], …}, without what was not measured.
constexpr std::pair<const char*, Score EpochMetrics::*> parts[] = {
    {"train", &EpochMetrics::train},
    {"train_sample", &EpochMetrics::train_sample},
    {"validation", &EpochMetrics::validation}};
constexpr std::pair<const char*, double Score::*> figures[] = {{"accuracy", &Score::accuracy},
                                                               {"loss", &Score::loss}};

// Four to a digit, the first the highest.
std::string hex_bits(const std::vector<bool>& bits) {
  std::string text((bits.size() + 3) / 4, '0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned digit = 0;
    for (std::size_t k = 4 * i; k < 4 * i + 4; ++k) digit = 2 * digit + (k < bits.size() && bits[k] ? 1 : 0);
    text[i] = "0123456789abcdef"[digit];
  }
  return text;
}

std::vector<bool> bits_of_hex(const std::string& text, std::size_t count) {
  std::vector<bool> bits(count);
  for (std::size_t k = 0; k < count; ++k) {
    const int digit = std::stoi(text.substr(k / 4, 1), nullptr, 16);
    bits[k] = (digit >> (3 - k % 4) & 1) != 0;
  }
  return bits;
}

constexpr int value_digits = 4;  // hexadecimal, of a value
constexpr double value_steps = 0xffff;

// {"least": …, "most": …, "steps": "…"}: each value's place between both.
json values_json(const std::vector<float>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double low = *least, range = *most - low;
  std::string steps;
  for (const float v : values)
    steps += fmt::format("{:04x}", range > 0 ? std::lround((v - low) / range * value_steps) : 0L);
  return {{"least", *least}, {"most", *most}, {"steps", steps}};
}

std::vector<float> values_of(const json& note) {
  const double low = note.at("least"), high = note.at("most");
  const std::string& steps = note.at("steps").get_ref<const std::string&>();
  std::vector<float> values;
  for (std::size_t i = 0; i + value_digits <= steps.size(); i += value_digits)
    values.push_back(static_cast<float>(
        low + (high - low) * std::stoi(steps.substr(i, value_digits), nullptr, 16) / value_steps));
  return values;
}

// {"accuracy": [value, low, high], …}; null is no number.
json estimates_of(const MetricEstimates& estimates) {
  const auto kept = [](double x) { return std::isfinite(x) ? json(shortened(x)) : json(); };
  json note = json::object();
  for (const MetricInfo& m : metrics) {
    const MetricEstimate& e = estimates[static_cast<std::size_t>(m.metric)];
    note[std::string(m.name)] = {kept(e.value), kept(e.interval.low), kept(e.interval.high)};
  }
  return note;
}

std::optional<MetricEstimates> read_estimates_of(const json& note, const char* part) {
  const auto found = note.find(part);
  if (found == note.end()) return std::nullopt;
  const auto number = [](const json& x) { return x.is_number() ? x.get<double>() : std::nan(""); };
  MetricEstimates estimates;
  for (const MetricInfo& m : metrics) {
    const json& e = found->at(std::string(m.name));
    estimates[static_cast<std::size_t>(m.metric)] = {number(e.at(0)), {number(e.at(1)), number(e.at(2))}};
  }
  return estimates;
}

const std::string* text_of(const Attributes& attributes, const char* key) {
  const auto found = attributes.find(key);
  return found == attributes.end() ? nullptr : &found->second;
}

}  // namespace

std::string history_note(const std::vector<EpochMetrics>& history) {
  json note = json::object();
  for (const auto& [part, score] : parts) {
    if (history.empty() || (history.front().*score).count == 0) continue;
    note[std::string(part) + "_images"] = (history.front().*score).count;
    for (const auto& [figure, value] : figures) {
      json& column = note[std::string(part) + "_" + figure] = json::array();
      for (const EpochMetrics& row : history) column.push_back(shortened(row.*score.*value));
    }
  }
  if (!history.empty()) note["objective_error"] = shortened(history.back().objective_error);
  return note.dump();
}

std::string mistakes_note(const Mistakes& mistakes) {
  json hardest = json::array();
  for (const Mistake& m : mistakes.hardest)
    hardest.push_back({m.image, m.label, m.predicted, shortened(m.probability)});
  return json{
      {"classes", mistakes.confusion.classes}, {"confusion", mistakes.confusion.counts}, {"hardest", hardest}}
      .dump();
}

std::string test_note(const TestNote& test) {
  const Score& s = test.score;
  json note{{"accuracy", s.accuracy},        {"loss", s.loss},
            {"loss_error", s.loss_error},    {"count", s.count},
            {"right", hex_bits(test.right)}, {"images_hash", test.images_hash}};
  if (!test.validation_right.empty()) {
    note["validation_count"] = test.validation_right.size();
    note["validation_right"] = hex_bits(test.validation_right);
  }
  if (!test.values.empty()) {
    note["metric"] = info(test.metric).name;
    note["values"] = values_json(test.values);
  }
  return note.dump();
}

std::string metrics_note(const MetricsNote& kept) {
  json note = json::object();
  if (kept.validation) note["validation"] = estimates_of(*kept.validation);
  if (kept.test) note["test"] = estimates_of(*kept.test);
  return note.dump();
}

MetricsNote read_metrics(const Attributes& attributes) {
  const std::string* text = text_of(attributes, note_key::metrics);
  if (!text) return {};
  const json note = json::parse(*text);
  return {read_estimates_of(note, "validation"), read_estimates_of(note, "test")};
}

std::vector<EpochMetrics> read_history(const Attributes& attributes) {
  std::vector<EpochMetrics> history;
  const std::string* text = text_of(attributes, note_key::history);
  if (!text) return history;
  const json note = json::parse(*text);
  for (const auto& [part, score] : parts) {
    for (const auto& [figure, value] : figures) {
      const auto column = note.find(std::string(part) + "_" + figure);
      if (column == note.end()) continue;
      history.resize(std::max(history.size(), column->size()));
      // Older notes do not say how many images it was, only that some were measured.
      const std::int64_t images = note.value(std::string(part) + "_images", std::int64_t{1});
      for (std::size_t i = 0; i < column->size(); ++i) {
        history[i].epoch = static_cast<int>(i) + 1;
        (history[i].*score).count = images;
        history[i].*score.*value = (*column)[i];
      }
    }
  }
  if (!history.empty()) history.back().objective_error = note.value("objective_error", 0.0);
  return history;
}

std::optional<Mistakes> read_mistakes(const Attributes& attributes) {
  const std::string* text = text_of(attributes, note_key::mistakes);
  if (!text) return std::nullopt;
  const json note = json::parse(*text);
  Mistakes mistakes{{note.at("classes"), note.at("confusion")}, {}};
  for (const json& m : note.at("hardest")) mistakes.hardest.push_back({m.at(0), m.at(1), m.at(2), m.at(3)});
  return mistakes;
}

std::optional<TestNote> read_test(const Attributes& attributes) {
  const std::string* text = text_of(attributes, note_key::test);
  if (!text) return std::nullopt;
  const json note = json::parse(*text);
  const Score score{note.at("loss"), note.at("accuracy"), note.at("count"), note.at("loss_error")};
  TestNote test{score, bits_of_hex(note.at("right"), static_cast<std::size_t>(score.count)),
                note.value("images_hash", std::string()),
                bits_of_hex(note.value("validation_right", std::string()),
                            note.value("validation_count", std::size_t{0}))};
  for (const MetricInfo& m : metrics)
    if (m.name == note.value("metric", std::string()))
      test.metric = m.metric, test.values = values_of(note.at("values"));
  return test;
}

}  // namespace tailor
