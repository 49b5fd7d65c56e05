"""A mark on a run: something that a reader may want to look at first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from replay_gui.core.log.positions import EventIndex


class MarkKind(StrEnum):
    """What is marked."""

    ERROR = "error not got over"
    LOOP = "loop"
    FIGURES = "figures from nowhere"
    CHECK = "check"
    ANSWER = "answer and target"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class RunMark:
    """A mark. `sentence`: the fact, with event numbers from 1. `events`: those that it is about, the first first."""

    kind: MarkKind
    sentence: str
    events: tuple[EventIndex, ...]
