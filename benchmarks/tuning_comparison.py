# `scripts/bench tuning`: our samplers and Optuna's on the same problems (tuning.cc, peers/optuna_tuning.py), or ours with a
# pruner on learning curves (pruned_search.cc), with seeds in parallel, as tables of mean normalised regret, what paired
# differences allow to say (paired.py), and sampler time. Optuna's finished studies are kept in build/bench-tuning, so a run
# can be stopped and continued; --fresh forgets them. All lines that tables were made of are there too, in lines.jsonl.
import json
import os
import statistics
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paired

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "bench-tuning"
THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
PAIRS = [("tailor random", "optuna random"), ("tailor tpe", "optuna tpe"), ("tailor gp", "optuna gp"),
         ("tailor gp", "tailor tpe"), ("tailor auto", "tailor tpe"), ("tailor gp", "optuna tpe")]  # fmt: skip
SMALLEST = 0.1  # thousandths: what is added before means are multiplied, so that a regret of 0 is no infinite ratio


def add_options(sub):
    sub.add_argument("--tables", default=os.environ.get("TAILOR_HPO_TABLES", ""),
                     help="folder of tables, NAME.json and NAME.f32 (or $TAILOR_HPO_TABLES); without: functions only")  # fmt: skip
    sub.add_argument("--curves", help="instead: folder of learning curves, for ours with a pruner; budgets are epochs of all trials")
    sub.add_argument("--noise", type=float, default=0.01, help="of a report on a learning curve, its standard deviation")
    sub.add_argument("--neighbors", type=int, default=8, help="settings that a learning curve is interpolated from")
    sub.add_argument("--pruner", default="asha", help="on learning curves")
    sub.add_argument("--samplers", default="random,tpe,gp", help="ours, comma-separated")
    sub.add_argument("--peer-samplers", default="random,tpe,gp", help="Optuna's, comma-separated; of: random, tpe, gp")
    sub.add_argument("--problems", default="", help="only these, comma-separated")
    sub.add_argument("--budgets", help="numbers of trials, ascending [25,50,100,200; epochs on curves: 100,200,400,800]")
    sub.add_argument("--seeds", type=int, default=50)
    sub.add_argument("--first-seed", type=int, default=0)
    sub.add_argument("--margin", type=float, default=10, help="thousandths of regret: what is less is no difference that matters")
    sub.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="seeds at the same time")
    sub.add_argument("--python", help="interpreter that has optuna, scipy and torch, instead of build/peers")
    sub.add_argument("--tailor-only", action="store_true", help="without peers")
    sub.add_argument("--lines", nargs="+", help="make tables of these files of earlier runs' lines, run nothing")
    sub.add_argument("--fresh", action="store_true", help="run all studies again")


def program(o):
    """The benchmark that runs our samplers, and its options."""
    only = ["--problems", o.problems] if o.problems else []
    if o.curves:
        return "pruned_search", ["--curves", o.curves, "--noise", o.noise, "--neighbors", o.neighbors, "--pruner", o.pruner, *only]
    return "tuning", [*(["--tables", o.tables] if o.tables else []), *only]


def seeds_of(o):
    return range(o.first_seed, o.first_seed + o.seeds)


