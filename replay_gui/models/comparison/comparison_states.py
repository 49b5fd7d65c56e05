"""The states of a comparison in the window; ComparisonSession holds exactly one of them.

Idle → Opening → Comparing → Shown, and from each back to Idle or Opening. From Shown, changed rules or anchors lead to
Comparing again; Comparing that is cancelled or fails leads to Stopped.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, TypeAlias

from replay_gui.core.log.positions import EventIndex

if TYPE_CHECKING:
    from replay_gui.engine import answers
    from replay_gui.engine.comparison.why_answers import ReasonsAnswer, Trail
    from replay_gui.engine.requests import WorkEnded

EventPair: TypeAlias = tuple[EventIndex, EventIndex]  # indexes of an event in A and in B; NO_EVENT if a side has none
Anchors: TypeAlias = tuple[EventPair, ...]  # events that the user aligned by hand
ComparisonValue: TypeAlias = (
    "answers.EarlyDifferenceFound | answers.Compared | answers.AlignedRows | answers.Step | ReasonsAnswer | Trail"
    " | answers.Alert | answers.Progress | WorkEnded"
)
"""An answer about the comparison of both sides."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Only the run in A is shown."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The runs are being opened, then the rules are read.

    Attributes:
        path_b, path_a, format: as of ComparisonSession.start.
        first: the events to show first; None: those of the first cause.
        keeps_rules: the rules in force stay in force.
    """

    path_b: str
    path_a: str | None = None
    format: str | None = None
    first: EventPair | None = None
    _: KW_ONLY
    keeps_rules: bool = False


@dataclass(frozen=True, slots=True)
class Comparing:
    """The engine compares; an earlier result stays on the screen. `first`: as of Opening."""

    first: EventPair | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Comparing was cancelled or failed; an earlier result stays on the screen. `first`: as of Opening."""

    first: EventPair | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The result on the screen is of these runs, rules and anchors. `first`: as of Opening."""

    first: EventPair | None = None


ComparisonState: TypeAlias = Idle | Opening | Comparing | Stopped | Shown


def with_anchor(anchors: Anchors, anchor: EventPair) -> Anchors:
    """Return the anchors with this one added, and those removed that cross it or share an event with it."""
    a, b = anchor
    return tuple(sorted([anchor, *(pair for pair in anchors if (pair[0] - a) * (pair[1] - b) > 0)]))
