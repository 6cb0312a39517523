# `scripts/bench study`: how long a whole search takes until it has reached validation accuracies: `tailor tune` against
# Optuna and PyTorch, with the same space, the same pruner, as many workers; in turns, one seed after the other. Both are
# watched from outside, in the database that both write in Optuna's form, and stopped when they have reached the last.
import argparse
import math
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "release" / "bin"


def precision_list(text):
    precisions = text.split(",")
    for precision in precisions:
        if precision not in ("f32", "bf16"):
            raise argparse.ArgumentTypeError(f"unknown: '{precision}'; known are f32, bf16")
    return precisions


def target_list(text):
    targets = sorted(float(word) for word in text.split(","))
    if not all(0 < target < 1 for target in targets):
        raise argparse.ArgumentTypeError("accuracies are between 0 and 1")
    return targets


def add_options(parser):
    parser.add_argument("--targets", type=target_list, default="0.915,0.92", help="validation accuracies, 0 to 1, comma-separated")
    parser.add_argument("--limit", type=float, default=3600, help="seconds of one search, for whatever it has reached then")
    parser.add_argument("--split", default="40000:20000", help="training and validation images, the same for both")
    parser.add_argument("--epochs", type=int, default=6, help="of each trial that is not pruned")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="trials at once, one thread each")
    parser.add_argument("--sampler", default="tpe", help="tailor's; the peer has Optuna's TPE")
    parser.add_argument("--free", action="store_true", help="tailor decides by whatever has ended, as Optuna does, instead of with a lag")
    parser.add_argument("--python", help="interpreter that has torch and optuna, instead of build/peers")
    parser.add_argument("--precisions", type=precision_list, default="f32,bf16", help="PyTorch's, comma-separated; channels_last both")
    parser.add_argument("--tailor-only", action="store_true", help="without the peer")


def best_so_far(database):
    """The largest intermediate value in the study's database; 0 before there is one."""
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1) as connection:
            return connection.execute("SELECT MAX(intermediate_value) FROM trial_intermediate_values").fetchone()[0] or 0
    except sqlite3.OperationalError:
        return 0


def seconds_to_targets(o, command, database):
    """Seconds from the start of `command` until each target; infinite for those not reached within the limit."""
    log = open(f"{database}.log", "w+")
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
    reached = []
    try:
        while len(reached) < len(o.targets) and (now := time.perf_counter() - start) < o.limit:
            best = best_so_far(database)
            reached += [now] * (sum(best >= target for target in o.targets) - len(reached))
            if process.poll() is not None and len(reached) < len(o.targets):
                log.seek(0)
                raise SystemExit(f"ended before {o.targets[len(reached)]} was reached: {command[0]}\n{log.read()[-3000:]}")
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)  # with its workers
            process.wait()
        log.close()
    return reached + [math.inf] * (len(o.targets) - len(reached))


def tailor_command(o, seed, database):
    return [BIN / "tailor", "tune", "--space", "small", "--trials", "100000", "--split", o.split, "--epochs", o.epochs, "--seed", seed,
            "--sampler", o.sampler, "--storage", f"sqlite:///{database}", "--jobs", o.workers, "--lag", 2 * o.workers,
            *(["--free"] if o.free else [])]  # fmt: skip


def peer_command(o, precision, python, split, seed, database):
    script = ROOT / "benchmarks" / "peers" / "optuna_pytorch_study.py"
    return [python, script, "--storage", f"sqlite:///{database}", "--split", split, "--epochs", o.epochs, "--workers", o.workers,
            "--seed", seed, "--precision", precision]  # fmt: skip


def shown(value, digits=0):
    return "not reached" if math.isinf(value) else f"{value:,.{digits}f}"


def ratio_interval(theirs, ours):
    """95 % of the ratio of sums when seeds are drawn again, each side by itself: they have nothing but the number in common."""
    draw = random.Random(1)
    again = lambda values: sum(draw.choices(values, k=len(values)))  # noqa: E731
    ratios = sorted(again(theirs) / again(ours) for _ in range(10000))
    return ratios[249], ratios[9749]


def compare(theirs, ours, limit):
    """The ratio of all seeds together as text; their searches that did not arrive count with the limit: at least so much."""
    if any(map(math.isinf, ours)):
        return ""
    at_least = any(map(math.isinf, theirs))
    theirs = [min(seconds, limit) for seconds in theirs]
    ratio = f"{'at least ' if at_least else ''}{sum(theirs) / sum(ours):.1f}"
    if len(ours) < 3:
        return ratio  # drawing again from one or two says nothing
    low, high = ratio_interval(theirs, ours)
    return f"{ratio} [{low:.1f}, {high:.1f}]"


def run(o, python, note, table):
    seeds = range(o.first_seed, o.first_seed + o.seeds)
    own = "tailor tune"
    commands = {own: partial(tailor_command, o)}
    with tempfile.TemporaryDirectory() as folder:
        split = Path(folder) / "split.json"
        split.write_text(subprocess.run([BIN / "split", o.split], check=True, capture_output=True, text=True).stdout)
        for precision in [] if o.tailor_only else o.precisions:
            commands[f"Optuna + PyTorch {precision}"] = partial(peer_command, o, precision, python, split)
        searches = {name: [] for name in commands}  # for each seed the seconds to each target
        for seed in seeds:
            for number, (name, command) in enumerate(commands.items()):
                database = Path(folder) / f"{number}-{seed}.db"
                searches[name].append(seconds_to_targets(o, command(seed, database), database))
                reached = [f"{t:.3f} after {shown(s, 1)} s" for t, s in zip(o.targets, searches[name][-1])]
                note(f"seed {seed}: {name:<22} {', '.join(reached)}")
    for number, target in enumerate(o.targets):
        print(f"\nSeconds until a validation accuracy of {target} is reached, by seed:\n")
        times = {name: [seconds[number] for seconds in of] for name, of in searches.items()}
        rows = [[name, *map(shown, mine), shown(statistics.median(mine)), "1" if name == own else compare(mine, times[own], o.limit)]
                for name, mine in times.items()]  # fmt: skip
        table(o, ["", *map(str, seeds), "median", "all seeds, times tailor's [95 %]"], rows)
