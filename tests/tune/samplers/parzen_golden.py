# Prints the log densities that parzen_test.cc expects, from SciPy's truncated normal: python3 parzen_golden.py
import math

import numpy as np
from scipy.stats import truncnorm

# name: (kind, low, high); condition: depth only with mode 0
RANGES = {"x": (0, 10), "rate": (math.log(1e-3), 0), "n": (0.5, 5.5), "width": (math.log(0.5), math.log(100.5)), "depth": (0.5, 4.5)}
TRIALS = [dict(x=2, rate=1e-2, n=1, width=8, mode=0, depth=2), dict(x=3, rate=5e-2, n=2, width=1, mode=1),
          dict(x=7, rate=2e-3, n=5, width=100, mode=0, depth=4), dict(x=2.5, n=3, width=30, mode=2)]  # fmt: skip
WEIGHTS = [2, 1, 1, 0.5]
POINTS = [dict(x=2.2, rate=1.5e-2, n=2, width=4, mode=0, depth=1), dict(x=9.9, rate=0.9, n=5, width=64, mode=1),
          dict(x=0.0, rate=1e-3, n=1, width=1, mode=2)]  # fmt: skip


def scale(name, value):
    return math.log(value) if name in ("rate", "width") else value


def share(name, point):
    low, high = RANGES[name]
    return (point - low) / (high - low)


def cell(name, value):
    if name in ("x", "rate"):
        return None
    return share(name, scale(name, value - 0.5)), share(name, scale(name, value + 0.5))


VALUES = {"n": 5, "width": 100, "depth": 4}


def bandwidth(name):
    centers = [share(name, scale(name, t[name])) for t in TRIALS if name in t]
    n = len(centers)
    mean = (sum(centers) + 0.5) / (n + 1)
    variance = (sum((c - mean) ** 2 for c in centers) + (0.5 - mean) ** 2 + 1 / 12) / (n + 1)
    sigma = math.sqrt(variance) * n ** (-1 / (6 + 4))
    return max(min(max(sigma, 0.01), 1), 0.5 / VALUES.get(name, 1e9))


def log_factor(trial, name, value):
    if name == "mode":
        if trial is None:
            return -math.log(3)
        chance = 3 / 5 / (1 + 3 / 5)
        return math.log(chance / 3 + (1 - chance) * (trial["mode"] == value))
    edges = cell(name, value)
    if trial is None or name not in trial:
        return math.log(edges[1] - edges[0]) if edges else 0
    center, sigma = share(name, scale(name, trial[name])), bandwidth(name)
    kernel = truncnorm(-center / sigma, (1 - center) / sigma, loc=center, scale=sigma)
    return math.log(kernel.cdf(edges[1]) - kernel.cdf(edges[0])) if edges else kernel.logpdf(share(name, scale(name, value)))


for name in ("x", "rate", "n", "width", "depth"):
    print(name, "bandwidth", repr(float(bandwidth(name))))
for point in POINTS:
    terms = [math.log(w / (sum(WEIGHTS) + 1)) + sum(log_factor(t, k, v) for k, v in point.items())
             for t, w in zip([*TRIALS, None], [*WEIGHTS, 1])]  # fmt: skip
    print(repr(float(np.logaddexp.reduce(terms))))
