# tailor_web_page(variable): builds the page of web/ with npm into one HTML file of the build folder, and puts its path into
# `variable`. Works on a copy of web/, so that the source tree is never written to. Without Node.js, or with
# TAILOR_PAGE=OFF, that file is empty, and the library says so when it is asked for a report page.
#
# The same file, run as a script, does the work: cmake -DSOURCE=web -DFOLDER=… -DNPM=… -DNODE=… -P WebPage.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  set(without "Or configure with -DTAILOR_PAGE=OFF to build without the page of report.html.")
  file(REMOVE_RECURSE ${FOLDER}/src ${FOLDER}/test ${FOLDER}/tools ${FOLDER}/schema ${FOLDER}/dist)
  file(COPY ${SOURCE}/ DESTINATION ${FOLDER} PATTERN node_modules EXCLUDE PATTERN dist EXCLUDE PATTERN generated EXCLUDE)

  # Packages are installed again only when the list of them has changed.
  file(SHA256 ${SOURCE}/package-lock.json wanted)
  set(installed "")
  if(EXISTS ${FOLDER}/installed.txt)
    file(READ ${FOLDER}/installed.txt installed)
  endif()
  if(NOT installed STREQUAL wanted)
    file(REMOVE ${FOLDER}/installed.txt)
    execute_process(COMMAND ${NPM} ci --ignore-scripts --prefer-offline --no-progress --loglevel=error
                    WORKING_DIRECTORY ${FOLDER} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "npm could not install what the report page is built from (see above or below). It needs the npm "
                          "registry once; the packages are then kept.\n${output}\n${without}")
    endif()
    file(WRITE ${FOLDER}/installed.txt ${wanted})
  endif()

  execute_process(COMMAND ${NODE} build.mjs WORKING_DIRECTORY ${FOLDER} OUTPUT_VARIABLE output ERROR_VARIABLE output
                  RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "The report page could not be built:\n${output}\n${without}")
  endif()
  return()
endif()

set(TAILOR_PAGE AUTO CACHE STRING "The page of report.html: ON, OFF, or AUTO: if Node.js 18 or later and npm are here")
set_property(CACHE TAILOR_PAGE PROPERTY STRINGS AUTO ON OFF)
set(TAILOR_PAGE_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
set(TAILOR_PAGE_FOLDER ${PROJECT_BINARY_DIR}/web)

# What is missing to build the page, as a sentence; empty if nothing is.
function(tailor_page_obstacle variable)
  find_program(TAILOR_NODE NAMES node nodejs)
  find_program(TAILOR_NPM npm)
  set(obstacle "")
  if(NOT TAILOR_NODE)
    set(obstacle "there is no Node.js (command node)")
  elseif(NOT TAILOR_NPM)
    set(obstacle "there is no npm")
  else()
    execute_process(COMMAND ${TAILOR_NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REGEX REPLACE "^v" "" version "${version}")
    if(version VERSION_LESS 18)
      set(obstacle "${TAILOR_NODE} is Node.js ${version}, and 18 or later is needed")
    endif()
  endif()
  set(${variable} "${obstacle}" PARENT_SCOPE)
endfunction()

function(tailor_web_page variable)
  set(obstacle "TAILOR_PAGE is OFF")
  if(TAILOR_PAGE)
    tailor_page_obstacle(obstacle)
    if(obstacle AND NOT TAILOR_PAGE STREQUAL "AUTO")
      message(FATAL_ERROR "The page of report.html cannot be built: ${obstacle}. Install the packages nodejs and npm, or "
                          "configure with -DTAILOR_PAGE=OFF: all else works without that page.")
    elseif(obstacle)
      # scripts/build shows lines that begin like this one.
      message(STATUS "NOTE: building without the page of report.html, because ${obstacle}; all else works. For the page "
                     "install Node.js 18 or later with npm (Debian: nodejs, npm) and build again.")
    endif()
  endif()
  if(obstacle)
    set(page ${TAILOR_PAGE_FOLDER}/none/page.html)
    file(WRITE ${page} "")
    set(${variable} ${page} PARENT_SCOPE)
    return()
  endif()

  set(page ${TAILOR_PAGE_FOLDER}/dist/page.html)
  # Which files the page is made of is known to its own imports; here they only say when to build it again.
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/src/* ${PROJECT_SOURCE_DIR}/web/schema/*
       ${PROJECT_SOURCE_DIR}/web/tools/* ${PROJECT_SOURCE_DIR}/web/test/*)
  list(FILTER sources EXCLUDE REGEX "/src/generated/")
  set(web ${PROJECT_SOURCE_DIR}/web)
  add_custom_command(
    OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${web} -DFOLDER=${TAILOR_PAGE_FOLDER} -DNPM=${TAILOR_NPM} -DNODE=${TAILOR_NODE} -P
            ${TAILOR_PAGE_SCRIPT}
    DEPENDS ${sources} ${web}/package.json ${web}/package-lock.json ${web}/.npmrc ${web}/build.mjs ${web}/tsconfig.json
            ${TAILOR_PAGE_SCRIPT}
    COMMENT "Building the report page"
    VERBATIM)
  set(${variable} ${page} PARENT_SCOPE)
endfunction()
