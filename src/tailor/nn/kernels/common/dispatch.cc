// Highway's run-time choice of the instruction set, by name.
#include "tailor/nn/kernels/common/dispatch.h"

#include <cstdint>

#include <fmt/ranges.h>

#include "tailor/base/error.h"
#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/common/dispatch.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

const char* conv_target_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(conv_target_name);

std::string vector_target_name() { return HWY_DYNAMIC_DISPATCH(conv_target_name)(); }

std::vector<std::string> vector_targets() {
  std::vector<std::string> names;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

std::string highway_version() { return fmt::format("{}.{}.{}", HWY_MAJOR, HWY_MINOR, HWY_PATCH); }

void force_vector_target(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  if (name.empty()) return;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (name == hwy::TargetName(target)) return hwy::SetSupportedTargetsForTest(target);
  }
  throw usage_error("instruction set '{}' is not available; this CPU and build have {}", name,
                    fmt::join(vector_targets(), ", "));
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
