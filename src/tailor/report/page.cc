#include "tailor/report/page.h"

#include "tailor/base/embedded.h"

namespace tailor {

std::string_view page_template() { return embedded_page().front().content; }

}  // namespace tailor
