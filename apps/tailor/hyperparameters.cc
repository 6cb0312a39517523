// tailor hyperparameters: the table of everything that can be set.
#include <cstdio>
#include <memory>

#include "commands.h"
#include "tailor/train/hyperparameter_listing.h"

namespace tailor {

void add_hyperparameters_command(CLI::App& app) {
  struct HyperparametersOptions {
    bool json = false, markdown = false;
  };
  auto options = std::make_shared<HyperparametersOptions>();
  CLI::App* command =
      app.add_subcommand("hyperparameters", "List every hyperparameter: default, range, effect");
  CLI::Option* json = command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("--markdown", options->markdown, "Print docs/hyperparameters.md")->excludes(json);
  command->callback([options] {
    const std::string text = options->json       ? hyperparameters_json()
                             : options->markdown ? hyperparameters_markdown()
                                                 : hyperparameters_text();
    std::fputs(text.c_str(), stdout);
  });
}

}  // namespace tailor
