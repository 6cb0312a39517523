# Prints the values that statistics_test.cc and gain_test.cc expect, from SciPy: python3 statistics_golden.py
import numpy as np
from scipy import stats

A = np.array([0.931, 0.934, 0.929, 0.936, 0.933])
B = np.array([0.921, 0.919, 0.925, 0.922, 0.918])
X = np.array([3, 1, 4, 1, 5, 9, 2, 6])
Y = np.array([2, 7, 1, 8, 2, 8, 1, 8])

print("t", [float(stats.t.ppf(p, df)) for p, df in [(0.975, 4), (0.9, 11.5), (0.025, 1)]])
LEVEL = 0.965  # seeds_confidence
print("mean", [float(v) for v in stats.ttest_1samp(A, 0).confidence_interval(LEVEL)])
print("paired", [float(v) for v in stats.ttest_rel(A, B).confidence_interval(LEVEL)])
print("welch", [float(v) for v in stats.ttest_ind(A, B[:3], equal_var=False).confidence_interval(LEVEL)])
print("spearman", float(stats.spearmanr(X, Y).statistic))
