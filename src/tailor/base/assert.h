// TAILOR_ASSERT(condition): what the code around it takes for granted and only a mistake of this library can
// break, such as a place in an arena. On in debug and sanitizer builds (TAILOR_ASSERTIONS), where a false
// condition ends the program and says where; off in release builds, where it is not evaluated. What a caller
// or a file can get wrong is checked always, and is an Error (error.h).
#pragma once

namespace tailor {

// Writes the place to standard error and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace tailor

#if defined(TAILOR_ASSERTIONS)
#define TAILOR_ASSERT(condition) \
  (static_cast<bool>(condition) ? void() : ::tailor::assertion_failed(#condition, __FILE__, __LINE__))
#else
#define TAILOR_ASSERT(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#endif
