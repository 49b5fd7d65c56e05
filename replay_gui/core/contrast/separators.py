"""The result of a contrast: the separators, and how reliable they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature import WEIGHTS, Feature
from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.labellings import ByChance
from replay_gui.core.contrast.statistics import StratifiedTest
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

FEW_RUNS = 8
"""With fewer runs than these that have an outcome, nothing is called significant."""


@dataclass(frozen=True, slots=True)
class Share:
    """`having` of `of` runs have a feature."""

    having: int
    of: int

    @property
    def numbers(self) -> dict[str, str]:
        """Both numbers as fields of messages: ``number`` and ``total``."""
        return {"number": whole_number(self.having), "total": whole_number(self.of)}


@dataclass(frozen=True, slots=True)
class RunPlace:
    """A place in a run; `run`: number of the run; `index`: of the event, None if it is at no single event."""

    run: int
    index: EventIndex | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Separator:
    """A feature, and the others that hold for exactly the same runs.

    Attributes:
        feature: the best description. tier: see feature.TIERS. title: the feature in words.
        strength: 0 to 1, how clearly it separates. score: the value by which it is ranked.
        passing, failing: numbers of runs that have it.
        p: of Fisher's exact test, or of the stratified test. corrected_p: corrected for the number of comparisons.
        significant: whether corrected_p is below SIGNIFICANT, and there are enough runs.
        by_chance: None if each task is tested separately.
        stratified: the test within tasks; None for the runs of one task.
        passed_example, failed_example: the first run of each group that has it; None if no run of the group has it.
        others: other features of the same runs, the best first. also_count: the number of all of them.
        runs: numbers of the runs that have it, including those without an outcome.
    """

    feature: Feature
    tier: int
    title: str
    strength: float
    score: float
    passing: Share
    failing: Share
    p: float
    corrected_p: float
    significant: bool
    by_chance: ByChance | None
    stratified: StratifiedTest | None
    passed_example: RunPlace | None
    failed_example: RunPlace | None
    others: tuple[Feature, ...]
    also_count: int
    runs: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """The feature and its counts, in words."""
        return tr("{feature}: {counts}", feature=self.title, counts=counts_words(self.passing, self.failing))

    @property
    def also(self) -> tuple[str, ...]:
        """The other features of the same runs, in words."""
        return tuple(map(feature_words, self.others))


def counts_words(passing: Share, failing: Share) -> str:
    """Return ``1 of 1 passing, 0 of 3 failing``; the group with the larger share comes first."""
    words = [tr("{number} of {total} passing", **passing.numbers), tr("{number} of {total} failing", **failing.numbers)]
    is_failing_first = failing.having * passing.of > passing.having * failing.of
    return ", ".join(reversed(words) if is_failing_first else words)


@dataclass(frozen=True, slots=True)
class ListedDecision:
    """An entry of a decision list: the failing runs, by number, that it accounts for.

    `has`: whether these runs have the feature, which no passing run has; else they lack what all passing runs have.
    """

    separator: int
    has: bool
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """The separators of the runs of one group.

    Attributes:
        separators: the best first. compared: the number of different features compared; features of the same runs
            count once.
        decisions: the fewest features that account for failing runs. unexplained: failing runs without such a feature.
        note: how to interpret the result, one sentence or more.
    """

    separators: tuple[Separator, ...]
    compared: int
    decisions: tuple[ListedDecision, ...]
    unexplained: tuple[int, ...]
    note: str


def decision_list(
    separators: Sequence[Separator], passed: NDArray[np.bool_], failed: NDArray[np.bool_]
) -> tuple[tuple[ListedDecision, ...], tuple[int, ...]]:
    """Return (the list, the failing runs that it does not account for).

    Greedy: among features that no passing run has, or that all have, choose the one that accounts for the most of the
    remaining failing runs, weighted by its tier; until none accounts for any.
    """
    failing, passing = set(np.flatnonzero(failed).tolist()), set(np.flatnonzero(passed).tolist())
    candidates = list[tuple[int, bool, set[int]]]()
    for number, separator in enumerate(separators):
        having = set(separator.runs)
        if not having & passing:
            candidates.append((number, True, having & failing))
        elif passing <= having:
            candidates.append((number, False, failing - having))
    left, decisions = set(failing), list[ListedDecision]()
    while left and candidates:
        number, has, covered = max(
            candidates, key=lambda entry: (len(entry[2] & left) * WEIGHTS[separators[entry[0]].tier], -entry[0])
        )
        if not covered & left:
            break
        decisions.append(ListedDecision(number, has, tuple(sorted(covered & left))))
        left -= covered
    return tuple(decisions), tuple(sorted(left))
