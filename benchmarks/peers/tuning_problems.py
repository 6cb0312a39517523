# The problems of benchmarks/tuning_problems.cc in Python: the same spaces, values and simulated noise.
import json
import math
from pathlib import Path

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix64(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class Key:
    """Counter-based random numbers as in src/tailor/base/random.h."""

    def __init__(self, seed):
        self.state = mix64((seed + GOLDEN) & MASK)

    def with_part(self, part):
        key = Key(0)
        key.state = mix64((self.state + GOLDEN * (mix64((part + GOLDEN) & MASK) | 1)) & MASK)
        return key

    def bits(self, i):
        return mix64((self.state + GOLDEN * (i + 1)) & MASK)

    def below(self, i, n):
        return (self.bits(i) * n) >> 64

    def uniform(self, i):
        return (self.bits(i) >> 11) * 2.0**-53

    def normal(self, i):
        radius = math.sqrt(-2 * math.log(1 - self.uniform(2 * i)))
        return radius * math.cos(2 * math.pi * self.uniform(2 * i + 1))


def branin(x):
    a = x[1] - 5.1 / (4 * math.pi**2) * x[0] ** 2 + 5 / math.pi * x[0] - 6
    return a * a + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10


ALPHA = np.array([1.0, 1.2, 3.0, 3.2])
A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
P = np.array([[0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
              [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]])  # fmt: skip


def hartmann6(x):
    return float(-np.sum(ALPHA * np.exp(-np.sum(A * (np.asarray(x) - P) ** 2, axis=1))))


def ackley(x):
    x = np.asarray(x)
    return float(-20 * np.exp(-0.2 * np.sqrt(np.mean(x**2))) - np.exp(np.mean(np.cos(2 * np.pi * x))) + 20 + np.e)


def levy(x):
    w = 1 + (np.asarray(x) - 1) / 4
    total = np.sin(np.pi * w[0]) ** 2 + np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2))
    return float(total + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2))


def mixed(x):
    last = [0.95, 0.65, 0.05, 0.35]
    return hartmann6([x[0], x[1], x[2] / 12, x[3] / 12, (math.log10(x[4]) + 4) / 4, last[int(x[5])]])


class Function:
    def __init__(self, name, space, f, noise=0.0):
        self.name, self.space, self.truth, self.noise = name, space, f, noise

    def observed(self, x, key):
        return self.truth(x) + (self.noise * key.normal(0) if self.noise else 0)


class Table:
    """Numbers in order become an integer that counts them, texts a category."""

    def __init__(self, description):
        info = json.loads(description.read_text())
        self.name = info["name"]
        self.sign = -1 if info["direction"] == "maximize" else 1
        self.space = [(name, "choice", len(values)) if isinstance(values[0], str) else (name, "int", 0, len(values) - 1)
                      for name, values in info["space"].items()]  # fmt: skip
        self.sizes = [len(values) for values in info["space"].values()]
        self.values = np.fromfile(description.with_suffix(".f32"), "<f4").reshape(-1, info["repeats"]).astype(float)

    def row(self, x):
        row = self.values[np.ravel_multi_index([int(v) for v in x], self.sizes)]
        return row[~np.isnan(row)]

    def truth(self, x):
        return self.sign * float(np.mean(self.row(x)))

    def observed(self, x, key):
        row = self.row(x)
        return self.sign * float(row[key.below(0, len(row))])


def tuning_problems(folder):
    def box(n, low, high):
        return [(f"x{i}", "real", low, high) for i in range(n)]

    tables = [Table(file) for file in sorted(Path(folder).glob("*.json"))] if folder else []
    return tables + [
        Function("branin", [("x0", "real", -5, 10), ("x1", "real", 0, 15)], branin),
        Function("hartmann6", box(6, 0, 1), hartmann6),
        Function("ackley5", box(5, -15, 30), ackley),
        Function("levy6", box(6, -10, 10), levy),
        Function("mixed", [("x0", "real", 0, 1), ("x1", "real", 0, 1), ("x2", "int", 0, 12), ("x3", "int", 0, 12),
                           ("x4", "log", 1e-4, 1), ("x5", "choice", 4)], mixed),
        Function("noisy_hartmann6", box(6, 0, 1), hartmann6, 0.3),
    ]  # fmt: skip
