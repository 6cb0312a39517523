#include "tune_output.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/text.h"
#include "tailor/report/label.h"
#include "tailor/train/metrics.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t page = 80;  // columns

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

// "1:29", "2:05:00".
std::string clock_time(double seconds) {
  const long long s = std::llround(seconds);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

// Three significant digits of what is a number.
std::string short_value(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return end != text.c_str() && *end == '\0' ? fmt::format("{:.3g}", number) : text;
}

void row(const char* title, const std::string& text) { std::printf("%-14s %s\n", title, text.c_str()); }

// Parts that fit, separated by two spaces.
std::string joined(const std::vector<std::string>& parts, std::size_t columns) {
  std::string line;
  for (const std::string& part : parts) {
    const std::string longer = line.empty() ? part : line + "  " + part;
    if (characters(longer) <= columns) line = longer;
  }
  return line;
}

}  // namespace

std::string short_settings(const SettingTexts& settings, std::size_t columns) {
  if (settings.empty()) return "the defaults";
  // Roughly in the order of what they do to the result.
  static const std::vector<std::string> first = {"optimizer", "learning_rate", "batch_size",
                                                 "schedule",  "weight_decay",  "momentum"};
  std::vector<std::pair<std::string, std::string>> sorted(settings.begin(), settings.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::find(first.begin(), first.end(), a.first) < std::find(first.begin(), first.end(), b.first);
  });
  std::string line;
  for (const auto& [name, text] : sorted) {
    const std::string shown = short_value(text);
    const std::string part = name == "optimizer" || name == "schedule" ? shown
                             : name == "learning_rate"                 ? "lr " + shown
                             : name == "batch_size"                    ? "batch " + shown
                                                                       : name + " " + shown;
    const std::string longer = line.empty() ? part : line + ", " + part;
    const bool last = name == sorted.back().first;
    if (longer.size() + (last ? 0 : 3) > columns) return line.empty() ? "..." : line + "...";
    line = longer;
  }
  return line;
}

TuneOutput::TuneOutput(const StudyDefinition& definition, const TrainingObjective& objective,
                       std::filesystem::path checkpoints, bool json)
    : definition_(definition), objective_(objective), checkpoints_(std::move(checkpoints)), json_(json) {}

std::string TuneOutput::value(double value) const {
  return maximizes(definition_.measure) ? fmt::format("{:.2f} %", 100 * value) : fmt::format("{:.4f}", value);
}

std::string TuneOutput::with_interval(double v) const {
  if (!maximizes(definition_.measure)) return value(v);
  const Interval i = wilson_interval(v, definition_.data.validation_images);
  return fmt::format("{} ({:.2f}-{:.2f})", value(v), 100 * i.low, 100 * i.high);
}

std::string TuneOutput::with_error(double v) const {
  if (!maximizes(definition_.measure)) return value(v);
  const Interval i = wilson_interval(v, definition_.data.validation_images);
  return fmt::format("{:.2f} ±{:.2f} %", 100 * v, 50 * (i.high - i.low));
}

void TuneOutput::begin(const std::string& name, const std::string& url, const StudyOptions& options) const {
  if (json_) return;
  const StudyDefinition& d = definition_;
  row("study", fmt::format("{} in {}", name, without_password(url)));
  row("architecture", fmt::format("{}, {} parameters, fingerprint {:.12} (fixed)", d.architecture.name,
                                  with_thousands(d.architecture.parameters()), d.architecture.fingerprint));
  row("data", fmt::format("{}: {} training, {} validation, test sealed",
                          std::filesystem::path(d.data.name).filename().string(),
                          with_thousands(d.data.train_images), with_thousands(d.data.validation_images)));
  row("search",
      fmt::format("{} parameters, {} trials of {} epochs", d.space.size(), d.budget.trials, d.budget.epochs));
  std::string list;
  for (const Parameter& p : d.space.parameters()) {
    if (!list.empty() && list.size() + p.name.size() + 2 > page - 17) {
      row("", list + ",");
      list.clear();
    }
    list += (list.empty() ? "" : ", ") + p.name;
  }
  row("", list);
  row("method", fmt::format("sampler {}, pruner {}, seed {}, lag {}", d.sampler, d.pruner, d.seed, d.lag));
  row("workers", fmt::format("{} here", options.jobs));
  if (options.jobs > d.lag && !options.queue.free)
    row("", fmt::format("the lag lets {} trials run at once, not more", d.lag));
  if (options.queue.free) row("", "--free: which trials are made depends on the workers' speed");
  std::printf("\ntrial state  epochs %-21s    time  other than the default\n",
              maximizes(d.measure) ? "value (95 % interval)" : "value");
  std::fflush(stdout);
}

