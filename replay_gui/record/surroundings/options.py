"""Which surroundings of a run are recorded."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from replay_gui.core.errors import RerunRefused


class Surrounding(StrEnum):
    """What is recorded in addition to calls, on request."""

    CLOCK = "clock"
    UUID = "uuid"
    FILES = "files"
    PROCESSES = "processes"


def surroundings_of(names: Iterable[str]) -> frozenset[Surrounding]:
    """Return the surroundings with these names; RerunRefused for a name that is none."""
    known = set(Surrounding)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise RerunRefused(f"“{unknown[0]}” cannot be recorded beside calls; {', '.join(Surrounding)} can")
    return frozenset(map(Surrounding, names))
