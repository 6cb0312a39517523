// A trained network on its own: everything that prediction needs, in one safetensors file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tailor/base/aligned.h"
#include "tailor/data/normalization.h"
#include "tailor/data/pictures/fit.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/train/evaluate.h"
#include "tailor/train/provenance.h"

namespace tailor {

struct Model {
  Architecture architecture;
  Normalization normalization;
  Views views;                           // averaged at prediction
  std::vector<std::string> class_names;  // one for each class
  bool light_ground = false;             // most training images are dark things on light
  Ground ground = black_ground;          // of most training images: what pictures are padded with
  AlignedFloats values;                  // ParameterTable(architecture).total_floats()
  Provenance provenance = {};            // which builds trained it, on what; the file names no machine
  // How pictures were brought to the input's size in training, which predictions do alike; none if the training images
  // were of that size already: then pictures are padded.
  std::optional<Fit> fit = {};
  double temperature = 1;  // that logits are divided by
};

// A picture as the model's training images were made: fitted to its input, padded with its ground.
Picture fit_for(const Model& model, const Picture& picture);
// What stands behind transparent pixels: as in training, else the training images' ground.
Ground ground_behind(const Model& model);

// Tensors under their table names and shapes, in the engine's memory order (convolution
// [out][height][width][in], dense [in][out] with inputs flattened as [height][width][channel]); architecture,
// normalisation, views and class names in the metadata.
void write_model(const std::filesystem::path& file, const Model& model);

// Missing, additional or misshapen tensors, or an architecture whose fingerprint differs from the recorded
// one, are bad input.
Model read_model(const std::filesystem::path& file);

}  // namespace tailor
