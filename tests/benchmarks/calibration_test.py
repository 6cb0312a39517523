# Pieces of a cell of `scripts/bench calibration` become one line: counts are added, shares weighed by what they are of.
import sys
import unittest
from argparse import ArgumentParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import calibration_tables  # noqa: E402


def piece(studies, held, intervals, regret, problem="a"):
    return {"problem": problem, "sampler": "random", "pruner": "none", "studies": studies, "coverage": {"gain 3": held / intervals},
            "intervals": {"gain 3": intervals}, "race_regret": regret}  # fmt: skip


class Merged(unittest.TestCase):
    def test_shares_are_weighed_by_their_intervals(self):
        one, other = calibration_tables.merged([piece(200, 90, 100, 0.1), piece(100, 50, 50, 0.4), piece(10, 1, 1, 0.0, "b")])
        self.assertEqual(one["studies"], 300)
        self.assertAlmostEqual(one["coverage"]["gain 3"], 140 / 150)
        self.assertAlmostEqual(one["race_regret"], 0.2)
        self.assertEqual(other["problem"], "b")

    def test_what_is_called_safe_is_counted(self):
        line = {"problem": "a", "sampler": "tpe", "pruner": "asha", "studies": 50, "cost the margin": 100, "of them called safe": 3, "cost less": 40, "of those called safe": 8}
        (total,) = calibration_tables.merged([line, line])
        self.assertEqual((total["cost the margin"], total["of them called safe"], total["of those called safe"]), (200, 6, 16))

    def test_pieces_of_a_cell_have_seeds_of_their_own(self):
        parser = ArgumentParser()
        calibration_tables.add_options(parser)
        pieces = calibration_tables.pieces(parser.parse_args(["--tables", "x", "--problems", "a,b"]))
        self.assertEqual(len({name for name, _ in pieces}), len(pieces))
        cell = [arguments for name, arguments in pieces if name.startswith("studies.a.random.none.")]
        self.assertEqual(sum(arguments[-1] for arguments in cell), 2000)
        self.assertEqual(len({arguments[-3] for arguments in cell}), len(cell))


if __name__ == "__main__":
    unittest.main()
