# The words of benchmarks/paired.py on differences that are known, and how often they are wrong.
import math
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import paired  # noqa: E402

MARGIN = 10.0


def draw(true_difference, seeds, source, noise=20.0):
    """Skewed costs of two programs with a common part for each seed."""
    common = [source.expovariate(1 / 40) for _ in range(seeds)]
    ours = [c + true_difference + source.expovariate(1 / noise) for c in common]
    theirs = [c + source.expovariate(1 / noise) for c in common]
    return ours, theirs


def share(words, true_difference, seeds=60, studies=1500):
    source = random.Random(3)
    hits = 0
    for _ in range(studies):
        hits += paired.verdict(paired.difference(*draw(true_difference, seeds, source)), MARGIN) in words
    return hits / studies


class Verdicts(unittest.TestCase):
    def words(self, true_difference, seeds, noise=20.0):
        return paired.verdict(paired.difference(*draw(true_difference, seeds, random.Random(7), noise)), MARGIN)

    def test_known_differences_get_their_word(self):
        self.assertEqual(self.words(-30, 100), paired.BETTER)
        self.assertEqual(self.words(30, 100), paired.WORSE)
        self.assertEqual(self.words(0, 400), paired.NO_WORSE)
        self.assertEqual(self.words(-4, 400, 10), paired.SLIGHTLY_BETTER)
        self.assertEqual(self.words(4, 400, 10), paired.SLIGHTLY_WORSE)

    def test_a_difference_that_was_not_found_is_not_no_worse(self):
        # Twelve noisy pairs: the interval holds 0, and it holds the margin too.
        d = paired.difference(*draw(5, 12, random.Random(2), 60))
        self.assertFalse(d.better() or d.worse())
        self.assertEqual(paired.verdict(d, MARGIN), paired.NOT_SHOWN)

    def test_words_are_rarely_wrong(self):
        # At the border of each claim it may be wrong once in forty; some slack for skewness and for 1,500 studies.
        not_worse = {paired.BETTER, paired.SLIGHTLY_BETTER, paired.NO_WORSE}
        self.assertLess(share(not_worse, MARGIN), 0.04)
        self.assertLess(share({paired.BETTER, paired.SLIGHTLY_BETTER}, 0), 0.04)
        self.assertLess(share({paired.WORSE, paired.SLIGHTLY_WORSE}, 0), 0.04)
        self.assertGreater(share(not_worse, -10), 0.95)  # and they are said where they are true

    def test_pairs_are_compared_by_seed(self):
        source = random.Random(5)
        common = [source.gauss(0, 100) for _ in range(50)]
        ours, theirs = [c - 2 + source.gauss(0, 1) for c in common], [c + source.gauss(0, 1) for c in common]
        self.assertTrue(paired.difference(ours, theirs).better())
        source.shuffle(theirs)
        self.assertFalse(paired.difference(ours, theirs).better())

    def test_several_statements_hold_together(self):
        source = random.Random(11)
        one = ten = 0
        for _ in range(300):
            pairs = [draw(0, 40, source) for _ in range(10)]
            one += any(paired.difference(*p).better() for p in pairs)
            ten += any(paired.difference(*p, statements=10).better() for p in pairs)
        self.assertGreater(one / 300, 0.1)
        self.assertLess(ten / 300, 0.05)

    def test_quantiles(self):
        for p, freedom, expected in [(0.975, 5, 2.5706), (0.975, 49, 2.0096), (0.975, 199, 1.9720), (0.999375, 199, 3.2741)]:
            self.assertAlmostEqual(paired.t_quantile(p, freedom), expected, delta=0.002 * expected)

    def test_ratio_over_problems(self):
        source = random.Random(13)
        theirs = [[scale * source.expovariate(1) for _ in range(100)] for scale in (1, 100, 10000)]
        ours = [[v / 2 * source.uniform(0.9, 1.1) for v in problem] for problem in theirs]
        ratio, low, high = paired.geometric_ratio(ours, theirs, 1e-4)
        self.assertTrue(low < 0.5 < high and math.isclose(ratio, 0.5, rel_tol=0.03), (ratio, low, high))

    def test_too_few_or_unequal_are_refused(self):
        self.assertRaises(ValueError, paired.difference, [1.0] * 5, [1.0] * 5)
        self.assertRaises(ValueError, paired.difference, [1.0] * 7, [1.0] * 8)


if __name__ == "__main__":
    unittest.main()
