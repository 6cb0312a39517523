// Measuring: means and confusion against sums by hand, any number of images, views averaged as logits.
#include "tailor/train/evaluate.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "tailor/train/mistakes.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

using Images = std::vector<const std::uint8_t*>;

struct Measuring {
  Architecture architecture = test::tiny_network();
  ImageSet images = test::tiny_images(50);
  Workers workers;
  Network network;
  std::vector<float> values;
  Augmenter augmenter;
  Evaluator evaluator;

  explicit Measuring(const Views& views = {}, int threads = 1, int max_batch = 16)
      : workers(threads),
        network(architecture, {.max_batch = max_batch, .training = false}, workers),
        values(network.parameters().total_floats()),
        augmenter(images.shape, {{0.4f}, {0.3f}}),
        evaluator(network, augmenter, images.shape, views, workers) {
    initialize(network.parameters(), "he_normal", Key(7), values.data());
    network.use(values);
  }

  std::vector<float> logits(const Images& batch) {
    const float* out = evaluator.logits(batch);
    return {out, out + 3 * batch.size()};
  }
  std::vector<std::uint32_t> all() const {
    std::vector<std::uint32_t> indices(images.count());
    std::iota(indices.begin(), indices.end(), 0u);
    return indices;
  }
};

// The image mirrored, then moved; what comes from outside is black.
std::vector<std::uint8_t> view_of(std::span<const std::uint8_t> image, bool flip, int down, int right) {
  std::vector<std::uint8_t> out(64);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) {
      const int from_y = y - down, moved = x - right;
      if (from_y < 0 || from_y > 7 || moved < 0 || moved > 7) continue;
      const int from_x = flip ? 7 - moved : moved;
      const int from = 8 * from_y + from_x, to = 8 * y + x;
      out[static_cast<std::size_t>(to)] = image[static_cast<std::size_t>(from)];
    }
  return out;
}

TEST(Evaluator, AveragesTheLogitsOfTheViews) {
  Measuring single;
  const Images batch = {single.images.image(0).data(), single.images.image(1).data(),
                        single.images.image(5).data()};
  for (const Views& views : {Views{true, 0}, Views{false, 1}, Views{true, 2}}) {
    std::vector<double> expected(3 * batch.size());
    for (int flip = 0; flip <= static_cast<int>(views.flip); ++flip)
      for (int down = -views.shift; down <= views.shift; ++down)
        for (int right = -views.shift; right <= views.shift; ++right) {
          std::vector<std::vector<std::uint8_t>> copies;
          Images moved;
          for (const std::uint8_t* image : batch)
            copies.push_back(view_of({image, 64}, flip != 0, down, right));
          for (const auto& copy : copies) moved.push_back(copy.data());
          const std::vector<float> logits = single.logits(moved);
          for (std::size_t i = 0; i < logits.size(); ++i)
            expected[i] += static_cast<double>(logits[i]) / views.count();
        }
    const std::vector<float> actual = Measuring(views).logits(batch), plain = single.logits(batch);
    double difference = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], 1e-5);
      difference = std::max(difference, std::abs(static_cast<double>(actual[i]) - plain[i]));
    }
    EXPECT_GT(difference, 1e-3) << "views must matter for the test to mean anything";
  }
}

TEST(Evaluator, MeasuresMeanLossAccuracyAndConfusion) {
  Measuring m({}, 1, 16);  // 50 images: three whole batches and one of two
  const std::vector<std::uint32_t> indices = m.all();
  Confusion expected = empty_confusion(3);
  Predictions predictions;
  const Score score = m.evaluator.measure(m.images, indices, &predictions);
  double sum = 0, squares = 0;
  int right = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    const std::vector<float> z = m.logits({m.images.image(i).data()});
    double total = 0;
    for (float x : z) total += std::exp(static_cast<double>(x));
    const std::size_t label = m.images.labels[i];
    const double loss = std::log(total) - z[label];
    const std::size_t best = static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin());
    sum += loss, squares += loss * loss, right += best == label;
    ++expected.counts[label * 3 + best];
  }
  EXPECT_EQ(score.count, 50);
  EXPECT_NEAR(score.loss, sum / 50, 1e-6);
  EXPECT_EQ(score.accuracy, right / 50.0);
  EXPECT_NEAR(score.loss_error, std::sqrt((squares / 50 - sum / 50 * sum / 50) / 49), 1e-6);
  EXPECT_EQ(confusion_of(predictions).counts, expected.counts);

  const Score again = m.evaluator.measure(m.images, indices, &predictions);
  EXPECT_EQ(again.loss, score.loss);
  EXPECT_EQ(confusion_of(predictions).at(0, 0), 2 * expected.at(0, 0)) << "it adds to what it is given";
}

TEST(Evaluator, MistakesAgreeWithTheConfusionAndTheSurestComeFirst) {
  Measuring m({}, 1, 16);
  const std::vector<std::uint32_t> indices = m.all();
  const Predictions predictions = m.evaluator.predict(m.images, indices);
  const Confusion confusion = confusion_of(predictions);
  const Mistakes mistakes = find_mistakes(predictions, indices);
  EXPECT_EQ(mistakes.confusion.counts, confusion.counts);
  const std::int64_t right = confusion.at(0, 0) + confusion.at(1, 1) + confusion.at(2, 2);
  EXPECT_EQ(mistakes.hardest.size(), std::min<std::size_t>(most_hardest, 50 - right));
  double before = 1;
  for (const Mistake& mistake : mistakes.hardest) {
    const std::vector<float> z = m.logits({m.images.image(mistake.image).data()});
    double total = 0;
    for (float x : z) total += std::exp(static_cast<double>(x));
    EXPECT_EQ(mistake.label, m.images.labels[mistake.image]);
    EXPECT_NE(mistake.label, mistake.predicted);
    EXPECT_NEAR(mistake.probability, std::exp(z[static_cast<std::size_t>(mistake.predicted)]) / total, 1e-5);
    EXPECT_LE(mistake.probability, before);
    before = mistake.probability;
  }
}

TEST(Evaluator, IsTheSameWithAnyThreads) {
  const auto measure = [](int threads) {
    Measuring m({true, 0}, threads);
    return m.evaluator.measure(m.images, m.all());
  };
  const Score one = measure(1);
  for (int threads : {2, 3}) EXPECT_EQ(measure(threads).loss, one.loss);
}

TEST(Evaluator, MeasuresASubset) {
  Measuring m;
  const std::vector<std::uint32_t> part = {4, 9, 30};
  double sum = 0;
  for (std::uint32_t i : part) sum += m.evaluator.measure(m.images, std::vector<std::uint32_t>{i}).loss;
  EXPECT_NEAR(m.evaluator.measure(m.images, part).loss, sum / 3, 1e-6);
  EXPECT_EQ(m.evaluator.measure(m.images, std::vector<std::uint32_t>{4}).loss_error, 0);
}

}  // namespace
}  // namespace tailor
