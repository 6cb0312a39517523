// tailor predict: the classes that a trained network sees in pictures or in a whole IDX file. Everything is
// read before anything is printed, so a bad file leaves no half answer.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <optional>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "progress.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/data/content_reader.h"
#include "tailor/data/idx.h"
#include "tailor/data/pictures/fit.h"
#include "tailor/data/pictures/picture.h"
#include "tailor/report/run_folder.h"
#include "tailor/train/model.h"
#include "tailor/train/predictor.h"
#include "threads_option.h"

namespace tailor {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t batch_size = 128;

struct PredictArguments {
  std::string model;
  std::vector<std::string> images;
  int top = 3;
  bool invert = false, json = false;
  int threads = 1;
  std::string precision = "f32";
};

// One file that was given: where its images are among all, and what was done to them.
struct Source {
  std::string file;
  bool idx = false;
  std::size_t first = 0, count = 0;
  std::string preprocessing;
  bool looks_inverted = false;  // light or dark ground, other than in the training images
};

// All images, ready for the network but for normalisation.
struct Inputs {
  std::vector<Source> sources;
  std::vector<std::uint8_t> pixels;  // [count][height][width][channels] of the network's input
  std::size_t count = 0;
};

Model find_model(const std::filesystem::path& path) {
  return kind_of_path(path) == PathKind::folder ? read_run_model(path) : read_model(path);
}

// `light` counts the images on light ground.
void add_image(Picture picture, const Model& model, bool inverted, Inputs& inputs, std::size_t& light) {
  if (inverted) invert(picture);
  light += has_light_border(picture);
  const Picture fitted = fit_for(model, picture);
  inputs.pixels.insert(inputs.pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
  ++inputs.count;
}

// A file, or what came through a pipe, which can be read only once.
class InputFile {
 public:
  explicit InputFile(const std::string& name) : name_(name) {
    if (kind_of_path(name) == PathKind::file && !std::filesystem::is_regular_file(name))
      content_ = read_file(name);
  }

  ContentReader open() const {
    if (content_) return ContentReader(name_, *content_);
    return ContentReader(std::filesystem::path(name_));
  }
  Picture picture(const Ground& ground) const {
    return content_ ? decode_picture(*content_, name_, ground) : read_picture(name_, ground);
  }

 private:
  const std::string& name_;
  std::optional<std::string> content_;
};

Inputs read_inputs(const PredictArguments& arguments, const Model& model) {
  const Shape& shape = model.architecture.input;
  Inputs inputs;
  for (const std::string& file : arguments.images) {
    const InputFile input(file);
    Source source{file, is_idx_images(input.open()), inputs.count, 1, "", false};
    std::size_t light = 0;
    Preprocessing done{.from = {},
                       .to = shape,
                       .fit = model.fit.value_or(Fit::pad),
                       .inverted = arguments.invert,
                       .ground = model.ground};
    if (source.idx) {
      ContentReader content = input.open();
      const IdxImages images = read_idx_images(content);
      const Shape& from = done.from = images.shape;
      source.count = images.count;
      for (std::size_t i = 0; i < images.count; ++i) {
        const auto begin = images.pixels.begin() + static_cast<std::ptrdiff_t>(i * from.size());
        add_image({from, {begin, begin + static_cast<std::ptrdiff_t>(from.size())}}, model, arguments.invert,
                  inputs, light);
      }
    } else {
      // What is transparent has its ground once the picture is inverted.
      const Ground behind = ground_behind(model);
      Picture picture = input.picture(arguments.invert ? inverted(behind) : behind);
      done.from = picture.shape;
      done.turned = picture.turned;
      add_image(std::move(picture), model, arguments.invert, inputs, light);
    }
    source.preprocessing = describe(done);
    // Photographs have no ground to be right or wrong.
    source.looks_inverted = !model.fit && (2 * light > source.count) != model.light_ground;
    inputs.sources.push_back(std::move(source));
  }
  return inputs;
}

// The most probable classes; of equals the earlier.
std::vector<int> top_classes(const float* probabilities, int classes, int top) {
  std::vector<int> order(static_cast<std::size_t>(classes));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return probabilities[a] > probabilities[b]; });
  order.resize(static_cast<std::size_t>(std::min(classes, top)));
  return order;
}

std::string normalization_text(const Normalization& n) {
  std::string text;
  for (std::size_t c = 0; c < n.mean.size(); ++c)
    text +=
        (c > 0 ? "; " : "") + (n.mean[c] == 0 && n.deviation[c] == 1
                                   ? std::string("x / 255")
                                   : fmt::format("(x / 255 - {:.4f}) / {:.4f}", n.mean[c], n.deviation[c]));
  return text;
}

