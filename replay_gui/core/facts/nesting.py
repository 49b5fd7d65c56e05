"""The events of each subagent of a run, as stretches of consecutive events, from the `subagent` member of their meta.

Importers write `subagent` as a list of names, from the outermost subagent to the one that the event belongs to; events
of the main agent have none. The events of two subagents that run in parallel may alternate.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from replay_gui.core.log.positions import Position

MAX_PATHS = 256  # subagents; events of further ones belong to their parents
MAX_STRETCHES = 1 << 18  # stretches; later events belong to the main agent
MAX_PATH_NAMES = 8  # names of a path; events of deeper subagents belong to the eighth
_MAX_NAME_CHARACTERS = 120  # characters of a name


@dataclass(frozen=True, slots=True)
class Nesting:
    """The subagents of a run.

    Attributes:
        paths: the names of each subagent, outermost first, in the order in which they appear; a parent before its
            children.
        runs: int32 little-endian, three for each stretch: the position of its first event, the position of its last
            event + 1, the subagent's index in `paths`; ascending, without overlap. (The position of an event is its
            index + 1.)
    """

    paths: tuple[tuple[str, ...], ...] = ()
    runs: bytes = b""


class NestingBuilder:
    """Collects the events that name a subagent, in order."""

    def __init__(self) -> None:
        self._paths: dict[tuple[str, ...], int] = {}
        self._runs = array("i")

    def add_event(self, position: Position, meta: Mapping[str, Any]) -> None:
        """Note the subagent that the event's meta names; events after MAX_STRETCHES stretches are ignored."""
        number = self._number(_path(meta.get("subagent")))
        if number is None:
            return
        runs = self._runs
        if runs and runs[-2] == position and runs[-1] == number:
            runs[-2] = position + 1
        elif len(runs) < 3 * MAX_STRETCHES:
            runs.extend((position, position + 1, number))

    def build(self) -> Nesting:
        """Return the subagents and stretches that were added."""
        return Nesting(tuple(self._paths), np.frombuffer(self._runs, np.intc).astype("<i4").tobytes())

    def _number(self, path: tuple[str, ...]) -> int | None:
        """Return the number of the subagent, or of its nearest parent that has one; None for the main agent."""
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
    return tuple(name[:_MAX_NAME_CHARACTERS] for name in value[:MAX_PATH_NAMES] if isinstance(name, str) and name)
