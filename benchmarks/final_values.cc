// How far predictions of what a cut-short trial would have come to can be believed: whole studies are
// simulated on tables of learning curves, where that is known. Prints a JSON line for each table, sampler and
// pruner; `scripts/bench final_values` makes a table of them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "curve_studies.h"
#include "tailor/analysis/final_value.h"
#include "tailor/analysis/statistics.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

struct Arguments {
  std::string curves;
  std::vector<std::string> samplers = {"random", "tpe", "gp"}, pruners = {"asha", "hyperband", "median"};
  int studies = 100, model_studies = 100, trials = 100, seed = 1;
  double noise = 0;
};

struct Coverage {
  int told = 0, held = 0, below = 0;
  double width = 0;

  void add(const Estimate& e, double truth) {
    ++told;
    held += e.contains(truth);
    below += truth < e.low;
    width += e.high - e.low;
  }
  nlohmann::json json() const {
    if (told == 0) return nullptr;
    return {
        {"told", told}, {"held", 1.0 * held / told}, {"below", 1.0 * below / told}, {"width", width / told}};
  }
};

// What is not printed: the least-squares line through all trials that are complete, with its usual interval.
std::optional<Estimate> from_survivors(const StudyTable& table, const StudyRow& cut) {
  std::vector<double> early, final;
  const std::size_t epochs = cut.epochs.size();
  for (const StudyRow& row : table.trials)
    if (row.has_result()) early.push_back(row.epochs[epochs - 1]), final.push_back(row.value);
  const auto n = static_cast<double>(early.size());
  if (n < 8) return std::nullopt;
  const double x = mean(early), y = mean(final);
  double xx = 0, xy = 0, squares = 0;
  for (std::size_t i = 0; i < early.size(); ++i)
    xx += (early[i] - x) * (early[i] - x), xy += (early[i] - x) * (final[i] - y);
  if (xx == 0) return std::nullopt;
  for (std::size_t i = 0; i < early.size(); ++i)
    squares += std::pow(final[i] - y - xy / xx * (early[i] - x), 2);
  const double off = cut.epochs.back() - x;
  return t_interval(y + xy / xx * off, std::sqrt(squares / (n - 2) * (1 + 1 / n + off * off / xx)), n - 2);
}

nlohmann::json measure(const CurveTable& curves, const CurveStudyPlan& plan, int studies, int seed) {
  Coverage printed, survivors;
  int cut = 0, complete = 0;
  for (int s = 0; s < studies; ++s) {
    const Key key = Key(static_cast<std::uint64_t>(seed)).with(static_cast<std::uint64_t>(s));
    const CurveStudy study = simulate_study(curves, plan, key);
    for (const PredictedFinal& p : predict_finals(study.table).predicted)
      printed.add(p.value, study.finals[p.trial]);
    for (std::size_t i = 0; i < study.finals.size(); ++i) {
      const StudyRow& row = study.table.trials[i];
      complete += row.has_result();
      if (!row.cut_short()) continue;
      ++cut;
      if (const auto e = from_survivors(study.table, row)) survivors.add(*e, study.finals[i]);
    }
  }
  return {{"table", curves.name},
          {"sampler", plan.sampler},
          {"pruner", plan.pruner},
          {"studies", studies},
          {"noise", plan.noise_sd},
          {"complete", 1.0 * complete / studies},
          {"cut_short", 1.0 * cut / studies},
          {"printed", printed.json()},
          {"survivors", survivors.json()}};
}

void run(const Arguments& a) {
  for (const CurveTable& curves : curve_tables(a.curves)) {
    for (const std::string& sampler : a.samplers) {
      for (const std::string& pruner : a.pruners) {
        const CurveStudyPlan plan{
            .sampler = sampler, .pruner = pruner, .trials = a.trials, .noise_sd = a.noise};
        const int studies = sampler == "random" || sampler == "sobol" ? a.studies : a.model_studies;
        std::printf("%s\n", measure(curves, plan, studies, a.seed).dump().c_str());
        std::fflush(stdout);
      }
    }
  }
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{
      "Coverage of predicted final values on simulated studies; a JSON line for each kind of study."};
  tailor::Arguments a;
  app.add_option("--curves", a.curves, "folder of learning curves (settings.f32, lcbench_NAME.f32)")
      ->required();
  app.add_option("--samplers", a.samplers)->delimiter(',');
  app.add_option("--pruners", a.pruners)->delimiter(',');
  app.add_option("--studies", a.studies, "of each kind, by samplers without a model");
  app.add_option("--model-studies", a.model_studies, "the same, by samplers with one, which take longer");
  app.add_option("--trials", a.trials, "of each study");
  app.add_option("--noise", a.noise, "standard deviation of every reported value");
  app.add_option("--seed", a.seed);
  CLI11_PARSE(app, argc, argv);
  try {
    tailor::run(a);
  } catch (const tailor::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