std::string hint(const Model& model, bool inverted) {
  return fmt::format("this looks {}, but the training images were {}; try {} --invert",
                     model.light_ground ? "light on dark" : "dark on light",
                     model.light_ground ? "dark on light" : "light on dark", inverted ? "without" : "with");
}

void print_text(const PredictArguments& arguments, const Inputs& inputs, const Model& model,
                const std::vector<float>& probabilities) {
  const int classes = model.architecture.classes;
  std::size_t width = 0;
  for (const std::string& name : model.class_names) width = std::max(width, name.size());
  for (const Source& source : inputs.sources) {
    fmt::print("{}\n  {}; normalised to {}\n", source.file, source.preprocessing,
               normalization_text(model.normalization));
    if (source.looks_inverted) fmt::print("  hint: {}\n", hint(model, arguments.invert));
    for (std::size_t i = 0; i < source.count; ++i) {
      const float* row = probabilities.data() + (source.first + i) * static_cast<std::size_t>(classes);
      std::vector<std::string> line;
      for (int c : top_classes(row, classes, arguments.top)) {
        const std::string& name = model.class_names[static_cast<std::size_t>(c)];
        line.push_back(source.idx ? fmt::format("{} {:.2f} %", name, 100 * row[c])
                                  : fmt::format("  {:<{}}  {:6.2f} %\n", name, width, 100 * row[c]));
      }
      if (source.idx)
        fmt::print("  image {}: {}\n", i, join(line, ", "));
      else
        fmt::print("{}", join(line, ""));
    }
  }
}

void print_json(const PredictArguments& arguments, const Inputs& inputs, const Model& model,
                const std::vector<float>& probabilities) {
  const int classes = model.architecture.classes;
  Json predictions = Json::array();
  for (const Source& source : inputs.sources)
    for (std::size_t i = 0; i < source.count; ++i) {
      const float* row = probabilities.data() + (source.first + i) * static_cast<std::size_t>(classes);
      Json prediction{{"file", source.file}};
      if (source.idx) prediction["index"] = i;
      prediction["preprocessing"] = source.preprocessing;
      if (source.looks_inverted) prediction["hint"] = hint(model, arguments.invert);
      for (int c : top_classes(row, classes, arguments.top))
        prediction["top"].push_back({{"class", c},
                                     {"name", model.class_names[static_cast<std::size_t>(c)]},
                                     {"probability", row[c]}});
      predictions.push_back(std::move(prediction));
    }
  const Json out{
      {"model", arguments.model},
      {"architecture", model.architecture.name},
      {"architecture_fingerprint", model.architecture.fingerprint},
      {"normalization", {{"mean", model.normalization.mean}, {"deviation", model.normalization.deviation}}},
      {"views", model.views.count()},
      {"predictions", predictions}};
  fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));  // file names may be any bytes
}

void predict(const PredictArguments& arguments) {
  Model found = find_model(arguments.model);
  const Inputs inputs = read_inputs(arguments, found);
  Predictor predictor(std::move(found), {.batch = static_cast<int>(std::min(batch_size, inputs.count)),
                                         .threads = useful_threads(arguments.threads),
                                         .bf16 = arguments.precision == "bf16"});
  const Model& model = predictor.model();
  Progress progress(static_cast<std::int64_t>(inputs.count), "images");
  const std::vector<float> probabilities = predictor.predict(inputs.pixels, [&](std::size_t done) {
    if (inputs.count > batch_size) progress.update(static_cast<std::int64_t>(done), "predicting");
  });
  if (arguments.json)
    print_json(arguments, inputs, model, probabilities);
  else
    print_text(arguments, inputs, model, probabilities);
}

}  // namespace

void add_predict_command(CLI::App& app) {
  auto arguments = std::make_shared<PredictArguments>();
  CLI::App* command = app.add_subcommand("predict", "Say what a trained network sees in pictures");
  command->add_option("MODEL", arguments->model, "A run's folder, or a model.safetensors")->required();
  command
      ->add_option("IMAGE", arguments->images,
                   "Pictures of any usual format and size, or a file of IDX images")
      ->required();
  command->add_option("--top", arguments->top, "How many classes to show")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command->add_flag("--invert", arguments->invert, "Swap light and dark first");
  command->add_option("--precision", arguments->precision, "f32, or bf16 on a processor with AMX")
      ->capture_default_str()
      ->check(CLI::IsMember({"f32", "bf16"}));
  add_threads_option(*command, arguments->threads);
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments] { predict(*arguments); });
}

}  // namespace tailor
