"""The surroundings of a run that can be recorded."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from replay_gui.core.errors import RerunRefused


class Surrounding(StrEnum):
    """A part of the surroundings that is recorded on request, in addition to calls."""

    CLOCK = "clock"
    UUID = "uuid"
    FILES = "files"
    PROCESSES = "processes"


def surroundings_of(names: Iterable[str]) -> frozenset[Surrounding]:
    """Return the surroundings with these names; raise RerunRefused for an unknown name."""
    known = set(Surrounding)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise RerunRefused(f"“{unknown[0]}” cannot be recorded beside calls; {', '.join(Surrounding)} can")
    return frozenset(map(Surrounding, names))
