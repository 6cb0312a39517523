# ONNX::proto: the protobuf classes of ONNX models, from header and library. ONNX's own package configuration asks for
# all of ONNX.
find_path(ONNXProto_INCLUDE_DIR NAMES onnx/onnx_pb.h)
find_library(ONNXProto_LIBRARY NAMES onnx_proto)
find_library(ONNXProto_PROTOBUF_LIBRARY NAMES protobuf)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ONNXProto REQUIRED_VARS ONNXProto_LIBRARY ONNXProto_PROTOBUF_LIBRARY ONNXProto_INCLUDE_DIR)
if(ONNXProto_FOUND AND NOT TARGET ONNX::proto)
  add_library(ONNX::proto UNKNOWN IMPORTED)
  set_target_properties(
    ONNX::proto
    PROPERTIES IMPORTED_LOCATION "${ONNXProto_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${ONNXProto_INCLUDE_DIR}"
               INTERFACE_COMPILE_DEFINITIONS "ONNX_NAMESPACE=onnx;ONNX_ML=1" INTERFACE_LINK_LIBRARIES
                                             "${ONNXProto_PROTOBUF_LIBRARY}")
endif()
mark_as_advanced(ONNXProto_INCLUDE_DIR ONNXProto_LIBRARY ONNXProto_PROTOBUF_LIBRARY)
