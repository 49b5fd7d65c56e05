"""Which events the list shows: some kinds and the calls of some tools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.run_index import FLAG_FAILED, FLAG_UNREADABLE, NO_TOOL, RunIndex


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Shows events of any of these kinds that concern no tool, and those of any of these tools; with neither, all.

    `failed`: of them only what failed or cannot be read.
    """

    kinds: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    failed: bool = False

    @property
    def all(self) -> bool:
        return not (self.kinds or self.tools or self.failed)

    def places(self, index: RunIndex, start: int = 0) -> NDArray[np.int64]:
        """The places from `start` on of the events shown, ascending."""
        return np.flatnonzero(self.passing(index, slice(start, None))) + start

    def passing(self, index: RunIndex, which: slice | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of these events is shown."""
        kind, tool = index.kind[which], index.tool[which]
        shown = np.ones(len(kind), bool)
        if self.kinds or self.tools:
            kinds = np.array([name in self.kinds for name in index.kinds], bool)
            tools = np.array([name in self.tools for name in (*index.tools, "")], bool)  # the last: NO_TOOL is -1
            tools[NO_TOOL] = False
            shown = np.where(tool == NO_TOOL, kinds[kind], tools[tool])
        if self.failed:
            errors = np.array([name in ("Error", "CapabilityDenied") for name in index.kinds], bool)
            shown &= ((index.flags[which] & (FLAG_FAILED | FLAG_UNREADABLE)) != 0) | errors[kind]
        return shown


def choices(index: RunIndex) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """(kinds of events that concern no tool, tools), each with the number of events, those with most first."""
    alone = index.tool == NO_TOOL
    kinds = np.bincount(index.kind[alone], minlength=len(index.kinds))
    tools = np.bincount(index.tool[~alone], minlength=len(index.tools))
    return _ranked(index.kinds, kinds), _ranked(index.tools, tools)


def _ranked(names: tuple[str, ...], counts: NDArray[np.int64]) -> list[tuple[str, int]]:
    found = [(name, int(n)) for name, n in zip(names, counts, strict=True) if n]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))
