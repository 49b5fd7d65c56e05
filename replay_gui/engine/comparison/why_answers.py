"""The answers of the engine about why two runs differ: immutable values, safe to pass between threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.answers import ComparisonAnswer, EventRow

if TYPE_CHECKING:
    from replay_gui.core.effects.tool_effects import ToolEffects
    from replay_gui.core.reasons.why_result import WhyResult

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""(start, stop) of characters of a text."""


class RunSize(msgspec.Struct, frozen=True):
    """The size of a run of a comparison. calls: tool calls, `failed` of which failed. duration: ns, None if unknown."""

    events: int
    calls: int
    failed: int
    duration: int | None


class ReasonsProgress(ComparisonAnswer, frozen=True):
    """The progress of the search for reasons, in any unit; total 0 = unknown."""

    done: int = 0
    total: int = 0


class ReasonsNotFound(ComparisonAnswer, frozen=True):
    """The search for reasons has ended without a result, because of this problem."""

    problem: str


class Explained(ComparisonAnswer, frozen=True):
    """The result of the search for reasons. sizes: of A and B. effects: of tools, by name."""

    result: WhyResult
    sizes: tuple[RunSize, RunSize]
    effects: Mapping[str, ToolEffects]


ReasonsAnswer: TypeAlias = ReasonsProgress | ReasonsNotFound | Explained


class TrailRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a trail.

    Attributes:
        row: the event; its text is the part with a value of the reason, if it has one.
        marked: the places of these values in the text. is_key: whether the reason names the event, or its request.
    """

    row: EventRow
    marked: Spans = ()
    is_key: bool = False


class TrailGap(msgspec.Struct, frozen=True):
    """Events `start` … `stop` - 1, which are left out of a trail."""

    start: EventIndex
    stop: EventIndex


class Trail(ComparisonAnswer, frozen=True):
    """The steps of both runs that led to a reason, in order. `reason`: its index in the WhyResult."""

    reason: int
    a: tuple[TrailRow | TrailGap, ...]
    b: tuple[TrailRow | TrailGap, ...]
