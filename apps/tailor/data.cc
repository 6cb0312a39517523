// tailor data info | verify | cache: what is in a data set, whether its files are sound, and what is kept of it. Looks at files, never at
// models, so it may read test images.
#include <chrono>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "commands.h"
#include "data_options.h"
#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/data/dataset.h"
#include "tailor/data/image_cache.h"
#include "tailor/data/inspect.h"
#include "tailor/data/near_duplicates.h"
#include "tailor/data/shared_images_store.h"
#include "tailor/data/split.h"
#include "tailor/data/verify.h"

namespace tailor {
namespace {

using Json = nlohmann::ordered_json;

// Paths may be any bytes.
std::string printed(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

struct DataOptions {
  std::string data = "fashion-mnist";
  GivenPictureOptions pictures;
  std::string contact_sheet, alike_sheet, pairs_of;
  std::size_t train = 0, validation = 0;
  std::uint64_t split_seed = 1;
  bool json = false, clean = false;
};

std::string number(std::size_t value) { return with_thousands(static_cast<long long>(value)); }

// On a terminal, the step at hand once a second has passed; gone when the work is done.
class Steps {
 public:
  ~Steps() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
  }
  void operator()(const std::string& step) {
    if (!terminal_ || std::chrono::steady_clock::now() - start_ < std::chrono::seconds(1)) return;
    std::fprintf(stderr, "\r\x1b[K%s ...", step.c_str());
    shown_ = true;
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool shown_ = false;
};

struct PartFacts {
  std::string name;
  const ImageSet* set;
  std::size_t images;
  std::vector<std::size_t> counts;
  Normalization moments;
};

struct Facts {
  std::string name, location;
  std::vector<std::string> class_names;
  Shape shape;
  std::vector<PartFacts> parts;
  Split split;
  std::vector<Duplicates> duplicates;
  std::vector<NearDuplicates> alike;
};

std::string per_channel(const std::vector<float>& values, int digits) {
  std::vector<std::string> texts;
  for (const float value : values) texts.push_back(fmt::format("{:.{}f}", value, digits));
  return join(texts, " ");
}

void print_duplicates(const Facts& facts) {
  fmt::print("\nExact duplicates (equal in every pixel)\n{:<34}{:>8}{:>8}{:>14}\n", "", "images", "pairs",
             "other label");
  for (const Duplicates& each : facts.duplicates) {
    const bool within = each.first == each.second;
    fmt::print("{:<34}{:>8}{:>8}{:>14}\n",
               within ? "within " + each.first : each.first + " and " + each.second, number(each.groups),
               number(each.pairs), number(each.contradictions));
  }
  for (const Duplicates& each : facts.duplicates) {
    if (each.examples.empty()) continue;
    const bool within = each.first == each.second;
    std::string line =
        fmt::format("{}: ", within ? "within " + each.first : each.first + " = " + each.second);
    std::size_t listed = 0;
    for (const auto& pair : each.examples) {
      const std::string text =
          fmt::format("{} = {}{}", pair.first, pair.second, pair.same_label ? "" : " (other label)");
      if (line.size() + text.size() > 76) break;
      line += (listed++ ? ", " : "") + text;
    }
    fmt::print("{}{}\n", line, listed < each.pairs ? ", …" : "");
  }
}

void print_near_duplicates(const Facts& facts) {
  fmt::print("\nNear duplicates (alike in their edges, more than others are)\n{:<34}{:>8}{:>22}\n", "",
             "images", "other label");
  for (const NearDuplicates& each : facts.alike)
    fmt::print("{:<34}{:>8}{:>22}\n", each.second + " as in " + each.first, number(each.images),
               number(each.contradictions));
}

void print_facts(const Facts& facts) {
  fmt::print("{}: {} classes, images of {} x {} x {}\n{}\n\n{:<26}", facts.name, facts.class_names.size(),
             facts.shape.height, facts.shape.width, facts.shape.channels, facts.location, "");
  const bool three = facts.parts.size() > 2;  // which leave room for three digits of three channels
  const int width = three ? 18 : 22, digits = three ? 3 : 4;
  const auto row = [&](const std::string& name, auto&& value) {
    fmt::print("{:<26}", name);
    for (const PartFacts& part : facts.parts) fmt::print("{:>{}}", value(part), width);
    fmt::print("\n");
  };
  for (const PartFacts& part : facts.parts) fmt::print("{:>{}}", part.name, width);
  fmt::print("\n");
  row("images", [](const PartFacts& part) { return number(part.images); });
  row("mean of x / 255", [&](const PartFacts& part) { return per_channel(part.moments.mean, digits); });
  row("standard deviation",
      [&](const PartFacts& part) { return per_channel(part.moments.deviation, digits); });
  constexpr std::size_t most_classes = 40;
  for (std::size_t c = 0; c < std::min(most_classes, facts.class_names.size()); ++c) {
    const std::string index = std::to_string(c);
    row(facts.class_names[c] == index ? "class " + index
                                      : fmt::format("{:>3} {:.20}", index, facts.class_names[c]),
        [&](const PartFacts& part) { return number(part.counts[c]); });
  }
  if (facts.class_names.size() > most_classes)
    fmt::print("… and {} more classes; --json lists all\n", facts.class_names.size() - most_classes);
  fmt::print("\nContent (SHA-256 over the SHA-256s of images and labels)\n");
  const ImageSet* shown = nullptr;  // given validation images are of the training images' set
  for (const PartFacts& part : facts.parts) {
    if (part.set != shown) fmt::print("{:<11}{}\n", part.name, part.set->content_hash);
    shown = part.set;
  }
  fmt::print("\nSplit of the training images, {} : {}, seed {}\n{:<11}{}\n", number(facts.split.train.size()),
             number(facts.split.validation.size()), facts.split.seed, "", facts.split.hash);
  print_duplicates(facts);
  print_near_duplicates(facts);
}

Json facts_json(const Facts& facts) {
  Json json = {
      {"name", facts.name},         {"location", facts.location},       {"height", facts.shape.height},
      {"width", facts.shape.width}, {"channels", facts.shape.channels}, {"classes", facts.class_names}};
  for (const PartFacts& part : facts.parts)
    json["parts"].push_back({{"name", part.name},
                             {"images", part.images},
                             {"class_counts", part.counts},
                             {"mean", part.moments.mean},
                             {"deviation", part.moments.deviation},
                             {"content_hash", part.set->content_hash}});
  json["split"] = {{"train", facts.split.train.size()},
                   {"validation", facts.split.validation.size()},
                   {"seed", facts.split.seed},
                   {"hash", facts.split.hash}};
  json["duplicates"] = Json::array();
  for (const Duplicates& each : facts.duplicates) {
    Json examples = Json::array();
    for (const auto& pair : each.examples)
      examples.push_back({{"first", pair.first}, {"second", pair.second}, {"same_label", pair.same_label}});
    json["duplicates"].push_back({{"first", each.first},
                                  {"second", each.second},
                                  {"images", each.groups},
                                  {"pairs", each.pairs},
                                  {"other_label", each.contradictions},
                                  {"examples", examples}});
  }
  json["near_duplicates"] = Json::array();
  for (const NearDuplicates& each : facts.alike) {
    Json pairs = Json::array();
    for (const NearDuplicates::Pair& pair : each.pairs)
      pairs.push_back({{"first", pair.first},
                       {"second", pair.second},
                       {"correlation", pair.correlation},
                       {"same_label", pair.same_label}});
    json["near_duplicates"].push_back({{"first", each.first},
                                       {"second", each.second},
                                       {"images", each.images},
                                       {"other_label", each.contradictions},
                                       {"pairs", pairs}});
  }
  return json;
}

// As the data set has them: training, validation where it is given, test where there is any.
std::vector<ImagePart> given_parts(const ImageSet& train, const ImageSet* test) {
  std::vector<ImagePart> parts = {whole_part("training", train)};
  if (train.validation_begin) {
    ImagePart validation{"validation", &train, {}};
    std::vector<std::uint32_t>& all = parts.front().indices;
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(*train.validation_begin);
    validation.indices.assign(begin, all.end());
    all.erase(begin, all.end());
    parts.push_back(std::move(validation));
  }
  if (test) parts.push_back(whole_part("test", *test));
  return parts;
}

void info(const DataOptions& options) {
  Steps step;
  const auto data = open_data(options.data, options.pictures.over({}));
  const bool has_test = data->has_test();
  if (options.pairs_of == "test" && !has_test)
    throw usage_error("--pairs-of test: {} has no test images", data->location());
  const ImageSet train = read_training_images(*data);
  if (has_test) data->check_test(train.shape);
  step("reading test images");
  const ImageSet test = has_test ? data->read_test() : ImageSet{train.shape, {}, {}, ""};
  Facts facts{data->name(), data->location(), data->class_names(), train.shape, {}, {}, {}, {}};
  const std::vector<ImagePart> parts = given_parts(train, has_test ? &test : nullptr);
  for (const ImagePart& part : parts) {
    step("counting");
    facts.parts.push_back({part.name, part.set, part.indices.size(), class_counts(part, data->classes()),
                           make_normalization("standard", *part.set, part.indices)});
  }

  step("looking for duplicates");
  for (const ImagePart& part : parts) facts.duplicates.push_back(duplicates_within(part));
  // Of test images with all others, which chose settings where they did not fit weights.
  const ImagePart others = whole_part(train.validation_begin ? "training and validation" : "training", train);
  if (has_test) facts.duplicates.push_back(duplicates_between(others, parts.back()));
  facts.split = options.train > 0 ? split_images(train, options.train, options.validation, options.split_seed)
                                  : make_split(std::nullopt, train, options.split_seed, "split");
  const ImagePart fitting{"training part", &train, facts.split.train};
  const ImagePart validating{"validation part", &train, facts.split.validation};
  facts.duplicates.push_back(duplicates_between(fitting, validating));
  step("looking for near duplicates");
  facts.alike.push_back(near_duplicates_between(fitting, validating));
  if (has_test) facts.alike.push_back(near_duplicates_between(others, parts.back()));
  if (!options.alike_sheet.empty()) {
    // Of test images, which nobody should have trained on, where there are any.
    const bool of_test = has_test && options.pairs_of != "validation";
    const Picture sheet = near_duplicates_sheet(
        of_test ? others : fitting, of_test ? parts.back() : validating, facts.alike[of_test ? 1 : 0]);
    write_png(options.alike_sheet, sheet.pixels, sheet.shape);
  }

  if (!options.contact_sheet.empty()) {
    step("drawing the contact sheet");
    const Picture sheet = contact_sheet(parts[0], data->classes());
    write_png(options.contact_sheet, sheet.pixels, sheet.shape);
  }
  if (options.json)
    fmt::print("{}\n", printed(facts_json(facts)));
  else
    print_facts(facts);
  if (!options.json && !options.contact_sheet.empty())
    fmt::print("\n{}: the first images of each class, one row for each\n", options.contact_sheet);
}

void verify(const DataOptions& options) {
  const Verification result = verify_dataset(options.data);
  std::size_t wrong = 0;
  Json files = Json::array();
  if (!options.json) fmt::print("{}\n", result.location);
  for (const FileCheck& check : result.files) {
    wrong += !check.problem.empty();
    files.push_back({{"part", part_name(check.part)},
                     {"file", check.file},
                     {"holds", check.holds},
                     {"sha256", check.hash},
                     {"official", check.official},
                     {"problem", check.problem}});
    if (options.json) continue;
    const std::string verdict = !check.problem.empty()   ? "WRONG"
                                : check.official.empty() ? "sound, of no known data set"
                                                         : "official " + check.official;
    fmt::print("{:<17}{:<31}{}\n", part_name(check.part), check.holds, verdict);
    if (!check.hash.empty()) fmt::print("    SHA-256 {}\n", check.hash);
    if (!check.problem.empty()) fmt::print("    {}\n", check.problem);
  }
  if (options.json)
    fmt::print("{}\n", printed({{"location", result.location}, {"good", result.good()}, {"files", files}}));
  std::fflush(stdout);
  if (wrong > 0) throw bad_input("{}: {} of 4 files wrong", result.location, wrong);
}

void cache(const DataOptions& options) {
  const ImageCache images = account_image_cache();
  const std::vector<CachedImages> packs = options.clean ? images.shrink(0) : images.list();
  Json list = Json::array();
  std::uint64_t total = 0;
  constexpr double megabyte = 1e6;
  for (const CachedImages& pack : packs) {
    total += pack.bytes;
    list.push_back({{"source", pack.source}, {"bytes", pack.bytes}, {"file", pack.file.string()}});
    if (!options.json)
      fmt::print("{:>12.1f} MB  {}\n", static_cast<double>(pack.bytes) / megabyte, pack.source);
  }
  const SharedImagesStore comparisons = account_shared_images();
  const std::size_t compared = comparisons.count();
  if (options.clean) comparisons.clean();
  if (options.json) {
    fmt::print(
        "{}\n",
        printed({{"removed", options.clean}, {"bytes", total}, {"packs", list}, {"comparisons", compared}}));
    return;
  }
  const char* done = options.clean ? "removed" : "in all";
  fmt::print("{:>12.1f} MB {}\n", static_cast<double>(total) / megabyte, done);
  if (compared > 0)
    fmt::print("{:>12}    {} of parts {}\n", compared, compared == 1 ? "comparison" : "comparisons", done);
}

}  // namespace

void add_data_command(CLI::App& app) {
  auto options = std::make_shared<DataOptions>();
  CLI::App* data = app.add_subcommand("data", "Look at a data set's files");
  data->require_subcommand(1);
  const auto add = [&](const char* name, const char* what) {
    CLI::App* command = data->add_subcommand(name, what);
    command->add_option("DATA", options->data, "A data set's name, folder or file (docs/images.md)")
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print JSON");
    return command;
  };
  CLI::App* show = add("info", "Show sizes, classes, hashes, mean, deviation and duplicates");
  add_picture_options(*show, options->pictures);
  show->add_option("--contact-sheet", options->contact_sheet, "Write a PNG with examples of each class")
      ->type_name("FILE.png");
  CLI::Option* sheet =
      show->add_option("--near-duplicates", options->alike_sheet,
                       "Write a PNG with images of one part beside those of another that they look like");
  sheet->type_name("FILE.png");
  show->add_option("--pairs-of", options->pairs_of,
                   "Which part's images that sheet shows: validation or test [test, if there are any]")
      ->check(CLI::IsMember({"validation", "test"}))
      ->needs(sheet);
  CLI::Option* train =
      show->add_option("--train", options->train, "Images of the split that fit weights (two thirds)");
  CLI::Option* validation =
      show->add_option("--validation", options->validation, "Images of the split that validate (a third)");
  train->needs(validation);
  validation->needs(train);
  show->add_option("--split-seed", options->split_seed, "Seed of the split")->capture_default_str();
  show->callback([options] { info(*options); });
  CLI::App* check = add("verify", "Check every file; exit code 3 if one is wrong");
  check->callback([options] { verify(*options); });
  CLI::App* kept = data->add_subcommand("cache", "List decoded pictures that are kept for the next time");
  kept->add_flag("--clean", options->clean, "Remove them; they are decoded again when they are needed");
  kept->add_flag("--json", options->json, "Print JSON");
  kept->callback([options] { cache(*options); });
  add_data_get_command(*data);
}

}  // namespace tailor
