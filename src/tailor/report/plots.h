// The pictures of a training, as a paper would print them: curves and confusion matrix, each as SVG and PNG.
// Drawn by gnuplot; where it is missing, a failure names the package.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tailor/report/gnuplot.h"
#include "tailor/train/metrics.h"

namespace tailor {

// Accuracy and loss against epoch: training as seen and re-measured, validation, the best epoch marked (0:
// none). Test figures have no place here. At least one epoch; values that are not finite are left out.
std::string draw_curves(std::span<const EpochMetrics> epochs, int best_epoch, PictureFormat format);

// A heat map of each true class's shares, with counts and names up to 30 classes; `class_names` has one for
// each.
std::string draw_confusion(const Confusion& confusion, std::span<const std::string> class_names,
                           PictureFormat format);

// `folder`/curves.svg and .png, `folder`/confusion.svg and .png.
void write_curves(const std::filesystem::path& folder, std::span<const EpochMetrics> epochs, int best_epoch);
void write_confusion_picture(const std::filesystem::path& folder, const Confusion& confusion,
                             std::span<const std::string> class_names);

}  // namespace tailor
