// Trains the default network on a part of Fashion-MNIST and keeps the best weights: train [MODEL.safetensors]
#include "tailor/train.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  try {
    const auto dataset = tailor::open_dataset("fashion-mnist");
    const tailor::ImageSet images = dataset->read_train();
    const tailor::Split split = tailor::stratified_split(images.labels, 1000, 500, 0);
    const auto architecture = tailor::find_architecture("mnist_cnn", {images.shape, dataset->classes()});
    const tailor::Settings settings =
        tailor::resolve_settings(architecture, nullptr, {"epochs=2", "flip=0.5"}).settings;

    tailor::Trainer trainer(architecture, settings, images, split, {.seed = 7});
    trainer.run({.epoch = [](const tailor::EpochMetrics& now) {
      std::printf("epoch %d: validation accuracy %.1f %%\n", now.epoch, 100 * now.validation.accuracy);
    }});
    if (argc > 1) {
      tailor::write_model(argv[1], {.architecture = architecture,
                                    .normalization = trainer.normalization(),
                                    .views = tailor::views(settings),
                                    .class_names = dataset->class_names(),
                                    .values = trainer.best_values()});
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
