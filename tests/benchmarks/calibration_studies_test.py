# The calibration's short form: whole studies on a table that is made up here, with skewed noise. What it counts must be near what it
# promises.
import json
import math
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

STUDIES = 300
LEAST = 0.93 - 3 * (0.93 * 0.07 / STUDIES) ** 0.5  # 93 %, less what chance does to so many studies


def write_table(folder):
    """A smooth bowl of accuracies; settings differ in noise, whose long tail is on the bad side."""
    source = random.Random(1)
    values = []
    for x in range(12):
        for y in range(12):
            for z in range(3):
                mean = 0.85 - 0.002 * (x - 7) ** 2 - 0.001 * (y - 3) ** 2 - 0.01 * z
                noise = 0.004 * (1 + (x + y) % 3)
                values += [mean - noise * (source.expovariate(1) - 1) for _ in range(5)]
    space = {"x": list(range(12)), "y": list(range(12)), "z": [0, 1, 2]}
    description = {"name": "bowl", "direction": "maximize", "space": space, "configs": len(values) // 5, "repeats": 5}
    (folder / "bowl.json").write_text(json.dumps(description))
    (folder / "bowl.f32").write_bytes(struct.pack(f"<{len(values)}f", *values))


class Studies(unittest.TestCase):
    def simulate(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            write_table(Path(folder))
            done = subprocess.run([BINARY, "--tables", folder, "--problems", "bowl", "--studies", str(STUDIES), *arguments], stdout=subprocess.PIPE, check=True, text=True)
        return json.loads(done.stdout)

    def check(self, line):
        for kind, share in line["coverage"].items():
            with self.subTest(kind):
                self.assertGreater(line["intervals"][kind], STUDIES / 2)
                self.assertGreater(share, LEAST)
        self.assertFalse([value for value in line.values() if isinstance(value, float) and not math.isfinite(value)])
        self.assertLess(line["race_regret"], line["reported_regret"])
        self.assertGreater(line["race_best"], line["reported_best"])

    def test_intervals_of_random_studies_hold(self):
        line = self.simulate("--trials", "60")
        self.check(line)
        self.assertIn("best_of_6", line["coverage"])

    def test_those_of_pruned_tpe_studies_too(self):
        line = self.simulate("--trials", "60", "--sampler", "tpe", "--pruner", "asha")
        self.check(line)
        self.assertNotIn("best_of_6", line["coverage"])  # its trials are no independent draws


if __name__ == "__main__":
    BINARY = sys.argv.pop(1)
    unittest.main()
