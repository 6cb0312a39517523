// The training loop: it learns; its weights are a function of architecture, settings, images and seed alone,
// whatever the threads and interruptions; it picks and keeps the best epoch; it says when it diverges.
#include "tailor/train/trainer.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include "data/files.h"
#include "nn/kernels/bf16_testing.h"
#include "scratch.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

using test::everything_on;
using test::expect_error;
using test::tiny_network;
using test::tiny_normalized_network;
using test::TinyTraining;

std::vector<std::string> with(std::vector<std::string> settings, const std::vector<std::string>& more) {
  for (const std::string& setting : more) {
    const std::string name = setting.substr(0, setting.find('=') + 1);
    std::erase_if(settings, [&](const std::string& old) { return old.starts_with(name); });
    settings.push_back(setting);
  }
  return settings;
}

// Metrics without what a clock measured.
std::vector<double> numbers(const std::vector<EpochMetrics>& history) {
  std::vector<double> result;
  for (const EpochMetrics& m : history)
    for (double x : {static_cast<double>(m.epoch), m.train.loss, m.train.accuracy, m.train_sample.loss,
                     m.train_sample.accuracy, m.validation.loss, m.validation.accuracy, m.learning_rate})
      result.push_back(x);
  return result;
}

constexpr double any_share = std::numeric_limits<double>::infinity();

// All that a training leaves.
void expect_same(const Trainer& actual, const Trainer& expected) {
  EXPECT_EQ(actual.weights_hash(), expected.weights_hash());
  EXPECT_EQ(actual.best_epoch(), expected.best_epoch());
  EXPECT_EQ(actual.best_values(), expected.best_values());
  EXPECT_EQ(numbers(actual.history()), numbers(expected.history()));
}

TEST(Trainer, Learns) {
  for (const Architecture& architecture : {tiny_network(), tiny_normalized_network()}) {
    TinyTraining t(architecture, {"epochs=30", "batch_size=16", "learning_rate=0.01"}, {},
                   test::tiny_images(180), 120);
    EXPECT_EQ(t.trainer.run(), TrainingEnd::finished);
    const std::vector<EpochMetrics>& history = t.trainer.history();
    ASSERT_EQ(history.size(), 30u);
    EXPECT_GE(history.back().validation.accuracy, 0.95) << architecture.name;
    EXPECT_LT(history.back().train_sample.loss, history.front().train_sample.loss / 2);
    for (std::size_t i = 0; i < history.size(); ++i) {
      EXPECT_EQ(history[i].epoch, static_cast<int>(i) + 1);
      EXPECT_EQ(history[i].train.count, 120);
      EXPECT_EQ(history[i].train_sample.count, 120);
      EXPECT_EQ(history[i].validation.count, 60);
      EXPECT_GT(history[i].images_per_second, 0);
    }
    const Confusion confusion = t.trainer.confusion();
    const EpochMetrics& best = history[static_cast<std::size_t>(t.trainer.best_epoch()) - 1];
    EXPECT_EQ(confusion.at(0, 0) + confusion.at(1, 1) + confusion.at(2, 2),
              std::llround(best.validation.accuracy * 60));
  }
}

TEST(Trainer, WeightsDependOnTheSeedAndOnNothingElse) {
  for (const Architecture& architecture : {tiny_network(), tiny_normalized_network()}) {
    TinyTraining one(architecture, everything_on);
    one.trainer.run();
    for (int threads : {1, 2, 3}) {
      TinyTraining other(architecture, everything_on, {.threads = threads});
      other.trainer.run();
      expect_same(other.trainer, one.trainer);
    }
    TinyTraining reseeded(architecture, everything_on, {.seed = 2});
    reseeded.trainer.run();
    EXPECT_NE(reseeded.trainer.weights_hash(), one.trainer.weights_hash());
  }
}

