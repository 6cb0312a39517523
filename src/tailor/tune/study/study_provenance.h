// What computed a study's trials, taken together: whether all of it was the same, so that the study can be
// had again bit for bit. Used by listings, reports and workers that join.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tailor/storage/trial_record.h"
#include "tailor/train/provenance.h"

namespace tailor {

// Of a trial of ours that was begun; versions that did not record it are a part without a version. Empty for
// waiting trials and other programs'.
Provenance provenance_of(const TrialRecord& trial);

struct StudyProvenance {
  // What computed these trials or a part of them. Hosts are told apart by `hosts` alone.
  struct Group {
    Environment environment;  // without its host
    std::vector<std::string> hosts = {}, kernels = {};
    int trials = 0;
  };
  // Names with the number of trials that each computed, at least in part; the most first.
  using Counts = std::vector<std::pair<std::string, int>>;

  int trials = 0;        // that were begun
  int not_recorded = 0;  // of these, at least in part
  Counts instruction_sets = {}, builds = {};
  std::vector<int> continued = {};  // numbers of trials that went on on another instruction set
  std::vector<Group> groups = {};   // the most trials first; also what is not recorded, without a version
};

StudyProvenance study_provenance(std::span<const TrialRecord> trials);

}  // namespace tailor
