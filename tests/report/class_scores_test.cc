#include "tailor/report/class_scores.h"

#include <cmath>

#include <gtest/gtest.h>

#include "report/sample_run.h"
#include "scratch.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

TEST(ClassScores, PrecisionRecallAndF1OfASmallMatrix) {
  const std::vector<ClassScore> scores = class_scores({3, {90, 8, 2, 0, 0, 0, 5, 0, 95}});
  EXPECT_EQ(scores[0].support, 100);
  EXPECT_EQ(scores[0].predicted, 95);
  EXPECT_DOUBLE_EQ(scores[0].precision, 90.0 / 95);
  EXPECT_DOUBLE_EQ(scores[0].recall, 0.9);
  EXPECT_DOUBLE_EQ(scores[0].f1, 180.0 / 195);
  EXPECT_TRUE(std::isnan(scores[1].recall));  // no image of the class
  EXPECT_DOUBLE_EQ(scores[1].precision, 0);
  EXPECT_DOUBLE_EQ(scores[1].f1, 0);
}

TEST(ClassScores, WorstConfusionsAreSortedAndNeverTheDiagonal) {
  const Confusion confusion{3, {90, 8, 2, 8, 70, 0, 5, 0, 95}};
  const std::vector<ConfusedPair> pairs = worst_confusions(confusion, 3);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].truth, 0);
  EXPECT_EQ(pairs[0].predicted, 1);
  EXPECT_DOUBLE_EQ(pairs[0].share, 0.08);
  EXPECT_EQ(pairs[1].truth, 1);
  EXPECT_EQ(pairs[2].count, 5);
  EXPECT_EQ(worst_confusions(confusion, 9).size(), 4u);
}

TEST(ClassScores, TablesAreCsvWhateverTheNamesHold) {
  const Confusion confusion{2, {3, 1, 0, 0}};
  const std::vector<std::string> names{"a \"b\", c", "d"};
  write_confusion(scratch("confusion.csv"), confusion, names);
  EXPECT_EQ(read_file(scratch("confusion.csv")),
            "true class,\"a \"\"b\"\", c\",d\n\"a \"\"b\"\", c\",3,1\nd,0,0\n");
  write_per_class(scratch("per_class.csv"), confusion, names);
  EXPECT_EQ(read_file(scratch("per_class.csv")),
            "class,name,support,predicted,correct,precision,recall,f1\n"
            "0,\"a \"\"b\"\", c\",4,3,3,1,0.75,0.8571428571428571\n1,d,0,1,0,0,nan,0\n");
  EXPECT_THROW(write_confusion(scratch("refused.csv"), confusion, std::vector<std::string>{"a"}), Error);
}

}  // namespace
}  // namespace tailor
