// tailor report: what a study found, as one HTML file, Markdown, JSON or text for a terminal.
#include <cstdio>
#include <map>
#include <optional>

#include "commands.h"
#include "study_location.h"
#include "tailor/analysis/findings.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/data/dataset.h"
#include "tailor/data/picture.h"
#include "tailor/report/html_report.h"
#include "tailor/report/study_document.h"
#include "tailor/report/written_report.h"
#include "tailor/tune/study.h"
#include "tailor/tune/study_view.h"
#include "tailor/tune/test_ledger.h"

namespace tailor {
namespace {

struct Arguments {
  StudyLocation location, other;
  std::string data, out, format;
  bool json = false;
};

const std::map<std::string, std::string> format_of_extension = {
    {".html", "html"}, {".htm", "html"}, {".md", "markdown"}, {".json", "json"}, {".txt", "text"}};

std::string chosen_format(const Arguments& a) {
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

// The winner's mistakes in its first final run, with the images if they are here.
std::optional<DocumentErrors> errors_of(const ConfirmationTable& confirmation, const std::string& data,
                                        const std::string& data_hash) {
  if (!confirmation.winner) return std::nullopt;
  const Mistakes* mistakes = nullptr;
  for (const ConfirmationRun& run : confirmation.candidates[*confirmation.winner].runs)
    if (!mistakes && run.mistakes) mistakes = &*run.mistakes;
  if (!mistakes) return std::nullopt;
  DocumentErrors errors{
      .images = "validation", .classes = {}, .confusion = mistakes->confusion, .hardest = {}};
  for (int c = 0; c < mistakes->confusion.classes; ++c) errors.classes.push_back(fmt::format("class {}", c));
  try {
    const std::unique_ptr<Dataset> dataset = open_dataset(data);
    const ImageSet images = dataset->read_train();
    if (images.content_hash != data_hash) return errors;
    errors.classes = dataset->class_names();
    for (const Mistake& m : mistakes->hardest)
      errors.hardest.push_back({errors.classes[static_cast<std::size_t>(m.label)],
                                errors.classes[static_cast<std::size_t>(m.predicted)], m.probability,
                                encode_png(images.image(m.image), images.shape)});
  } catch (const Error&) {
    // The images are on another machine: a report without their pictures is a report all the same.
  }
  return errors;
}

ComputeItem computing_of(Storage& storage, StudyId confirmation) {
  StudyView view(confirmation);
  storage.transaction([&] { view.refresh(storage); });
  ComputeItem item{.kind = ComputeKind::confirmation};
  for (const StudyTrial& run : view.trials()) {
    item.seconds += run.seconds;
    item.epochs += static_cast<std::int64_t>(run.costs.size());
    ++item.trials;
  }
  return item;
}

std::vector<DocumentOpening> openings_of(Storage& storage, const StudyRecord& study) {
  std::vector<DocumentOpening> openings;
  for (const TestOpening& o : test_openings(study)) {
    DocumentOpening row{o.time, o.confirmation + " on " + o.host, {}, {}, ""};
    if (const auto id = storage.find_study(o.confirmation)) {
      const ConfirmationTable table = read_confirmation(storage, *id);
      for (const ConfirmationCandidate& c : table.candidates) {
        bool met = false;
        for (const ConfirmationRun& run : c.runs) {
          if (!run.test) continue;
          met = true;
          if (std::find(row.seeds.begin(), row.seeds.end(), run.seed_index) == row.seeds.end())
            row.seeds.push_back(run.seed_index);
        }
        if (met) row.candidates.push_back(c.name);
      }
    }
    openings.push_back(std::move(row));
  }
  return openings;
}

std::string document_of(const StudyLocation& location, const std::string& data) {
  const FoundStudy found = find_study(location);
  Storage& storage = *found.storage;
  const StudyRecord record = storage.get_study(found.id);
  if (const auto confirmed = read_definition(storage, found.id).confirmation)
    throw usage_error("'{}' is the confirmation of '{}': report that study, its confirmation is part of it",
                      record.name, confirmed->study);
  const StudyTable table = read_study_table(storage, found.id);
  const std::vector<StudyId> confirmations = confirmations_of(storage, record.name);
  std::optional<ConfirmationTable> confirmation;
  std::optional<DocumentErrors> errors;
  ComputeItem computing{.kind = ComputeKind::confirmation};
  std::int64_t test_images = 0;
  if (!confirmations.empty()) {
    confirmation = read_confirmation(storage, confirmations.back());
    computing = computing_of(storage, confirmations.back());
    errors = errors_of(*confirmation, data.empty() ? table.definition.data.name : data,
                       table.definition.data.hash);
    for (const ConfirmationCandidate& c : confirmation->candidates)
      for (const ConfirmationRun& run : c.runs)
        if (run.test) test_images = run.test->count;
  }
  const ConfirmationTable* confirmed = confirmation ? &*confirmation : nullptr;
  std::vector<DocumentOpening> openings = openings_of(storage, record);
  const Findings findings = find_all(table, confirmed, static_cast<int>(openings.size()));
  return study_document({.table = table,
                         .findings = findings,
                         .program_version = TAILOR_VERSION,
                         .description = "",
                         .test_images = test_images,
                         .confirmation = confirmed,
                         .confirmation_compute = computing,
                         .openings = std::move(openings),
                         .errors = errors ? &*errors : nullptr});
}

void report(Arguments a) {
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
  auto a = std::make_shared<Arguments>();
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
