# `scripts/bench calibration`: runs build/release/bin/calibration in many cells, several at once, and prints its
# figures as tables for docs/honest-numbers.md. The figures of each piece of a cell are kept in a file of --results,
# so that a run that was broken off goes on where it was.
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROBLEMS = "naval_propulsion,phoneme,slice_localization,vehicle"
# Sampler, pruner, trials of a study. The GP's are shorter because its cost grows with the cube of their number.
KINDS = [("random", "none", 100), ("random", "asha", 100), ("tpe", "none", 100), ("tpe", "asha", 100), ("gp", "none", 60), ("gp", "asha", 60)]
QUICK = [("random", "none", 100), ("tpe", "asha", 100)]
SEEDS = [str(seeds) for seeds in range(3, 9)]


def add_options(sub):
    sub.add_argument("--tables", default=os.environ.get("TAILOR_HPO_TABLES", ""), help="folder of tables, NAME.json and NAME.f32 (or $TAILOR_HPO_TABLES)")
    sub.add_argument("--problems", default=PROBLEMS, help="comma-separated")
    sub.add_argument("--quick", action="store_true", help="200 studies a cell, two kinds of study")
    sub.add_argument("--studies", type=int, help="simulated in each cell (default: 2000)")
    sub.add_argument("--default-studies", type=int, help="the same for what may stay at its default (default: 300)")
    sub.add_argument("--seed", type=int, default=2, help="another one simulates other studies")
    sub.add_argument("--results", default="build/calibration", help="folder of what is done")
    sub.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="cells at the same time")


def pieces(o):
    """Name, arguments of each piece of a cell: so many of its studies, with a seed of their own."""
    studies = o.studies or (200 if o.quick else 2000)
    some = o.default_studies or (50 if o.quick else 300)
    found = []

    def add(name, arguments, number, most):
        for i, done in enumerate(range(0, number, most)):
            found.append((f"{name}.{i}", [*arguments, "--seed", o.seed + i, "--studies", min(most, number - done)]))

    for sampler, pruner, trials in QUICK if o.quick else KINDS:
        for problem in o.problems.split(","):
            study = ["--tables", o.tables, "--problems", problem, "--sampler", sampler, "--pruner", pruner, "--trials", trials]
            add(f"studies.{problem}.{sampler}.{pruner}", study, studies, 250)
            if pruner == "none":  # else tailor says nothing
                add(f"defaults.{problem}.{sampler}.{pruner}", [*study, "--part", "defaults"], some, 50)
    add("test", ["--part", "test"], studies, 500)
    return found


IDENTITY = ("problem", "sampler", "pruner", "images", "seed_sd")
COUNTS = ("cost the margin", "of them called safe", "cost less", "of those called safe")


def merged(lines):
    """Pieces of the same cell as one line: counts added, shares and means weighed."""
    groups = {}
    for line in lines:
        groups.setdefault(tuple(line.get(key) for key in IDENTITY), []).append(line)

    def one(group):
        total = {key: group[0][key] for key in IDENTITY if key in group[0]}
        total["studies"] = sum(line["studies"] for line in group)
        for key in group[0]:
            if key in COUNTS:
                total[key] = sum(line[key] for line in group)
            elif isinstance(group[0][key], float):
                total[key] = sum(line[key] * line["studies"] for line in group) / total["studies"]
        kinds = sorted({kind for line in group for kind in line.get("intervals", {})})
        total["intervals"] = {kind: sum(line["intervals"].get(kind, 0) for line in group) for kind in kinds}
        total["coverage"] = {kind: sum(line["coverage"].get(kind, 0) * line["intervals"].get(kind, 0) for line in group) / total["intervals"][kind] for kind in kinds}
        return total

    return [one(group) for group in groups.values()]


