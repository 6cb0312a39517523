# Prints the values that ped_anova_test.cc expects, from Optuna 5: python3 ped_anova_golden.py
# The trials come from a generator that the test repeats (SplitMix64, as in base/random.h).
import math
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
MASK, GOLDEN = (1 << 64) - 1, 0x9E3779B97F4A7C15


def mix(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def uniform(seed, i):
    return (mix((mix((seed + GOLDEN) & MASK) + GOLDEN * (i + 1)) & MASK) >> 11) * 2.0**-53


D = {"rate": FloatDistribution(1e-4, 1, log=True), "drop": FloatDistribution(0, 0.9, step=0.1), "shift": FloatDistribution(-1, 1),
     "depth": IntDistribution(1, 9, step=2), "batch": IntDistribution(8, 256, log=True),
     "kind": CategoricalDistribution(["sgd", "adam", "lion"]), "momentum": FloatDistribution(0, 1)}  # fmt: skip
study = optuna.create_study()
for t in range(120):
    u = [uniform(t, i) for i in range(8)]
    p = {"rate": 10 ** (-4 + 4 * u[0]), "drop": round(0.1 * math.floor(10 * u[1]), 1), "shift": 2 * u[2] - 1,
         "depth": 1 + 2 * math.floor(5 * u[3]), "batch": 8 + math.floor(249 * u[4]), "kind": ["sgd", "adam", "lion"][math.floor(3 * u[5])]}  # fmt: skip
    if p["kind"] == "sgd":
        p["momentum"] = u[6]
    value = (math.log10(p["rate"]) + 2) ** 2 + p["drop"] * 2 + 0.3 * p["depth"] + (p["kind"] != "sgd") * 1.0 + 2 * p.get("momentum", 0) + 0.2 * u[7]
    study.add_trial(optuna.create_trial(params=p, distributions={k: D[k] for k in p}, value=value))
for share in (0.1, 0.3):
    shares = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(target_quantile=share), normalize=True)
    print(share, {k: float(shares[k]) for k in D})
