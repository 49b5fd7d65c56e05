"""Columns that the search for causes needs: the parent of each event and the recorded state after it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.index_columns import CAUSAL_COLUMNS, NO_PARENT, read_column


@dataclass(frozen=True, slots=True, eq=False)
class CausalColumns:
    """Columns of a run's events.

    Attributes:
        parent: int32[events], index of the event that caused each one; NO_PARENT if none is recorded.
        state: uint64[events], the first 8 bytes of the recorded state hash; NO_STATE if none is recorded.
    """

    parent: NDArray[np.int32]
    state: NDArray[np.uint64]


def read_causal_columns(folder: Path, count: int) -> CausalColumns:
    """Read the columns of a run of `count` events from the folder of its index.

    Raises OSError or ValueError if one of them is missing or damaged.
    """
    parent, state = (read_column(folder, name) for name in CAUSAL_COLUMNS)
    if not len(parent) == len(state) == count or bool(np.any((parent < NO_PARENT) | (parent >= np.arange(count)))):
        raise ValueError(f"{folder}: the columns that causes are found by are damaged")
    return CausalColumns(parent, state)
