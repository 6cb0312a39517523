// Prediction's speed through the library: images per second over passes through validation images, as JSON
// lines that scripts/bench reads beside its peers' (benchmarks/peers/reporting.py). The weights are as
// initialised.
#include <chrono>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tailor/base/aligned.h"
#include "tailor/base/error.h"
#include "tailor/data/dataset.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/nn/network.h"
#include "tailor/train/evaluate.h"

namespace tailor {
namespace {

struct Arguments {
  std::string network = "mnist_cnn", data = "fashion-mnist";
  int threads = 1, batch = 128, images = 20000, passes = 4;
  bool bf16 = false;
};

void run(const Arguments& a) {
  const auto dataset = open_dataset(a.data);
  const ImageSet set = dataset->read_train();
  if (static_cast<std::size_t>(a.images) > set.count())
    throw usage_error("--images: {} are there, got {}", set.count(), a.images);
  std::vector<std::uint32_t> indices(static_cast<std::size_t>(a.images));
  std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(set.count() - indices.size()));

  prepare_compute_thread();
  Workers workers(a.threads);
  const Architecture architecture = find_architecture(a.network, {set.shape, dataset->classes()});
  Network network(architecture, {.max_batch = a.batch, .training = false, .bf16 = a.bf16}, workers);
  AlignedFloats values(network.parameters().total_floats());
  initialize(network.parameters(), "pytorch", Key(1), values.data());
  network.use(values);
  const Augmenter plain(set.shape, make_normalization("unit", set, indices));
  Evaluator evaluator(network, plain, set.shape, {}, workers);

  for (int pass = 1; pass <= a.passes; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    const Score score = evaluator.measure(set, indices);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf(R"({"epoch": %d, "warm_up": %s, "images": %d, "seconds": %.6f, "images_per_second": %.2f, )"
                R"("accuracy": %.6f})"
                "\n",
                pass, pass == 1 ? "true" : "false", a.images, seconds, a.images / seconds, score.accuracy);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Predicts validation images and prints images per second, a JSON line for each pass."};
  tailor::Arguments a;
  app.add_option("--network", a.network, "Shipped architecture or TOML file")->capture_default_str();
  app.add_option("--data", a.data, "Data set's name or folder")->capture_default_str();
  app.add_option("--threads", a.threads)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--batch", a.batch)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_flag("--bf16", a.bf16, "On matrix tiles");
  app.add_option("--images", a.images, "Of a pass: the last training images")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--epochs", a.passes, "Passes; the first is warm-up")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    tailor::run(a);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "prediction: %s\n", error.what());
    return 1;
  }
}
