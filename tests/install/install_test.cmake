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
run(${CMAKE_COMMAND} -S "${SOURCE}/examples" -B "${scratch}/example" -G ${GENERATOR}
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
    -DCMAKE_BUILD_TYPE=Release)
run(${CMAKE_COMMAND} --build "${scratch}/example")
run("${scratch}/example/train" "${scratch}/model.safetensors")
message("${output}")
if(NOT output MATCHES "epoch 2: validation accuracy [5-9]" OR NOT EXISTS "${scratch}/model.safetensors")
  message(FATAL_ERROR "Expected two epochs, an accuracy above 50 %, and a model.")
endif()
string(REPEAT "x" 784 pixels)
file(WRITE "${scratch}/grey.pgm" "P5\n28 28\n255\n${pixels}")
run("${scratch}/example/predict" "${scratch}/model.safetensors" "${scratch}/grey.pgm")
message("${output}")
if(NOT output MATCHES "[(][0-9.]+ %[)]")
  message(FATAL_ERROR "Expected the class of a picture.")
endif()

# Users find what to include in a minute; private headers stay at home.
file(GLOB entrances RELATIVE "${prefix}/include/tailor" "${prefix}/include/tailor/*.h")
if(NOT entrances STREQUAL "predict.h;train.h;tune.h")
  message(FATAL_ERROR "Expected predict.h, train.h and tune.h to be installed, got ${entrances}.")
endif()
if(EXISTS "${prefix}/include/tailor/nn/kernels/winograd" OR EXISTS "${prefix}/include/tailor/report")
  message(FATAL_ERROR "Private headers were installed.")
endif()
file(WRITE "${scratch}/tunes/tunes.cc" "#include \"tailor/tune.h\"\nint main() { return tailor::StudyOptions().jobs - 1 + tailor::build_info().version.empty(); }\n")
file(WRITE "${scratch}/tunes/CMakeLists.txt" "cmake_minimum_required(VERSION 3.21)\nproject(tunes LANGUAGES CXX)\n"
     "find_package(tailor 0.1 REQUIRED)\nadd_executable(tunes tunes.cc)\ntarget_link_libraries(tunes PRIVATE tailor::tailor)\n")
run(${CMAKE_COMMAND} -S "${scratch}/tunes" -B "${scratch}/tunes/build" -G ${GENERATOR} "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}")
run(${CMAKE_COMMAND} --build "${scratch}/tunes/build")
run("${scratch}/tunes/build/tunes")
run("${prefix}/bin/tailor" --version)
message("${output}")
