// Whole studies with a pruner, through the product's own study loop, on modelled learning curves instead of
// trainings: how near the setting that a study recommends comes to the best there is, after so many epochs of
// all trials together. Prints the same JSON lines as tuning.cc; `scripts/bench tuning --curves DIR` compares
// samplers with them.
//
// DIR has settings.f32, [settings][7], and for each task lcbench_TASK.f32, [settings][52][2]: accuracy after
// each epoch, and seconds. Between settings curves are interpolated (Shepard, Proc. ACM National Conf.,
// 1968).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/random.h"
#include "tailor/tune/study.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {
namespace {

struct Arguments {
  std::filesystem::path curves, scratch = "/dev/shm";
  std::vector<std::string> samplers = {"auto", "tpe"}, problems;
  std::vector<int> budgets = {100, 200, 400, 800};
  std::string pruner = "asha";
  int seeds = 10, first_seed = 0, neighbors = 8, lag = StudyPlan::default_lag;
  double noise = 0;
  int repeats = 0;
  bool describe = false;
};

constexpr std::size_t columns = 7, epochs = 52;
using Point = std::array<double, columns>;

std::vector<float> read_floats(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) throw bad_input("{}: cannot be read", file.string());
  std::vector<float> values(static_cast<std::size_t>(in.tellg()) / sizeof(float));
  in.seekg(0).read(reinterpret_cast<char*>(values.data()),
                   static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

double share(double x, double low, double high) { return std::clamp((x - low) / (high - low), 0.0, 1.0); }
double log_share(double x, double low, double high) {
  return share(std::log(std::max(x, low)), std::log(low), std::log(high));
}

Point unit(double batch, double rate, double momentum, double decay, double layers, double units,
           double dropout) {
  return {log_share(batch, 16, 512), log_share(rate, 1e-4, 0.1), share(momentum, 0.1, 0.99),
          share(decay, 1e-5, 0.1),   share(layers, 1, 5),        log_share(units, 64, 1024),
          share(dropout, 0, 1)};
}

// The tables' parameters by tailor's names. Layers, units and dropout have none in a study that never changes
// its architecture: patience, clip_norm and beta1 stand in, whose ranges allow the same values.
Point unit(const Settings& s) {
  return unit(s.batch_size, s.learning_rate, s.momentum, s.weight_decay, s.patience, s.clip_norm, s.beta1);
}

Space curve_space() {
  using Kind = Distribution::Kind;
  return Space({{"batch_size", {.kind = Kind::integer, .low = 16, .high = 512, .step = 1, .log = true}},
                {"learning_rate", {.low = 1e-4, .high = 0.1, .log = true}},
                {"momentum", {.low = 0.1, .high = 0.99}},
                {"weight_decay", {.low = 1e-5, .high = 0.1}},
                {"patience", {.kind = Kind::integer, .low = 1, .high = 5, .step = 1}},
                {"clip_norm", {.low = 64, .high = 1024, .log = true}},
                {"beta1", {.low = 0, .high = 0.999}}});
}

class Curves {
 public:
  Curves(const std::filesystem::path& settings, const std::filesystem::path& task, int neighbors)
      : values_(read_floats(task)), neighbors_(static_cast<std::size_t>(neighbors)) {
    const std::vector<float> rows = read_floats(settings);
    for (std::size_t i = 0; i + columns <= rows.size(); i += columns)
      points_.push_back(
          unit(rows[i], rows[i + 1], rows[i + 2], rows[i + 3], rows[i + 4], rows[i + 5], rows[i + 6]));
    if (points_.empty() || values_.size() != points_.size() * epochs * 2)
      throw bad_input("{}: {} values, expected {} settings of {} epochs", task.string(), values_.size(),
                      points_.size(), epochs);
    for (std::size_t i = 0; i < points_.size(); ++i) finals_.push_back(value(i, epochs));
    std::sort(finals_.begin(), finals_.end());
  }

  double best() const { return finals_.back(); }
  double median() const { return finals_[finals_.size() / 2]; }

  // Accuracies after epochs 1, 2, …
  std::vector<double> curve(const Point& at) const {
    std::vector<std::pair<double, std::size_t>> near;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      double square = 0;
      for (std::size_t k = 0; k < columns; ++k) square += std::pow(points_[i][k] - at[k], 2);
      near.emplace_back(square, i);
    }
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(neighbors_), near.end());
    near.resize(neighbors_);
    std::vector<double> result(epochs);
    double sum = 0;
    for (const auto& [square, i] : near) {
      const double weight = std::pow(square + 1e-12, -static_cast<double>(columns) / 2 - 1);
      for (std::size_t epoch = 1; epoch <= epochs; ++epoch) result[epoch - 1] += weight * value(i, epoch);
      sum += weight;
    }
    for (double& v : result) v /= sum;
    return result;
  }

 private:
  double value(std::size_t i, std::size_t epoch) const {
    return static_cast<double>(values_[(i * epochs + epoch - 1) * 2]);
  }

  std::vector<float> values_;
  std::size_t neighbors_;
  std::vector<Point> points_;
  std::vector<double> finals_;
};

