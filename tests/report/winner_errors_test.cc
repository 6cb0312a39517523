// The winner's mistakes, with the images at hand and without them.
#include "tailor/report/winner_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "tailor/data/dataset.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

ConfirmationTable with_mistakes() {
  ConfirmationTable c;
  c.candidates.resize(2);
  for (int seed = 1; seed <= 2; ++seed) {
    ConfirmationRun run{seed, 0.9, true};
    Mistakes& mistakes = run.mistakes.emplace();
    mistakes.confusion = empty_confusion(2);
    mistakes.confusion.counts = {5, seed, 0, 6};
    mistakes.hardest.push_back({1, 0, 1, 0.75});
    c.candidates[1].runs.push_back(run);
  }
  c.candidates[1].runs.insert(c.candidates[1].runs.begin(), ConfirmationRun{0, 0.9});  // of the race
  c.winner = 1;
  return c;
}

StudyData images_at(const std::string& name, const std::string& hash) {
  StudyData data;
  data.name = name, data.hash = hash;
  return data;
}

TEST(WinnerErrors, NothingWithoutAWinnerThatKeptSome) {
  ConfirmationTable c = with_mistakes();
  c.winner = 0;
  EXPECT_FALSE(winner_errors(c, images_at("nowhere", "")));
  c.winner = std::nullopt;
  EXPECT_FALSE(winner_errors(c, images_at("nowhere", "")));
}

TEST(WinnerErrors, WithoutTheImagesClassesHaveNumbers) {
  const DocumentErrors errors = winner_errors(with_mistakes(), images_at("nowhere", "")).value();
  EXPECT_EQ(errors.images, "validation");
  EXPECT_EQ(errors.confusion.at(0, 1), 1);  // the first final run's
  EXPECT_THAT(errors.classes, ElementsAre("class 0", "class 1"));
  EXPECT_TRUE(errors.hardest.empty());
}

TEST(WinnerErrors, WithThemTheHardestHavePictures) {
  const test::TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte", test::idx_images(4, 3, 3));
  folder.write("train-labels-idx1-ubyte", test::idx_labels(4, 2));
  const std::string data = folder.path().string(), hash = open_dataset(data)->read_train().content_hash;
  const DocumentErrors errors = winner_errors(with_mistakes(), images_at(data, hash)).value();
  ASSERT_EQ(errors.hardest.size(), 1U);
  EXPECT_EQ(errors.hardest[0].label, errors.classes[0]);
  EXPECT_EQ(errors.hardest[0].predicted, errors.classes[1]);
  EXPECT_EQ(errors.hardest[0].probability, 0.75);
  EXPECT_THAT(errors.hardest[0].png, StartsWith("\x89PNG"));
  EXPECT_TRUE(winner_errors(with_mistakes(), images_at(data, "another")).value().hardest.empty());
}

}  // namespace
}  // namespace tailor
