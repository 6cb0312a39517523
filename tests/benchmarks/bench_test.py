# What scripts/bench calls the best of the others is the best of all their kinds; where it is not, the name says so.
import sys
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

sys.dont_write_bytecode = True
loader = SourceFileLoader("bench", str(Path(__file__).resolve().parents[2] / "scripts" / "bench"))
bench = module_from_spec(spec_from_loader("bench", loader))
loader.exec_module(bench)

LAYOUTS = ["1 thread", "2 threads"]


def rates(**of):  # the same in every turn; one layout is half as fast
    return {(name.replace("_", " "), layout): [rate / (i + 1)] * 3 for name, rate in of.items() for i, layout in enumerate(LAYOUTS)}


class Best(unittest.TestCase):
    def test_the_best_of_the_others_may_be_bf16_or_compiled(self):
        found = dict(bench.best_ratios(["tailor"], ["pytorch", "pytorch bf16", "pytorch compile"], LAYOUTS,
                                       rates(tailor=600, pytorch=100, pytorch_bf16=300, pytorch_compile=200)))  # fmt: skip
        self.assertEqual(found["tailor's best / best of these peers"], [2.0] * 3)
        self.assertEqual(found["tailor's best f32 / best f32 of these peers"], [3.0] * 3)

    def test_ours_in_bf16_is_not_called_f32(self):
        found = dict(bench.best_ratios(["tailor", "tailor bf16"], ["pytorch"], LAYOUTS, rates(tailor=200, tailor_bf16=400, pytorch=100)))
        self.assertEqual(found["tailor's best / best f32 of these peers"], [4.0] * 3)
        self.assertEqual(found["tailor's best f32 / best f32 of these peers"], [2.0] * 3)

    def test_by_default_all_kinds_are_there(self):
        for command in ("training", "prediction"):
            for kind in ("pytorch", "pytorch bf16", "pytorch channels_last", "pytorch compile"):
                self.assertIn(kind, bench.PEER_FORMS[command])
        self.assertIn("pytorch bf16 compile", bench.PEER_FORMS["training"])


if __name__ == "__main__":
    unittest.main()
