// Points in time as Optuna 5 stores them: UTC, microseconds, as text "YYYY-MM-DD HH:MM:SS.ffffff" with
// exactly six digits (Optuna would read ".5" as five microseconds).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tailor {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

Timestamp current_time();

// "2026-03-01 09:05:07.250000"
std::string format_timestamp(Timestamp time);

// Reads the same; the fraction may be missing or shorter. Nothing if the text is something else.
std::optional<Timestamp> parse_timestamp(std::string_view text);

}  // namespace tailor
