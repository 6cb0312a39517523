# tailor_unity(target): with TAILOR_UNITY, sources of a folder (in the library: of a layer) are compiled some at a time, so
# that headers are read, and the templates of JSON and of the command line instantiated, once for all of them: 40 % of the
# time. Names in unnamed namespaces therefore differ within a layer. The presets debug and clang compile each file by itself, and
# so find an include that is missing and a name that hides another. To be called when all sources are known.
# (Precompiled headers were tried: templates are instantiated anew in each file all the same, 9.1 s with and 9.2 s without.)
function(tailor_unity target)
  if(NOT TAILOR_UNITY)
    return()
  endif()
  set(batch 10)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
    if(NOT path MATCHES "^([^./][^/]*)/|^[^/]+$")
      continue() # generated
    endif()
    set(layer "layer_${CMAKE_MATCH_1}")
    # Highway compiles such a file again for each instruction set, by including it from itself.
    file(STRINGS ${source} kernels REGEX "include .hwy/foreach_target" LIMIT_COUNT 1)
    if(kernels)
      continue()
    endif()
    math(EXPR group "0${${layer}} / ${batch}")
    math(EXPR ${layer} "0${${layer}} + 1")
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${layer}_${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>) # headers of their own files only
endfunction()
