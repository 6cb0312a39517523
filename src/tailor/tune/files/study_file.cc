#include "tailor/tune/files/study_file.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tailor/base/embedded.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/data/folds.h"
#include "tailor/data/split.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/tune/files/space_file.h"
#include "tailor/tune/files/toml_reader.h"

namespace tailor {
namespace {

constexpr std::int64_t largest_number = 1'000'000'000;
constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();

template <class Target, class Value>
void take(Target& target, const std::optional<Value>& value) {
  if (value) target = static_cast<Target>(*value);
}

// 0 if the key is not there.
std::uint32_t line_if_there(const toml::table& table, const char* key) {
  const toml::node* node = table.get(key);
  return node ? line_of(*node) : 0;
}

void read_pictures(const TomlReader& reader, const toml::table& table, PictureOptions& pictures) {
  const auto where = [&](const char* key) {
    return fmt::format("{}:{}: data.{}", reader.origin(), line_if_there(table, key), key);
  };
  try {
    if (const auto size = reader.text(table, "size", "data."))
      pictures.size = image_size(*size, where("size"));
    if (const auto fit = reader.text(table, "fit", "data.")) pictures.fit = fit_from_name(*fit, where("fit"));
  } catch (const Error& error) {
    throw bad_input("{}", error.what());
  }
  if (const auto channels = reader.integer(table, "channels", 1, 3, "data."))
    pictures.channels = checked_channels(static_cast<int>(*channels), where("channels"));
  take(pictures.skip_unreadable, reader.boolean(table, "skip_unreadable", "data."));
}

void read_data(const TomlReader& reader, const toml::table& table, StudyFile& study) {
  reader.check_keys(table, "data.",
                    {"name", "split", "folds", "split_seed", "size", "fit", "channels", "skip_unreadable"});
  take(study.data, reader.text(table, "name", "data."));
  study.lines.data = line_if_there(table, "name");
  study.lines.split = line_if_there(table, "split");
  if (const auto split = reader.text(table, "split", "data.")) {
    try {
      split_sizes(*split, largest_number,
                  fmt::format("{}:{}: data.split", reader.origin(), study.lines.split));
    } catch (const Error& error) {
      throw bad_input("{}", error.what());
    }
    study.split = *split;
  }
  study.lines.folds = line_if_there(table, "folds");
  take(study.folds, reader.integer(table, "folds", 2, most_folds, "data."));
  if (study.folds > 0 && study.split)
    throw reader.wrong(study.lines.folds, "data.folds",
                       "each image validates once, so there is no split: leave out either");
  take(study.split_seed, reader.integer(table, "split_seed", 0, any, "data."));
  read_pictures(reader, table, study.pictures);
}

void read_budget(const TomlReader& reader, const toml::table& table, StudyFile& study) {
  reader.check_keys(table, "budget.", {"trials", "repeats", "epochs", "total_epochs", "minutes"});
  take(study.budget.trials, reader.integer(table, "trials", 1, largest_number, "budget."));
  take(study.budget.repeats, reader.integer(table, "repeats", 0, largest_number, "budget."));
  take(study.budget.epochs, reader.integer(table, "epochs", 1, 10000, "budget."));
  take(study.budget.total_epochs, reader.integer(table, "total_epochs", 1, largest_number, "budget."));
  take(study.budget.minutes, reader.real(table, "minutes", 0.01, 1e6, "budget."));
}

// A name alone, or a table with the name and options.
const toml::table* named(const TomlReader& reader, const toml::table& file, const char* key,
                         std::string& name, const std::vector<std::string>& options) {
  const toml::node* node = file.get(key);
  if (!node) return nullptr;
  const toml::table* table = node->as_table();
  if (!table) {
    take(name, reader.text(file, key));
    return nullptr;
  }
  const std::string prefix = std::string(key) + ".";
  reader.check_keys(*table, prefix, options);
  take(name, reader.text(*table, "name", prefix));
  return table;
}

void read_sampler(const TomlReader& reader, const toml::table& file, StudyFile& study) {
  SamplerOptions& o = study.sampler_options;
  if (const toml::table* t = named(reader, file, "sampler", study.sampler,
                                   {"name", "repeats", "startup", "grid_points", "grid_shuffle"})) {
    take(o.repeats, reader.boolean(*t, "repeats", "sampler."));
    take(o.startup, reader.integer(*t, "startup", 0, largest_number, "sampler."));
    take(o.grid_points, reader.integer(*t, "grid_points", 1, largest_number, "sampler."));
    take(o.grid_shuffle, reader.boolean(*t, "grid_shuffle", "sampler."));
  }
  try {
    make_sampler(study.sampler);
  } catch (const Error& error) {
    throw reader.wrong(line_of(*file.get("sampler")), "sampler", "{}", error.what());
  }
}

void read_pruner(const TomlReader& reader, const toml::table& file, StudyFile& study) {
  PrunerOptions& o = study.pruner_options;
  if (const toml::table* t = named(reader, file, "pruner", study.pruner,
                                   {"name", "first", "factor", "startup", "warmup", "keep"})) {
    take(o.first, reader.integer(*t, "first", 1, 10000, "pruner."));
    take(o.factor, reader.integer(*t, "factor", 2, 1000, "pruner."));
    take(o.startup, reader.integer(*t, "startup", 0, largest_number, "pruner."));
    take(o.warmup, reader.integer(*t, "warmup", 0, 10000, "pruner."));
    take(o.keep, reader.integer(*t, "keep", 0, largest_number, "pruner."));
  }
  try {
    make_pruner(study.pruner, {});
  } catch (const Error& error) {
    throw reader.wrong(line_of(*file.get("pruner")), "pruner", "{}", error.what());
  }
}

void read_space(const TomlReader& reader, const toml::table& file, StudyFile& study) {
  if (const toml::table* fixed = reader.table(file, "fixed")) study.fixed = read_fixed(reader, *fixed);
  const toml::node* node = file.get("space");
  if (node && node->is_string()) {
    study.space_name = *reader.text(file, "space");
    study.lines.space = line_of(*node);
    return;
  }
  if (const toml::table* table = reader.table(file, "space")) {
    study.own_space = SpaceFile{reader.origin(), "", study.fixed, read_parameters(reader, *table)};
  }
}

// "dropout_N" stands for each dropout layer.
std::vector<std::string> expanded(const std::string& name, std::size_t dropouts) {
  if (name != "dropout_N") return {name};
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= dropouts; ++i) names.push_back("dropout_" + std::to_string(i));
  return names;
}

Parameter resolved(const SpaceFile& file, const SpaceFile::Parameter& p, const std::string& name) {
  Parameter result{name, p.distribution};
  if (!p.when) return result;
  const auto parent =
      std::find_if(file.parameters.begin(), file.parameters.end(),
                   [&](const SpaceFile::Parameter& other) { return other.name == p.when->parent; });
  Condition condition{p.when->parent, {}};
  for (const std::string& text : p.when->values) {
    const double value = value_from_text(parent->distribution, text);
    if (std::isnan(value) || !contains(parent->distribution, value))
      throw bad_input("{}:{}: {}.when: {} is never {} here", file.origin, p.line, p.name, condition.parent,
                      text);
    condition.values.push_back(value);
  }
  result.condition = std::move(condition);
  return result;
}

}  // namespace