def run_ours(o, binary, note):
    def one(seed):
        command = [binary, *program(o)[1], "--samplers", o.samplers, "--budgets", o.budgets, "--seeds", 1, "--first-seed", seed]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=os.environ | THREADS)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        note(f"tailor {o.samplers}: seed {seed - o.first_seed + 1} of {o.seeds}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    with ThreadPoolExecutor(o.jobs) as pool:
        return [study for studies in pool.map(one, seeds_of(o)) for study in studies]


def run_peers(o, python, described, note):
    kept = KEPT / f"optuna-{o.budgets.replace(',', '-')}.jsonl"
    if o.fresh:
        kept.unlink(missing_ok=True)
    check = KEPT / "described.jsonl"
    check.write_text("".join(json.dumps(d) + "\n" for d in described))
    script = ROOT / "benchmarks" / "peers" / "optuna_tuning.py"
    tables = ["--tables", o.tables] if o.tables else []
    environment = os.environ | THREADS | {"PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([python, script, *tables, "--check", check], check=True, env=environment)
    command = [python, script, *tables, "--samplers", o.peer_samplers, "--budgets", o.budgets, "--seeds", o.seeds,
               "--first-seed", o.first_seed, "--jobs", o.jobs, "--kept", kept]  # fmt: skip
    if o.problems:
        command += ["--problems", o.problems]
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout:
            note(line.rstrip())
    if process.returncode != 0:
        raise SystemExit(f"peers failed ({process.returncode})")
    names = [f"optuna {s}" for s in o.peer_samplers.split(",")]
    return [s for s in read_lines(kept) if s["sampler"] in names]


def read_lines(file):
    return [json.loads(line) for line in Path(file).read_text().splitlines()]


class Results:
    """Regret in thousandths, and the sampler's seconds for a trial, of every sampler on every problem at every budget, over the
    seeds that all of them have run: value i of every list is of the same seed."""

    def __init__(self, studies, described, seeds):
        scale = {d["problem"]: (d["best"], d["reference"] - d["best"]) for d in described}
        by_place = {}
        for s in studies:
            if s["problem"] in scale and s["seed"] in seeds:
                by_place.setdefault((s["sampler"], s["problem"]), {})[s["seed"]] = s
        self.samplers = list(dict.fromkeys(sampler for sampler, _ in by_place))
        self.problems = list(scale)
        kept = set(seeds).intersection(*(by_place.get((s, p), {}) for s in self.samplers for p in self.problems))
        self.seeds = sorted(kept)
        self.places = {place: [of[seed] for seed in self.seeds] for place, of in by_place.items()}
        self.scale = scale

    def regret(self, sampler, problem, b):
        best, width = self.scale[problem]
        return [1000 * max(s["truth"][b] - best, 0) / width for s in self.places[sampler, problem]]

    def seconds(self, sampler, problem, b):
        return [s["seconds_per_trial"][b] for s in self.places[sampler, problem]]


def mean_cell(values):
    d = paired.difference(values, [0] * len(values))
    return f"{d.mean:.1f} ± {d.high - d.mean:.1f}"


def regret_tables(o, r, budgets, unit, table):
    for b, budget in enumerate(budgets):
        rows = [[p, *[mean_cell(r.regret(s, p, b)) for s in r.samplers]] for p in r.problems]
        means = [[statistics.fmean(r.regret(s, p, b)) for p in r.problems] for s in r.samplers]
        rows.append(["geometric mean", *[f"{statistics.geometric_mean([m + SMALLEST for m in of]):.1f}" for of in means]])
        table(o, [f"{budget} {unit}", *r.samplers], rows)


def compare_pair(o, r, first, second, budgets, unit, table):
    """The table of a pair's differences; returns its rows of the summary."""
    statements = len(r.problems) * len(budgets)
    rows, counts = [], [Counter() for _ in budgets]
    for p in r.problems:
        cells = []
        for b in range(len(budgets)):
            both = r.regret(first, p, b), r.regret(second, p, b)
            d, together = paired.difference(*both), paired.difference(*both, statements)
            word = paired.verdict(d, o.margin)
            star = "*" if together.better() or together.worse() else ""
            counts[b].update([word, *([word + star] if star else []), *(["within"] if d.no_worse(o.margin) else [])])
            cells.append(f"{d.mean:+.1f} ± {d.high - d.mean:.1f} {word}{star}")
        rows.append([p, *cells])
    table(o, [f"{first} − {second}", *[f"{budget} {unit}" for budget in budgets]], rows)
    return [[f"{first} / {second}", budget, *summary(r, first, second, b, counts[b])] for b, budget in enumerate(budgets)]


def summary(r, first, second, b, counts):
    regrets = [[r.regret(s, p, b) for p in r.problems] for s in (first, second)]
    ratio, low, high = paired.geometric_ratio(*regrets, SMALLEST)
    better, worse = ((word, f"slightly {word}") for word in ("better", "worse"))
    cells = []
    for words in (better, worse):
        starred = sum(counts[word + "*"] for word in words)
        cells.append(f"{sum(counts[word] for word in words)} ({starred}*)")
    alike = statistics.fmean(paired.correlation(f, s) for f, s in zip(*regrets))
    return [cells[0], counts["within"], counts[paired.NOT_SHOWN], cells[1],
            f"{ratio:.2f} [{low:.2f}, {high:.2f}]", f"{alike:.2f}"]  # fmt: skip


def time_tables(o, r, budgets, binary, table):
    rows = [[p, *[f"{1000 * statistics.fmean(r.seconds(s, p, -1)):.3f}" for s in r.samplers]] for p in r.problems]
    rows.append(["mean", *[f"{1000 * statistics.fmean(v for p in r.problems for v in r.seconds(s, p, -1)):.3f}" for s in r.samplers]])
    table(o, [f"sampler's processor ms a trial, {budgets[-1]} trials", *r.samplers], rows)
    after = [binary, "--samplers", "tpe", "--after", "100,1000,10000,100000"]
    lines = subprocess.run(after, capture_output=True, text=True, check=True, env=os.environ | THREADS).stdout.splitlines()
    rows = [[s["sampler"], f"{s['trials']:,}", f"{1000 * s['seconds']:.2f}"] for s in map(json.loads, lines)]
    table(o, ["time of a proposal", "after trials", "ms"], rows)


def compare_samplers(o, binaries, python, note, table, machine):
    o.budgets = o.budgets or ("100,200,400,800" if o.curves else "25,50,100,200")
    name, options = program(o)
    binary = binaries / name
    KEPT.mkdir(parents=True, exist_ok=True)
    listing = subprocess.run([str(c) for c in [binary, *options, "--describe"]], capture_output=True, text=True, check=True).stdout
    described = [json.loads(line) for line in listing.splitlines()]
    if o.problems:
        described = [d for d in described if d["problem"] in o.problems.split(",")]
    if o.lines:
        studies = [study for file in o.lines for study in read_lines(file)]
    else:
        studies = run_ours(o, binary, note)
        if not o.tailor_only and not o.curves:
            studies += run_peers(o, python, described, note)
        (KEPT / "lines.jsonl").write_text("".join(json.dumps(s) + "\n" for s in studies))

    r = Results(studies, described, seeds_of(o))
    budgets, unit = [int(b) for b in o.budgets.split(",")], "epochs" if o.curves else "trials"
    if len(r.seeds) < 6:
        raise SystemExit(f"{len(r.seeds)} seeds: intervals need at least 6")
    print(f"\nTuning: mean normalised regret in thousandths with 95 % intervals, {len(r.seeds)} seeds from {r.seeds[0]} on; "
          f"0 is the best setting's value, 1000 that of the median\n{machine()}\n")  # fmt: skip
    regret_tables(o, r, budgets, unit, table)
    chosen = [(a, b) for a, b in PAIRS if a in r.samplers and b in r.samplers]
    print(f"Paired differences with their 95 % intervals. Slightly: the interval is within ±{o.margin:g}; no worse: it holds 0 and "
          f"ends below {o.margin:g}; not shown: neither. *: also if all {len(r.problems) * len(budgets)} statements of a table are "
          f"to hold together.\n")  # fmt: skip
    rows = [row for a, b in chosen for row in compare_pair(o, r, a, b, budgets, unit, table)]
    if rows:
        table(o, ["problems where the first is …", unit, "better", f"not worse by {o.margin:g}", "not shown", "worse",
                  "geometric means, ratio", "seeds' correlation"], rows)  # fmt: skip
    if not o.curves:
        time_tables(o, r, budgets, binary, table)
