// Where a result comes from: which build, instruction set and machine computed it. Runs, checkpoints, models
// and a study's trials keep it, because results are the same bit for bit only where the first two are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tailor {

// Empty texts are not known.
struct Environment {
  std::string version, commit;  // see base/build_info.h
  std::string instruction_set;  // see nn/instruction_set.h
  std::string processor, host;

  bool recorded() const { return !version.empty(); }
  bool operator==(const Environment&) const = default;
};

// This process's own.
Environment this_environment();

// "tailor 0.1.0, commit 1a2b3c4d5e6f", "not recorded".
std::string build_text(const Environment& environment);
// "AVX-512", "not recorded".
std::string instruction_set_text(const Environment& environment);

// What one environment did of a training.
struct ProvenancePart {
  Environment environment;                // not recorded: an earlier version of tailor
  int from = 1;                           // the first epoch that it trained
  std::vector<std::string> kernels = {};  // see distinct_kernels(); empty until they are known
  std::vector<std::string> workers = {};  // of a study, PROCESS:IDENTITY; of a run, the process's number

  bool operator==(const ProvenancePart&) const = default;
};

// Distinct environments, in the order in which they came to it. Empty: not recorded.
using Provenance = std::vector<ProvenancePart>;

// From epoch `from` on this worker trains there. An environment and a worker that are known already are not
// repeated.
void add_part(Provenance& provenance, const Environment& environment, int from, const std::string& worker);
// Adds kernels that the environment's part lacks.
void add_kernels(Provenance& provenance, const Environment& environment,
                 std::span<const std::string> kernels);

// Of Network::kernels(): each once, without the layers' names and what computes nothing.
std::vector<std::string> distinct_kernels(std::span<const std::string> kernels);

// In their order, each once; "" stands for parts that are not recorded.
std::vector<std::string> instruction_sets_of(const Provenance& provenance);

// A JSON list of the parts. `shared`: without what tells of machines and people, for files that are given
// away.
std::string to_json(const Provenance& provenance, bool shared = false);
// Empty for a text that is something else.
Provenance provenance_from_json(std::string_view text);

}  // namespace tailor
