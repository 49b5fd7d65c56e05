"""A mark on a run: a fact that a reader may want to see first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from replay_gui.core.log.positions import EventIndex


class MarkKind(StrEnum):
    """The subject of a mark."""

    ERROR = "error not got over"
    LOOP = "loop"
    FIGURES = "figures from nowhere"
    CHECK = "check"
    ANSWER = "answer and target"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class RunMark:
    """A mark. `sentence`: the fact, with event numbers from 1. `events`: the events that it is about, in order."""

    kind: MarkKind
    sentence: str
    events: tuple[EventIndex, ...]