StudyFile parse_study_file(const std::string& text, const std::string& origin) {
  const TomlReader reader(origin);
  const toml::table file = reader.parse(text);
  reader.check_keys(file, "",
                    {"description", "architecture", "data", "budget", "seed", "lag", "objective", "sampler",
                     "pruner", "fixed", "space"});
  StudyFile study;
  study.origin = origin;
  take(study.description, reader.text(file, "description"));
  take(study.architecture, reader.text(file, "architecture"));
  study.lines.architecture = line_if_there(file, "architecture");
  if (const toml::table* data = reader.table(file, "data")) read_data(reader, *data, study);
  if (const toml::table* budget = reader.table(file, "budget")) read_budget(reader, *budget, study);
  take(study.seed, reader.integer(file, "seed", 0, any));
  take(study.lag, reader.integer(file, "lag", 1, 10000));
  if (const auto objective = reader.text(file, "objective")) {
    try {
      study.measure = measure_from_name(*objective);
    } catch (const Error& error) {
      throw reader.wrong(line_of(*file.get("objective")), "objective", "{}", error.what());
    }
  }
  read_sampler(reader, file, study);
  read_pruner(reader, file, study);
  read_space(reader, file, study);
  return study;
}

StudyFile read_study_file(const std::filesystem::path& file) {
  return parse_study_file(read_text_file(file, "a study file"), file.string());
}

