// The tailor command: hands the command line to one subcommand, turns its errors into a message and an exit
// code.
#include <algorithm>
#include <cstdio>
#include <exception>

#include "commands.h"
#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace {

// A first word that is no command gets a better answer than that one is required.
void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) == names.end())
    throw tailor::usage_error("there is no command '{}'{}; the commands are {}", argv[1],
                              tailor::did_you_mean(argv[1], names), tailor::join(names, ", "));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"tailor: the pattern is fixed; the fit is tuned."};
  app.name("tailor");
  tailor::add_version_flag(app);
  app.require_subcommand(1);
  tailor::add_architecture_command(app);
  tailor::add_data_command(app);
  tailor::add_train_command(app);
  tailor::add_tune_command(app);
  tailor::add_confirm_command(app);
  tailor::add_spread_command(app);
  tailor::add_report_command(app);
  tailor::add_work_command(app);
  tailor::add_enqueue_command(app);
  tailor::add_evaluate_command(app);
  tailor::add_predict_command(app);
  tailor::add_hyperparameters_command(app);
  tailor::add_study_commands(app);
  try {
    tailor::take_instruction_set();
    check_command(app, argc, argv);
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw tailor::failure("cannot write to standard output");
    return static_cast<int>(tailor::ExitCode::done);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? static_cast<int>(tailor::ExitCode::done)
                                : static_cast<int>(tailor::ExitCode::usage);
  } catch (const tailor::Error& error) {
    std::fprintf(stderr, "tailor: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tailor: %s\n", error.what());
    return static_cast<int>(tailor::ExitCode::failed);
  }
}
