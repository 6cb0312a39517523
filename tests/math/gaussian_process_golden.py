# Prints the values that gaussian_process_test.cc expects, from scikit-learn and SciPy: python3 gaussian_process_golden.py
import numpy as np
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

X = np.array([[0.1, 0.2], [0.4, 0.9], [0.8, 0.3], [0.5, 0.5], [0.95, 0.7]])
Y = np.array([-1.2, 0.3, 1.1, -0.6, 0.4])
LENGTHS, SIGNAL, NOISE = [0.3, 0.8], 1.7, 0.05
POINTS = np.array([[0.2, 0.3], [0.7, 0.6], [0.0, 1.0]])
BEST = -0.5

kernel = ConstantKernel(SIGNAL) * Matern(length_scale=LENGTHS, nu=2.5) + WhiteKernel(NOISE + 1e-6)
gp = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(X, Y)
mean, sd = gp.predict(POINTS, return_std=True)
variance = sd**2 - NOISE - 1e-6
sd = np.sqrt(variance)
z = (BEST - mean) / sd
improvement = (BEST - mean) * norm.cdf(z) + sd * norm.pdf(z)
n = len(Y)
print("mean", [float(v) for v in mean])
print("variance", [float(v) for v in variance])
print("log improvement", [float(v) for v in np.log(improvement)])
print("minus log marginal likelihood without the constant", float(-gp.log_marginal_likelihood_value_ - n / 2 * np.log(2 * np.pi)))