TEST(Trainer, StoppedAfterAnyStepItGoesOnAsIfUndisturbed) {
  for (const Architecture& architecture : {tiny_network(), tiny_normalized_network()}) {
    TinyTraining undisturbed(architecture, everything_on);
    undisturbed.trainer.run();
    ASSERT_EQ(undisturbed.trainer.steps_per_epoch(), 3);  // 24 + 24 + 12 images
    const std::filesystem::path file = scratch("stopped.safetensors");
    for (int stop_after = 1; stop_after <= 9; ++stop_after) {
      SCOPED_TRACE(stop_after);
      TinyTraining first(architecture, everything_on, {.checkpoint = file});
      int steps = 0;
      ASSERT_EQ(first.trainer.run({.stop = [&] { return ++steps == stop_after; }}), TrainingEnd::interrupted);
      TinyTraining second(architecture, everything_on,
                          {.threads = stop_after % 4 == 0 ? 2 : 1, .checkpoint = file});
      second.trainer.resume();
      EXPECT_EQ(second.trainer.run(), TrainingEnd::finished);
      expect_same(second.trainer, undisturbed.trainer);
    }
  }
}

// A child trains until the `last` step, waits there and is killed; this process goes on.
TEST(Trainer, KilledInALongEpochItGoesOnFromWhatWasWrittenLast) {
  const std::vector<std::string> settings = with(everything_on, {"epochs=2", "batch_size=4"});
  for (const Architecture& architecture : {tiny_network(), tiny_normalized_network()})
    for (const int last : {1, 9, 20}) {  // of 15 steps in an epoch
      SCOPED_TRACE(last);
      TinyTraining undisturbed(architecture, settings);
      undisturbed.trainer.run();
      const std::filesystem::path file = scratch("killed.safetensors");
      std::filesystem::remove(file);
      int ends[2];
      ASSERT_EQ(::pipe(ends), 0);
      const pid_t child = ::fork();
      if (child == 0) {
        TinyTraining killed(architecture, settings,
                            {.checkpoint = file, .checkpoint_seconds = 0, .checkpoint_share = any_share});
        int steps = 0;
        killed.trainer.run({.stop = [&] {
          if (++steps == last + 1) ::write(ends[1], "x", 1), ::pause();
          return false;
        }});
        ::_exit(0);
      }
      char byte = 0;
      ASSERT_EQ(::read(ends[0], &byte, 1), 1);
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      ::close(ends[0]), ::close(ends[1]);
      TinyTraining second(architecture, settings, {.checkpoint = file});
      second.trainer.resume();
      EXPECT_EQ(second.trainer.history().size(), last > 15 ? 1u : 0u);
      int steps = 0;
      second.trainer.run({.step = [&](std::int64_t, std::int64_t) { ++steps; }});
      EXPECT_LT(steps, 30) << "started over";
      expect_same(second.trainer, undisturbed.trainer);
    }
}

// What measures is an average in all its parts: the weights', and the statistics' that belong to them.
TEST(Trainer, AveragesRunningStatisticsBesideTheWeights) {
  TinyTraining t(tiny_normalized_network(), with(everything_on, {"weight_average=0.8"}));
  const ParameterTable& table = t.trainer.network().parameters();
  AlignedFloats average = t.trainer.final_values();
  t.trainer.run({.step = [&](std::int64_t, std::int64_t) {
    for (std::size_t i = 0; i < average.size(); ++i)
      average[i] += 0.2f * (t.trainer.final_values()[i] - average[i]);
  }});
  const AlignedFloats& measured = t.trainer.measured_values();
  for (const ParameterTensor& tensor : table.tensors())
    for (std::size_t i = tensor.offset; i < tensor.offset + tensor.size; ++i) {
      ASSERT_NEAR(measured[i], average[i], 1e-5 * std::abs(average[i]) + 1e-6) << tensor.name;
      if (!learned(tensor.role)) {
        EXPECT_NE(measured[i], t.trainer.final_values()[i]) << tensor.name;
      }
    }
}

TEST(Trainer, StoppedAgainAndAgainItStillArrives) {
  TinyTraining undisturbed(tiny_network(), everything_on);
  undisturbed.trainer.run();
  const std::filesystem::path file = scratch("again.safetensors");
  for (int round = 0;; ++round) {
    ASSERT_LT(round, 10);
    TinyTraining part(tiny_network(), everything_on, {.checkpoint = file});
    if (round > 0) part.trainer.resume();
    if (part.trainer.run({.stop = [] { return true; }}) == TrainingEnd::interrupted) continue;
    EXPECT_EQ(round, 9);
    expect_same(part.trainer, undisturbed.trainer);
    return;
  }
}

