// bf16, the upper half of a float: what operands are rounded to when a training asks for it. Sums stay in
// float. It pays only where the processor multiplies whole tiles of bf16 (Intel's AMX); vector instructions
// for bf16 are slower than what the f32 kernels save (docs/performance.md).
#pragma once

#include <cstdint>

namespace tailor::kernels {

using Bf16 = std::uint16_t;

// Whether this processor has AMX for bf16 and the system lets this process use it.
bool bf16_supported();
// For tests: answer as a processor without it would.
void pretend_without_bf16(bool pretend);

namespace reference {

// The nearest bf16 value, ties to even; NaN stays NaN. (The fast kernels take denormal floats as zero.)
float round_to_bf16(float value);

}  // namespace reference

}  // namespace tailor::kernels
