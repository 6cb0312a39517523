#include "tailor/report/gnuplot.h"

#include <fmt/format.h>

#include "tailor/base/process.h"

namespace tailor {
std::string gnuplot_text(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string run_gnuplot(std::string_view script, int width, int height, PictureFormat format) {
  const std::string terminal =
      format == PictureFormat::svg
          ? fmt::format("set terminal svg size {},{} rounded font 'sans-serif,12' background '#ffffff'\n",
                        width, height)
          : fmt::format(
                "set terminal pngcairo size {},{} rounded font 'Sans,9' fontscale 2 linewidth 2 pointscale "
                "2\n",
                2 * width, 2 * height);
  return output_of_program({"gnuplot", "--default-settings"}, "gnuplot-nox",
                           fmt::format("set encoding utf8\n{}{}", terminal, script));
}

}  // namespace tailor
