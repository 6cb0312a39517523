// A training, a measuring and a prediction give the same bits in whatever floating-point state the calling
// thread is, on however many OpenMP threads, and leave that state as they found it.
#include <cfenv>
#include <thread>

#include <gtest/gtest.h>
#include <omp.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "train/tiny_training.h"

namespace tailor {
namespace {

struct ThreadState {
  int rounding = FE_TONEAREST;
  bool flush = false;
  int openmp_threads = 1;
};

// Without the flags of what has happened, which any arithmetic of the test's own raises.
unsigned control() {
#if defined(__x86_64__)
  return _mm_getcsr() & ~0x3fu;
#else
  return static_cast<unsigned>(std::fegetround());
#endif
}

void enter(const ThreadState& state) {
  std::fesetenv(FE_DFL_ENV);
  std::fesetround(state.rounding);
#if defined(__x86_64__)
  if (state.flush) _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
  omp_set_num_threads(state.openmp_threads);
}

struct Results {
  std::string weights;
  double validation = 0, measured = 0;
  std::vector<float> logits;
  std::vector<std::int64_t> confusion;

  bool operator==(const Results&) const = default;
};

Results compute_in(const ThreadState& state, int threads) {
  Results results;
  std::thread([&] {
    enter(state);
    const unsigned before = control();
    test::TinyTraining t(test::tiny_normalized_network(), test::everything_on, {.threads = threads});
    EXPECT_EQ(control(), before) << "after the trainer was made";
    t.trainer.run();
    EXPECT_EQ(control(), before) << "after it trained";
    results.weights = t.trainer.weights_hash();
    results.validation = t.trainer.history().back().validation.loss;
    results.confusion = t.trainer.confusion().counts;
    EXPECT_EQ(control(), before);
    {
      Workers workers(threads);
      EXPECT_EQ(control(), before) << "after workers were made";
      Network network(t.architecture, {.max_batch = 16, .training = false}, workers);
      // Near the smallest normal number, so that what is computed with them is below it.
      AlignedFloats faint = t.trainer.best_values();
      for (float& x : faint) x *= 1e-37f;
      const Augmenter plain(t.images.shape, t.trainer.normalization());
      Evaluator evaluator(network, plain, t.images.shape, {.flip = true}, workers);
      network.use(t.trainer.best_values());
      results.measured = evaluator.measure(t.images, t.split.validation).loss;
      const std::vector<const std::uint8_t*> images = {t.images.image(1).data(), t.images.image(2).data()};
      network.use(faint);
      const float* logits = evaluator.logits(images);
      results.logits.assign(logits, logits + 2 * network.classes());
    }
    EXPECT_EQ(control(), before) << "after measuring";
    EXPECT_EQ(omp_get_max_threads(), state.openmp_threads);
  }).join();
  return results;
}

TEST(ComputeState, OfTheCallingThreadDecidesNothingAndIsLeftAlone) {
  const Results usual = compute_in({}, 1);
  for (const ThreadState& state : {ThreadState{FE_UPWARD}, ThreadState{FE_DOWNWARD, true, 4},
                                   ThreadState{FE_TONEAREST, true}, ThreadState{FE_TOWARDZERO, false, 2}}) {
    const Results other = compute_in(state, state.openmp_threads == 4 ? 3 : 1);
    EXPECT_EQ(other.weights, usual.weights);
    EXPECT_EQ(other.validation, usual.validation);
    EXPECT_EQ(other.measured, usual.measured);
    EXPECT_EQ(other.logits, usual.logits);
    EXPECT_EQ(other.confusion, usual.confusion);
  }
}

// The parts that a library's user may call alone.
TEST(ComputeState, NeitherDoesItInAStepOfANetwork) {
  const auto step = [](const ThreadState& state) {
    std::vector<float> gradients;
    std::thread([&] {
      const Architecture architecture = test::tiny_network();
      Workers workers;
      enter(state);
      const unsigned before = control();
      Network network(architecture, {.max_batch = 8}, workers);
      AlignedFloats values(network.parameters().total_floats());
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = (static_cast<float>(Key(3).bits(i) % 1000) - 500.0f) * 0x1p-12f;
      network.use_for_training(values);
      const ImageSet images = test::tiny_images(8);
      for (std::size_t i = 0; i < images.pixels.size(); ++i)
        network.input()[i] = static_cast<float>(images.pixels[i]) * 0x1p-8f;
      gradients.resize(network.parameters().learned_floats());
      const std::vector<std::int32_t> labels(images.labels.begin(), images.labels.end());
      network.forward(8, true, Key(1));
      network.loss(8, {labels.data()}, 0.1);
      network.backward(8, gradients);
      EXPECT_EQ(control(), before);
    }).join();
    return gradients;
  };
  const std::vector<float> usual = step({});
  EXPECT_EQ(step({FE_UPWARD}), usual);
  EXPECT_EQ(step({FE_TONEAREST, true}), usual);
  EXPECT_EQ(step({FE_DOWNWARD, false, 5}), usual);
}

}  // namespace
}  // namespace tailor
