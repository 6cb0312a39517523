// tailor data get: fetches a published data set, after saying what, how large, under which licence and where to. No other
// command downloads anything.
#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "progress.h"
#include "signals.h"
#include "tailor/base/error.h"
#include "tailor/base/state_folder.h"
#include "tailor/base/text.h"
#include "tailor/data/download/fetch_set.h"
#include "warn.h"

namespace tailor {
namespace {

using GetJson = nlohmann::ordered_json;

struct GetOptions {
  std::string name;
  std::optional<std::string> from, to;
  bool json = false;
};

std::string megabytes(std::uint64_t bytes) {
  if (bytes == 0) return "unknown";
  return fmt::format("{:.{}f} MB", static_cast<double>(bytes) / 1e6, bytes < 10'000'000 ? 1 : 0);
}

void list_published() {
  for (const std::string& name : published_set_names()) {
    const PublishedSet set = *find_published_set(name);
    fmt::print("{}\n    {}\n    {}\n", name, set.title, set.licence);
  }
  fmt::print("\nMedMNIST with larger pictures: NAME_64, NAME_128, NAME_224\n");
}

void print_plan(const PublishedSet& set, const FetchPlan& plan) {
  fmt::print("{}\n", set.title);
  const auto row = [](const char* name, const std::string& value) { fmt::print("  {:<9}{}\n", name, value); };
  const std::string& first = plan.files.front().urls.front();
  row("from", plan.files.size() == 1
                  ? first
                  : fmt::format("{} ({} files)", first.substr(0, first.rfind('/') + 1), plan.files.size()));
  row("size", megabytes(plan.bytes));
  row("licence", set.licence);
  row("cite", set.citation);
  row("about", set.page);
  row("to", plan.folder.string());
  std::fflush(stdout);
}

GetJson get_json(const PublishedSet& set, const FetchPlan& plan, int fetched) {
  GetJson json = {{"name", set.name},         {"title", set.title}, {"licence", set.licence},
                  {"citation", set.citation}, {"page", set.page},   {"folder", plan.folder.string()},
                  {"fetched", fetched}};
  for (const Download& file : plan.files)
    json["files"].push_back(
        {{"file", file.to.filename().string()},
         {"bytes", std::filesystem::file_size(file.to)},
         {file.checksum.kind == ChecksumKind::md5 ? "md5" : "sha256", file.checksum.hex}});
  return json;
}

void get(const GetOptions& options) {
  if (options.name.empty()) return list_published();
  const std::optional<PublishedSet> set = find_published_set(options.name);
  if (!set) {
    const std::vector<std::string> names = published_set_names();
    throw usage_error("there is no data set '{}' to get{}: `tailor data get` lists them", options.name,
                      did_you_mean(options.name, names));
  }
  const std::filesystem::path folder =
      options.to ? std::filesystem::path(*options.to) : data_folder() / published_folder(*set);
  const DownloadPatience patience;
  const FetchPlan plan = plan_fetch(*set, folder, options.from, patience);
  if (!options.json) print_plan(*set, plan);

  const std::atomic<bool>& interrupted = catch_interrupts();
  constexpr std::int64_t unit = 1'000'000;
  Progress progress(static_cast<std::int64_t>(plan.bytes) / unit, "MB");
  int fetched = 0;
  try {
    fetched = fetch(plan, patience,
                    {.progress =
                         [&](std::uint64_t bytes, const std::string& file) {
                           if (plan.bytes > 0) progress.update(static_cast<std::int64_t>(bytes) / unit, file);
                         },
                     .retry =
                         [&](const std::string& message) {
                           progress.clear();
                           warn({message});
                         },
                     .stop = [&] { return interrupted.load(); }});
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted) throw;
    throw Error(ExitCode::interrupted, std::string(error.what()) + ". The same command goes on from there");
  }
  progress.clear();
  if (options.json) {
    fmt::print("{}\n", get_json(*set, plan, fetched).dump(2, ' ', false, GetJson::error_handler_t::replace));
    return;
  }
  const std::filesystem::path place = plan.files.size() == 1 ? plan.files.front().to : plan.folder;
  fmt::print("\n{}; checksums are as published\n  tailor data info {}\n",
             fetched > 0 ? "Fetched" : "All files are there already",
             shell_path(options.to ? place.string() : set->name));
}

}  // namespace

void add_data_get_command(CLI::App& data) {
  auto options = std::make_shared<GetOptions>();
  CLI::App* command = data.add_subcommand("get", "Fetch a published data set; without a name, list them");
  command->add_option("NAME", options->name, "cifar10, medmnist:pathmnist, …");
  command
      ->add_option("--from", options->from,
                   "A mirror: the address of a folder with the files, or of the only file")
      ->type_name("URL");
  command->add_option("--to", options->to, "Folder ($XDG_DATA_HOME/tailor/NAME)")->type_name("DIR");
  command->add_flag("--json", options->json, "Print JSON, nothing else");
  command->callback([options] { get(*options); });
}

}  // namespace tailor
