// Values of parameters as the text that set() and get() of hyperparameters.h take and give, and back.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tailor/storage/distribution.h"
#include "tailor/train/settings.h"
#include "tailor/tune/space/space.h"

namespace tailor {

// Name to text, of some hyperparameters.
using SettingTexts = std::map<std::string, std::string, std::less<>>;

// An internal value: "0.01", "128", "adamw", "true".
std::string value_text(const Distribution& distribution, double value);

// The internal value that has this text, in or out of the range; NaN if there is none (another category).
double value_from_text(const Distribution& distribution, std::string_view text);

// The values that differ between the two, as the second has them.
SettingTexts differences(const Settings& base, const Settings& settings);

// `base` with these values; an unknown name or a value out of range is a usage error.
Settings with_texts(Settings base, const SettingTexts& texts);

// What `settings` are in a space: NaN for what is inactive; values out of range are kept.
Assignment assignment_of(const Space& space, const Settings& settings);

}  // namespace tailor
