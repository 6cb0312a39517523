#include "tailor/nn/kernels/bf16/bf16.h"

#include <bit>
#include <cmath>

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace tailor::kernels {
namespace {

bool pretending = false;

bool find_bf16() {
#if defined(__x86_64__) && defined(__linux__)
  constexpr unsigned amx_bf16 = 1u << 22, amx_tile = 1u << 24;  // in edx; compilers differ in what they know
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (edx & amx_bf16) == 0 || (edx & amx_tile) == 0)
    return false;
  if (!__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl"))
    return false;
  // Linux gives the tiles' 8 KB of registers to a process only when asked (arch_prctl, kernel 5.16).
  constexpr long request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

}  // namespace

bool bf16_supported() {
  static const bool supported = find_bf16();
  return supported && !pretending;
}

void pretend_without_bf16(bool pretend) { pretending = pretend; }

namespace reference {

float round_to_bf16(float value) {
  if (std::isnan(value)) return value;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return std::bit_cast<float>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u);
}

}  // namespace reference

}  // namespace tailor::kernels
