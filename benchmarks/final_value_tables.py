# `scripts/bench final_values`: runs build/release/bin/final_values and prints its figures as a table for
# docs/honest-numbers.md.
import json
import os
import subprocess


def add_options(sub):
    sub.add_argument("--curves", default=os.environ.get("TAILOR_LEARNING_CURVES", ""), help="folder of learning curves, settings.f32 and lcbench_NAME.f32 (or $TAILOR_LEARNING_CURVES)")
    sub.add_argument("--samplers", default="random,tpe,gp", help="comma-separated")
    sub.add_argument("--pruners", default="asha,hyperband,median", help="comma-separated")
    sub.add_argument("--studies", type=int, default=100, help="simulated of each kind")
    sub.add_argument("--trials", type=int, default=100, help="of each study")
    sub.add_argument("--noise", type=float, default=0, help="standard deviation of every reported value")
    sub.add_argument("--seed", type=int, default=1, help="another one simulates other studies")


def measure(o, binary, table):
    if not o.curves:
        raise SystemExit("final_values needs --curves, or $TAILOR_LEARNING_CURVES: where the truth is known")
    command = [binary, "--curves", o.curves, "--samplers", o.samplers, "--pruners", o.pruners, "--studies", o.studies,
               "--model-studies", o.studies, "--trials", o.trials, "--noise", o.noise, "--seed", o.seed]  # fmt: skip
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, check=True, text=True)
    print_table([json.loads(line) for line in done.stdout.splitlines()], table, o)


def print_table(lines, table, o):
    def percent(share):
        return f"{100 * share:.1f} %"

    def told(line):
        return f"{line['printed']['told'] / line['studies'] / line['cut_short']:.0%}" if line["printed"] else "none"

    print("Final values of trials that were cut short: how often the 95 % interval holds the truth\n")
    table(o, ["study", "curves", "cut short", "predicted", "hold", "mean width", "not printed: survivors' line holds"],
          [[f"{line['sampler']}, {line['pruner']}", line["table"], f"{line['cut_short']:.0f} of {o.trials}", told(line),
            percent(line["printed"]["held"]) if line["printed"] else "-", f"{line['printed']['width']:.3f}" if line["printed"] else "-",
            percent(line["survivors"]["held"]) if line["survivors"] else "-"] for line in lines])  # fmt: skip
