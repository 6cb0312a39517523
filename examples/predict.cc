// The class that a trained network sees in each picture: predict MODEL.safetensors PICTURE…
#include "tailor/predict.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw tailor::usage_error("expected MODEL.safetensors and pictures");
    tailor::Predictor predictor(tailor::read_model(argv[1]));
    const tailor::Model& model = predictor.model();
    for (int i = 2; i < argc; ++i) {
      const std::vector<float> p = predictor.predict(tailor::read_picture(argv[i], model.ground));
      const auto best = std::max_element(p.begin(), p.end());
      std::printf("%s: %s (%.1f %%)\n", argv[i], model.class_names.at(best - p.begin()).c_str(), 100 * *best);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
