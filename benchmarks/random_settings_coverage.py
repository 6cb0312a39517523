#!/usr/bin/env python3
"""How often the interval of the mean of 8 random settings, a run each, holds the mean over the whole space.

Draws settings from tables of real trainings (NAME.json, NAME.f32) and makes Student's t interval as
src/tailor/analysis/gain.cc does, without the winner's part, which is small beside it. Prints a line for each table
and level of the quantile.
"""
import argparse
import json
import math
import pathlib
import random
import struct

SETTINGS = 8
QUANTILES = {"96.5 %": 2.59, "99 %": 3.50}  # of t with 7 degrees of freedom, two-sided


def read(folder, name):
    about = json.loads((folder / f"{name}.json").read_text())
    count, repeats = about["configs"], about["repeats"]
    values = struct.unpack(f"<{count * repeats}f", (folder / f"{name}.f32").read_bytes())
    rows = [[v for v in values[i * repeats:(i + 1) * repeats] if not math.isnan(v)] for i in range(count)]
    return [row for row in rows if row]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=pathlib.Path, required=True)
    parser.add_argument("--draws", type=int, default=4000)
    arguments = parser.parse_args()
    for file in sorted(arguments.tables.glob("*.json")):
        rows = read(arguments.tables, file.stem)
        truth = sum(sum(row) / len(row) for row in rows) / len(rows)
        held = dict.fromkeys(QUANTILES, 0)
        generator = random.Random(1)
        for _ in range(arguments.draws):
            sample = [generator.choice(generator.choice(rows)) for _ in range(SETTINGS)]
            mean = sum(sample) / SETTINGS
            error = math.sqrt(sum((v - mean) ** 2 for v in sample) / (SETTINGS - 1) / SETTINGS)
            for level, quantile in QUANTILES.items():
                held[level] += abs(mean - truth) <= quantile * error
        print(file.stem, ", ".join(f"{level}: {100 * n / arguments.draws:.1f} %" for level, n in held.items()))


if __name__ == "__main__":
    main()
