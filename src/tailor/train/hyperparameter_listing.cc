// Text, Markdown and JSON from the same rows.
#include "tailor/train/hyperparameter_listing.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/text.h"
#include "tailor/train/hyperparameters.h"

namespace tailor {
namespace {

constexpr std::size_t columns = 80;

bool is_number(const Hyperparameter& row) {
  return row.kind == HyperparameterKind::real || row.kind == HyperparameterKind::integer;
}

const char* kind_name(HyperparameterKind kind) {
  switch (kind) {
    case HyperparameterKind::real:
      return "real";
    case HyperparameterKind::integer:
      return "integer";
    case HyperparameterKind::boolean:
      return "boolean";
    case HyperparameterKind::choice:
      break;
  }
  return "choice";
}

std::string values(const Hyperparameter& row) {
  if (row.kind == HyperparameterKind::integer)
    return fmt::format("{}, {}, … {}", row.low, row.low + 1, row.high);
  if (row.kind == HyperparameterKind::real) return fmt::format("{} to {}", row.low, row.high);
  return row.kind == HyperparameterKind::boolean ? "true, false" : join(row.choices, ", ");
}

std::string default_value(const Hyperparameter& row) {
  return row.default_text.empty() ? "architecture's" : row.default_text;
}

// `words` after `lead`, broken at spaces before column 80; further lines are indented by `indent`.
std::string wrapped(std::string lead, std::string_view words, std::size_t indent) {
  std::string text;
  std::string line = std::move(lead);
  bool empty = true;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    if (!empty && line.size() + 1 + word.size() > columns) {
      text += line + '\n';
      line.assign(indent, ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return text + line + '\n';
}

nlohmann::ordered_json default_json(const Hyperparameter& row) {
  if (row.default_text.empty()) return nullptr;
  if (row.kind == HyperparameterKind::choice) return row.default_text;
  return nlohmann::ordered_json::parse(row.default_text);
}

}  // namespace

std::string hyperparameters_text() {
  std::string text;
  std::string group;
  for (const Hyperparameter& row : hyperparameters()) {
    if (row.group != group) {
      group = row.group;
      text += fmt::format("{}\n", group);
    }
    const std::string unit = row.unit.empty() ? "" : " " + row.unit;
    text += wrapped(fmt::format("  {:<24}{:<16}", row.name, default_value(row)), values(row) + unit, 42);
    text += fmt::format("      {}\n", row.effect);
    if (&row == &hyperparameters().back() || (&row + 1)->group != group) text += '\n';
  }
  return "  name                    default         values\n\n" + text +
         wrapped("",
                 "Set them with --set name=value or a recipe. Where each default comes from: "
                 "docs/hyperparameters.md, or --json.",
                 0);
}

std::string hyperparameters_markdown() {
  std::string text =
      "# Hyperparameters\n\n"
      "<!-- Written by `tailor hyperparameters --markdown`; change src/tailor/train/hyperparameter_table.cc. "
      "-->\n\n"
      "Everything about a training that is not the architecture. Set one with `--set name=value`, several "
      "with a\n"
      "[recipe](../recipes/README.md); defaults < recipe < `--set`. The defaults are what an untuned run in "
      "the field\n"
      "would use, each with its source: they are the baseline that tuning is measured against and are not "
      "tuned\n"
      "themselves.\n\n"
      "`dropout_N` stands for `dropout_1`, `dropout_2`, …: one for each dropout layer, in the architecture's "
      "order.\n"
      "The schedules' formulas are in [schedule.h](../src/tailor/train/schedule.h), the optimisers' in\n"
      "[optimizer.h](../src/tailor/train/optimizer.h).\n";
  std::string group;
  for (const Hyperparameter& row : hyperparameters()) {
    if (row.group != group) {
      group = row.group;
      text += fmt::format(
          "\n## {}\n\n| name | default | values | unit | effect | default as in "
          "|\n|---|---|---|---|---|---|\n",
          group);
    }
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", row.name, default_value(row), values(row),
                        row.unit, row.effect, row.source);
  }
  return text;
}

std::string hyperparameters_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Hyperparameter& row : hyperparameters()) {
    nlohmann::ordered_json item = {{"name", row.name},
                                   {"kind", kind_name(row.kind)},
                                   {"group", row.group},
                                   {"default", default_json(row)}};
    if (is_number(row)) {
      item["low"] = row.low;
      item["high"] = row.high;
      item["log_scaled"] = row.log_scaled;
    }
    if (!row.choices.empty()) item["choices"] = row.choices;
    item["unit"] = row.unit;
    item["effect"] = row.effect;
    item["source"] = row.source;
    list.push_back(std::move(item));
  }
  return nlohmann::ordered_json{{"hyperparameters", std::move(list)}}.dump(2) + '\n';
}

}  // namespace tailor
