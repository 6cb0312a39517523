// Other processors than x86-64 have no matrix tiles that we know: kernels::bf16_supported() is false there,
// and nobody asks for these operators.
#include <stdexcept>

#include "tailor/nn/kernels/bf16/bf16_conv.h"
#include "tailor/nn/operators/operators.h"

namespace tailor {

bool kernels::bf16_conv_supports(const ConvShape&) { return false; }

std::unique_ptr<Operator> make_bf16_convolution(const LayerContext&, bool) {
  throw std::logic_error("no matrix tiles");
}
std::unique_ptr<Operator> make_bf16_dense(const LayerContext&) { throw std::logic_error("no matrix tiles"); }

}  // namespace tailor
