// What `tailor train` shows and leaves behind: the opening lines, a line for each epoch, the files of the run
// folder, the closing tables.
#pragma once

#include <cstdint>
#include <filesystem>

#include "progress.h"
#include "tailor/data/dataset.h"
#include "tailor/data/shared_images.h"
#include "tailor/report/run_folder.h"
#include "tailor/report/run_summary.h"
#include "tailor/train/trainer.h"

namespace tailor {

class RunOutput {
 public:
  // Everything given is borrowed. `json`: print nothing but the summary, as JSON.
  RunOutput(std::filesystem::path folder, const RunDescription& run, const Dataset& dataset,
            const ImageSet& images, const Split& split, const SharedImages& shared, Trainer& trainer,
            int threads, bool json);

  void begin() const;
  void step(std::int64_t images_done);  // in this epoch
  void epoch(const EpochMetrics& metrics);
  void finish(TrainingEnd end);

 private:
  void draw_pictures(const Confusion& confusion, const std::vector<std::string>& names) const;
  RunSummary summary() const;

  std::filesystem::path folder_;
  const RunDescription& run_;
  const Dataset& dataset_;
  const ImageSet& images_;
  const Split& split_;
  const SharedImages& shared_;
  Trainer& trainer_;
  int threads_;
  bool json_;
  Progress progress_;
};

// Deletes a run's own files, never anything else that lies in the folder.
void remove_run(const std::filesystem::path& folder);

}  // namespace tailor
