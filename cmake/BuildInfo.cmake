# tailor_build_info(target): compiles src/tailor/base/build_info.cc.in, which says what this build is, into `target`. Each
# build looks at the commit again and writes the source only if something in it changed, so a commit costs one small file.
#
# The same file, run as a script, does that: cmake -DSOURCE=… -DTEMPLATE=… -DOUTPUT=… -DVERSION=… -DCOMPILER=… -DTYPE=…
# -P BuildInfo.cmake. It never fails for want of git.
if(CMAKE_SCRIPT_MODE_FILE)
  set(COMMIT "")
  find_program(git git)
  # A repository that lies around an unpacked archive tells nothing about it, hence the look at .git itself, a file in
  # worktrees. Somebody else's files (a container's mount, sudo) are fine; hooks set GIT_DIR to another repository.
  if(git AND EXISTS "${SOURCE}/.git")
    file(WRITE "${OUTPUT}.gitconfig" "[safe]\n\tdirectory = *\n")
    set(ask ${CMAKE_COMMAND} -E env --unset=GIT_DIR --unset=GIT_WORK_TREE --unset=GIT_INDEX_FILE
            "GIT_CONFIG_GLOBAL=${OUTPUT}.gitconfig" ${git} --no-optional-locks -C "${SOURCE}")
    execute_process(COMMAND ${ask} rev-parse --verify HEAD RESULT_VARIABLE failed OUTPUT_VARIABLE commit ERROR_QUIET)
    execute_process(COMMAND ${ask} status --porcelain --untracked-files=no RESULT_VARIABLE unclear
                    OUTPUT_VARIABLE changes ERROR_QUIET)
    if(NOT failed AND NOT unclear)
      string(SUBSTRING "${commit}" 0 12 COMMIT)
      if(NOT changes STREQUAL "")
        string(APPEND COMMIT "-dirty")
      endif()
    endif()
  endif()
  configure_file("${TEMPLATE}" "${OUTPUT}" @ONLY)
  return()
endif()

set(TAILOR_BUILD_INFO_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(tailor_build_info target)
  set(output ${PROJECT_BINARY_DIR}/generated/build_info.cc)
  set(template ${PROJECT_SOURCE_DIR}/src/tailor/base/build_info.cc.in)
  # What changes floating-point results, or is no plain build, belongs to its kind.
  set(type "$<IF:$<CONFIG:>,no build type,$<CONFIG>>")
  if(TAILOR_SANITIZE)
    string(APPEND type ", sanitizers ${TAILOR_SANITIZE}")
  endif()
  if(CMAKE_CXX_FLAGS)
    string(APPEND type ", ${CMAKE_CXX_FLAGS}")
  endif()
  add_custom_target(
    ${target}_build_info
    COMMAND
      ${CMAKE_COMMAND} "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DTEMPLATE=${template}" "-DOUTPUT=${output}"
      "-DVERSION=${PROJECT_VERSION}" "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" "-DTYPE=${type}"
      -P ${TAILOR_BUILD_INFO_SCRIPT}
    BYPRODUCTS ${output}
    COMMENT "Looking at the commit"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
  add_dependencies(${target} ${target}_build_info)
endfunction()
