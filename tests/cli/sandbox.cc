#include "cli/sandbox.h"

#include <fmt/format.h>

#include "tailor/base/process.h"
#include "tailor/data/pictures/picture.h"
#include "train/tiny_training.h"

namespace tailor::test {
namespace {

namespace fs = std::filesystem;

std::string image_file(const ImageSet& set) {
  const auto n = [](std::size_t x) { return static_cast<std::uint32_t>(x); };
  return idx(0x803, {n(set.count()), n(set.shape.height), n(set.shape.width)},
             {reinterpret_cast<const char*>(set.pixels.data()), set.pixels.size()});
}

std::string label_file(const ImageSet& set) {
  std::string bytes;
  for (const std::uint16_t label : set.labels) bytes += static_cast<char>(label);
  return idx(0x801, {static_cast<std::uint32_t>(set.count())}, bytes);
}

void write_data(const TemporaryFolder& folder, const std::string& name, const ImageSet& train,
                const ImageSet& test) {
  fs::create_directory(folder.path() / name);
  folder.write(name + "/train-images-idx3-ubyte.gz", gzip(image_file(train)));
  folder.write(name + "/train-labels-idx1-ubyte", label_file(train));
  folder.write(name + "/t10k-images-idx3-ubyte", image_file(test));
  folder.write(name + "/t10k-labels-idx1-ubyte.gz", gzip(label_file(test)));
}

// Bright stripes, each `width` pixels, on black.
Picture stripes(const Shape& shape, int width, bool lying) {
  Picture picture{shape, {}};
  for (int y = 0; y < shape.height; ++y)
    for (int x = 0; x < shape.width; ++x)
      for (int c = 0; c < shape.channels; ++c)
        picture.pixels.push_back((lying ? y : x) / width % 2 == 0 ? 20 : 240);
  return picture;
}

}  // namespace

Sandbox::Sandbox() {
  const fs::path& path = folder_.path();
  write_data(folder_, "data", tiny_images(240), tiny_images(60, 1, 4));
  write_data(folder_, "other", tiny_images(240, 1, 5), tiny_images(60, 1, 6));
  ImageSet large{{9, 9, 1}, std::vector<std::uint8_t>(30 * 81), std::vector<std::uint16_t>(30), ""};
  for (std::size_t i = 0; i < 30; ++i) large.labels[i] = static_cast<std::uint16_t>(i % 3);
  write_data(folder_, "large", large, large);
  write_data(folder_, "broken", tiny_images(240), tiny_images(60, 1, 4));
  fs::remove(path / "broken/train-images-idx3-ubyte.gz");
  folder_.write("broken/train-images-idx3-ubyte", image_file(tiny_images(240)).substr(0, 5000));
  folder_.write("tiny.toml", R"(name = "tiny"

[[layer]]
type = "conv2d"
filters = 6
kernel = 3
activation = "relu"

[[layer]]
type = "max_pool"
size = 2

[[layer]]
type = "dropout"
rate = 0.1

[[layer]]
type = "flatten"

[[layer]]
type = "dense"
units = 32
activation = "relu"

[[layer]]
type = "dense"
units = "classes"
)");

  const auto png = [&](const char* name, const Picture& p) { write_png(path / name, p.pixels, p.shape); };
  png("lying.png", stripes({30, 40, 1}, 5, true));
  png("colour.png", stripes({16, 16, 3}, 2, false));
  const Picture standing = stripes({8, 8, 1}, 1, false);
  folder_.write("standing.pgm",
                "P5\n8 8\n255\n" + std::string(standing.pixels.begin(), standing.pixels.end()));
  Picture dark{{20, 20, 1}, std::vector<std::uint8_t>(400, 250)};
  for (std::size_t i = 8; i < 12; ++i)
    std::fill_n(dark.pixels.begin() + static_cast<std::ptrdiff_t>(20 * i + 5), 10, 10);
  png("dark.png", dark);
  const std::string whole = encode_png(dark.pixels, dark.shape);
  folder_.write("cut.png", whole.substr(0, whole.size() / 2));

  // Photographs of lying and standing things, of unequal sizes and colours, in class folders and parts.
  for (const auto& [part, count] : {std::pair{"train", 30}, {"val", 10}, {"test", 12}})
    for (const bool lying : {true, false}) {
      const std::string name = fmt::format("photos/{}/{}", part, lying ? "2 lying" : "10 standing");
      fs::create_directories(path / name);
      for (int i = 0; i < count; ++i) {
        const Picture photo = stripes({20 + i % 7, 24 + i % 5, i % 2 ? 3 : 1}, 2 + i % 4, lying);
        write_png(path / name / fmt::format("{}.png", i), photo.pixels, photo.shape);
      }
    }
}

std::string Sandbox::script(const std::string& line) const {
  const std::string state = (path() / "state").string(), cache = (path() / "cache").string();
  return "unset TAILOR_STORAGE; cd '" + path().string() + "' && export XDG_STATE_HOME='" + state +
         "' XDG_CACHE_HOME='" + cache + "' PATH='" + fs::path(TAILOR_COMMAND).parent_path().string() +
         "':\"$PATH\" DOCS='" TAILOR_SOURCE_DIR "/docs'\n" + line;
}

Outcome Sandbox::run(const std::string& line) const {
  ProgramResult result = run_program({"sh", "-c", script(line)}, "dash");
  return {result.status, std::move(result.output), std::move(result.errors)};
}

}  // namespace tailor::test