TEST(Trainer, PausedAfterAnyEpochItGoesOnInTheSameOrAnotherProcess) {
  TinyTraining undisturbed(tiny_network(), everything_on);
  undisturbed.trainer.run();
  const std::filesystem::path file = scratch("paused.safetensors");
  TinyTraining first(tiny_network(), everything_on, {.checkpoint = file});
  EXPECT_EQ(first.trainer.run({}, 1), TrainingEnd::paused);
  EXPECT_EQ(first.trainer.run({}, 1), TrainingEnd::paused);
  EXPECT_EQ(first.trainer.history().size(), 1u);
  TinyTraining second(tiny_network(), everything_on, {.checkpoint = file});
  second.trainer.resume();
  EXPECT_EQ(second.trainer.run({}, 2), TrainingEnd::paused);
  EXPECT_EQ(second.trainer.run({}, 3), TrainingEnd::finished);
  expect_same(second.trainer, undisturbed.trainer);
}

// 60 training images in one step, 300 to measure in three batches.
TEST(Trainer, StoppedWhileItMeasuresItMeasuresAgain) {
  const auto make = [](const std::filesystem::path& file, bool sample) {
    return TinyTraining(tiny_network(), {"epochs=2", "batch_size=60"},
                        {.checkpoint = file, .measure_sample = sample}, test::tiny_images(360), 60);
  };
  TinyTraining undisturbed = make("", true);
  undisturbed.trainer.run();
  for (int stop_after : {2, 3}) {  // the step asks first
    const std::filesystem::path file = scratch("measuring.safetensors");
    TinyTraining first = make(file, true);
    int asked = 0;
    EXPECT_EQ(first.trainer.run({.stop = [&] { return ++asked == stop_after; }}), TrainingEnd::interrupted);
    EXPECT_TRUE(first.trainer.history().empty());
    TinyTraining second = make(file, true);
    second.trainer.resume();
    EXPECT_EQ(second.trainer.run(), TrainingEnd::finished);
    expect_same(second.trainer, undisturbed.trainer);
  }
  TinyTraining unsampled = make("", false);
  unsampled.trainer.run();
  EXPECT_EQ(unsampled.trainer.weights_hash(), undisturbed.trainer.weights_hash());
  EXPECT_EQ(unsampled.trainer.history()[1].train_sample.count, 0);
}

// What kill -9 leaves of short epochs, where writing may cost what it wants, is the state after the last one.
TEST(Trainer, KilledInAnyStepItGoesOnFromTheLastEpoch) {
  TinyTraining undisturbed(tiny_network(), everything_on);
  undisturbed.trainer.run();
  for (int killed_in = 4; killed_in <= 9; ++killed_in) {
    SCOPED_TRACE(killed_in);
    const std::filesystem::path file = scratch("killed.safetensors");
    TinyTraining first(tiny_network(), everything_on, {.checkpoint = file, .checkpoint_share = any_share});
    int steps = 0;
    EXPECT_THROW(first.trainer.run({.step =
                                        [&](std::int64_t, std::int64_t) {
                                          if (++steps == killed_in) throw std::runtime_error("killed");
                                        }}),
                 std::runtime_error);
    TinyTraining second(tiny_network(), everything_on, {.checkpoint = file});
    second.trainer.resume();
    EXPECT_EQ(second.trainer.history().size(), killed_in <= 6 ? 1u : 2u);
    second.trainer.run();
    expect_same(second.trainer, undisturbed.trainer);
  }
}

TEST(Trainer, ResumesAFinishedTrainingAsFinished) {
  const std::filesystem::path file = scratch("finished.safetensors");
  TinyTraining first(tiny_network(), everything_on, {.checkpoint = file});
  first.trainer.run();
  TinyTraining second(tiny_network(), everything_on, {.checkpoint = file});
  second.trainer.resume();
  EXPECT_EQ(second.trainer.run({.stop = [] { return true; }}), TrainingEnd::finished);
  expect_same(second.trainer, first.trainer);
}

