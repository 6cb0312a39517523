// What a training needs is known beforehand, and asked for before it is taken.
#include "tailor/train/training_memory.h"

#include "data/files.h"
#include "tailor/base/memory.h"
#include "tailor/nn/plan/plan.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

// While this lives there is so much memory.
struct Room {
  explicit Room(std::uint64_t bytes) { pretend_memory_room(bytes); }
  ~Room() { pretend_memory_room(std::nullopt); }
};

Architecture of_side(int side) {
  return parse_architecture(fmt::format(R"(name = "large"
input = [{0}, {0}, 3]
classes = 3
layer = [
  {{type = "conv2d", filters = 32, kernel = 3, padding = 1, activation = "relu"}},
  {{type = "global_average_pool"}},
  {{type = "dense", units = 3}},
])",
                                        side),
                            "large.toml", {.binding = false});
}

// The golden runs measure as ever.
TEST(TrainingMemory, NetworksOfGoldenRunsAreMeasured128AtOnce) {
  for (const std::string name : {"mnist_cnn", "lenet5", "vgg_bn", "resnet20"})
    for (const Shape& shape : {Shape{28, 28, 1}, Shape{32, 32, 3}})
      EXPECT_EQ(measuring_batch(find_architecture(name, {shape, 10})), 128) << name;
}

TEST(TrainingMemory, LargeImagesAreMeasuredInSmallerBatches) {
  EXPECT_EQ(measuring_batch(of_side(64)), 128);
  EXPECT_EQ(measuring_batch(of_side(512)), 4);
  EXPECT_EQ(measuring_batch(of_side(2048)), 1);
  Settings settings = default_settings(of_side(512));
  settings.batch_size = 2;
  EXPECT_EQ(training_batch(of_side(512), settings), 4);
  settings.batch_size = 300;
  EXPECT_EQ(training_batch(of_side(512), settings), 300);
}

TEST(TrainingMemory, IsKnownBeforeAnythingIsMade) {
  for (const Architecture& architecture : {test::tiny_network(), test::tiny_normalized_network()}) {
    test::TinyTraining t(architecture, test::everything_on);
    const Network& network = t.trainer.network();
    const ParameterTable& table = network.parameters();
    const std::size_t values = 3 * table.total_floats() + 3 * table.learned_floats();  // adam has two
    const std::size_t saved = 3 * table.total_floats() + 2 * table.learned_floats();
    const std::uint64_t expected =
        network.arena_bytes() + 4 * (values + saved) + 4 * 24 * t.images.shape.size() + 4 * 60;
    EXPECT_EQ(training_bytes(architecture, t.settings, 60, 0), expected);
    EXPECT_EQ(Plan::arena_bytes(architecture, table, {.max_batch = network.max_batch()}),
              network.arena_bytes());
  }
}

TEST(TrainingMemory, GrowsWithTheBatchAndWithWhatIsKept) {
  const Architecture architecture = test::tiny_network();
  const auto bytes = [&](const std::vector<std::string>& overrides) {
    return training_bytes(architecture, test::tiny_settings(architecture, overrides), 60, 30);
  };
  const std::uint64_t plain = bytes({"optimizer=sgd", "momentum=0", "batch_size=128"});
  EXPECT_EQ(bytes({"optimizer=sgd", "momentum=0", "batch_size=16"}), plain) << "measured 128 at once";
  EXPECT_GT(bytes({"optimizer=sgd", "momentum=0", "batch_size=1024"}), plain * 4);
  EXPECT_GT(bytes({"optimizer=adam", "batch_size=128"}), plain);
  EXPECT_GT(bytes({"optimizer=sgd", "momentum=0", "batch_size=128", "weight_average=0.9"}), plain);
  EXPECT_GT(bytes({"optimizer=sgd", "momentum=0", "batch_size=128", "mixup=0.1"}), plain);
}

// 200,000 images of 1,000 classes say 800 MB.
TEST(TrainingMemory, GrowsWithWhatIsSaidOfImages) {
  const Architecture architecture = test::tiny_network();
  const Settings settings = test::tiny_settings(architecture, {});
  EXPECT_GE(prediction_bytes(200'000, 1000), 800'000'000u);
  EXPECT_EQ(training_bytes(architecture, settings, 60, 1000) - training_bytes(architecture, settings, 60, 0),
            prediction_bytes(1000, architecture.classes));
  const auto folds = [&](std::size_t images) {
    return cross_validation_bytes(architecture, settings, 5, 60, images);
  };
  EXPECT_GT(folds(75), 5 * training_bytes(architecture, settings, 60, 0));
  EXPECT_GE(folds(1'000'075) - folds(75), 3 * 4 * 1'000'000 * static_cast<std::size_t>(architecture.classes));
}

TEST(TrainingMemory, ATrainerAsksForAllOfIt) {
  const Architecture architecture = test::tiny_network();
  const std::vector<std::string> settings = {"epochs=1", "batch_size=1000"};
  const std::uint64_t bytes =
      training_bytes(architecture, test::tiny_settings(architecture, settings), 60, 30);
  {
    const Room room(bytes);
    test::TinyTraining fits(architecture, settings);
  }
  const Room room(bytes - 1);
  test::expect_error(ExitCode::failed,
                     {"training 'tiny' in batches of 1000 needs", "MiB", "lower batch_size"},
                     [&] { test::TinyTraining(architecture, settings); });
  EXPECT_THROW(test::TinyTraining(architecture, settings), MemoryError);
}

TEST(TrainingMemory, PredictionAsksToo) {
  const Architecture architecture = test::tiny_network();
  Workers workers;
  const Room room(1000);
  test::expect_error(ExitCode::failed, {"predicting with 'tiny' in batches of 64 needs"},
                     [&] { Network(architecture, {.max_batch = 64, .training = false}, workers); });
}

}  // namespace
}  // namespace tailor
