// The tailor command: hands the command line to one subcommand, turns its errors into a message and an exit
// code.
#include <cstdio>
#include <exception>

#include "commands.h"
#include "tailor/base/error.h"

int main(int argc, char** argv) {
  CLI::App app{"tailor: the pattern is fixed; the fit is tuned."};
  app.name("tailor");
  app.set_version_flag("--version", std::string("tailor ") + TAILOR_VERSION);
  app.require_subcommand(1);
  tailor::add_architecture_command(app);
  tailor::add_data_command(app);
  tailor::add_train_command(app);
  tailor::add_evaluate_command(app);
  tailor::add_predict_command(app);
  tailor::add_hyperparameters_command(app);
  try {
    app.parse(argc, argv);
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
