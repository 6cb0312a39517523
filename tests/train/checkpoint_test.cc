// Checkpoints: exact round trip; what is cut off, altered or foreign is refused; a disk that is full leaves
// the old one.
#include "tailor/train/checkpoint.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include <sys/resource.h>
#include <unistd.h>

#include "data/files.h"
#include "scratch.h"
#include "tailor/base/file.h"
#include "tailor/interop/safetensors.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using test::expect_error;

TrainingState sample_state() {
  TrainingState state;
  for (int epoch : {1, 2}) {
    EpochMetrics m;
    m.epoch = epoch;
    m.train = {1.0 / 3, 0.1 + epoch, 40};
    m.train_sample = {1e-300, 0.7, 40};
    m.validation = {5e17 / 7, 0.2, 20};
    m.learning_rate = 0.1 * epoch;
    m.images_per_second = 1234.5678;
    m.seconds = 1e-9 * epoch;
    state.history.push_back(m);
  }
  state.progress = {3, 12.3 / 7, 55, 96, 0.25};
  state.best_epoch = 1;
  state.values = {1.5f, -0.0f, 1e-38f};
  state.average = {0.1f, 0.2f, 0.3f};
  state.optimizer = {1, 2, 3, 4, 5, 6};
  state.best = {7, 8, 9};
  state.provenance = {{{"0.1.0", "", "AVX2", "a processor", "a host"}, 1, {"Winograd"}, {"12"}}};
  return state;
}

void expect_equal(const TrainingState& a, const TrainingState& b) {
  const auto equal = [](const Score& x, const Score& y) {
    EXPECT_EQ(x.loss, y.loss);
    EXPECT_EQ(x.accuracy, y.accuracy);
    EXPECT_EQ(x.count, y.count);
  };
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    const EpochMetrics &x = a.history[i], &y = b.history[i];
    EXPECT_EQ(x.epoch, y.epoch);
    equal(x.train, y.train);
    equal(x.train_sample, y.train_sample);
    equal(x.validation, y.validation);
    EXPECT_EQ(x.learning_rate, y.learning_rate);
    EXPECT_EQ(x.images_per_second, y.images_per_second);
    EXPECT_EQ(x.seconds, y.seconds);
  }
  EXPECT_EQ(a.progress.step, b.progress.step);
  EXPECT_EQ(a.progress.loss, b.progress.loss);
  EXPECT_EQ(a.progress.correct, b.progress.correct);
  EXPECT_EQ(a.progress.images, b.progress.images);
  EXPECT_EQ(a.progress.seconds, b.progress.seconds);
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  EXPECT_EQ(a.values, b.values);
  EXPECT_EQ(a.average, b.average);
  EXPECT_EQ(a.optimizer, b.optimizer);
  EXPECT_EQ(a.best, b.best);
  EXPECT_EQ(a.provenance, b.provenance);
}

// Without waiting for the disk, as write_file does.
void put(const fs::path& file, const std::string& content) {
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << content;
}

TEST(Checkpoint, ComesBackExactly) {
  const fs::path file = scratch("state.safetensors");
  write_checkpoint(file, sample_state(), "me");
  expect_equal(read_checkpoint(file, "me"), sample_state());
  TrainingState fresh;  // plain SGD before its first epoch
  fresh.values = {1, 2};
  write_checkpoint(file, fresh, "me");
  expect_equal(read_checkpoint(file, "me"), fresh);
  expect_error(ExitCode::bad_input, {file.string(), "another training"},
               [&] { read_checkpoint(file, "you"); });
}

TEST(Checkpoint, CutOffAnywhereItIsRefused) {
  const fs::path file = scratch("whole.safetensors"), part = scratch("part.safetensors");
  write_checkpoint(file, sample_state(), "me");
  const std::string content = read_file(file);
  for (std::size_t size = 0; size < content.size(); ++size) {
    put(part, content.substr(0, size));
    expect_error(ExitCode::bad_input, {part.string()}, [&] { read_checkpoint(part, "me"); });
  }
  put(part, content + "x");
  expect_error(ExitCode::bad_input, {part.string()}, [&] { read_checkpoint(part, "me"); });
}

// A flipped bit may go unnoticed in a number; it may never do harm, and never be blamed on anything else.
TEST(Checkpoint, AlteredAnywhereItIsReadOrRefused) {
  const fs::path file = scratch("sound.safetensors"), altered = scratch("altered.safetensors");
  write_checkpoint(file, sample_state(), "me");
  const std::string content = read_file(file);
  int refused = 0;
  for (std::size_t at = 0; at < content.size(); ++at) {
    std::string other = content;
    other[at] = static_cast<char>(other[at] ^ 0x15);
    put(altered, other);
    try {
      read_checkpoint(altered, "me");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input);
      EXPECT_THAT(error.what(), testing::HasSubstr(altered.string()));
      ++refused;
    }
  }
  EXPECT_GT(refused, 300);
}

TEST(Checkpoint, RefusesOtherSafetensors) {
  const fs::path file = scratch("foreign.safetensors");
  write_safetensors(file, {}, {});
  expect_error(ExitCode::bad_input, {file.string(), "not a tailor checkpoint"},
               [&] { read_checkpoint(file, "me"); });
  write_safetensors(file, {}, {{"format", "tailor checkpoint 2"}});
  expect_error(ExitCode::bad_input, {"expected format 'tailor checkpoint 1'", "checkpoint 2"},
               [&] { read_checkpoint(file, "me"); });
}

