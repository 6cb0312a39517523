# `scripts/bench study`: how long a whole search takes until it has reached a validation accuracy: `tailor tune` against
# Optuna and PyTorch, with the same space, the same kind of pruner, as many workers; in turns, one seed after the other.
import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "release" / "bin"


def precision_list(text):
    precisions = text.split(",")
    for precision in precisions:
        if precision not in ("f32", "bf16"):
            raise argparse.ArgumentTypeError(f"unknown: '{precision}'; known are f32, bf16")
    return precisions


def add_options(parser):
    parser.add_argument("--target", type=float, default=0.915, help="validation accuracy, 0 to 1")
    parser.add_argument("--epochs", type=int, default=6, help="of each trial that is not pruned")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2, help="trials at once, one thread each")
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


def tailor_seconds(o, seed, folder):
    database = folder / f"tailor-{seed}.db"
    start = time.perf_counter()
    command = [BIN / "tailor", "tune", "--space", "small", "--trials", "100000", "--epochs", o.epochs, "--seed", seed,
               "--storage", f"sqlite:///{database}", "--jobs", o.workers, "--lag", 2 * o.workers]  # fmt: skip
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    while best_so_far(database) < o.target:
        if process.poll() is not None:
            sys.exit(f"tailor tune ended before {o.target} was reached")
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    process.terminate()
    process.wait()
    return seconds


def peer_seconds(o, precision, python, seed, folder):
    script = ROOT / "benchmarks" / "peers" / "optuna_pytorch_study.py"
    command = [python, script, "--storage", f"sqlite:///{folder}/{precision}-{seed}.db", "--target", o.target, "--epochs", o.epochs,
               "--workers", o.workers, "--seed", seed, "--precision", precision]  # fmt: skip
    run = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
    result = json.loads(run.stdout.splitlines()[-1])
    if not result["reached"]:
        sys.exit(f"the peer did not reach {o.target}")
    return result["seconds"]


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def run(o, python, note):
    precisions = [] if o.tailor_only else o.precisions
    ours, peers = [], {p: [] for p in precisions}
    with tempfile.TemporaryDirectory() as name:
        for seed in range(1, o.seeds + 1):
            ours.append(tailor_seconds(o, seed, Path(name)))
            note(f"seed {seed}: tailor {ours[-1]:.1f} s")
            for precision in precisions:
                peers[precision].append(peer_seconds(o, precision, python, seed, Path(name)))
                note(f"seed {seed}: Optuna and PyTorch {precision} {peers[precision][-1]:.1f} s")
    print(f"Seconds until a validation accuracy of {o.target} is reached, median (smallest to largest) of {o.seeds} seeds:\n")
    print("| | seconds | times tailor's | all seeds together |\n|---|---:|---:|---:|")
    print(f"| tailor tune | {spread(ours, 1)} | 1 | 1 |")
    for precision, theirs in peers.items():
        ratios = [p / t for p, t in zip(theirs, ours)]
        print(f"| Optuna + PyTorch {precision} | {spread(theirs, 1)} | {spread(ratios, 1)} | {sum(theirs) / sum(ours):.1f} |")
