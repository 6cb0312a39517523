// The thin wrapper around oneDNN: convolutions over NHWC images, planned once and called without creating
// anything. The only file that knows oneDNN's C++ interface; builds against 2.x (Debian 12) and 3.x.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::onednn {

std::string version();  // "2.6.3"

// What its kernels may use at most: "AVX-512", "AVX2", "AVX" or "SSE4.1". Empty on other processors than
// x86-64, where it does not say.
std::string instruction_set();

// To "AVX2", or with any other name to SSE4.1, the least that it has. Nothing on other processors than
// x86-64. A failure once oneDNN has computed anything.
void limit_instruction_set(const std::string& name);

// One convolution layer's three passes. Images are processed in chunks of `chunk` and singly for the rest, so
// two primitives for each pass serve every batch size. Each lane (see pass.h) has its own argument lists:
// calls on different lanes may run at the same time, calls on one lane may not.
class Convolution {
 public:
  static constexpr int chunk = 8;

  struct Passes {
    bool forward = true;
    bool data = false;     // the gradient of the input
    bool weights = false;  // the gradient of the weights
  };
  Convolution(const kernels::ConvShape& shape, bool bias, const Passes& passes, int lanes);
  ~Convolution();

  std::string implementation() const;  // oneDNN's name of the first planned pass, e.g. "brgconv:avx512_core"

  std::size_t packed_floats() const;    // weights in the orders that the primitives prefer
  std::size_t gradient_floats() const;  // the weights' gradient in oneDNN's order
  std::size_t scratch_bytes() const;    // for one lane; 64-byte aligned

  void pack_weights(const float* weights_ohwi, float* packed);
  // src [images][in_height][in_width][in_channels], dst likewise; bias may be null if the layer has none.
  void forward(int lane, int images, const float* src, const float* packed, const float* bias, float* dst,
               void* scratch);
  void backward_data(int lane, int images, const float* diff_dst, const float* packed, float* diff_src,
                     void* scratch);
  // Adds the images' gradient to `sum`; `part` is a temporary of the same size.
  void backward_weights(int lane, int images, const float* src, const float* diff_dst, float* sum,
                        float* part, void* scratch);
  void unpack_gradient(const float* sum, float* weights_ohwi);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tailor::onednn
