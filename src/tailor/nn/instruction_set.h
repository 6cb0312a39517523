// Which instructions of the processor the network's arithmetic uses: results are the same bit for bit only
// among machines that use the same. Runs and trials record it, `tailor --version` shows it.
#pragma once

#include <string>
#include <vector>

namespace tailor {

// What kernels use now: "AVX-512", "AVX2", "SSE2", "NEON", … Where oneDNN uses less than our own kernels,
// because its variable ONEDNN_MAX_CPU_ISA says so, that stands behind it: "AVX-512, oneDNN AVX2".
std::string instruction_set();

// All that this processor and build have, the best first.
std::vector<std::string> instruction_sets();

// Computes as a processor would that has nothing better than this one of instruction_sets(): our kernels,
// oneDNN's, and bf16 on matrix tiles, which are there with AVX-512 only. Letter case and hyphens do not
// matter. A usage error for anything else. To be called before the first network is made, by one thread.
void use_instruction_set(const std::string& name);

// Versions of what computes, for people: "oneDNN 2.6.3, Highway 1.0.3".
std::string engine_versions();

}  // namespace tailor
