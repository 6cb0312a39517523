#include "curve_studies.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "tailor/base/error.h"
#include "tailor/tune/space/scale.h"

namespace tailor {
namespace {

Distribution range(Distribution::Kind kind, double low, double high, bool log) {
  return {kind, low, high, 0, log, {}};
}

Space lcbench_space() {
  using Kind = Distribution::Kind;
  const auto integer = [](double low, double high, bool log) {
    Distribution d = range(Kind::integer, low, high, log);
    d.step = 1;
    return d;
  };
  return Space({{"batch_size", integer(16, 512, true)},
                {"learning_rate", range(Kind::real, 1e-4, 0.1, true)},
                {"momentum", range(Kind::real, 0.1, 0.99, false)},
                {"weight_decay", range(Kind::real, 1e-5, 0.1, false)},
                {"num_layers", integer(1, 5, false)},
                {"max_units", integer(64, 1024, true)},
                {"max_dropout", range(Kind::real, 0, 1, false)}});
}

std::vector<float> read_floats(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw bad_input("{}: cannot be read", file.string());
  std::vector<float> values(std::filesystem::file_size(file) / sizeof(float));
  in.read(reinterpret_cast<char*>(values.data()),
          static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

std::size_t nearest(const CurveTable& curves, const Assignment& setting) {
  const Space& space = curves.space;
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < curves.settings.size(); ++k) {
    double distance = 0;
    for (std::size_t i = 0; i < space.size() && distance < least; ++i) {
      const Distribution& d = space.distribution(i);
      const double apart = to_unit(d, setting[i]) - to_unit(d, curves.settings[k][i]);
      distance += apart * apart;
    }
    if (distance < least) least = distance, best = k;
  }
  return best;
}

// A study that is being made, job by job as the product does it: a job sees the results of those that lie the
// lag behind it. Costs are negated accuracies.
class Maker {
 public:
  Maker(const CurveTable& curves, const CurveStudyPlan& plan, Key key)
      : curves_(curves),
        plan_(plan),
        key_(key),
        sampler_(make_sampler(plan.sampler)),
        pruner_(
            make_pruner(plan.pruner, {.epochs = epochs(), .trials = plan.trials}, {.first = plan.first})) {}

  CurveStudy make() {
    for (int idle = 0; idle <= plan_.lag; ++next_job_) idle = step() ? 0 : idle + 1;
    CurveStudy study;
    study.table.definition.space = curves_.space;
    study.table.definition.budget = {.trials = plan_.trials, .epochs = epochs()};
    for (const Trial& trial : trials_) {
      StudyRow& row = study.table.trials.emplace_back();
      row.number = static_cast<int>(study.table.trials.size()) - 1;
      row.role = plan_.sampler == "random" ? TrialRole::startup : TrialRole::search;
      row.state =
          trial.jobs.back().end == PrunerTrial::State::complete ? TrialState::complete : TrialState::pruned;
      row.unconditional = trial.unconditional;
      row.assignment = trial.setting;
      for (const double cost : trial.costs) row.epochs.push_back(-cost);
      if (row.complete()) row.value = row.epochs.back();
      study.finals.push_back(trial.path.back());
    }
    return study;
  }

 private:
  struct Done {
    int number = 0;
    std::size_t reached = 0;
    PrunerTrial::State end = PrunerTrial::State::paused;
  };
  struct Trial {
    Assignment setting;
    std::vector<double> path;   // accuracies to the end
    std::vector<double> costs;  // so far
    std::vector<Done> jobs;
    int scheduled = 0;
    bool unconditional = false;
  };

  int epochs() const { return static_cast<int>(curves_.epochs()); }

  // What the next job may see of a trial.
  PrunerTrial seen(const Trial& t, int number) const {
    PrunerTrial result{number, PrunerTrial::State::running, {}, t.scheduled};
    for (const Done& job : t.jobs) {
      if (job.number > next_job_ - plan_.lag) break;
      result.values = std::span(t.costs).first(job.reached);
      if (job.number == t.jobs.back().number) result.state = job.end;
    }
    return result;
  }

  bool step() {
    std::vector<PrunerTrial> now;
    for (const Trial& t : trials_) now.push_back(seen(t, static_cast<int>(now.size())));
    const int number = static_cast<int>(trials_.size());
    const bool all_made = number >= plan_.trials;
    if (const auto next = pruner_->resume(now, all_made)) {
      train(trials_[next->trial], next->until, now);
      return true;
    }
    if (all_made) return false;
    std::vector<Observation> history;
    for (const PrunerTrial& t : now) {
      const bool complete = t.state == PrunerTrial::State::complete, any = !t.values.empty();
      history.push_back({t.number, trials_[history.size()].setting,
                         complete ? Observation::State::complete
                         : any    ? Observation::State::pruned
                                  : Observation::State::running,
                         any ? t.values.back() : std::numeric_limits<double>::quiet_NaN(),
                         complete ? -1 : static_cast<int>(t.values.size()) - 1, t.values});
    }
    auto setting = sampler_->propose(curves_.space, history, number, key_.with(Purpose::proposal));
    if (!setting) return false;
    const Key noise = key_.with(Purpose::trial).with(static_cast<std::uint64_t>(number));
    std::vector<double> path = curves_.curves[nearest(curves_, *setting)];
    for (std::size_t e = 0; e < path.size(); ++e) path[e] += plan_.noise_sd * noise.normal(e);
    trials_.push_back({std::move(*setting), std::move(path), {}, {}});
    train(trials_.back(), pruner_->first_stop(number), now);
    return true;
  }

  void train(Trial& trial, int until, const std::vector<PrunerTrial>& now) {
    const int from = static_cast<int>(trial.costs.size());
    const std::vector<double> limits = pruner_->limits(now, from, until);
    if (from == 0) trial.unconditional = until >= epochs() && limits.empty();
    trial.scheduled = until;
    PrunerTrial::State end = until >= epochs() ? PrunerTrial::State::complete : PrunerTrial::State::paused;
    for (int e = from; e < until; ++e) {
      trial.costs.push_back(-trial.path[static_cast<std::size_t>(e)]);
      const double best = *std::min_element(trial.costs.begin(), trial.costs.end());
      if (limits.empty() || best <= limits[static_cast<std::size_t>(e - from)]) continue;
      end = PrunerTrial::State::pruned;
      break;
    }
    trial.jobs.push_back({next_job_, trial.costs.size(), end});
  }

  const CurveTable& curves_;
  const CurveStudyPlan& plan_;
  const Key key_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Pruner> pruner_;
  std::vector<Trial> trials_;
  int next_job_ = 0;
};

}  // namespace

std::vector<CurveTable> curve_tables(const std::filesystem::path& folder) {
  const Space space = lcbench_space();
  const std::vector<float> settings = read_floats(folder / "settings.f32");
  const std::size_t count = settings.size() / space.size();
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("lcbench_")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<CurveTable> tables;
  for (const std::filesystem::path& file : files) {
    CurveTable& table = tables.emplace_back();
    table.name = file.stem().string().substr(8);
    table.space = space;
    const std::vector<float> values = read_floats(file);
    const std::size_t epochs = values.size() / count / 2;  // an accuracy and the seconds until then
    for (std::size_t k = 0; k < count; ++k) {
      const auto row = settings.begin() + static_cast<std::ptrdiff_t>(k * space.size());
      table.settings.emplace_back(row, row + static_cast<std::ptrdiff_t>(space.size()));
      std::vector<double>& path = table.curves.emplace_back();
      for (std::size_t e = 0; e < epochs; ++e) path.push_back(values[(k * epochs + e) * 2]);
    }
  }
  return tables;
}

CurveStudy simulate_study(const CurveTable& curves, const CurveStudyPlan& plan, Key key) {
  return Maker(curves, plan, key).make();
}

}  // namespace tailor