TEST(Trainer, RefusesTheCheckpointOfAnotherTraining) {
  const std::filesystem::path file = scratch("another.safetensors");
  TinyTraining first(tiny_network(), everything_on, {.checkpoint = file});
  first.trainer.run({.stop = [] { return true; }});
  const auto refused = [&](TinyTraining&& other) {
    expect_error(ExitCode::bad_input, {file.string(), "another training"}, [&] { other.trainer.resume(); });
  };
  refused({tiny_network(), everything_on, {.seed = 2, .checkpoint = file}});
  refused({tiny_network(), with(everything_on, {"epochs=4"}), {.checkpoint = file}});
  refused({tiny_network(), with(everything_on, {"dropout_2=0.21"}), {.checkpoint = file}});
  refused({tiny_network(), everything_on, {.checkpoint = file}, test::tiny_images(90, 1, 4)});
  refused({tiny_network(), everything_on, {.checkpoint = file}, test::tiny_images(90), 61});
  refused({tiny_normalized_network(), {}, {.checkpoint = file}});
  expect_error(ExitCode::bad_input, {"nothing.safetensors"}, [] {
    TinyTraining(tiny_network(), everything_on, {.checkpoint = scratch("nothing.safetensors")})
        .trainer.resume();
  });
}

TEST(Trainer, MeasuringInBetweenChangesNothing) {
  for (const Architecture& architecture : {tiny_network(), tiny_normalized_network()}) {
    TinyTraining undisturbed(architecture, everything_on), measured(architecture, everything_on);
    undisturbed.trainer.run();
    measured.trainer.run({.epoch = [&](const EpochMetrics& m) {
      const Confusion first = measured.trainer.confusion();
      EXPECT_EQ(first.counts, measured.trainer.confusion().counts);
      std::int64_t right = 0;
      for (int c = 0; c < 3; ++c) right += first.at(c, c);
      if (measured.trainer.best_epoch() == m.epoch) {
        EXPECT_EQ(right, std::llround(m.validation.accuracy * static_cast<double>(m.validation.count)));
      }
    }});
    expect_same(measured.trainer, undisturbed.trainer);
  }
}

TEST(Trainer, BestEpochIsByAccuracyThenLossThenTheEarlier) {
  TinyTraining t(tiny_network(), {"epochs=40", "batch_size=16", "learning_rate=0.02"});
  t.trainer.run();
  const std::vector<EpochMetrics>& history = t.trainer.history();
  const auto best =
      std::min_element(history.begin(), history.end(), [](const EpochMetrics& a, const EpochMetrics& b) {
        return a.validation.accuracy != b.validation.accuracy ? a.validation.accuracy > b.validation.accuracy
                                                              : a.validation.loss < b.validation.loss;
      });
  EXPECT_EQ(t.trainer.best_epoch(), best->epoch);
  const auto equals = std::count_if(history.begin(), history.end(), [&](const EpochMetrics& m) {
    return m.validation.accuracy == best->validation.accuracy;
  });
  EXPECT_GT(equals, 1) << "the losses must have been what decided";
}

// Black images without biases: no gradient, so every epoch measures exactly the same.
TEST(Trainer, EqualEpochsGoToTheFirstAndEndPatience) {
  ImageSet black = test::tiny_images(90);
  black.pixels = std::vector<std::uint8_t>(black.pixels.size(), 0);
  const Architecture linear = parse_architecture(
      "name = \"linear\"\ninput = [8, 8, 1]\nclasses = 3\n"
      "layer = [{type = \"flatten\"}, {type = \"dense\", units = 3, bias = false}]",
      "linear.toml", {.binding = false});
  const std::filesystem::path file = scratch("patience.safetensors");
  TinyTraining t(linear, {"epochs=9", "patience=2"}, {.checkpoint = file}, black);
  EXPECT_EQ(t.trainer.run(), TrainingEnd::patience);
  EXPECT_EQ(t.trainer.best_epoch(), 1);
  EXPECT_EQ(t.trainer.history().size(), 3u);

  TinyTraining resumed(linear, {"epochs=9", "patience=2"}, {.checkpoint = file}, black);
  resumed.trainer.resume();
  EXPECT_EQ(resumed.trainer.run(), TrainingEnd::patience);
  EXPECT_EQ(resumed.trainer.history().size(), 3u);
}

TEST(Trainer, DivergenceNamesEpochAndStep) {
  // Weights grow by a factor of -99 with each step, and overflow after about twenty.
  TinyTraining t(tiny_network(),
                 {"optimizer=sgd", "learning_rate=100", "weight_decay=1", "batch_size=20", "epochs=20"});
  int steps = 0;
  expect_error(ExitCode::failed, {"diverged", "loss is", "epoch ", "of 3", "learning_rate"},
               [&] { t.trainer.run({.step = [&](std::int64_t, std::int64_t) { ++steps; }}); });
  EXPECT_LT(steps, 45);
  EXPECT_EQ(static_cast<int>(t.trainer.history().size()), steps / 3) << "it must end at that step";
}

