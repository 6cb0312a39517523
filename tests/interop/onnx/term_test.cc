#include "tailor/interop/onnx/term.h"

#include <cmath>
#include <deque>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tailor::onnx {
namespace {

class OnnxTerm : public ::testing::Test {
 protected:
  const Term* unary(const std::string& op, const Term* a, double alpha = 0, double beta = 0) {
    return keep({.op = op, .a = a, .alpha = alpha, .beta = beta});
  }
  const Term* binary(const std::string& op, const Term* a, const Term* b) {
    return keep({.op = op, .a = a, .b = b});
  }
  const Term* number(const std::string& op, const Term* a, double value) {
    return keep({.op = op, .a = a, .constant = {static_cast<double>(static_cast<float>(value))}});
  }
  const Term* channels(const std::string& op, const Term* a, std::vector<double> values) {
    return keep({.op = op, .a = a, .constant = std::move(values)});
  }
  static std::string kind(const Term* term) {
    const auto found = activation(*term);
    return found ? found->kind : "none";
  }

 private:
  const Term* keep(Term term) {
    terms_.push_back(std::move(term));
    return &terms_.back();
  }
  std::deque<Term> terms_;

 protected:
  const Term* x = keep({});
};

TEST_F(OnnxTerm, ActivationsAreKnownHoweverTheyAreWritten) {
  EXPECT_EQ(kind(unary("Relu", x)), "relu");
  EXPECT_EQ(kind(number("Max", x, 0)), "relu");
  EXPECT_EQ(kind(binary("Mul", x, unary("Sigmoid", x))), "silu");
  EXPECT_EQ(kind(binary("Div", x, number("Add", unary("Exp", unary("Neg", x)), 1))), "silu");
  const Term* share = number("Add", unary("Erf", number("Div", x, std::sqrt(2.0))), 1);
  EXPECT_EQ(kind(number("Mul", binary("Mul", x, share), 0.5)), "gelu");
  EXPECT_EQ(kind(binary("Mul", number("Mul", x, 0.5), share)), "gelu");
  const Term* cut = unary("Clip", number("Add", x, 3), 0, 6);
  EXPECT_EQ(kind(number("Div", binary("Mul", x, cut), 6)), "hard_swish");
  EXPECT_EQ(kind(number("Div", cut, 6)), "hard_sigmoid");
  EXPECT_TRUE(activation(*number("Div", cut, 6))->keys.empty());
  EXPECT_EQ(kind(binary("Mul", x, unary("HardSigmoid", x, 1.0 / 6, 0.5))), "hard_swish");
}

TEST_F(OnnxTerm, KeysAreReadOffTheFunction) {
  using Key = std::pair<std::string, double>;
  EXPECT_THAT(activation(*unary("LeakyRelu", x, 0.01f))->keys, testing::ElementsAre(Key("slope", 0.01)));
  EXPECT_THAT(activation(*number("Min", unary("Relu", x), 6))->keys,
              testing::ElementsAre(Key("low", 0), Key("high", 6)));
  EXPECT_THAT(activation(*unary("Elu", x, 2))->keys, testing::ElementsAre(Key("alpha", 2)));
  EXPECT_THAT(activation(*unary("HardSigmoid", x, 0.2f, 0.5f))->keys,
              testing::ElementsAre(Key("alpha", 0.2), Key("beta", 0.5)));
}

TEST_F(OnnxTerm, WhatIsNoneIsNone) {
  EXPECT_EQ(kind(unary("Gelu", x, 1)), "none");  // by tanh: up to 5e-4 beside
  EXPECT_EQ(kind(unary("Mish", x)), "none");
  EXPECT_EQ(kind(unary("Softplus", x)), "none");
  EXPECT_EQ(kind(number("Mul", unary("Relu", x), 2)), "none");
  EXPECT_EQ(kind(number("Pow", x, 2)), "none");
}

TEST_F(OnnxTerm, FactorsAndOffsetsAreFollowed) {
  const Term* scaled = channels("Mul", number("Sub", x, 0.5), {2, 4});
  const auto found = affine(*channels("Add", scaled, {1, 1}));
  ASSERT_TRUE(found);
  EXPECT_THAT(found->scale, testing::ElementsAre(2, 4));
  EXPECT_THAT(found->offset, testing::ElementsAre(0, -1));
  EXPECT_FALSE(affine(*unary("Relu", scaled)));
  EXPECT_FALSE(affine(*binary("Mul", x, x)));
}

}  // namespace
}  // namespace tailor::onnx
