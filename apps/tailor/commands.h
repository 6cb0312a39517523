// The subcommands: each adds itself, its options and its callback to the application. One file for each.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tailor {

// CLI11's own names the largest double instead of what is wrong.
inline const CLI::Validator positive(
    [](const std::string& text) {
      double value = 0;
      const bool good = CLI::detail::lexical_cast(text, value) && value > 0;
      return good ? std::string() : "expected a number above 0, got " + text;
    },
    "POSITIVE");

// As far as every file that a seed is written to can hold it (TOML has 64 bits with a sign).
inline const CLI::Validator seed_range(
    [](const std::string& text) {
      std::uint64_t value = 0;
      const bool good = CLI::detail::lexical_cast(text, value) && value <= std::uint64_t{INT64_MAX};
      return good ? std::string()
                  : fmt::format("expected a whole number from 0 to {}, got {}", INT64_MAX, text);
    },
    "SEED");

void add_architecture_command(CLI::App& app);
void add_architecture_import_command(CLI::App& architecture);
void add_confirm_command(CLI::App& app);
void add_data_command(CLI::App& app);
void add_data_get_command(CLI::App& data);
void add_evaluate_command(CLI::App& app);
void add_hyperparameters_command(CLI::App& app);
void add_predict_command(CLI::App& app);
void add_report_command(CLI::App& app);
void add_spread_command(CLI::App& app);
void add_study_commands(CLI::App& app);
void add_train_command(CLI::App& app);
void add_tune_command(CLI::App& app);
void add_work_command(CLI::App& app);
void add_enqueue_command(CLI::App& app);

// --version, alone or with --json.
void add_version_flag(CLI::App& app);
// What $TAILOR_INSTRUCTION_SET asks for, if anything; see nn/instruction_set.h.
void take_instruction_set();

}  // namespace tailor
