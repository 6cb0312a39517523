#include "tune_output.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

#include "study_location.h"
#include "tailor/analysis/fresh_reports.h"
#include "tailor/base/counted.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/data/folds.h"
#include "tailor/math/quantiles.h"
#include "tailor/report/recommendation_words.h"
#include "tailor/tune/study/forecast.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;

std::uintmax_t bytes_below(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code code;
  for (std::filesystem::directory_iterator file(folder, code), end; !code && file != end;
       file.increment(code)) {
    std::error_code gone;
    const std::uintmax_t size = file->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace

void TuneOutput::begin(const StudyOptions& options) {
  if (session_.json) return;
  const StudyDefinition& d = session_.definition;
  print_heading("study");
  print_row("data", fmt::format("{}: {}, test sealed", std::filesystem::path(d.data.name).filename().string(),
                                parts_text(d.data.folds, d.data.train_images, d.data.validation_images)));
  print_row("search", fmt::format("{}, {} of {}", counted(d.space.size(), "parameter"),
                                  counted(d.budget.trials, "trial"), counted(d.budget.epochs, "epoch")));
  std::string list;
  for (const Parameter& p : d.space.parameters()) {
    if (!list.empty() && list.size() + p.name.size() + 2 > page_columns - 17) {
      print_row("", list + ",");
      list.clear();
    }
    list += (list.empty() ? "" : ", ") + p.name;
  }
  print_row("", list);
  print_row("method",
            fmt::format("sampler {}, pruner {}, seed {}, lag {}", d.sampler, d.pruner, d.seed, d.lag));
  print_row("workers", fmt::format("{} here", options.jobs));
  if (options.jobs > d.lag && !options.queue.free)
    print_row("", fmt::format("the lag lets {} trials run at once, not more", d.lag));
  if (options.queue.free) print_row("", "--free: which trials are made depends on the workers' speed");
  std::printf("\ntrial state  epochs %-21s    time  other than the default\n", value_title());
  std::fflush(stdout);
}

void TuneOutput::ended(const JobReport& report) {
  if (session_.json) return;
  line_.clear();
  const JobResult& result = report.result;
  const std::string shown = report.value ? with_interval(*report.value) : "";
  const std::string start = fmt::format("{:5} {:<8} {:4} {:<21} {:>7}  ", report.assigned.trial,
                                        name_of(result.end), result.reached, shown, duration(result.seconds));
  const SettingTexts settings = differences(session_.definition.untuned(), report.assigned.settings);
  std::string line =
      start +
      (result.end == JobEnd::failed ? result.failure : short_settings(settings, page_columns - start.size()));
  print_ended(std::move(line));
}

void TuneOutput::tick(JobQueue& queue) {
  if (session_.json || !line_.visible()) return;
  std::vector<std::string> parts;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (Clock::now() - disk_read_ > std::chrono::seconds(2)) {
    disk_ = bytes_below(session_.checkpoints);
    disk_read_ = Clock::now();
  }
  queue.look([&](const StudyView& view) {
    if (view.next_job() == 0) return;
    const StudyCounts c = view.counts();
    const int ended = c.complete + c.pruned + c.failed, all = view.definition().budget.trials;
    // What fits is shown, in this order.
    parts.push_back(fmt::format("{}/{} done", ended, all));
    if (c.running > 0) parts.push_back(fmt::format("{} running", c.running));
    if (const auto best = view.best())
      parts.push_back("best " + with_error(view.sign() * view.trials()[*best].final_cost));
    if (seconds > 2) parts.push_back(images_rate(seconds));
    if (c.epochs != epochs_ || view.next_job() != jobs_) {
      epochs_ = c.epochs;
      jobs_ = view.next_job();
      to_go_ = epochs_to_go(view);
    }
    if (const auto left = time_left_(static_cast<double>(epochs_), to_go_)) {
      const double minutes = view.definition().budget.minutes;
      const double most = minutes > 0 ? std::max(0.0, 60 * minutes - seconds) : *left;
      parts.push_back(clock_time(std::min(*left, most)) + " left");
    }
    if (c.failed > 0) parts.push_back(fmt::format("{} failed", c.failed));
    if (c.paused > 0) parts.push_back(fmt::format("{} paused", c.paused));
    if (c.pruned > 0) parts.push_back(fmt::format("{} pruned", c.pruned));
    const std::int64_t full =
        static_cast<std::int64_t>(ended + c.paused - c.failed) * view.definition().budget.epochs;
    if (c.paused + c.pruned > 0 && full > c.epochs) {
      const double spared = 100 - 100 * static_cast<double>(c.epochs) / static_cast<double>(full);
      parts.push_back(fmt::format("{:.0f} % of epochs saved", spared));
    }
    if (disk_ > 0) parts.push_back(fmt::format("{:.0f} MB kept", static_cast<double>(disk_) / 1e6));
  });
  line_.show(joined(parts, line_.columns()));
}

void TuneOutput::finish(Storage& storage, StudyId study, bool finished) {
  line_.clear();
  const StudySummary s = summarize(storage, study, finished, read_fresh_reports(storage, study));
  std::filesystem::path recipe;
  if (s.best) {
    recipe =
        default_checkpoints(session_.url).parent_path() / (study_file_name(session_.name) + ".best.toml");
    write_file(recipe, best_recipe(s));
  }
  if (session_.json) {
    std::fputs(to_json(s).c_str(), stdout);
    return;
  }
  std::printf("\n");
  if (!finished) std::printf("The time is over; what is left waits: tailor tune --resume\n\n");
  print_row("trials", fmt::format("{} complete, {} pruned, {} paused, {} failed", s.counts.complete,
                                  s.counts.pruned, s.counts.paused, s.counts.failed));
  if (s.epochs_unpruned > 0)
    print_row("epochs", fmt::format("{} trained, {:.0f} % fewer than without pruning", s.counts.epochs,
                                    std::max(0.0, 100 - 100 * static_cast<double>(s.counts.epochs) /
                                                            static_cast<double>(s.epochs_unpruned))));
  if (!s.results.empty()) {
    print_row("spread",
              fmt::format("{} to {}, quartiles {} {} {}", text_.value(s.results.front()),
                          text_.value(s.results.back()), text_.value(quantile(s.results, 0.25)),
                          text_.value(quantile(s.results, 0.5)), text_.value(quantile(s.results, 0.75))));
    print_row("", fmt::format("of the {} trials that were trained to the end", s.results.size()));
  }
  std::printf("\n");
  print_row("", std::string(name_of(session_.definition.measure)));
  if (s.untuned) print_row("default", with_interval(s.untuned->value));
  if (s.best) {
    const std::size_t reports = s.recommendation->reports;
    print_row("best", text_.value(s.best->value) + fmt::format(", trial {}", s.best->number) +
                          (reports > 1 ? fmt::format(", mean of {}", reports) : std::string()));
    const double gained = s.untuned ? s.best->value - s.untuned->value : 0;
    if (s.untuned)
      print_row("gain",
                text_.accuracy() ? text_.with_unit(text_.change(gained)) : text_.number(-gained) + " lower");
    std::printf("\n");
    std::fputs(wrapped(recommendation_words(*s.recommendation, text_), "").c_str(), stdout);
    if (!s.confirmed)
      std::printf("The best of many is lucky as well as good: no interval of it would be honest.\n");
    if (s.untuned && has_intervals())
      std::printf("The default's interval says what %s validation images can tell of a network.\n",
                  with_thousands(session_.definition.data.validation_images).c_str());
    std::printf("\n");
    std::printf("The best setting differs from the defaults in\n");
    if (s.best->settings.empty()) std::printf("  nothing\n");
    for (const auto& [name, text] : s.best->settings)
      std::printf("  %-22s %s\n", name.c_str(), short_value(text).c_str());
    const int folds = session_.definition.data.folds;
    std::printf("\nTrain it: tailor train --recipe %s%s --seed 2 --out DIR\n",
                shell_path(recipe.string()).c_str(),
                folds > 0 ? fmt::format(" --folds {}", folds).c_str() : "");
  }
  if (s.best)
    std::printf("Confirm it:  tailor confirm %s\n", study_options(session_.url, session_.name).c_str());
  std::printf("Look at all: optuna-dashboard %s\n", shell_word(without_password(session_.url)).c_str());
}

}  // namespace tailor
