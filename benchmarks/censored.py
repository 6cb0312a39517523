# Times until something was reached, where some searches were cut off before it: they are compared by what is known of each.
# Used by time_to_accuracy.py, and by hand on kept times:
#
#   python3 benchmarks/censored.py docs/performance/searches.csv
import csv
import math
import random
import statistics
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Time:
    value: float  # seconds, or epochs
    reached: bool = True  # false: cut off then


def horizon(*groups):
    """Until when every search is known: the first cut-off, or the last arrival if none was cut off."""
    cut = [t.value for group in groups for t in group if not t.reached]
    return min(cut) if cut else max(t.value for group in groups for t in group)


def restricted_ratio(theirs, ours, draws=10000):
    """The ratio of mean times up to the horizon, which needs no guess about what was cut off (restricted mean survival time:
    Royston and Parmar, BMC Med. Res. Methodol., 2013), with the 95 % interval of drawing the searches again, each side by
    itself: they have nothing but the seed's number in common. A list of (theirs, ours) for each machine."""
    until = horizon(*theirs, *ours)

    def mean(times):
        return statistics.fmean(min(t.value, until) for group in times for t in group)

    source = random.Random(1)
    again = lambda times: mean([source.choices(group, k=len(group)) for group in times])  # noqa: E731
    ratios = sorted(again(theirs) / again(ours) for _ in range(draws))
    return mean(theirs) / mean(ours), ratios[int(0.025 * draws)], ratios[int(0.975 * draws) - 1]


def log_rank(first, second):
    """Two-sided probability of a difference as large as this if arrival is equally likely at all times for both (Mantel, Cancer
    Chemother. Rep., 1966); lists of groups, one for each stratum, for instance a machine."""
    surplus = variance = 0.0
    for a, b in zip(first, second):
        for at in sorted({t.value for t in [*a, *b] if t.reached}):
            left_a, left_b = (sum(t.value >= at for t in group) for group in (a, b))
            left, arrivals = left_a + left_b, sum(t.reached and t.value == at for t in [*a, *b])
            surplus += sum(t.reached and t.value == at for t in a) - arrivals * left_a / left
            if left > 1:
                variance += arrivals * (left_a / left) * (left_b / left) * (left - arrivals) / (left - 1)
    return math.erfc(abs(surplus) / math.sqrt(2 * variance)) if variance > 0 else 1.0


def stretched(times, factor):
    """What they would have been, had every epoch taken so many times as long; a cut-off moves with them."""
    return [Time(t.value * factor, t.reached) for t in times]


def cut_at(times, until):
    return [Time(until, False) if t.value > until else t for t in times]


def main(file):
    """For each target all searches of the file, and the same with the epochs' ratio taken out of our times."""
    with open(file) as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    for target in dict.fromkeys(row["target"] for row in rows):
        groups = {}
        for row in rows:
            if row["target"] == target:
                time = Time(float(row["seconds"]), row["reached"] == "1")
                groups.setdefault((row["set"], float(row["epoch_ratio"])), {}).setdefault(row["program"], []).append(time)
        ours = [programs["tailor"] for programs in groups.values()]
        theirs = [programs["peer"] for programs in groups.values()]
        slowed = [stretched(times, ratio) for (_, ratio), times in zip(groups, ours)]
        for name, mine in [("seconds", ours), ("seconds, our epochs as long as theirs", slowed)]:
            until = horizon(*theirs, *mine)
            ratio, low, high = restricted_ratio(theirs, mine)
            p = log_rank([cut_at(g, until) for g in mine], [cut_at(g, until) for g in theirs])
            print(f"{target}, {name}: {sum(map(len, mine))} searches each, up to {until:,.0f} s: "
                  f"theirs / ours {ratio:.1f} [{low:.1f}, {high:.1f}], log-rank p = {p:.2g}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
