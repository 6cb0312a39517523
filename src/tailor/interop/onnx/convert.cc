#include "tailor/interop/onnx/convert.h"

#include <map>

namespace tailor::onnx {

Convert converter(const std::string& op) {
  static const std::map<std::string, Convert> table = {
      {"Conv", convert_convolution},
      {"MaxPool", convert_max_pool},
      {"AveragePool", convert_average_pool},
      {"GlobalAveragePool", convert_global_pool},
      {"GlobalMaxPool", convert_global_pool},
      {"ReduceMean", convert_mean},
      {"Pad", convert_pad},
      {"Gemm", convert_gemm},
      {"MatMul", convert_product},
      {"BatchNormalization", convert_batch_norm},
      {"InstanceNormalization", convert_instance_norm},
      {"GroupNormalization", convert_group_norm},
      {"LayerNormalization", convert_layer_norm},
      {"Dropout", convert_dropout},
      {"Reshape", convert_reshape},
      {"Flatten", convert_flatten},
      {"Squeeze", convert_squeeze},
      {"Unsqueeze", convert_unsqueeze},
      {"Transpose", convert_transpose},
      {"Identity", convert_same},
      {"Cast", convert_same},
      {"CastLike", convert_same},
      {"Shape", convert_shape},
      {"Size", convert_shape},
      {"Gather", convert_gather},
      {"Concat", convert_concatenation},
      {"Slice", convert_slice},
      {"Split", convert_split},
      {"SplitToSequence", convert_sequence},
      {"SequenceAt", convert_sequence_at},
      {"PRelu", convert_prelu},
  };
  if (const auto found = table.find(op); found != table.end()) return found->second;
  if (is_unary(op)) return convert_unary;
  if (is_binary(op)) return convert_binary;
  return nullptr;
}

}  // namespace tailor::onnx
