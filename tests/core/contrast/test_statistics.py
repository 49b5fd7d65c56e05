"""The statistics against brute force: every table and every labelling is counted one by one."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.contrast.statistics import (
    Stratum,
    fisher_p,
    mantel_haenszel,
    smallest_fisher_p,
    strengths,
    tarone_factor,
)
from tests.helpers.effort import tries


def chances(size: int, passing: int, failing: int) -> dict[int, Fraction]:
    """The chance of each number of passing runs among `size` runs, in whole numbers."""
    whole = math.comb(passing + failing, size)
    low, high = max(0, size - failing), min(passing, size)
    return {n: Fraction(math.comb(passing, n) * math.comb(failing, size - n), whole) for n in range(low, high + 1)}


def exact_p(p: int, f: int, passing: int, failing: int) -> Fraction:
    all_chances = chances(p + f, passing, failing)
    return sum((chance for chance in all_chances.values() if chance <= all_chances[p]), Fraction(0))


@pytest.mark.parametrize(("passing", "failing"), [(1, 3), (4, 4), (7, 2), (9, 12)])
def test_fisher_is_exact_for_every_table(passing: int, failing: int) -> None:
    for p, f in product(range(passing + 1), range(failing + 1)):
        assert fisher_p(p, f, passing, failing) == pytest.approx(float(exact_p(p, f, passing, failing)), rel=1e-9)


def test_fisher_of_known_tables() -> None:
    assert fisher_p(3, 1, 4, 4) == pytest.approx(34 / 70)  # Fisher's lady tasting tea, two-sided
    assert fisher_p(1, 0, 1, 3) == pytest.approx(0.25)
    assert fisher_p(0, 500, 500, 500) < 1e-290


def test_smallest_p_is_that_of_the_best_table() -> None:
    for size in range(1, 12):
        tables = [(p, size - p) for p in range(6) if 0 <= size - p <= 7 and p <= 5]
        best = min(exact_p(p, f, 5, 7) for p, f in tables)
        assert smallest_fisher_p(size, 5, 7) == pytest.approx(float(best))


def test_tarone_counts_only_what_can_be_significant() -> None:
    assert tarone_factor(np.array([0.5] * 100)) == 1
    assert tarone_factor(np.array([1e-9] * 100)) == 100
    assert tarone_factor(np.array([1e-9] * 3 + [0.04] * 50)) == 3


def test_strength_is_the_share_of_the_information() -> None:
    def entropy(*counts: int) -> float:
        return -sum(c / sum(counts) * math.log(c / sum(counts)) for c in counts if c)

    p, f = np.array([4, 0, 2, 3, 0]), np.array([0, 6, 3, 1, 2])
    wanted = [
        math.sqrt(max(0.0, entropy(4, 6) + entropy(a + b, 10 - a - b) - entropy(a, b, 4 - a, 6 - b)) / entropy(4, 6))
        for a, b in zip(p.tolist(), f.tolist(), strict=True)
    ]
    assert strengths(p, f, 4, 6) == pytest.approx(wanted, abs=1e-7)
    assert strengths(p, f, 4, 6)[:2] == pytest.approx([1.0, 1.0])


def test_without_two_groups_nothing_separates() -> None:
    assert strengths(np.array([3]), np.array([0]), 3, 0).tolist() == [0.0]


strata = st.builds(
    lambda passing, failing, p, f: Stratum(min(p, passing), min(f, failing), passing, failing),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 4),
)


@settings(max_examples=tries(20, long=60), deadline=None)
@given(st.lists(strata, min_size=1, max_size=4))
def test_stratified_p_is_that_of_all_labellings(tables: list[Stratum]) -> None:
    """Every way to deal out the outcomes within each task, each as likely as the others."""
    sums = Counter({0: Fraction(1)})
    for table in tables:
        more: Counter[int] = Counter()
        for (total, chance), (n, other) in product(
            sums.items(), chances(table.p + table.f, table.passing, table.failing).items()
        ):
            more[total + n] += chance * other  # type: ignore[assignment]
        sums = more
    observed = sum(table.p for table in tables)
    wanted = sum(chance for chance in sums.values() if chance <= sums[observed])
    assert mantel_haenszel(tables).p == pytest.approx(float(wanted))


def test_a_task_of_one_outcome_says_nothing() -> None:
    telling = Stratum(3, 0, 3, 3)
    assert mantel_haenszel([telling, Stratum(5, 0, 5, 0), Stratum(0, 0, 2, 2)]) == mantel_haenszel([telling])
    assert mantel_haenszel([Stratum(5, 0, 5, 0)]).p == 1.0


def test_tasks_are_not_thrown_together() -> None:
    """Simpson's paradox: pooled, the feature goes with passing; within tasks it does not."""
    tasks = [Stratum(18, 2, 18, 2), Stratum(0, 0, 2, 18), Stratum(9, 1, 9, 1), Stratum(1, 9, 1, 9)]
    pooled = fisher_p(28, 12, 30, 30)
    assert pooled < 0.001
    assert mantel_haenszel(tasks).p == 1.0


def test_the_normal_sum_of_many_runs_is_near_the_exact_one() -> None:
    tasks = [Stratum(14, 9, 25, 25), Stratum(11, 8, 25, 25), Stratum(13, 10, 25, 25)]
    exact = mantel_haenszel(tasks)
    large = mantel_haenszel(tasks * 40)
    assert exact.exact
    assert not large.exact
    one = mantel_haenszel(tasks * 33)  # just as many as are exact
    assert one.exact
    assert math.log(large.p) == pytest.approx(math.log(one.p) * 40 / 33, rel=0.05)


def test_labelings_agree_with_fisher_for_one_feature() -> None:
    """Of a single feature, the chance to be as clear is the share of labellings."""
    having, total, failing = {0, 1, 2}, 7, 3
    clear = []
    for chosen in combinations(range(total), failing):
        f = len(having & set(chosen))
        clear.append(strengths(np.array([3 - f]), np.array([f]), total - failing, failing)[0])
    perfect = sum(value >= 1 - 1e-9 for value in clear) / len(clear)
    assert perfect == pytest.approx(fisher_p(0, 3, 4, 3))
