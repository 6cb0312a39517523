// Pictures by gnuplot (package gnuplot-nox): scripts go in and pictures come out through pipes, without files
// or a shell. Called by the plots of this folder.
#pragma once

#include <string>
#include <string_view>

namespace tailor {

enum class PictureFormat { svg, png };

// A text without control characters (report/label.h) as gnuplot's quoted string, in which nothing is obeyed.
std::string gnuplot_text(std::string_view text);

// The picture that a script's plot commands draw. Sizes are in SVG pixels; PNG has twice as many in each
// direction.
std::string run_gnuplot(std::string_view script, int width, int height, PictureFormat format);

}  // namespace tailor