def calibrate(o, binary, note, table):
    if not o.tables:
        raise SystemExit("calibration needs --tables, or $TAILOR_HPO_TABLES: where the truth is known")
    folder = Path(o.results)
    folder.mkdir(parents=True, exist_ok=True)

    def one(piece):
        name, arguments = piece
        file, key = folder / f"{name}.json", " ".join(str(a) for a in arguments)
        if file.exists():
            kept = json.loads(file.read_text())
            if kept["arguments"] == key:
                return kept["lines"]
        done = subprocess.run([str(c) for c in (binary, *arguments)], stdout=subprocess.PIPE, check=True, text=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"arguments": key, "lines": lines}))
        part.rename(file)
        note(name)
        return lines

    named = pieces(o)
    with ThreadPoolExecutor(o.jobs) as pool:
        found = list(pool.map(one, named))

    def of(part):
        return merged([line for (name, _), lines in zip(named, found) if name.startswith(part) for line in lines])

    print_tables(of("studies."), of("defaults."), of("test"), table, o)


def percent(share):
    return "" if share is None else f"{100 * share:.1f}"


def study_of(line):
    return [line["problem"], line["sampler"] + ("" if line["pruner"] == "none" else f" + {line['pruner']}")]


def print_tables(studies, defaults, test, table, o):
    def row(line):
        covered = line.get("coverage", {})

        def over_seeds(kind):  # the least and the most of 3 to 8 final seeds
            shares = [covered[f"{kind} {n}"] for n in SEEDS if f"{kind} {n}" in covered]
            return f"{percent(min(shares))} - {percent(max(shares))}" if shares else ""

        return [*study_of(line), f"{line['studies']:,}", *map(over_seeds, ("gain", "confirmed", "optimism")), *(percent(covered.get(f"best_of_{n}")) for n in (3, 6, 10))]

    print("Per cent of simulated studies whose 95 % interval holds the truth; least and most of 3 to 8 final seeds\n")
    table(o, ["table", "studies of", "number", "gain", "confirmed", "optimism", "best of 3", "best of 6", "best of 10"], [row(line) for line in studies])
    print("The same of the gain on test images\n")
    table(o, ["images", "effect of a seed", *(f"{n} seeds" for n in SEEDS)],
          [[f"{line['images']:,}", line["seed_sd"], *(percent(line["coverage"].get(n)) for n in SEEDS)] for line in test])  # fmt: skip

    def dropped(line):
        kept = line.get("coverage", {}).get("best_kept")
        return "" if kept is None else percent(1 - kept)

    def regrets(line):
        kinds = ("reported", "longer", "even", "race", "candidates")
        values = [f"{line[f'{kind}_regret']:.3g}" if f"{kind}_regret" in line else "" for kind in kinds]
        return [*study_of(line), *values, f"{line['race_runs']:.0f}"]

    print("Mean regret: how much worse than the truly best setting of the study the chosen one is, in the table's unit\n")
    table(o, ["table", "studies of", "best report", "longer study", "runs spread evenly", "race", "best of the race's candidates", "runs"],
          [regrets(line) for line in studies])  # fmt: skip
    print("How often the truly best of the race's candidates is chosen (or one as good), in per cent\n")
    table(o, ["table", "studies of", "best report", "runs spread evenly", "race", "dropped by the race"],
          [[*study_of(line), *(percent(line[f"{kind}_best"]) for kind in ("reported", "even", "race")), dropped(line)] for line in studies])  # fmt: skip
    print("Bias, as a share of the naive one (the study's best report believed), in per cent\n")
    table(o, ["table", "studies of", "naive, in the table's unit", "confirmed score", "shrunken, not confirmed"],
          [[*study_of(line), f"{line['naive_bias']:.3g}", *(percent(abs(line[f"{kind}_bias"] / line["naive_bias"])) for kind in ("confirmed", "shrunken"))]
           for line in studies])  # fmt: skip
    print("What may stay at its default: parameters of the best setting that truly cost a standard deviation or more there\n")
    table(o, ["table", "studies of", "cost that", "of them called safe", "per cent", "cost less", "of those called safe", "per cent"],
          [[*study_of(line), line["cost the margin"], line["of them called safe"], percent(line["of them called safe"] / max(1, line["cost the margin"])),
            line["cost less"], line["of those called safe"], percent(line["of those called safe"] / max(1, line["cost less"]))] for line in defaults])  # fmt: skip
