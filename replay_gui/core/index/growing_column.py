"""Columns that grow at their end, without a copy of what they hold each time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_GROWTH_FACTOR = 4  # a full array becomes 4 times as large; its unused pages take no memory


def extended(column: NDArray[Any], known: int, more: NDArray[Any]) -> NDArray[Any]:
    """Return the first `known` entries and `more`; in place if there is space, which no value covers."""
    count = known + len(more)
    if len(column) < count:
        larger = np.empty(max(count, len(column) * _GROWTH_FACTOR), column.dtype)
        larger[:known] = column[:known]
        column = larger
    column[known:count] = more
    return column
