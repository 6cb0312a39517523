// Makes the values of a study's trials fit for a Gaussian process, whatever their unit and their tails. Used
// by the GP sampler.
#pragma once

#include <span>
#include <vector>

namespace tailor {

// Finite values, smaller is better, to values of mean 0 and variance 1 in the same order. Half-rank warping
// (Song et al., "The Vizier Gaussian process bandit algorithm", 2024): the better half keeps its distances;
// the worse half, where losses may be thousands of times larger and matter little, becomes quantiles of a
// normal.
std::vector<double> warp(std::span<const double> values);

}  // namespace tailor