// A state that reads well but fits no training of this network.
TEST(Checkpoint, TheTrainerRefusesAStateThatContradictsItself) {
  const fs::path file = scratch("contradiction.safetensors");
  test::TinyTraining first(test::tiny_network(), {"epochs=2"}, {.checkpoint = file});
  first.trainer.run();
  const Safetensors content = read_safetensors(file);
  const std::string identity = content.metadata.at("identity");
  const TrainingState sound = read_checkpoint(file, identity);
  const auto refused = [&](auto&& alter) {
    TrainingState state = sound;
    alter(state);
    write_checkpoint(file, state, identity);
    test::TinyTraining other(test::tiny_network(), {"epochs=2"}, {.checkpoint = file});
    expect_error(ExitCode::bad_input, {file.string()}, [&] { other.trainer.resume(); });
  };
  refused([](TrainingState& s) { s.values.pop_back(); });
  refused([](TrainingState& s) { s.optimizer.clear(); });
  refused([](TrainingState& s) { s.average = s.values; });
  refused([](TrainingState& s) { s.best.clear(); });
  refused([](TrainingState& s) { s.best_epoch = 3; });
  refused([](TrainingState& s) { s.best_epoch = -1; });
  refused([](TrainingState& s) { s.progress.step = -1; });
  refused([](TrainingState& s) { s.progress.step = 2; });
  refused([](TrainingState& s) { s.history[0].epoch = 2; });
}

// No file of this process may grow beyond `bytes` while this lives: what a full disk does, without one.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

// What each checkpoint knows goes on to whoever resumes from it; a version that did not record it is a part
// too.
TEST(Checkpoint, TheTrainerAddsItselfToWhatComputedIt) {
  const fs::path file = scratch("provenance.safetensors");
  test::TinyTraining first(test::tiny_network(), {"epochs=3"}, {.checkpoint = file});
  EXPECT_TRUE(first.trainer.provenance().empty()) << "nothing is computed yet";
  first.trainer.run({}, 1);
  const Environment here = this_environment();
  ASSERT_EQ(first.trainer.provenance().size(), 1u);
  EXPECT_EQ(first.trainer.provenance()[0].environment, here);
  EXPECT_FALSE(first.trainer.provenance()[0].kernels.empty());
  EXPECT_EQ(first.trainer.provenance()[0].workers, std::vector{std::to_string(::getpid())});

  const auto resumed = [&](std::optional<std::string> recorded) {
    Safetensors content = read_safetensors(file);
    content.metadata.erase("provenance");
    if (recorded) content.metadata["provenance"] = *recorded;
    std::vector<TensorView> tensors;
    for (const Tensor& t : content.tensors) tensors.push_back({t.name, t.shape, t.data});
    const fs::path other = scratch("resumed.safetensors");
    write_safetensors(other, tensors, content.metadata);
    test::TinyTraining second(test::tiny_network(), {"epochs=3"}, {.checkpoint = other});
    second.trainer.resume();
    second.trainer.run();
    return second.trainer.provenance();
  };
  const Environment there{"0.0.9", "", "AVX1", "a processor", "a host"};
  const Provenance both = resumed(to_json({{there, 1}})), older = resumed(std::nullopt);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].environment, there);
  EXPECT_EQ(both[1].environment, here);
  EXPECT_EQ(both[1].from, 2);
  ASSERT_EQ(older.size(), 2u);
  EXPECT_FALSE(older[0].environment.recorded());
  EXPECT_EQ(resumed(to_json({{here, 1}})).size(), 1u);
}

TEST(Checkpoint, AFullDiskLeavesTheOldOneAndNothingElse) {
  const fs::path folder = scratch("full disk");
  make_folder(folder);
  const fs::path file = folder / "state.safetensors";
  write_checkpoint(file, sample_state(), "me");
  TrainingState larger = sample_state();
  larger.values.resize(100'000);
  {
    const FileSizeLimit limit(50'000);
    expect_error(ExitCode::failed, {file.string(), "cannot write"},
                 [&] { write_checkpoint(file, larger, "me"); });
  }
  expect_equal(read_checkpoint(file, "me"), sample_state());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

TEST(Checkpoint, ATrainingThatMeetsAFullDiskGoesOnLater) {
  test::TinyTraining undisturbed(test::tiny_network(), test::everything_on);
  undisturbed.trainer.run();
  const fs::path file = scratch("met a full disk.safetensors");
  test::TinyTraining first(test::tiny_network(), test::everything_on, {.checkpoint = file});
  {
    std::optional<FileSizeLimit> limit;
    expect_error(ExitCode::failed, {file.string(), "cannot write"}, [&] {
      first.trainer.run({.epoch = [&](const EpochMetrics& m) {
        if (m.epoch == 2) limit.emplace(1'000);
      }});
    });
  }
  test::TinyTraining second(test::tiny_network(), test::everything_on, {.checkpoint = file});
  second.trainer.resume();
  EXPECT_EQ(second.trainer.history().size(), 1u);
  second.trainer.run();
  EXPECT_EQ(second.trainer.weights_hash(), undisturbed.trainer.weights_hash());
}

}  // namespace
}  // namespace tailor
