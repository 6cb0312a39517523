# `scripts/bench calibration`: runs build/release/bin/calibration and prints its figures as tables for
# docs/honest-numbers.md.
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

COVERED = {"gain": "gain", "confirmed": "confirmed score", "optimism": "optimism", "noise_sd": "noise sd", "best_of_3": "best of 3",
           "best_of_6": "best of 6", "best_of_12": "best of 12", "shrunken": "shrunken (unconfirmed)"}  # fmt: skip


def add_options(sub):
    sub.add_argument("--tables", default=os.environ.get("TAILOR_HPO_TABLES", ""), help="folder of tables, NAME.json and NAME.f32 (or $TAILOR_HPO_TABLES)")
    sub.add_argument("--problems", default="naval_propulsion,phoneme,slice_localization,vehicle", help="comma-separated")
    sub.add_argument("--studies", type=int, default=1000, help="simulated for each table")
    sub.add_argument("--seed", type=int, default=1, help="another one simulates other studies")
    sub.add_argument("--trials", type=int, default=100, help="of each study")
    sub.add_argument("--sampler", default="random", help="of the studies; best-of-n is judged of random ones only")
    sub.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="tables at the same time")


def calibrate(o, binary, note, table):
    if not o.tables:
        raise SystemExit("calibration needs --tables, or $TAILOR_HPO_TABLES: where the truth is known")

    def one(problem):
        command = [binary, "--tables", o.tables, "--problems", problem, "--studies", o.studies, "--seed", o.seed, "--trials", o.trials, "--sampler", o.sampler]
        done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, check=True, text=True)
        note(f"{problem}: {o.studies} studies")
        return json.loads(done.stdout)

    with ThreadPoolExecutor(o.jobs) as pool:
        lines = list(pool.map(one, o.problems.split(",")))
    print_tables(lines, table, o)


def print_tables(lines, table, o):
    def percent(share):
        return f"{100 * share:.1f} %"

    print("Share of simulated studies whose 95 % interval holds the truth\n")
    kinds = [kind for kind in COVERED if kind in lines[0]["coverage"]]
    table(o, ["interval of", *(line["problem"] for line in lines)],
          [[COVERED[kind], *(percent(line["coverage"][kind]) for line in lines)] for kind in kinds])  # fmt: skip
    print("Mean bias, as a share of the naive one (the study's best report believed)\n")
    table(o, ["", *(line["problem"] for line in lines)],
          [["naive bias, in the table's unit", *(f"{line['naive_bias']:.3g}" for line in lines)],
           ["confirmed score", *(percent(abs(line["confirmed_bias"] / line["naive_bias"])) for line in lines)],
           ["shrunken, not confirmed", *(percent(abs(line["shrunken_bias"] / line["naive_bias"])) for line in lines)]])  # fmt: skip
    print("How often the truly best of the candidates is chosen (or one as good)\n")
    table(o, ["", *(line["problem"] for line in lines)],
          [["the race", *(percent(line["race_best"]) for line in lines)],
           ["the study's best report", *(percent(line["reported_best"]) for line in lines)],
           ["the best report of a study longer by as many runs", *(percent(line["longer_best"]) for line in lines)],
           ["as many runs spread evenly", *(percent(line["even_best"]) for line in lines)],
           ["runs of a race, on average", *(f"{line['race_runs']:.0f}" for line in lines)]])  # fmt: skip
