// The picture of a training's epochs: two panels under one legend.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/file.h"
#include "tailor/report/plots.h"

namespace tailor {
namespace {

constexpr int picture_width = 800, picture_height = 340;
constexpr const char* seen_color = "#9aa5b1";        // training, as seen
constexpr const char* remeasured_color = "#1f5a96";  // training, re-measured
constexpr const char* validation_color = "#c8561b";  // validation

// One panel: which number of a score it shows, in its unit.
struct Panel {
  const char* label;
  double Score::*value;
  double factor;
};

std::string plot_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NaN"; }

// Rows of epoch, training as seen, training re-measured, validation.
std::string data_block(const char* name, std::span<const EpochMetrics> epochs, const Panel& panel) {
  std::string text = fmt::format("${} << END\n", name);
  for (const EpochMetrics& row : epochs) {
    text += fmt::format("{}", row.epoch);
    for (const Score& score : {row.train, row.train_sample, row.validation})
      text += " " + plot_number(score.*panel.value * panel.factor);
    text += "\n";
  }
  return text + "END\n";
}

// The values' range with some air; a unit around a lone value.
std::pair<double, double> range(std::span<const EpochMetrics> epochs, const Panel& panel) {
  double low = INFINITY, high = -INFINITY;
  for (const EpochMetrics& row : epochs)
    for (const Score& score : {row.train, row.train_sample, row.validation})
      if (const double value = score.*panel.value * panel.factor; std::isfinite(value)) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
  if (low > high) return {0, 1};
  const double air = std::max(0.06 * (high - low), 1e-3 * std::max(std::abs(high), 1.0));
  return {low - air, high + air};
}

// 1, 2 or 5 times a power of ten, so that there are at most ten steps.
int tick_step(int epochs) {
  for (int power = 1;; power *= 10)
    for (int step : {power, 2 * power, 5 * power})
      if (epochs <= 10 * step) return step;
}

std::string line_styles(int epochs) {
  const double size = epochs <= 40 ? 0.45 : 0;  // points on the lines help while they are few
  std::string text =
      fmt::format("set style line 1 lc rgb '{}' lw 1.5 dt (6,4) pt 7 ps {}\n", seen_color, size);
  text += fmt::format("set style line 2 lc rgb '{}' lw 1.8 pt 7 ps {}\n", remeasured_color, size);
  text += fmt::format("set style line 3 lc rgb '{}' lw 1.8 pt 7 ps {}\n", validation_color, size);
  return text + fmt::format("set style line 4 lc rgb '{}' lw 1.8 pt 6 ps 1.3\n", validation_color);
}

std::string panel_script(const char* name, std::span<const EpochMetrics> epochs, const Panel& panel,
                         int best_epoch) {
  const auto [low, high] = range(epochs, panel);
  std::string text = fmt::format("set ylabel '{}'\nset yrange [{}:{}]\nplot ", panel.label, low, high);
  for (int line = 1; line <= 3; ++line)
    text += fmt::format("${} using 1:{} with linespoints ls {}, ", name, line + 1, line);
  return text + fmt::format("'' using ($1 == {} ? $1 : NaN):4 with points ls 4\n", best_epoch);
}

// A panel without axes above both, in pixels, for the legend alone: gnuplot's own would be spaced unevenly.
std::string legend_script(int best_epoch) {
  std::vector<std::string> titles{"training, as seen", "training, re-measured", "validation"};
  if (best_epoch > 0) titles.push_back(fmt::format("best epoch ({})", best_epoch));
  constexpr double sample = 26, gap = 6, space = 26, letter = 6.7;
  double x = picture_width + space;
  for (const std::string& title : titles)
    x -= sample + gap + space + letter * static_cast<double>(title.size());
  x /= 2;
  std::string blocks, plots, labels;
  for (std::size_t i = 1; i <= titles.size(); ++i) {
    const bool marker = i == 4;
    blocks += fmt::format("$legend{} << END\n{} 0\n{} 0\nEND\n", i, marker ? x + sample / 2 : x,
                          marker ? x + sample / 2 : x + sample);
    plots +=
        fmt::format("{}$legend{} with {} ls {}", i == 1 ? "plot " : ", ", i, marker ? "points" : "lines", i);
    labels += fmt::format("set label '{}' at {},0 left\n", titles[i - 1], x + sample + gap);
    x += sample + gap + space + letter * static_cast<double>(titles[i - 1].size());
  }
  return blocks + "unset arrow\nunset grid\nunset xlabel\nunset ylabel\nunset border\nunset tics\n" +
         fmt::format(
             "set size 1,0.11\nset origin 0,0.89\nset margins 0,0,0,0\nset xrange [0:{}]\nset yrange "
             "[-1:1]\n",
             picture_width) +
         labels + plots + "\n";
}

}  // namespace

std::string draw_curves(std::span<const EpochMetrics> epochs, int best_epoch, PictureFormat format) {
  const Panel accuracy{"accuracy (%)", &Score::accuracy, 100}, loss{"loss (cross-entropy)", &Score::loss, 1};
  const int count = epochs.empty() ? 0 : epochs.back().epoch;
  std::string script = data_block("accuracy", epochs, accuracy) + data_block("loss", epochs, loss);
  script += line_styles(count);
  script +=
      fmt::format("set xrange [{}:{}]\nset xtics {}\n", count > 1 ? std::max(1 - 0.02 * count, 0.2) : 0.5,
                  count > 1 ? 1.02 * count : 1.5, tick_step(count));
  script +=
      "set border 3 lc rgb '#606060'\n"
      "set tics nomirror out scale 0.5 textcolor rgb '#303030'\n"
      "set grid lc rgb '#e4e4e4' lw 0.7 lt 1\n"
      "set xlabel 'epoch'\n"
      "set tmargin 0.6\nset multiplot\nunset key\n";
  if (best_epoch > 0)
    script +=
        fmt::format("set arrow from {0}, graph 0 to {0}, graph 1 nohead back lc rgb '{1}' lw 0.8 dt (2,3)\n",
                    best_epoch, validation_color);
  script += "set size 0.5,0.9\nset origin 0,0\n" + panel_script("accuracy", epochs, accuracy, best_epoch);
  script += "set origin 0.5,0\n" + panel_script("loss", epochs, loss, best_epoch);
  script += legend_script(best_epoch) + "unset multiplot\n";
  return run_gnuplot(script, picture_width, picture_height, format);
}

void write_curves(const std::filesystem::path& folder, std::span<const EpochMetrics> epochs, int best_epoch) {
  write_file(folder / "curves.svg", draw_curves(epochs, best_epoch, PictureFormat::svg));
  write_file(folder / "curves.png", draw_curves(epochs, best_epoch, PictureFormat::png));
}

}  // namespace tailor
