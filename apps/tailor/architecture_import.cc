// tailor architecture import: a network of PyTorch or Keras, through ONNX, as an architecture file.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "commands.h"
#include "input_option.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/interop/onnx/import.h"
#include "tailor/interop/safetensors.h"
#include "tailor/nn/architecture/shape_inference.h"

namespace tailor {
namespace {

struct ImportOptions {
  std::string file, out, weights, input, classes;
};

void import_architecture(const ImportOptions& options) {
  if (!options.out.ends_with(".toml"))
    throw usage_error("--out {}: expected a file name that ends in .toml", options.out);
  if (!options.weights.empty() && !options.weights.ends_with(".safetensors"))
    throw usage_error("--weights {}: expected a file name that ends in .safetensors", options.weights);
  OnnxOptions how;
  if (!options.input.empty()) how.input = parse_input(options.input);
  how.classes_of_data = options.classes == "data";
  const OnnxImport import = import_onnx(options.file, how);
  if (!options.weights.empty()) {
    std::vector<TensorView> tensors;
    for (const Tensor& tensor : import.weights) tensors.push_back({tensor.name, tensor.shape, tensor.data});
    write_safetensors(options.weights, tensors, import.metadata);
  }
  write_file(options.out, import.toml);

  const Architecture& a = import.architecture;
  fmt::print("{}: {} layers, {} parameters, {} -> {} classes\nfingerprint {}\n", options.out, a.layers.size(),
             with_thousands(a.parameters()), shape_text(a.input), a.classes, a.fingerprint);
  if (!options.weights.empty()) fmt::print("{}\n", options.weights);
  for (const std::string& remark : import.remarks) fmt::print("note: {}\n", remark);
}

}  // namespace

void add_architecture_import_command(CLI::App& architecture) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = architecture.add_subcommand("import", "An ONNX network as an architecture file");
  command->add_option("FILE", options->file, "ONNX file, as PyTorch and Keras export it")->required();
  command->add_option("--out", options->out, "Architecture file to write")
      ->required()
      ->type_name("NAME.toml");
  command->add_option("--weights", options->weights, "Also write the weights")->type_name("NAME.safetensors");
  command->add_option("--input", options->input, "Image size where the file leaves it open")
      ->type_name("HxWxC");
  command
      ->add_option("--classes", options->classes,
                   "\"file\" keeps the file's number, \"data\" leaves it to the data")
      ->check(CLI::IsMember({"file", "data"}))
      ->default_str("file");
  command->callback([options] { import_architecture(*options); });
}

}  // namespace tailor
