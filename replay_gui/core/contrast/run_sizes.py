"""Features about the size of a run: at least so many events, calls or failures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature import NO_INDEX, Feature, FeatureKind
from replay_gui.core.contrast.features.feature_table import KIND_NUMBERS, NO_SLOT, FeatureTable
from replay_gui.core.contrast.run_profile import EvaluatedRun

_MAX_THRESHOLDS = 16  # thresholds of each size; of more values, quantiles are chosen


def size_table(runs: Sequence[EvaluatedRun]) -> FeatureTable:
    """Return the table of these features; a threshold that all runs reach is left out."""
    numbers = {
        "events": [run.events for run in runs],
        "calls": [run.calls for run in runs],
        "failures": [run.failures for run in runs],
    }
    features, having = list[Feature](), list[NDArray[np.int64]]()
    for name, values in numbers.items():
        column = np.array(values, np.int64)
        for threshold in _thresholds(column):
            features.append(Feature(kind=FeatureKind.AT_LEAST, path=name, number=threshold))
            having.append(np.flatnonzero(column >= threshold))
    count = sum(map(len, having))
    return FeatureTable(
        count=len(runs),
        kinds=np.full(len(features), KIND_NUMBERS[FeatureKind.AT_LEAST], np.uint8),
        slots=np.full(len(features), NO_SLOT, np.int32),
        starts=np.cumsum([0, *map(len, having)]).astype(np.int64),
        runs=np.concatenate([np.zeros(0, np.int64), *having]).astype(np.int32),
        indexes=np.full(count, NO_INDEX, np.int32),
        calls=np.ones(count, np.int32),
        lookup=lambda wanted: [features[number] for number in wanted],
    )


def _thresholds(column: NDArray[np.int64]) -> list[int]:
    different = np.unique(column)[1:]
    if len(different) > _MAX_THRESHOLDS:
        shares = np.linspace(0.0, 1.0, _MAX_THRESHOLDS + 2)[1:-1]
        different = np.unique(np.quantile(column, shares, method="higher"))
        different = different[different > column.min()]
    thresholds: list[int] = different.tolist()
    return thresholds
