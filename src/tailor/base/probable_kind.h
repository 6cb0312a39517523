// What a file that is not of the expected kind probably is, by its first bytes: half of a good message.
#pragma once

#include <string>
#include <string_view>

namespace tailor {

// The end of a sentence, "; it looks like a PNG image"; empty if there is no guess.
std::string probable_kind(std::string_view bytes);

}  // namespace tailor
