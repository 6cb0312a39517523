#include "tailor/report/tables.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_run.h"
#include "tailor/report/label.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void expect_at_most_80_columns(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(characters(line), 80u) << line;
}

TEST(ClosingTable, SealedTestFiguresNameTheCommandThatOpensThem) {
  const std::string text = closing_table(sample_summary(), "runs/it's first");
  EXPECT_THAT(text, HasSubstr("validation accuracy       93.13 %   92.77 to 93.47 %         20,000"));
  EXPECT_THAT(text, HasSubstr("training accuracy there        97.12 %   96.77 to 97.43 %         10,000"));
  EXPECT_THAT(text, HasSubstr("test accuracy                   sealed\n"));
  EXPECT_THAT(text, HasSubstr("test loss                       sealed\n"));
  EXPECT_THAT(text, HasSubstr("tailor evaluate 'runs/it'\\''s first' --test"));
  EXPECT_THAT(text, HasSubstr("Epoch 9 is the best of 12"));
  expect_at_most_80_columns(text);
}

TEST(ClosingTable, OpenedTestFiguresCarryTheirUncertainty) {
  RunSummary summary = sample_summary();
  summary.test = Score{0.2034, 0.9299, 10000};
  EXPECT_THAT(closing_table(summary, "run"),
              HasSubstr("test loss                       0.2034                            10,000"));
  summary.test->loss_error = 0.0061;
  summary.epochs = summary.best_epoch = 1;
  const std::string text = closing_table(summary, "run");
  EXPECT_THAT(text, HasSubstr("test accuracy                  92.99 %   92.47 to 93.47 %         10,000"));
  EXPECT_THAT(text, HasSubstr("± 0.0061 (s.e.)"));
  EXPECT_THAT(text, Not(HasSubstr("sealed")));
  EXPECT_THAT(text, Not(HasSubstr("evaluate")));
  EXPECT_THAT(text, Not(HasSubstr("best of")));
  expect_at_most_80_columns(text);
}

TEST(ClassTable, ShowsEachClassAndTheWorstConfusions) {
  const Confusion confusion{3, {1900, 80, 20, 0, 0, 0, 50, 0, 1950}};
  const std::vector<std::string> names{"größe", "\x1b[2Jnever", "a very long name of a class indeed"};
  const std::string text = class_table(confusion, names);
  EXPECT_THAT(text, HasSubstr("größe                       97.44 %    95.00 %    96.20 %      2,000"));
  EXPECT_THAT(text, HasSubstr(" [2Jnever                    0.00 %          -     0.00 %          0"));
  EXPECT_THAT(text, HasSubstr("größe                    for  [2Jnever                      80    4.00 %"));
  expect_at_most_80_columns(text);
}

TEST(ClassTable, ManyClassesShowTheWorst) {
  Confusion confusion{1000, std::vector<std::int64_t>(1000000)};
  for (std::size_t i = 0; i < 1000; ++i) confusion.counts[i * 1000 + i] = 10;
  confusion.counts[700 * 1000 + 700] = 3;
  confusion.counts[700 * 1000 + 701] = 7;
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("class " + std::to_string(i));
  const std::string text = class_table(confusion, names, 2);
  EXPECT_THAT(text, HasSubstr("The 2 of 1000 classes with the lowest F1 (all: per_class.csv)"));
  EXPECT_THAT(text, HasSubstr("class 700 "));
  EXPECT_THAT(text, HasSubstr("class 701 "));
  EXPECT_THAT(text, Not(HasSubstr("class 702 ")));
}

}  // namespace
}  // namespace tailor