SpaceFile find_space(const std::string& name_or_file) {
  for (const EmbeddedFile& file : embedded_spaces()) {
    if (file.name == name_or_file)
      return parse_space_file(std::string(file.content), fmt::format("{}.toml (shipped)", file.name));
  }
  if (is_there(name_or_file))
    return parse_space_file(read_text_file(name_or_file, "a space file"), name_or_file);
  const std::vector<std::string> names = shipped_spaces();
  throw usage_error("space '{}': neither a shipped name nor a file{}; shipped are {}", name_or_file,
                    did_you_mean(name_or_file, names), join(names, ", "));
}

std::vector<std::string> shipped_spaces() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_spaces()) names.emplace_back(file.name);
  return names;
}

ResolvedSpace resolve_space(const SpaceFile& file, const Architecture& architecture) {
  const Settings defaults = default_settings(architecture);
  const auto known = [&](const std::string& name, std::uint32_t line) {
    try {
      find_hyperparameter(defaults, name);
      check_use(name, architecture);
    } catch (const Error& error) {
      throw bad_input("{}:{}: {}", file.origin, line, error.what());
    }
  };
  ResolvedSpace result;
  for (const SpaceFile::Fixed& f : file.fixed) {
    for (const std::string& name : expanded(f.name, defaults.dropout.size())) {
      known(name, f.line);
      result.fixed[name] = f.text;
    }
  }
  std::vector<Parameter> parameters;
  for (const SpaceFile::Parameter& p : file.parameters) {
    for (const std::string& name : expanded(p.name, defaults.dropout.size())) {
      known(name, p.line);
      if (result.fixed.count(name) > 0)
        throw bad_input("{}:{}: {}: is both fixed and searched", file.origin, p.line, name);
      parameters.push_back(resolved(file, p, name));
    }
  }
  if (parameters.empty()) throw bad_input("{}: [space] is empty: nothing to search", file.origin);
  try {
    result.space = Space(std::move(parameters));
  } catch (const Error& error) {
    throw bad_input("{}: {}", file.origin, error.what());
  }
  return result;
}

ResolvedSpace resolve_space(const StudyFile& file, const Architecture& architecture) {
  if (file.own_space) return resolve_space(*file.own_space, architecture);
  SpaceFile space = file.found_space ? *file.found_space : file.look_up(file.lines.space, "space", [&file] {
    return find_space(file.space_name);
  });
  for (const SpaceFile::Fixed& f : file.fixed) {
    const auto is_fixed = [&f](const auto& other) { return other.name == f.name; };
    space.fixed.erase(std::remove_if(space.fixed.begin(), space.fixed.end(), is_fixed), space.fixed.end());
    std::vector<SpaceFile::Parameter> left;
    for (SpaceFile::Parameter& p : space.parameters) {
      if (is_fixed(p)) continue;
      // What depends on it is searched always or never.
      if (p.when && p.when->parent == f.name) {
        if (std::find(p.when->values.begin(), p.when->values.end(), f.text) == p.when->values.end()) continue;
        p.when.reset();
      }
      left.push_back(std::move(p));
    }
    space.parameters = std::move(left);
    space.fixed.push_back(f);
  }
  return resolve_space(space, architecture);
}

}  // namespace tailor
