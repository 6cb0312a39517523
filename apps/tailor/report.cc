// tailor report: what a study found, as one HTML file, Markdown, JSON or text for a terminal.
#include <cstdio>
#include <map>
#include <optional>

#include "commands.h"
#include "study_location.h"
#include "tailor/analysis/findings.h"
#include "tailor/base/build_info.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/data/images_ledger.h"
#include "tailor/report/html_report.h"
#include "tailor/report/study_document.h"
#include "tailor/report/winner_errors.h"
#include "tailor/report/written_report.h"
#include "tailor/tune/study.h"

namespace tailor {
namespace {

struct ReportArguments {
  StudyLocation location, other;
  std::string data, out, format;
  bool json = false;
};

const std::map<std::string, std::string> format_of_extension = {
    {".html", "html"}, {".htm", "html"}, {".md", "markdown"}, {".json", "json"}, {".txt", "text"}};

std::string chosen_format(const ReportArguments& a) {
  if (a.json) return "json";
  if (!a.format.empty()) return a.format;
  if (a.out.empty()) return "text";
  const auto found = format_of_extension.find(std::filesystem::path(a.out).extension().string());
  if (found == format_of_extension.end())
    throw usage_error(
        "--out {}: say --format html, markdown, json or text, or end the name in .html, .md, .json or .txt",
        a.out);
  return found->second;
}

std::string document_of(const StudyLocation& location, const std::string& data) {
  const FoundStudy found = find_study(location);
  Storage& storage = *found.storage;
  const StudyRecord record = storage.get_study(found.id);
  const StudyDefinition definition = read_definition(storage, found.id);
  if (definition.confirmation)
    throw usage_error("'{}' is the confirmation of '{}': report that study, its confirmation is part of it",
                      record.name, definition.confirmation->study);
  if (definition.spread)
    throw usage_error(
        "'{}' is the spread experiment of '{}': report that study, the experiment is part of it", record.name,
        definition.spread->study);
  const StudyTable table = read_study_table(storage, found.id);
  const std::vector<StudyId> confirmations = confirmations_of(storage, record.name);
  std::optional<ConfirmationTable> confirmation;
  std::optional<DocumentErrors> errors;
  if (!confirmations.empty()) {
    confirmation = read_confirmation(storage, confirmations.back());
    StudyData images = table.definition.data;
    if (!data.empty()) images.name = data;
    errors = winner_errors(*confirmation, images);
  }
  const ConfirmationTable* confirmed = confirmation ? &*confirmation : nullptr;
  std::vector<Opening> openings = read_openings(storage, record, account_ledger());
  // Of several the last one is told; all of them cost.
  const std::vector<StudyId> spreads = spreads_of(storage, record.name);
  std::optional<SpreadTable> spread;
  if (!spreads.empty()) spread = read_spread(storage, spreads.back());
  const Findings findings =
      find_all(table, confirmed, static_cast<int>(openings.size()), spread ? &*spread : nullptr);
  return study_document(
      {.table = table,
       .findings = findings,
       .program_version = std::string(build_info().version),
       .options = study_options(location.storage, record.name),
       .confirmation = confirmed,
       .spread = spread ? &*spread : nullptr,
       .confirmation_compute = runs_compute(storage, ComputeKind::confirmation, confirmations),
       .spread_compute = runs_compute(storage, ComputeKind::spread, spreads),
       .openings = std::move(openings),
       .errors = errors ? &*errors : nullptr});
}

void report(ReportArguments a) {
  const std::string format = chosen_format(a);
  if (format == "html" && a.out.empty())
    throw usage_error("--format html: give --out FILE.html, or --format text to read it here");
  std::string document = document_of(a.location, a.data);
  if (!a.other.study.empty()) {
    if (a.other.storage.empty()) a.other.storage = a.location.storage;
    document = comparison_document(document, document_of(a.other, a.data));
  }
  const std::string text = format == "html"       ? html_report(document)
                           : format == "markdown" ? markdown_report(document)
                           : format == "json"     ? document + "\n"
                                                  : terminal_report(document);
  if (a.out.empty()) {
    std::fputs(text.c_str(), stdout);
    return;
  }
  write_file(a.out, text);
  if (format == "html") {
    std::printf("%s\n", terminal_answer(document).c_str());
    std::printf("The whole report: %s\n", a.out.c_str());
  } else {
    std::printf("%s\n", a.out.c_str());
  }
}

}  // namespace

void add_report_command(CLI::App& app) {
  auto a = std::make_shared<ReportArguments>();
  CLI::App* command =
      app.add_subcommand("report", "What a study found: one HTML file, Markdown, JSON or text");
  add_storage_option(*command, a->location);
  add_study_option(*command, a->location);
  command->add_option("-o,--out", a->out, "The file: .html, .md, .json or .txt [text on standard output]");
  command->add_option("--format", a->format, "Whatever the file's name says")
      ->check(CLI::IsMember({"html", "markdown", "json", "text"}));
  command->add_flag("--json", a->json, "Write the study document, docs/study-document.md");
  command->add_option("--compare", a->other.study, "Another study, side by side");
  command->add_option("--compare-storage", a->other.storage, "Its database [the same]");
  command->add_option("--data", a->data, "Where the images are on this machine [the study's own]");
  command->callback([a] { report(*a); });
}

}  // namespace tailor