// Noise has two equal parts: one is the training's for all its epochs, the other each epoch's own.
class CurveObjective : public Objective {
 public:
  CurveObjective(const Curves& curves, double noise) : curves_(curves), noise_(noise / std::sqrt(2.0)) {}

  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                      const std::function<bool()>& /*stop*/) override {
    const std::vector<double> curve = curves_.curve(unit(task.settings));
    const Key key(task.repetition.seed);
    for (int epoch = task.from + 1; epoch <= task.to; ++epoch) {
      const auto e = static_cast<std::uint64_t>(epoch);
      const double value = curve[e - 1] + noise_ * (key.normal(0) + key.normal(e));
      if (!report(epoch, std::clamp(value, 0.0, 1.0))) return ObjectiveEnd::stopped;
    }
    return task.to == static_cast<int>(epochs) ? ObjectiveEnd::complete : ObjectiveEnd::paused;
  }

 private:
  const Curves& curves_;
  double noise_;
};

nlohmann::json study(const std::string& problem, const Curves& curves, const std::string& sampler, int seed,
                     const Arguments& a) {
  StudyDefinition d;
  d.architecture = find_architecture("mnist_cnn");
  d.data = {"learning curves", "hash", 2, 1, 1, "split"};
  d.budget = {.trials = 1'000'000, .epochs = static_cast<int>(epochs), .total_epochs = a.budgets.back()};
  d.budget.repeats = a.repeats;
  d.seed = static_cast<std::uint64_t>(seed);
  d.lag = a.lag;
  d.sampler = sampler;
  d.pruner = a.pruner;
  d.space = curve_space();
  const std::filesystem::path file =
      a.scratch / fmt::format("tailor-pruned-search-{}-{}-{}-{}.db", ::getpid(), problem, sampler, seed);
  const std::string url = "sqlite:///" + file.string();
  const StudyId id = create_study(*open_storage(url), "s", d);

  // As the study itself does, the complete trial of the highest report is recommended; after repeats, which
  // end the last budget, what the study itself says. Truths are costs.
  nlohmann::json truths = nlohmann::json::array();
  int trained = 0, trials = 0;
  double reported = -1, truth = 1;
  std::size_t next = 0;
  std::map<int, double> truth_of;
  const auto keep_truths = [&](int until) {
    for (; next < a.budgets.size() && a.budgets[next] < until; ++next) truths.push_back(truth);
  };
  CurveObjective objective(curves, a.noise);
  run_study(url, id, objective, {},
            {.stop = nullptr, .ended = [&](const JobReport& job) {
               trained += job.result.reached - job.assigned.job.from;
               trials += job.assigned.job.from == 0;
               keep_truths(trained);  // a job that goes beyond a budget is not part of it
               if (job.result.end != JobEnd::complete) return;
               const double own = -curves.curve(unit(job.assigned.settings)).back();
               truth_of[job.assigned.trial] = own;
               if (*job.value > reported) reported = *job.value, truth = own;
             }});
  keep_truths(std::numeric_limits<int>::max());
  if (a.repeats > 0) truths.back() = truth_of.at(summarize(*open_storage(url), id, true).best.value().number);
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  return {{"problem", problem},
          {"sampler", "tailor " + sampler},
          {"seed", seed},
          {"truth", truths},
          {"trials", trials}};
}

void run(const Arguments& a) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(a.curves))
    if (entry.path().extension() == ".f32" && entry.path().stem() != "settings")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    const std::string name = file.stem().string();
    if (!a.problems.empty() && std::count(a.problems.begin(), a.problems.end(), name) == 0) continue;
    const Curves curves(a.curves / "settings.f32", file, a.neighbors);
    if (a.describe) {
      const nlohmann::json line{{"problem", name}, {"best", -curves.best()}, {"reference", -curves.median()}};
      std::printf("%s\n", line.dump().c_str());
      continue;
    }
    for (int seed = a.first_seed; seed < a.first_seed + a.seeds; ++seed) {
      for (const std::string& sampler : a.samplers)
        std::printf("%s\n", study(name, curves, sampler, seed, a).dump().c_str());
      std::fflush(stdout);
    }
  }
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Runs studies with a pruner on learning curves and prints a JSON line for each."};
  tailor::Arguments a;
  app.add_option("--curves", a.curves, "folder of settings.f32 and curves, TASK.f32")->required();
  app.add_option("--problems", a.problems, "only these tasks")->delimiter(',');
  app.add_option("--samplers", a.samplers)->delimiter(',');
  app.add_option("--pruner", a.pruner);
  app.add_option("--budgets", a.budgets, "epochs of all trials together, ascending")->delimiter(',');
  app.add_option("--seeds", a.seeds);
  app.add_option("--first-seed", a.first_seed);
  app.add_option("--neighbors", a.neighbors, "settings that a curve is interpolated from; 1: the nearest's")
      ->check(CLI::Range(1, 64));
  app.add_option("--noise", a.noise, "standard deviation of a report, as a share of all images");
  app.add_option("--repeats", a.repeats, "full trainings of the leaders again, within the last budget");
  app.add_option("--lag", a.lag);
  app.add_option("--scratch", a.scratch, "folder for the studies' databases");
  app.add_flag("--describe", a.describe, "print the problems instead");
  CLI11_PARSE(app, argc, argv);
  try {
    tailor::run(a);
  } catch (const tailor::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
