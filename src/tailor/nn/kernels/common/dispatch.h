// Which instruction set the convolution kernels run on: printed at the start of a run, forced by tests and
// benchmarks.
#pragma once

#include <string>
#include <vector>

namespace tailor::kernels {

// Highway's name of the instruction set in use: "AVX3" (AVX-512), "AVX2", "EMU128" (portable), "NEON", …
std::string vector_target_name();

// Every compiled instruction set that this CPU has, best first.
std::vector<std::string> vector_targets();

// Kernels called from now on, in any thread, use this one of vector_targets(); "" is the best again. Throws
// tailor::Error for an unknown name. Not to be called while kernels run.
void force_vector_target(const std::string& name);

std::string highway_version();  // "1.0.3"

}  // namespace tailor::kernels
