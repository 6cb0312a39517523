# Run as `cmake -P` by ctest, with BUILD, SOURCE, GENERATOR, COMPILER and FLAGS; the prefix has a space on purpose.
set(scratch "${BUILD}/install test")
set(prefix "${scratch}/prefix")
file(REMOVE_RECURSE "${scratch}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nfailed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}")
run(${CMAKE_COMMAND} -S "${SOURCE}/examples/train_library" -B "${scratch}/example" -G ${GENERATOR}
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
    -DCMAKE_BUILD_TYPE=Release)
run(${CMAKE_COMMAND} --build "${scratch}/example")
run("${scratch}/example/train_library" "${scratch}/model.safetensors")
message("${output}")
if(NOT output MATCHES "epoch 2: validation accuracy [5-9]" OR NOT EXISTS "${scratch}/model.safetensors")
  message(FATAL_ERROR "Expected two epochs, an accuracy above 50 %, and a model.")
endif()
run("${prefix}/bin/tailor" --version)
message("${output}")