TEST(Trainer, AveragesWeightsAfterEachStepAndMeasuresTheAverage) {
  const std::vector<std::string> one_step = {"epochs=1", "batch_size=60", "learning_rate=0.01"};
  TinyTraining plain(tiny_network(), one_step),
      averaged(tiny_network(), with(one_step, {"weight_average=0.75"}));
  const AlignedFloats start = averaged.trainer.final_values();
  plain.trainer.run();
  averaged.trainer.run();
  const AlignedFloats& end = averaged.trainer.final_values();
  EXPECT_EQ(plain.trainer.final_values(), end) << "averaging must not change what is trained";
  EXPECT_EQ(plain.trainer.best_values(), end);
  double change = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    EXPECT_NEAR(averaged.trainer.best_values()[i], start[i] + 0.25 * (end[i] - start[i]), 1e-6);
    change = std::max(change, std::abs(static_cast<double>(end[i]) - start[i]));
  }
  EXPECT_GT(change, 1e-3);
  EXPECT_NE(averaged.trainer.history()[0].validation.loss, plain.trainer.history()[0].validation.loss);
}

using Bf16Trainer = kernels::MatrixTiles;

TEST_P(Bf16Trainer, TrainsRoundedAndMeasuresInF32) {
  TinyTraining exact(test::tiny_network_for_tiles(), everything_on),
      rounded(test::tiny_network_for_tiles(), with(everything_on, {"precision=bf16"}));
  exact.trainer.run();
  rounded.trainer.run();
  EXPECT_NE(rounded.trainer.weights_hash(), exact.trainer.weights_hash());
  const EpochMetrics &a = exact.trainer.history().back(), &b = rounded.trainer.history().back();
  EXPECT_NEAR(b.train.loss, a.train.loss, 0.05 * a.train.loss);

  Workers workers(1);
  Network network(rounded.architecture, {.max_batch = 32, .training = false}, workers);
  AlignedFloats values = rounded.trainer.measured_values();
  network.use(values);
  const Augmenter plain(rounded.images.shape, rounded.trainer.normalization(), {});
  Evaluator evaluator(network, plain, rounded.images.shape, views(rounded.settings), workers);
  const Score score = evaluator.measure(rounded.images, rounded.split.validation);
  EXPECT_EQ(score.accuracy, b.validation.accuracy);
  EXPECT_NEAR(score.loss, b.validation.loss, 1e-6);
}

TEST_P(Bf16Trainer, GoesOnAsIfUndisturbed) {
  const std::vector<std::string> settings = with(everything_on, {"precision=bf16"});
  TinyTraining whole(test::tiny_network_for_tiles(), settings);
  whole.trainer.run();
  const auto checkpoint = scratch("bf16.safetensors");
  TinyTraining first(test::tiny_network_for_tiles(), settings, {.checkpoint = checkpoint});
  EXPECT_EQ(first.trainer.run({}, 1), TrainingEnd::paused);
  TinyTraining second(test::tiny_network_for_tiles(), settings, {.threads = 2, .checkpoint = checkpoint});
  second.trainer.resume();
  second.trainer.run();
  expect_same(second.trainer, whole.trainer);
}

TAILOR_FOR_EACH_MATRIX_UNIT(Bf16Trainer);

TEST(Trainer, CallbacksSeeEveryStepAndEpoch) {
  TinyTraining t(tiny_network(), everything_on);
  std::vector<std::int64_t> images;
  std::vector<int> epochs;
  t.trainer.run({.step =
                     [&](std::int64_t done, std::int64_t all) {
                       EXPECT_EQ(all, 60);
                       images.push_back(done);
                     },
                 .epoch =
                     [&](const EpochMetrics& m) {
                       EXPECT_EQ(t.trainer.history().back().epoch, m.epoch);
                       epochs.push_back(m.epoch);
                     }});
  EXPECT_EQ(images, (std::vector<std::int64_t>{24, 48, 60, 24, 48, 60, 24, 48, 60}));
  EXPECT_EQ(epochs, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace tailor
