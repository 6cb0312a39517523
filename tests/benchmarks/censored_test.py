# Times that were cut off count with what is known of them: benchmarks/censored.py on searches whose truth is known.
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from censored import Time, cut_at, horizon, log_rank, restricted_ratio  # noqa: E402


def searches(mean, limit, count, source):
    return cut_at([Time(source.expovariate(1 / mean)) for _ in range(count)], limit)


class Censored(unittest.TestCase):
    def test_all_are_known_until_the_first_cut_off(self):
        self.assertEqual(horizon([Time(5), Time(9, False)], [Time(20), Time(7, False)]), 7)
        self.assertEqual(horizon([Time(5)], [Time(20)]), 20)

    def test_what_comes_after_a_cut_off_changes_nothing(self):
        ours = [Time(t) for t in (10, 20, 30, 15, 25, 35)]
        for late in (101, 1000, 100000):
            theirs = [Time(t) for t in (50, 60, 70, 80, 90)] + [Time(late)]
            until = min(100, horizon(ours, theirs))
            cut = cut_at(theirs, until)
            self.assertAlmostEqual(restricted_ratio([cut], [ours])[0], 450 / 135)
            self.assertAlmostEqual(log_rank([ours], [cut]), log_rank([ours], [cut_at(theirs, 100)]))

    def test_log_rank_of_a_published_example(self):
        # Freireich et al., Blood, 1963: 6-mercaptopurine and placebo, weeks in remission; chi-square 16.79.
        drug = [Time(t) for t in (6, 6, 6, 7, 10, 13, 16, 22, 23)]
        drug += [Time(t, False) for t in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
        placebo = [Time(t) for t in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]
        self.assertAlmostEqual(log_rank([drug], [placebo]), 4.17e-5, delta=1e-6)

    def test_equal_searches_are_rarely_told_apart(self):
        source = random.Random(4)
        sure = wrong = 0
        for _ in range(250):
            groups = [[searches(100, 150, 10, source) for _ in range(2)] for _ in range(2)]  # two programs, two machines
            sure += log_rank(*groups) < 0.05
            _, low, high = restricted_ratio(*groups, draws=300)
            wrong += not low < 1 < high
        self.assertLess(sure / 250, 0.08)
        self.assertLess(wrong / 250, 0.11)  # ten searches: an interval by drawing again is a little too narrow

    def test_different_searches_are(self):
        source = random.Random(5)
        ours, theirs = searches(100, 300, 40, source), searches(300, 300, 40, source)
        self.assertLess(log_rank([ours], [theirs]), 0.01)
        self.assertGreater(restricted_ratio([theirs], [ours])[1], 1)


if __name__ == "__main__":
    unittest.main()
