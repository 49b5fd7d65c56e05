"""Assigns calls that overlap in time to rows within a lane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_ROWS = 3  # at most; further calls share the last


def stack_calls(starts: NDArray[np.integer], stops: NDArray[np.integer]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return (row of each call, from 0; number of rows in its cluster, 1 … MAX_ROWS).

    `starts` ascend. Overlapping calls form clusters (found by a running maximum). Within a cluster,
    each call takes the first free row.
    """
    row, rows = np.zeros(len(starts), np.int8), np.ones(len(starts), np.int8)
    if len(starts) < 2:
        return row, rows
    reach = np.maximum.accumulate(stops)
    begins = np.append(0, np.flatnonzero(starts[1:] >= reach[:-1]) + 1)
    ends = np.append(begins[1:], len(starts))
    twos = begins[ends - begins == 2]  # by far the most common case, with only one solution
    row[twos + 1], rows[twos], rows[twos + 1] = 1, 2, 2
    for cluster in np.flatnonzero(ends - begins > 2).tolist():
        begin, end = int(begins[cluster]), int(ends[cluster])
        free_at: list[int] = []
        for call, (start, stop) in enumerate(zip(starts[begin:end].tolist(), stops[begin:end].tolist(), strict=True)):
            which = next((n for n, free in enumerate(free_at) if free <= start), min(len(free_at), MAX_ROWS - 1))
            if which == len(free_at):
                free_at.append(stop)
            free_at[which] = max(free_at[which], stop)
            row[begin + call] = which
        rows[begin:end] = len(free_at)
    return row, rows
