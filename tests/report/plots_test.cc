#include "tailor/report/plots.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_run.h"
#include "scratch.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> numbered(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back("class " + std::to_string(i));
  return names;
}

// Most images on the diagonal, some beside it.
Confusion sample_confusion(int classes) {
  const auto n = static_cast<std::size_t>(classes);
  Confusion confusion{classes, std::vector<std::int64_t>(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    confusion.counts[i * n + i] = 1913;
    confusion.counts[i * n + (i + 1) % n] += 87;
  }
  return confusion;
}

void expect_svg(const std::string& picture) {
  EXPECT_TRUE(picture.starts_with("<?xml"));
  EXPECT_THAT(picture.substr(picture.size() - 20), HasSubstr("</svg>"));
}

// The width that a PNG's header states.
unsigned png_width(const std::string& picture) {
  EXPECT_TRUE(picture.starts_with("\x89PNG\r\n\x1a\n"));
  unsigned width = 0;
  for (std::size_t i = 16; i < 20; ++i) width = width * 256 + static_cast<unsigned char>(picture.at(i));
  return width;
}

TEST(Curves, BothPicturesAreWrittenWithTheirLegend) {
  write_curves(scratch(""), sample_epochs(12), 9);
  const std::string svg = read_file(scratch("curves.svg"));
  expect_svg(svg);
  for (const char* text : {"accuracy (%)", "loss (cross-entropy)", "training, as seen",
                           "training, re-measured", "validation", "best epoch (9)"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_EQ(png_width(read_file(scratch("curves.png"))), 1600u);
}

TEST(Curves, OneEpochIsAPicture) { expect_svg(draw_curves(sample_epochs(1), 1, PictureFormat::svg)); }

TEST(Curves, WithoutABestEpochNoneIsMarked) {
  EXPECT_THAT(draw_curves(sample_epochs(3), 0, PictureFormat::svg), Not(HasSubstr("best epoch")));
}

TEST(Curves, ConstantAndNonFiniteValuesAreAPicture) {
  std::vector<EpochMetrics> epochs = sample_epochs(3);
  for (EpochMetrics& row : epochs) {
    row.train.loss = row.train_sample.loss = row.validation.loss = std::numeric_limits<double>::quiet_NaN();
    row.train.accuracy = row.train_sample.accuracy = row.validation.accuracy = 0.1;
  }
  expect_svg(draw_curves(epochs, 1, PictureFormat::svg));
  epochs[1].validation.loss = std::numeric_limits<double>::infinity();
  expect_svg(draw_curves(epochs, 2, PictureFormat::svg));
}

TEST(ConfusionPicture, FewClassesShowNamesAndCounts) {
  write_confusion_picture(scratch(""), sample_confusion(10), numbered(10));
  const std::string svg = read_file(scratch("confusion.svg"));
  expect_svg(svg);
  for (const char* text : {"class 0", "class 9", ">1913<", ">87<", "predicted class", "true class"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_EQ(png_width(read_file(scratch("confusion.png"))), 1600u);
}

TEST(ConfusionPicture, NamesAreTextWhateverTheyHold) {
  const std::vector<std::string> names{"it's \"x\" <b>&", "`touch x`", "caf\xe9\n$y", "größe_x^2{a}", "\\"};
  const std::string svg = draw_confusion(sample_confusion(5), names, PictureFormat::svg);
  expect_svg(svg);
  for (const char* text : {"it's \"x\" &lt;b>&amp;", "`touch x`", "caf? $y", "größe_x^2{a}", ">\\<"})
    EXPECT_THAT(svg, HasSubstr(text));
}

TEST(ConfusionPicture, ManyClassesShowNeitherAndStayAFile) {
  const std::string svg = draw_confusion(sample_confusion(31), numbered(31), PictureFormat::svg);
  EXPECT_THAT(svg, Not(HasSubstr("class 7")));
  EXPECT_THAT(svg, Not(HasSubstr(">1913<")));
  const std::string large = draw_confusion(sample_confusion(1000), numbered(1000), PictureFormat::svg);
  expect_svg(large);
  EXPECT_LT(large.size(), 2'000'000u);
  EXPECT_EQ(png_width(draw_confusion(sample_confusion(1000), numbered(1000), PictureFormat::png)), 1600u);
}

TEST(ConfusionPicture, AnEmptyClassAndAWrongNumberOfNames) {
  expect_svg(draw_confusion({2, {0, 0, 0, 0}}, numbered(2), PictureFormat::svg));
  EXPECT_THROW(draw_confusion({2, {1, 0, 0, 1}}, numbered(3), PictureFormat::svg), Error);
}

TEST(Gnuplot, ItsErrorsAreReported) {
  try {
    run_gnuplot("plot nonsense(\n", 100, 100, PictureFormat::svg);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("gnuplot failed"));
  }
}

}  // namespace
}  // namespace tailor
