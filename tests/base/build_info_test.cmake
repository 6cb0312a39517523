# Run as `cmake -P` by ctest, with SCRIPT, TEMPLATE, SCRATCH and GIT: what a build says of its commit, in repositories of
# every kind. A build never fails for want of one.
file(REMOVE_RECURSE "${SCRATCH}")

function(git folder)
  execute_process(
    COMMAND ${GIT} -c user.name=tester -c user.email=tester@example.com -c init.defaultBranch=main -C "${folder}" ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "git ${ARGN}: ${output}${errors}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# `expected` is the commit that the build in `folder` must name; further arguments are variables of the environment.
function(expect_commit what folder expected)
  set(output "${SCRATCH}/build_info.cc")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env ${ARGN} ${CMAKE_COMMAND} "-DSOURCE=${folder}" "-DTEMPLATE=${TEMPLATE}"
            "-DOUTPUT=${output}" -DVERSION=1.2.3 "-DCOMPILER=GNU 1" "-DTYPE=Release, -O1 \"quoted\"" -P ${SCRIPT}
    RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0 OR NOT said STREQUAL "")
    message(FATAL_ERROR "${what}: the script said (${result}): ${said}")
  endif()
  file(READ "${output}" content)
  string(FIND "${content}" "info{R\"~(1.2.3)~\", R\"~(${expected})~\", R\"~(GNU 1)~\", R\"~(Release, -O1 \"quoted\")~\"};"
              place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${what}: expected the commit '${expected}' in\n${content}")
  endif()
endfunction()

set(source "${SCRATCH}/a source")
file(WRITE "${source}/file.txt" "one")
expect_commit("no repository" "${source}" "")
git("${source}" init)
expect_commit("a repository without a commit" "${source}" "")
git("${source}" add file.txt)
git("${source}" commit --message one)
git("${source}" rev-parse HEAD)
string(SUBSTRING "${output}" 0 12 commit)
expect_commit("a clean repository" "${source}" ${commit})

# A second look changes nothing, so nothing is compiled again.
file(TIMESTAMP "${SCRATCH}/build_info.cc" before "%s")
execute_process(COMMAND ${CMAKE_COMMAND} -E sleep 1.1)
expect_commit("the same" "${source}" ${commit})
file(TIMESTAMP "${SCRATCH}/build_info.cc" after "%s")
if(NOT before EQUAL after)
  message(FATAL_ERROR "The source was written again though nothing had changed.")
endif()

expect_commit("somebody else's files" "${source}" ${commit} GIT_TEST_ASSUME_DIFFERENT_OWNER=1)
expect_commit("within a hook of another repository" "${source}" ${commit} "GIT_DIR=${SCRATCH}/nowhere" GIT_INDEX_FILE=no)
file(WRITE "${source}/untracked.txt" "notes")
expect_commit("with a file that is not tracked" "${source}" ${commit})
file(WRITE "${source}/inner/file.txt" "an archive, unpacked within another project")
expect_commit("a folder within a repository" "${source}/inner" "")
git("${source}" worktree add "${SCRATCH}/worktree")
expect_commit("a worktree" "${SCRATCH}/worktree" ${commit})
file(WRITE "${source}/file.txt" "two")
expect_commit("changed files" "${source}" ${commit}-dirty)
file(WRITE "${SCRATCH}/lost/.git" "gitdir: /nowhere/at/all\n")
expect_commit("a worktree without its repository" "${SCRATCH}/lost" "")
file(REMOVE_RECURSE "${SCRATCH}")
