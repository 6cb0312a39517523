// The standard normal distribution. Used by Parzen estimators and expected improvement.
#pragma once

namespace tailor {

double normal_pdf(double x);
double normal_cdf(double x);
// Inverse of normal_cdf for p in (0, 1), to about 1e-15 (Acklam's approximation and one step of Halley's
// method).
double normal_quantile(double p);

}  // namespace tailor
