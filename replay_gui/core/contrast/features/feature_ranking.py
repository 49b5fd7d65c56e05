"""Rank features that hold for the same runs by how well each describes what these runs have in common."""

from __future__ import annotations

from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.features.feature_table import KINDS, FeatureTable
from replay_gui.core.effects.call_values import is_rare_value

Rank: TypeAlias = tuple[float, ...]

_OTHER_CHANGES = {FeatureKind.CHANGED: 3.0, FeatureKind.CHANGED_ANY: 3.5, FeatureKind.NET: 3.7}
_HANDED_IN = {FeatureKind.PATCHED: 0.0, FeatureKind.REMOVED: 1.0, FeatureKind.WROTE_NAME: 2.0}
_IN_TIER = {
    FeatureKind.SUBMITTED: 1.0,
    FeatureKind.ANSWERED: 2.0,
    FeatureKind.CALLED: 1.0,
    FeatureKind.CALLED_TOOL: 2.0,
    FeatureKind.LOOP: 1.0,
    FeatureKind.CHECKED: 1.0,
    FeatureKind.CHECK_PASSED: 2.0,
    FeatureKind.BEFORE: 3.0,
    FeatureKind.READ_TOOL: 1.0,
    FeatureKind.AT_LEAST: 9.0,  # after changes on the way, too
    FeatureKind.NOTED: 1.0,
}


class FeatureRanking:
    """Ranks features of one table; the smallest rank is the best description.

    Among changes: the exact call if the other group never uses the tool; the value of an argument if both groups
    use the tool, and others have another value there; the exact call; the tool; the rest. Among values of arguments:
    traceable values, values at a shallow path, values that are the subject of most calls.
    """

    def __init__(
        self, table: FeatureTable, p: NDArray[np.int64], f: NDArray[np.int64], known: NDArray[np.bool_]
    ) -> None:
        """`p`, `f`: numbers of passing and failing runs with each feature. `known`: the runs that have an outcome."""
        self._table, self._known = table, known
        self._subjects = table.call_counts()
        tools = np.flatnonzero(table.kinds == KINDS.index(FeatureKind.CHANGED))
        both = (p[tools] > 0) & (f[tools] > 0)
        self._used_by_both = {
            feature.tool
            for feature, is_both in zip(table.lookup(tools.tolist()), both.tolist(), strict=True)
            if is_both
        }

    def rank(self, number: int, feature: Feature, tier: int) -> Rank:
        """Return the rank of the feature with this number in the table."""
        kind = feature.kind
        if kind == FeatureKind.CHANGED_WITH:
            best = feature.tool in self._used_by_both and self._others_have_another(number)
            depth = feature.path.count("/")
            return (tier, 1.0 if best else 4.0, not _is_rare(feature.value), depth, -int(self._subjects[number]))
        if kind == FeatureKind.DID:
            order = 2.0 if feature.tool in self._used_by_both else 0.0
            return (tier, order, feature.number, 0, len(feature.value))
        if kind in _HANDED_IN:
            return (tier, _HANDED_IN[FeatureKind(kind)], len(feature.value) < 4, 0, -len(feature.value))
        order = _OTHER_CHANGES.get(FeatureKind(kind), _IN_TIER.get(FeatureKind(kind), 0.0))
        return (tier, order, 0, 0, len(feature.tool) + len(feature.path) + len(feature.value) + feature.number)

    def _others_have_another(self, number: int) -> bool:
        """Return whether a run with an outcome that lacks this value has another value of the same argument."""
        table = self._table
        siblings = np.flatnonzero(table.slots == table.slots[number])
        having = np.zeros(table.count, np.bool_)
        for sibling in siblings.tolist():
            if sibling != number:
                having[table.runs_of(sibling)] = True
        having[table.runs_of(number)] = False
        return bool((having & self._known).any())


def _is_rare(canonical: str) -> bool:
    """Return whether a value, given as JSON, can be traced; a JSON text that was cut is treated as plain text."""
    try:
        return is_rare_value(msgspec.json.decode(canonical))
    except msgspec.DecodeError:
        return is_rare_value(canonical)
