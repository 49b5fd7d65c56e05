"""Which events of a run are a subagent's: what importers say in meta as `subagent`, as stretches of events.

`subagent` is the list of names from the outermost subagent to the one whose event it is; the main agent's events have
none. Two subagents that run side by side may have their events mixed.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_PATHS = 256  # subagents told apart; events of others count as their parents'
MAX_STRETCHES = 1 << 18  # stretches told apart; what comes later is the main agent's
MAX_PATH_NAMES = 8  # names of a path that count
_MAX_NAME_LENGTH = 120  # characters of a name


@dataclass(frozen=True, slots=True)
class Nesting:
    """The subagents of a run.

    Attributes:
        paths: each subagent's names, outermost first, in the order in which they appear; a parent before its children.
        runs: int32 little-endian, three a stretch: first position, position after the last, index in `paths`;
            ascending, without overlap.
    """

    paths: tuple[tuple[str, ...], ...] = ()
    runs: bytes = b""


class NestingBuilder:
    """Collects the events that name a subagent, in order."""

    def __init__(self) -> None:
        self._paths: dict[tuple[str, ...], int] = {}
        self._runs = array("i")

    def add_event(self, position: int, meta: Mapping[str, Any]) -> None:
        """Note the subagent that the event's meta names; beyond `MAX_STRETCHES` stretches it is ignored."""
        which = self._number(_path(meta.get("subagent")))
        if which is None:
            return
        runs = self._runs
        if runs and runs[-2] == position and runs[-1] == which:
            runs[-2] = position + 1
        elif len(runs) < 3 * MAX_STRETCHES:
            runs.extend((position, position + 1, which))

    def build(self) -> Nesting:
        """Return what was collected, as paths and int32 triples of start, end and path number."""
        return Nesting(tuple(self._paths), np.frombuffer(self._runs, np.intc).astype("<i4").tobytes())

    def _number(self, path: tuple[str, ...]) -> int | None:
        """Of the subagent, or of the nearest about it that is told apart."""
        for depth in range(1, len(path) + 1):
            if path[:depth] not in self._paths:
                if len(self._paths) >= MAX_PATHS:
                    path = path[: depth - 1]
                    break
                self._paths[path[:depth]] = len(self._paths)
        return self._paths[path] if path else None


def _path(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple(name[:_MAX_NAME_LENGTH] for name in value[:MAX_PATH_NAMES] if isinstance(name, str) and name)
