# `scripts/bench recommending`: runs build/release/bin/recommending and prints its figures as tables for
# docs/recommending.md.
import json
import math
import os
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor

BASE, ORACLE = "best report", "best tried"
BINS = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 1.0001]


def add_options(sub):
    sub.add_argument("--tables", default=os.environ.get("TAILOR_HPO_TABLES", ""), help="folder of tables, NAME.json and NAME.f32 (or $TAILOR_HPO_TABLES)")
    sub.add_argument("--problems", default="naval_propulsion,phoneme,slice_localization,vehicle,noisy_hartmann6", help="comma-separated")
    sub.add_argument("--samplers", default="random,tpe,gp", help="comma-separated")
    sub.add_argument("--budgets", default="50,100,200", help="numbers of trials, comma-separated")
    sub.add_argument("--percent", default="10,20", help="of the trials that are repeats, comma-separated")
    sub.add_argument("--seeds", type=int, default=100)
    sub.add_argument("--first-seed", type=int, default=0)
    sub.add_argument("--surrogates", action="store_true", help="also the means of a Gaussian process and of a forest")
    sub.add_argument("--margin", type=float, default=10, help='of "no worse", in thousandths of normalised regret')
    sub.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="problems at the same time")


def mean_interval(values):
    """Mean and half width of its 95 % interval; normal, for a hundred seeds or so."""
    if len(values) < 2:
        return values[0], math.inf
    return statistics.mean(values), 1.96 * statistics.stdev(values) / math.sqrt(len(values))


def word(mean, half, margin):
    if mean + half < 0:
        return "better"
    if mean - half > 0:
        return "worse" if mean + half > margin else "worse, within the margin"
    return "no worse" if mean + half < margin else "not shown"


def recommend(o, binary, note, table):
    if not o.tables:
        raise SystemExit("recommending needs --tables, or $TAILOR_HPO_TABLES: where the truth is known")

    def one(problem):
        command = [binary, "--tables", o.tables, "--problems", problem, "--samplers", o.samplers, "--budgets", o.budgets,
                   "--percent", o.percent, "--seeds", o.seeds, "--first-seed", o.first_seed]  # fmt: skip
        command += [] if o.surrogates else ["--no-surrogates"]
        done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, check=True, text=True)
        note(f"{problem}: done")
        return [json.loads(line) for line in done.stdout.splitlines()]

    with ThreadPoolExecutor(o.jobs) as pool:
        lines = [line for part in pool.map(one, o.problems.split(",")) for line in part]
    print_tables(lines, o, table)


def print_tables(lines, o, table):
    ways = [way for way in lines[0]["regrets"] if way not in (BASE, ORACLE)]
    print(f"Regret in thousandths, mean of {len(lines[0]['regrets'][BASE])} seeds: of the best report, of the truly best of the tried settings; "
          "then paired differences to the best report at equal compute\n")  # fmt: skip
    rows = []
    for line in lines:
        base = line["regrets"][BASE]
        cells = []
        for way in ways:
            mean, half = mean_interval([a - b for a, b in zip(line["regrets"][way], base)])
            cells.append(f"{mean:+.1f} ± {half:.1f} {word(mean, half, o.margin)}")
        rows.append([f"{line['problem']}, {line['sampler']}, {line['trials']}", f"{statistics.mean(base):.1f}",
                     f"{statistics.mean(line['regrets'][ORACLE]):.1f}", *cells])  # fmt: skip
    table(o, ["problem, sampler, trials", BASE, ORACLE, *ways], rows)
    best, near = "no setting tried is better", "none is better by more than one noise sd"
    for kind, text in (("best", best), ("near_best", near), ("confirmed_best", f"once confirmed, {best}"),
                       ("confirmed_near_best", f"once confirmed, {near}")):  # fmt: skip
        said = [pair for line in lines for pair in line[kind]]
        print(f"Probability that {text}: what was said and how often it was so\n")
        rows = []
        for low, high in zip(BINS, BINS[1:]):
            part = [(p, hit) for p, hit in said if low <= p < high]
            if part:
                rows.append([f"{100 * low:.0f} to {100 * min(high, 1):.0f} %", len(part), f"{100 * statistics.mean(p for p, _ in part):.0f} %",
                             f"{100 * statistics.mean(hit for _, hit in part):.0f} %"])  # fmt: skip
        table(o, ["said", "studies", "mean", "was so"], rows)
