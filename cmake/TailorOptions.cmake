# Compiler settings shared by every target of this project, as one interface library.
add_library(tailor_options INTERFACE)
target_compile_options(tailor_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Werror
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>) # GCC 12 reports string inserts falsely (PR 105329)
target_compile_options(tailor_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>) # see base/mutex.h
# Files that are compiled together (TailorUnity.cmake) may use the same names.
target_compile_options(tailor_options INTERFACE $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow>)
# Results are a function of the seed: the compiler may not contract or reassociate floating-point arithmetic by itself.
target_compile_options(tailor_options INTERFACE -ffp-contract=off)
if(TAILOR_SANITIZE)
  target_compile_options(tailor_options INTERFACE -fsanitize=${TAILOR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tailor_options INTERFACE -fsanitize=${TAILOR_SANITIZE})
endif()
# TAILOR_ASSERT (base/assert.h).
if(TAILOR_SANITIZE)
  target_compile_definitions(tailor_options INTERFACE TAILOR_ASSERTIONS)
else()
  target_compile_definitions(tailor_options INTERFACE $<$<CONFIG:Debug>:TAILOR_ASSERTIONS>)
endif()
