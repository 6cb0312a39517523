# What two programs' results on the same seeds allow to say: the mean of the paired differences, its 95 % interval (Student's
# t), and a word. That no difference was found is no sign that there is none: "no worse" is said only where the interval's
# unfavourable end lies within a margin that was set before (Schuirmann, J. Pharmacokin. Biopharm., 1987; Piaggio et al., JAMA,
# 2012). Used by tuning_comparison.py; costs: less is better.
import math
import random
import statistics
from dataclasses import dataclass

BETTER, SLIGHTLY_BETTER, NO_WORSE, NOT_SHOWN = "better", "slightly better", "no worse", "not shown"
SLIGHTLY_WORSE, WORSE = "slightly worse", "worse"


@dataclass(frozen=True)
class Difference:
    """Of costs, first minus second; `low` and `high` hold its mean with the confidence that was asked for."""

    mean: float
    low: float
    high: float

    def better(self):
        return self.high < 0

    def worse(self):
        return self.low > 0

    def no_worse(self, margin):
        return self.high < margin


def t_quantile(p, freedom):
    """Student's t (Abramowitz and Stegun 26.7.5: three digits from 5 degrees of freedom on)."""
    z = statistics.NormalDist().inv_cdf(p)
    terms = [(z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
             (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160]  # fmt: skip
    return z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms))


def difference(first, second, statements=1):
    """Of values on the same seeds. With several `statements` their intervals hold together (Bonferroni)."""
    if len(first) != len(second) or len(first) < 6:
        raise ValueError(f"{len(first)} and {len(second)} values: pairs are needed, at least 6")
    differences = [a - b for a, b in zip(first, second)]
    mean = statistics.fmean(differences)
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    half = t_quantile(1 - 0.025 / statements, len(differences) - 1) * error
    return Difference(mean, mean - half, mean + half)


def verdict(d, margin):
    """Sure differences that are surely smaller than the margin are slight ones."""
    if d.better():
        return SLIGHTLY_BETTER if d.low > -margin else BETTER
    if d.worse():
        return SLIGHTLY_WORSE if d.high < margin else WORSE
    return NO_WORSE if d.no_worse(margin) else NOT_SHOWN


def geometric_ratio(first, second, smallest, draws=2000):
    """Over problems, the geometric mean of mean costs, first over second, with its 95 % interval over seeds: whole seeds are
    drawn again, with all their problems. Each argument is a list of problems, each a list over the same seeds; `smallest` is
    added to every mean, so that a cost of 0 is no infinite ratio."""

    def ratio(seeds):
        logs = [math.log(statistics.fmean(a[s] for s in seeds) + smallest) - math.log(statistics.fmean(b[s] for s in seeds) + smallest)
                for a, b in zip(first, second)]  # fmt: skip
        return math.exp(statistics.fmean(logs))

    seeds = range(len(first[0]))
    source = random.Random(1)
    drawn = sorted(ratio(source.choices(seeds, k=len(seeds))) for _ in range(draws))
    return ratio(seeds), drawn[int(0.025 * draws)], drawn[int(0.975 * draws) - 1]


def correlation(first, second):
    """Of values on the same seeds; 0 where one of them does not vary."""
    if len(set(first)) < 2 or len(set(second)) < 2:
        return 0.0
    return statistics.correlation(first, second)
