#include "tailor/nn/instruction_set.h"

#include <algorithm>
#include <cctype>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/nn/kernels/bf16/bf16.h"
#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/operators/onednn.h"

namespace tailor {
namespace {

constexpr const char* best_on_x86 = "AVX-512";

// Highway's names of AVX-512 begin with AVX3; what it has for no processor in particular is EMU128 or SCALAR.
std::string name_of(const std::string& target) {
  if (target.rfind("AVX3", 0) == 0) return best_on_x86;
  return target == "EMU128" || target == "SCALAR" ? "portable" : target;
}

std::string letters_of(const std::string& name) {
  std::string letters;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      letters += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return letters;
}

}  // namespace

std::string instruction_set() {
  const std::string name = name_of(kernels::vector_target_name()), other = onednn::instruction_set();
  const bool less =
      other != name && (name == best_on_x86 || name == "AVX2") && !other.empty() && other != best_on_x86;
  return less ? name + ", oneDNN " + other : name;
}

std::vector<std::string> instruction_sets() {
  static const std::vector<std::string> sets = [] {  // while none is forced
    std::vector<std::string> names;
    for (const std::string& target : kernels::vector_targets())
      if (names.empty() || names.back() != name_of(target)) names.push_back(name_of(target));
    return names;
  }();
  return sets;
}

void use_instruction_set(const std::string& name) {
  const std::vector<std::string> sets = instruction_sets();
  const auto chosen = std::find_if(
      sets.begin(), sets.end(), [&](const std::string& set) { return letters_of(set) == letters_of(name); });
  if (chosen == sets.end())
    throw usage_error("instruction set '{}': this processor and build have {}", name, join(sets, ", "));
  if (chosen == sets.begin()) return;
  for (const std::string& target : kernels::vector_targets())
    if (name_of(target) == *chosen) {
      kernels::force_vector_target(target);
      break;
    }
  kernels::pretend_without_bf16(true);
  onednn::limit_instruction_set(*chosen);
}

std::string engine_versions() {
  return fmt::format("oneDNN {}, Highway {}", onednn::version(), kernels::highway_version());
}

}  // namespace tailor
