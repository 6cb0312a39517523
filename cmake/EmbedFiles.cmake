# tailor_embed_files(target function file...): compiles text files into `target` as
#   std::span<const tailor::EmbeddedFile> tailor::function()
# to be declared in src/tailor/base/embedded.h. Changing a file rebuilds only the generated source.
#
# The same file, run as a script, writes that source: cmake -DOUTPUT=… -DFUNCTION=… -DFILES=a|b -P EmbedFiles.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  set(items "")
  string(REPLACE "|" ";" FILES "${FILES}")
  foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" content)
    string(APPEND items "    {\"${name}\", R\"~embedded~(${content})~embedded~\"sv},\n")
  endforeach()
  file(
    WRITE "${OUTPUT}"
    "#include \"tailor/base/embedded.h\"\n\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\nnamespace tailor {\n\n"
    "using namespace std::string_view_literals;\n\nstd::span<const EmbeddedFile> ${FUNCTION}() {\n  static constexpr EmbeddedFile files[] = {\n${items}};\n  return files;\n}\n\n"
    "}  // namespace tailor\n")
  return()
endif()

set(TAILOR_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(tailor_embed_files target function)
  set(output ${PROJECT_BINARY_DIR}/embedded/${function}.cc)
  set(files "")
  foreach(file IN LISTS ARGN)
    get_filename_component(file "${file}" ABSOLUTE)
    list(APPEND files "${file}")
  endforeach()
  list(JOIN files "|" joined)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DFUNCTION=${function}" "-DFILES=${joined}" -P ${TAILOR_EMBED_SCRIPT}
    DEPENDS ${files} ${TAILOR_EMBED_SCRIPT}
    COMMENT "Embedding ${function}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
