#include "tailor/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace tailor {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: a mistake in tailor: not true: %s\n", file, line, condition);
  std::abort();
}

}  // namespace tailor
