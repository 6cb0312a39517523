// Model files: what is written comes back, and a file that was altered or is something else is refused.
#include "tailor/train/model.h"

#include <numeric>

#include "data/files.h"
#include "scratch.h"
#include "tailor/interop/safetensors.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using test::expect_error;

Model sample_model() {
  Model model;
  model.architecture = test::tiny_normalized_network();
  model.normalization = {{0.1f}, {1.0f / 3}};
  model.views = {true, 2};
  model.light_ground = true;
  model.class_names = {"T-shirt/top", "a \"quoted\" name", "Ärmel"};
  model.provenance = {{{"0.1.0", "0123456789ab", "AVX2", {}, {}}, 1, {"Winograd"}}};
  const ParameterTable table(model.architecture);
  model.values.resize(table.total_floats());
  for (const ParameterTensor& t : table.tensors())
    for (std::size_t i = 0; i < t.size; ++i)
      model.values[t.offset + i] = static_cast<float>(Key(t.offset).normal(i));
  return model;
}

TEST(Model, ComesBackExactly) {
  const fs::path file = scratch("model.safetensors");
  const Model model = sample_model();
  write_model(file, model);
  const Model read = read_model(file);
  EXPECT_EQ(read.architecture.fingerprint, model.architecture.fingerprint);
  EXPECT_EQ(read.normalization.mean, model.normalization.mean);
  EXPECT_EQ(read.normalization.deviation, model.normalization.deviation);
  EXPECT_EQ(read.views.flip, true);
  EXPECT_EQ(read.views.shift, 2);
  EXPECT_EQ(read.class_names, model.class_names);
  EXPECT_TRUE(read.light_ground);
  EXPECT_EQ(read.values, model.values);
  EXPECT_EQ(read.provenance, model.provenance);
}

// The file as parts that a test can change before it is written again.
struct Parts {
  std::map<std::string, std::string> metadata;
  std::vector<Tensor> tensors;
};

class AlteredModel : public ::testing::Test {
 protected:
  void SetUp() override {
    write_model(file_, sample_model());
    const Safetensors content = read_safetensors(file_);
    sound_ = {{content.metadata.begin(), content.metadata.end()}, content.tensors};
  }

  template <class Alter>
  void expect_refused(const std::vector<std::string>& message, Alter&& alter) {
    Parts parts = sound_;
    alter(parts);
    std::vector<TensorView> views;
    for (const Tensor& t : parts.tensors) views.push_back({t.name, t.shape, t.data});
    write_safetensors(file_, views, {parts.metadata.begin(), parts.metadata.end()});
    std::vector<std::string> expected = message;
    expected.push_back(file_.string());
    expect_error(ExitCode::bad_input, expected, [&] { read_model(file_); });
  }

  const fs::path file_ = scratch("altered.safetensors");
  Parts sound_;
};

TEST_F(AlteredModel, TensorsMustBeThoseOfTheArchitecture) {
  const std::string name = sound_.tensors.at(0).name;
  expect_refused({"expected 7 tensors, got 6"}, [](Parts& p) { p.tensors.pop_back(); });
  expect_refused({"got 8"}, [](Parts& p) {
    p.tensors.push_back(p.tensors.back());
    p.tensors.back().name = "extra";
  });
  expect_refused({name, "missing"}, [](Parts& p) { p.tensors[0].name = "other"; });
  expect_refused({name, "expected shape ["}, [](Parts& p) { p.tensors[0].shape.push_back(1); });
}

TEST_F(AlteredModel, MetadataMustDescribeIt) {
  for (const char* key : {"format", "architecture", "fingerprint", "normalization_mean",
                          "normalization_deviation", "views", "class_names"})
    expect_refused({key, "missing"}, [&](Parts& p) { p.metadata.erase(key); });
  expect_refused({"expected format 'tailor model 1'"}, [](Parts& p) { p.metadata["format"] = "x"; });
  expect_refused({"fingerprint"}, [](Parts& p) { p.metadata["fingerprint"] = "0123"; });
  expect_refused({"architecture"}, [](Parts& p) { p.metadata["architecture"] = "name = "; });
  expect_refused({"expected 3 class names, got 1"}, [](Parts& p) { p.metadata["class_names"] = "[\"a\"]"; });
  expect_refused({"class_names"}, [](Parts& p) { p.metadata["class_names"] = "[1, 2, 3]"; });
  expect_refused({"views"}, [](Parts& p) { p.metadata["views"] = "[true]"; });
  expect_refused({"views"}, [](Parts& p) { p.metadata["views"] = "[true, -1]"; });
  expect_refused({"views"}, [](Parts& p) { p.metadata["views"] = "[true, 1000000]"; });
  expect_refused({"normalization"}, [](Parts& p) { p.metadata["normalization_mean"] = "[0.1, 0.2, 0.3]"; });
  expect_refused({"normalization"}, [](Parts& p) { p.metadata["normalization_mean"] = "[]"; });
  expect_refused({"normalization"}, [](Parts& p) { p.metadata["normalization_deviation"] = "[0]"; });
}

TEST(Model, RefusesACheckpointAndOtherFiles) {
  const fs::path file = scratch("checkpoint.safetensors");
  write_checkpoint(file, {}, "me");
  expect_error(ExitCode::bad_input, {file.string(), "expected format 'tailor model 1'"},
               [&] { read_model(file); });
  expect_error(ExitCode::bad_input, {"nowhere.safetensors", "cannot open"},
               [] { read_model("nowhere.safetensors"); });
}

}  // namespace
}  // namespace tailor
