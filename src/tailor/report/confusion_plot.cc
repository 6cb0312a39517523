// The picture of a confusion matrix: rows are true classes, colours their shares, so that classes of any size
// compare.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/report/label.h"
#include "tailor/report/plots.h"

namespace tailor {
namespace {

constexpr int most_labelled = 30;  // classes with names and counts
constexpr int most_vector = 100;  // classes drawn as vector rectangles in SVG; more become one embedded image
constexpr std::size_t longest_label = 18;
constexpr double dark_share = 0.3;  // shares from which counts are written in white

std::int64_t row_total(const Confusion& confusion, int truth) {
  std::int64_t total = 0;
  for (int predicted = 0; predicted < confusion.classes; ++predicted) total += confusion.at(truth, predicted);
  return total;
}

// A line for each true class: the shares of its images by predicted class.
std::string shares_block(const Confusion& confusion) {
  std::string text = "$shares << END\n";
  for (int truth = 0; truth < confusion.classes; ++truth) {
    const double total = static_cast<double>(std::max<std::int64_t>(row_total(confusion, truth), 1));
    for (int predicted = 0; predicted < confusion.classes; ++predicted)
      fmt::format_to(std::back_inserter(text), "{:.4g} ",
                     static_cast<double>(confusion.at(truth, predicted)) / total);
    text += '\n';
  }
  return text + "END\n";
}

// Rows of predicted, true, count, colour of its text; zeros are left out.
std::string counts_block(const Confusion& confusion) {
  std::string text = "$counts << END\n";
  for (int truth = 0; truth < confusion.classes; ++truth)
    for (int predicted = 0; predicted < confusion.classes; ++predicted)
      if (const std::int64_t count = confusion.at(truth, predicted); count > 0) {
        const bool dark =
            static_cast<double>(count) >= dark_share * static_cast<double>(row_total(confusion, truth));
        text += fmt::format("{} {} {} {}\n", predicted, truth, count, dark ? 0xffffff : 0x303030);
      }
  return text + "END\n";
}

// Where the square sits in its picture, in pixels: the names decide how much room is left of it and below.
struct MatrixLayout {
  int width = 800, right = 98, top = 14;
  int angle;  // of the names below
  int left, bottom, side, height;

  MatrixLayout(std::size_t longest_name, int classes) {
    const double text = 6.7 * static_cast<double>(longest_name);
    angle = longest_name <= 3 ? 0 : classes <= 15 ? 40 : 90;
    left = static_cast<int>(36 + text);
    bottom = static_cast<int>(44 + std::sin(angle * 3.1416 / 180) * text);
    side = width - left - right;
    height = top + side + bottom;
  }

  std::string script() const {
    const double x0 = left * 1.0 / width, x1 = (left + side) * 1.0 / width;
    const double y0 = bottom * 1.0 / height, y1 = (bottom + side) * 1.0 / height;
    std::string text =
        fmt::format("set margins at screen {}, screen {}, screen {}, screen {}\n", x0, x1, y0, y1);
    text += fmt::format("set label 'predicted class' at screen {}, screen {} center\n", (x0 + x1) / 2,
                        12.0 / height);
    text += fmt::format("set label 'true class' at screen {}, screen {} center rotate by 90\n", 14.0 / width,
                        (y0 + y1) / 2);
    return text +
           fmt::format("set label 'share of the true class' at screen {}, screen {} center rotate by 90\n",
                       (width - 14.0) / width, (y0 + y1) / 2);
  }
};

std::string name_ticks(std::span<const std::string> class_names, int angle) {
  std::vector<std::string> ticks;
  for (std::size_t i = 0; i < class_names.size(); ++i)
    ticks.push_back(fmt::format("{} {}", gnuplot_text(shown_label(class_names[i], longest_label)), i));
  const std::string list = fmt::format("({})", fmt::join(ticks, ", "));
  return fmt::format("set xtics {0} noenhanced {1}\nset ytics {0} noenhanced\n", list,
                     angle > 0 ? fmt::format("rotate by {} right", angle) : "");
}

}  // namespace

std::string draw_confusion(const Confusion& confusion, std::span<const std::string> class_names,
                           PictureFormat format) {
  const int classes = confusion.classes;
  if (classes < 1 || class_names.size() != static_cast<std::size_t>(classes))
    throw failure("confusion picture: {} class names for {} classes", class_names.size(), classes);
  const bool labelled = classes <= most_labelled;
  std::size_t longest = 3;
  if (labelled)
    for (const std::string& name : class_names)
      longest = std::max(longest, characters(shown_label(name, longest_label)));
  const MatrixLayout layout(longest, classes);
  std::string script = layout.script() + shares_block(confusion) + (labelled ? counts_block(confusion) : "");
  script += fmt::format("set xrange [-0.5:{0}]\nset yrange [{0}:-0.5]\n", classes - 0.5);
  script +=
      "set cbrange [0:1]\n"
      "set palette defined (0 '#ffffff', 0.01 '#eaf1f8', 0.1 '#b9d2e8', 0.3 '#6a9cc9', 1 '#12406f')\n"
      "set cbtics 0.2 scale 0\n"
      "set colorbox user origin graph 1.03, graph 0 size graph 0.03, graph 1 noborder\n"
      "set border lc rgb '#909090' lw 0.7\n"
      "set tics nomirror out scale 0 textcolor rgb '#303030'\n"
      "unset key\n";
  if (labelled) script += name_ticks(class_names, layout.angle);
  script += fmt::format("plot $shares matrix with image{}", classes <= most_vector ? " pixels" : "");
  if (labelled)
    script += fmt::format(", $counts using 1:2:3:4 with labels font ',{}' textcolor rgb variable",
                          std::clamp(130 / classes, 5, 10));
  return run_gnuplot(script + "\n", layout.width, layout.height, format);
}

void write_confusion_picture(const std::filesystem::path& folder, const Confusion& confusion,
                             std::span<const std::string> class_names) {
  write_file(folder / "confusion.svg", draw_confusion(confusion, class_names, PictureFormat::svg));
  write_file(folder / "confusion.png", draw_confusion(confusion, class_names, PictureFormat::png));
}

}  // namespace tailor
