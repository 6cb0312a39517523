// The account's ledger of sealed test images: one file for all studies and runs, which survives them, with a
// line of JSON for each opening. Images are known by their content, so that the same ones under another name
// count as opened. `tailor evaluate --test` and confirmations write it, reports read it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tailor {

// Whoever opened them: a study with its confirmation, or a run.
struct ImagesOpening {
  std::string time;       // UTC, "2026-03-01T09:05:07.250000Z"
  std::string test_hash;  // ImageSet::content_hash of the test images
  std::string command;    // "tailor confirm"
  std::string study, confirmation;
  std::string run;  // folder
  std::string host;
  std::int64_t images = 0;

  // "s.confirm of study s on HOST", "run /data/first on HOST"
  std::string by() const;
};

struct ImagesOpenings {
  std::vector<ImagesOpening> openings{};  // oldest first
  int unreadable = 0;                     // lines of the file that are none

  // Keeps those before `time`.
  void cut(const std::string& time);
  // Of another ledger of the same images; one that is in both counts once (same time).
  void add(std::vector<ImagesOpening> more);
};

class ImagesLedger {
 public:
  explicit ImagesLedger(std::filesystem::path file) : file_(std::move(file)) {}

  const std::filesystem::path& file() const { return file_; }

  // Makes sure that an opening can be written down, before there is one. A failure that says what to do.
  void make_ready() const;

  // Of these images. A file that is not there yet has none; lines that cannot be read hide no others.
  ImagesOpenings of(const std::string& test_hash) const;

  // Appends a line, on the disk before it returns, unless it is there: whoever opens images again for the
  // same purpose (a confirmation that goes on) opens them once. Several processes may do so at the same time.
  void record(const ImagesOpening& opening) const;

 private:
  std::filesystem::path file_;
};

// test_openings.jsonl in state_folder().
ImagesLedger account_ledger();

// Now, as openings have it.
std::string opening_time();

}  // namespace tailor