void TuneOutput::ended(const JobReport& report) {
  if (json_) return;
  line_.clear();
  const JobResult& result = report.result;
  const std::string shown = report.value ? with_interval(*report.value) : "";
  const std::string start = fmt::format("{:5} {:<8} {:4} {:<21} {:>7}  ", report.assigned.trial,
                                        name_of(result.end), result.reached, shown, duration(result.seconds));
  const SettingTexts settings = differences(definition_.untuned(), report.assigned.settings);
  std::string line =
      start + (result.end == JobEnd::failed ? result.failure : short_settings(settings, page - start.size()));
  if (line.size() > page) line = line.substr(0, page - 3) + "...";
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void TuneOutput::tick(JobQueue& queue) {
  if (json_ || !line_.visible()) return;
  std::vector<std::string> parts;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (Clock::now() - disk_read_ > std::chrono::seconds(2)) {
    disk_ = bytes_below(checkpoints_);
    disk_read_ = Clock::now();
  }
  queue.look([&](const StudyView& view) {
    if (view.next_job() == 0) return;
    const StudyCounts c = view.counts();
    const int ended = c.complete + c.pruned + c.failed, all = view.definition().budget.trials;
    if (epochs_at_start_ < 0) epochs_at_start_ = c.epochs;
    // What fits is shown, in this order.
    parts.push_back(fmt::format("{}/{} done", ended, all));
    if (c.running > 0) parts.push_back(fmt::format("{} running", c.running));
    if (const auto best = view.best())
      parts.push_back("best " + with_error(view.sign() * view.trials()[*best].final_cost));
    if (seconds > 2) {
      const double rate = static_cast<double>(objective_.images_trained()) / seconds;
      parts.push_back(with_thousands(std::llround(rate)) + " images/s");
    }
    // Trials made so far tell how long the others take.
    const int made = ended + c.paused;
    const double share = static_cast<double>(std::min(made, all)) / all;
    const std::int64_t trained = c.epochs - epochs_at_start_;
    if (made > 0 && trained > 0 && share < 1) {
      const double left = static_cast<double>(c.epochs) * (1 - share) / share;
      parts.push_back(clock_time(left * seconds / static_cast<double>(trained)) + " left");
    }
    if (c.failed > 0) parts.push_back(fmt::format("{} failed", c.failed));
    if (c.paused > 0) parts.push_back(fmt::format("{} paused", c.paused));
    if (c.pruned > 0) parts.push_back(fmt::format("{} pruned", c.pruned));
    const std::int64_t full = static_cast<std::int64_t>(made - c.failed) * view.definition().budget.epochs;
    if (c.paused + c.pruned > 0 && full > c.epochs) {
      const double spared = 100 - 100 * static_cast<double>(c.epochs) / static_cast<double>(full);
      parts.push_back(fmt::format("{:.0f} % of epochs saved", spared));
    }
    if (disk_ > 0) parts.push_back(fmt::format("{:.0f} MB kept", static_cast<double>(disk_) / 1e6));
  });
  line_.show(joined(parts, line_.columns()));
}

void TuneOutput::finish(const StudySummary& s, const std::string& url, const std::filesystem::path& recipe,
                        bool time_is_over) {
  line_.clear();
  if (json_) {
    std::fputs(to_json(s).c_str(), stdout);
    return;
  }
  std::printf("\n");
  if (time_is_over) std::printf("The time is over; what is left waits: tailor tune --resume\n\n");
  row("trials", fmt::format("{} complete, {} pruned, {} paused, {} failed", s.counts.complete,
                            s.counts.pruned, s.counts.paused, s.counts.failed));
  if (s.epochs_unpruned > 0)
    row("epochs", fmt::format("{} trained, {:.0f} % fewer than without pruning", s.counts.epochs,
                              std::max(0.0, 100 - 100 * static_cast<double>(s.counts.epochs) /
                                                      static_cast<double>(s.epochs_unpruned))));
  if (!s.complete.empty()) {
    row("spread", fmt::format("{} to {}, quartiles {} {} {}", value(s.complete.front()),
                              value(s.complete.back()), value(quantile(s.complete, 0.25)),
                              value(quantile(s.complete, 0.5)), value(quantile(s.complete, 0.75))));
  }
  std::printf("\n");
  row("", std::string(name_of(definition_.measure)));
  if (s.untuned) row("default", with_interval(s.untuned->value));
  if (s.best) {
    row("best", with_interval(s.best->value) + fmt::format(", trial {}", s.best->number));
    if (s.untuned && maximizes(definition_.measure))
      row("gain", fmt::format("{:+.2f} points", 100 * (s.best->value - s.untuned->value)));
    else if (s.untuned)
      row("gain", fmt::format("{:.4f} lower", s.untuned->value - s.best->value));
    std::printf(
        "\nThe best of many is also lucky: expect less on fresh seeds and images.\n"
        "The intervals say what %s validation images can tell, for one setting.\n\n",
        with_thousands(definition_.data.validation_images).c_str());
    std::printf("The best setting differs from the defaults in\n");
    if (s.best->settings.empty()) std::printf("  nothing\n");
    for (const auto& [name, text] : s.best->settings) std::printf("  %-22s %s\n", name.c_str(), text.c_str());
    if (!recipe.empty())
      std::printf("\nTrain it: tailor train --recipe '%s' --seed 2 --out DIR\n", recipe.c_str());
  }
  std::printf("Look at all: optuna-dashboard '%s'\n", without_password(url).c_str());
}

}  // namespace tailor
