// What a confirmation says of gain and optimism, as JSON: in the study document and in what `tailor confirm
// --json` prints.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tailor/analysis/gain.h"
#include "tailor/analysis/optimism.h"
#include "tailor/report/measure_text.h"

namespace tailor {

nlohmann::ordered_json gain_json(const Gain& gain, const MeasureText& words);
nlohmann::ordered_json optimism_json(const Optimism& optimism);
// Of the settings that were drawn anew and have run: name, settings and value, null where it failed.
nlohmann::ordered_json random_settings_json(const ConfirmationTable& confirmation);

}  // namespace tailor
