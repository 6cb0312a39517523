# `scripts/bench study`: how long a whole search takes until it has reached validation accuracies: `tailor tune` against
# Optuna and PyTorch, with the same space, the same pruner, as many workers; in turns, one seed after the other. Both are
# watched from outside, in the database that both write in Optuna's form, and stopped when they have reached the last.
# Seconds say what a person waits; the epochs of all trials together, beside them, what of it is the search's.
import argparse
import os
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

from censored import Time, cut_at, horizon, log_rank, restricted_ratio

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


def so_far(database):
    """The largest intermediate value in the study's database and how many there are; 0 before there is one."""
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1) as connection:
            select = "SELECT MAX(intermediate_value), COUNT(*) FROM trial_intermediate_values"
            best, epochs = connection.execute(select).fetchone()
            return best or 0, epochs
    except sqlite3.OperationalError:
        return 0, 0


def until_targets(o, command, database):
    """Seconds and epochs from the start of `command` until each target, or until the limit for those not reached within it."""
    log = open(f"{database}.log", "w+")
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
    reached, epochs = [], 0
    try:
        while len(reached) < len(o.targets) and (now := time.perf_counter() - start) < o.limit:
            best, epochs = so_far(database)
            reached += [(Time(now), Time(epochs))] * (sum(best >= target for target in o.targets) - len(reached))
            if process.poll() is not None and len(reached) < len(o.targets):
                log.seek(0)
                raise SystemExit(f"ended before {o.targets[len(reached)]} was reached: {command[0]}\n{log.read()[-3000:]}")
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)  # with its workers
            process.wait()
        log.close()
    return reached + [(Time(o.limit, False), Time(epochs, False))] * (len(o.targets) - len(reached))


def tailor_command(o, seed, database):
    return [BIN / "tailor", "tune", "--space", "small", "--trials", "100000", "--split", o.split, "--epochs", o.epochs, "--seed", seed,
            "--sampler", o.sampler, "--storage", f"sqlite:///{database}", "--jobs", o.workers, "--lag", 2 * o.workers,
            *(["--free"] if o.free else [])]  # fmt: skip


def peer_command(o, precision, python, split, seed, database):
    script = ROOT / "benchmarks" / "peers" / "optuna_pytorch_study.py"
    return [python, script, "--storage", f"sqlite:///{database}", "--split", split, "--epochs", o.epochs, "--workers", o.workers,
            "--seed", seed, "--precision", precision]  # fmt: skip


def shown(t, digits=0):
    return f"{'' if t.reached else '>'}{t.value:,.{digits}f}"


def compare(theirs, ours):
    """The ratio of mean times, up to when all are known, and whether the order of arrivals could be chance."""
    if len(ours) < 6:
        return "too few to say"
    until = horizon(theirs, ours)
    ratio, low, high = restricted_ratio([theirs], [ours])
    p = log_rank([cut_at(ours, until)], [cut_at(theirs, until)])
    return f"{ratio:.1f} [{low:.1f}, {high:.1f}] up to {until:,.0f}, p = {p:.2g}"


def run(o, python, note, table):
    seeds = range(o.first_seed, o.first_seed + o.seeds)
    own = "tailor tune"
    commands = {own: partial(tailor_command, o)}
    with tempfile.TemporaryDirectory() as folder:
        split = Path(folder) / "split.json"
        split.write_text(subprocess.run([BIN / "split", o.split], check=True, capture_output=True, text=True).stdout)
        for precision in [] if o.tailor_only else o.precisions:
            commands[f"Optuna + PyTorch {precision}"] = partial(peer_command, o, precision, python, split)
        searches = {name: [] for name in commands}  # for each seed the seconds and epochs to each target
        for seed in seeds:
            for number, (name, command) in enumerate(commands.items()):
                database = Path(folder) / f"{number}-{seed}.db"
                searches[name].append(until_targets(o, command(seed, database), database))
                reached = [f"{t:.3f} after {shown(s, 1)} s, {shown(e)} epochs" for t, (s, e) in zip(o.targets, searches[name][-1])]
                note(f"seed {seed}: {name:<22} {', '.join(reached)}")
    for number, target in enumerate(o.targets):
        for part, unit in enumerate(("Seconds", "Epochs of all trials")):
            print(f"\n{unit} until a validation accuracy of {target} is reached, by seed (>: cut off there):\n")
            times = {name: [reached[number][part] for reached in of] for name, of in searches.items()}
            rows = [[name, *map(shown, mine), "1" if name == own else compare(mine, times[own])] for name, mine in times.items()]
            table(o, ["", *map(str, seeds), "times tailor's [95 %], log-rank test"], rows)
