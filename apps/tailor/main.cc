// The tailor command: hands the command line to one subcommand, turns its errors into a message and an exit
// code.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>

#include <fcntl.h>

#include "commands.h"
#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace {

// What we open first would take the place of a standard stream that is closed, and messages would go into it.
// Reading from it and writing to it still fail.
void occupy_standard_streams() {
  for (int stream = 0; stream <= 2; ++stream)
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
}

// A variable of the shell that is not set leaves an empty name behind: not the same as no name.
void check_arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool nothing_behind = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
    if (argument.empty())
      throw tailor::usage_error("an empty argument{}; is a variable not set?",
                                i == 1 ? std::string() : fmt::format(" after '{}'", argv[i - 1]));
    if (nothing_behind) throw tailor::usage_error("'{}': expected a value behind it", argument);
  }
}

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
  occupy_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond `ulimit -f` is an error like a full disk
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
    check_arguments(argc, argv);
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
  } catch (const std::filesystem::filesystem_error& error) {
    std::fprintf(stderr, "tailor: %s: %s\n", error.path1().c_str(), error.code().message().c_str());
    return static_cast<int>(tailor::ExitCode::failed);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tailor: %s\n", error.what());
    return static_cast<int>(tailor::ExitCode::failed);
  }
}
