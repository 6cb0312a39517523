# `scripts/bench tuning`: our samplers and Optuna's on the same problems (tuning.cc, peers/optuna_tuning.py), with seeds
# in parallel, as tables of mean normalised regret with 95 % intervals, sampler time and pairwise comparisons.
# Finished studies are kept in build/bench-tuning, so a run can be stopped and continued; --fresh forgets them.
import json
import math
import os
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "bench-tuning"
THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
PAIRS = [("tailor random", "optuna random"), ("tailor tpe", "optuna tpe"), ("tailor gp", "optuna gp"),
         ("tailor gp", "tailor tpe"), ("tailor gp", "optuna tpe")]  # fmt: skip


def add_options(sub):
    sub.add_argument("--tables", default=os.environ.get("TAILOR_HPO_TABLES", ""),
                     help="folder of tables, NAME.json and NAME.f32 (or $TAILOR_HPO_TABLES); without: functions only")  # fmt: skip
    sub.add_argument("--samplers", default="random,tpe,gp", help="ours, comma-separated")
    sub.add_argument("--peer-samplers", default="random,tpe,gp", help="Optuna's, comma-separated; of: random, tpe, gp")
    sub.add_argument("--problems", default="", help="only these, comma-separated")
    sub.add_argument("--budgets", default="25,50,100,200", help="numbers of trials, ascending")
    sub.add_argument("--seeds", type=int, default=50)
    sub.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="seeds at the same time")
    sub.add_argument("--python", help="interpreter that has optuna, scipy and torch, instead of build/peers")
    sub.add_argument("--tailor-only", action="store_true", help="without peers")
    sub.add_argument("--fresh", action="store_true", help="run all studies again")


def run_ours(o, binary, note):
    tables = ["--tables", o.tables] if o.tables else []
    only = ["--problems", o.problems] if o.problems else []

    def one(seed):
        command = [binary, *tables, *only, "--samplers", o.samplers, "--budgets", o.budgets, "--seeds", 1, "--first-seed", seed]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=os.environ | THREADS)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        note(f"tailor {o.samplers}: seed {seed + 1} of {o.seeds}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    with ThreadPoolExecutor(o.jobs) as pool:
        return [study for studies in pool.map(one, range(o.seeds)) for study in studies]


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
               "--jobs", o.jobs, "--kept", kept]  # fmt: skip
    if o.problems:
        command += ["--problems", o.problems]
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout:
            note(line.rstrip())
    if process.returncode != 0:
        raise SystemExit(f"peers failed ({process.returncode})")
    wanted = {d["problem"] for d in described}
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    names = [f"optuna {s}" for s in o.peer_samplers.split(",")]
    return [s for s in lines if s["problem"] in wanted and s["sampler"] in names and s["seed"] < o.seeds]


def mean_and_error(values):
    """Mean and half the width of its 95 % interval."""
    error = 1.96 * statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return statistics.fmean(values), error


def compare_samplers(o, binary, python, note, table, machine):
    KEPT.mkdir(parents=True, exist_ok=True)
    tables = ["--tables", o.tables] if o.tables else []
    listing = subprocess.run([binary, *tables, "--describe"], capture_output=True, text=True, check=True).stdout
    described = [json.loads(line) for line in listing.splitlines()]
    if o.problems:
        described = [d for d in described if d["problem"] in o.problems.split(",")]
    studies = run_ours(o, binary, note)
    if not o.tailor_only:
        studies += run_peers(o, python, described, note)

    scale = {d["problem"]: (d["best"], d["reference"] - d["best"]) for d in described}
    regret, seconds = {}, {}  # [sampler, problem] -> for each budget a list over seeds
    for s in studies:
        best, width = scale[s["problem"]]
        columns = [max(truth - best, 0) / width for truth in s["truth"]]
        regret.setdefault((s["sampler"], s["problem"]), []).append(columns)
        seconds.setdefault((s["sampler"], s["problem"]), []).append(s["seconds_per_trial"])
    samplers = list(dict.fromkeys(sampler for sampler, _ in regret))
    problems = list(scale)
    budgets = [int(b) for b in o.budgets.split(",")]

    def values(data, sampler, problem, b):
        return [row[b] for row in data[sampler, problem]]

    print(f"\nTuning: mean normalised regret in thousandths with 95 % intervals, {o.seeds} seeds; 0 is the best setting's "
          f"value, 1000 that of the median\n{machine()}\n")  # fmt: skip
    for b, budget in enumerate(budgets):
        rows = []
        for problem in problems:
            cells = [mean_and_error(values(regret, sampler, problem, b)) for sampler in samplers]
            rows.append([problem, *[f"{1000 * m:.1f} ± {1000 * e:.1f}" for m, e in cells]])
        means = [[statistics.fmean(values(regret, s, p, b)) for p in problems] for s in samplers]
        rows.append(["geometric mean", *[f"{1000 * statistics.geometric_mean([m + 1e-4 for m in of]):.1f}" for of in means]])
        table(o, [f"{budget} trials", *samplers], rows)

    rows = [[problem, *[f"{1000 * statistics.fmean(values(seconds, s, problem, -1)):.3f}" for s in samplers]] for problem in problems]
    rows.append(["mean", *[f"{1000 * statistics.fmean(v for p in problems for v in values(seconds, s, p, -1)):.3f}" for s in samplers]])
    table(o, [f"sampler's processor ms a trial, {budgets[-1]} trials", *samplers], rows)

    after = [binary, "--samplers", "tpe", "--after", "100,1000,10000,100000"]
    lines = subprocess.run(after, capture_output=True, text=True, check=True, env=os.environ | THREADS).stdout.splitlines()
    rows = [[s["sampler"], f"{s['trials']:,}", f"{1000 * s['seconds']:.2f}"] for s in map(json.loads, lines)]
    table(o, ["time of a proposal", "after trials", "ms"], rows)

    rows = []
    for mine, theirs in PAIRS:
        if mine not in samplers or theirs not in samplers:
            continue
        for b, budget in enumerate(budgets):
            counts = [0, 0, 0, 0]  # better, of these for certain; worse, of these for certain
            for problem in problems:
                (m, e), (n, f) = (mean_and_error(values(regret, s, problem, b)) for s in (mine, theirs))
                certain = abs(m - n) > math.hypot(e, f)
                counts[0 if m <= n else 2] += 1
                counts[1 if m <= n else 3] += certain
            times = [statistics.fmean(v for p in problems for v in values(seconds, s, p, b)) for s in (theirs, mine)]
            rows.append([f"{mine} / {theirs}", budget, *counts, f"{times[0] / times[1]:.0f}"])
    table(o, ["problems where the first is …", "trials", "better", "surely", "worse", "surely", "times faster"], rows)
