# `cmake --install`: the library with its headers and package files, the command, and the shipped TOML files. Other
# projects then say find_package(tailor) and link tailor::tailor (see examples).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(TAILOR_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/tailor)

install(TARGETS tailor EXPORT tailor-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS tailor_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(CODE "set(source \"${PROJECT_SOURCE_DIR}/src\")
set(include \"${CMAKE_INSTALL_INCLUDEDIR}\")")
install(SCRIPT cmake/InstallHeaders.cmake)
foreach(folder architectures recipes spaces)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_DATADIR}/tailor FILES_MATCHING PATTERN "*.toml")
  endif()
endforeach()

configure_package_config_file(cmake/tailor-config.cmake.in tailor-config.cmake INSTALL_DESTINATION ${TAILOR_PACKAGE_DIR})
write_basic_package_version_file(tailor-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT tailor-targets NAMESPACE tailor:: DESTINATION ${TAILOR_PACKAGE_DIR})
install(FILES ${PROJECT_BINARY_DIR}/tailor-config.cmake ${PROJECT_BINARY_DIR}/tailor-config-version.cmake
              cmake/FindOneDNN.cmake cmake/FindONNXProto.cmake DESTINATION ${TAILOR_PACKAGE_DIR})
