"""The fewest features that account for failing runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.feature import WEIGHTS
from replay_gui.core.contrast.separators import ListedDecision, Separator


def decision_list(
    separators: Sequence[Separator], passed: NDArray[np.bool_], failed: NDArray[np.bool_]
) -> tuple[tuple[ListedDecision, ...], tuple[int, ...]]:
    """Return the list, and the failing runs that it does not cover.

    Greedy: of the features that no passing run has, or that all have, the one that covers the most failing runs that
    are left, weighted by its tier; until none covers any.
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
