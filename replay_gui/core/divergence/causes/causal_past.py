"""The differences in the causal past of a divergence, and the union of two pasts."""

from __future__ import annotations

from typing import NamedTuple

from replay_gui.core.divergence.comparison import NO_CAUSE

WEIGHT_NONE = 0  # no step differs
WEIGHT_POSSIBLE = 1  # a cause that is only suspected
WEIGHT_CERTAIN = 2


class CausalPast(NamedTuple):
    """The differences in a causal past.

    A divergence is counted under the most certain cause in its past; of several, under the latest. So `union` takes the
    larger pair (weight, cause), and the order of unions does not matter::

        CausalPast(WEIGHT_POSSIBLE, 7).union(CausalPast(WEIGHT_CERTAIN, 2)) == CausalPast(WEIGHT_CERTAIN, 2)
        CausalPast(WEIGHT_CERTAIN, 2).union(CausalPast(WEIGHT_CERTAIN, 5)) == CausalPast(WEIGHT_CERTAIN, 5)

    Attributes:
        weight: WEIGHT_NONE, WEIGHT_POSSIBLE or WEIGHT_CERTAIN.
        cause: number of the latest cause of that weight; NO_CAUSE if no step differs.
        decision_differs: whether a decision or a request differs.
        uncertain: whether something differs that a rule marks as non-deterministic.
        noise: number of the latest cause that is noise; NO_CAUSE if there is none.
    """

    weight: int = WEIGHT_NONE
    cause: int = NO_CAUSE
    decision_differs: bool = False
    uncertain: bool = False
    noise: int = NO_CAUSE

    def with_uncertain(self, uncertain: bool) -> CausalPast:
        """Return this past, marked as uncertain if `uncertain` is true."""
        return self._replace(uncertain=True) if uncertain and not self.uncertain else self

    def union(self, other: CausalPast) -> CausalPast:
        """Return what differs in at least one of the two pasts."""
        if self is other:
            return self
        weight, cause = max(self[:2], other[:2])
        return CausalPast(
            weight,
            cause,
            self.decision_differs or other.decision_differs,
            self.uncertain or other.uncertain,
            max(self.noise, other.noise),
        )


NO_DIFFERENCE = CausalPast()
