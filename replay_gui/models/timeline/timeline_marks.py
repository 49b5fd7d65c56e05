"""Marks on the timeline: hits of a search, divergences and their causes, and the events through which a value came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from replay_gui.core.numpy_on_demand import np

if TYPE_CHECKING:  # the first window needs none of them
    from numpy.typing import NDArray

    from replay_gui.core.divergence.comparison import Comparison
    from replay_gui.core.effects.tool_effects import ToolEffects

    EventIndexes: TypeAlias = NDArray[np.int64]


def _none() -> EventIndexes:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimelineMarks:
    """Ascending event indexes (from 0) of each kind of mark.

    Attributes:
        found: hits of a search. causes: events at which a divergence began. divergences: all events that differ.
        value_changes: events that changed the chosen value of the state.
        origins: the events through which the values of a chosen reason came.
        shows_origins: whether these are drawn instead of the causes and divergences.
        tool_effects: the effect of the calls of each tool, by name. run_marks: events with marks of a single run.
        notes: those with a note. noted_ranges: int64[n, 2], first and last event of notes on several events.
    """

    found: EventIndexes = field(default_factory=_none)
    causes: EventIndexes = field(default_factory=_none)
    divergences: EventIndexes = field(default_factory=_none)
    value_changes: EventIndexes = field(default_factory=_none)
    origins: EventIndexes = field(default_factory=_none)
    shows_origins: bool = False
    tool_effects: Mapping[str, ToolEffects] = field(default_factory=dict)
    run_marks: EventIndexes = field(default_factory=_none)
    notes: EventIndexes = field(default_factory=_none)
    noted_ranges: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), np.int64))


def divergence_marks(comparison: Comparison, last: NDArray[np.int32]) -> TimelineMarks:
    """Return the marks for one side; a row without an event is marked at the event before it.

    Args:
        last: int32[rows], index of the side's last event at or above each row.
    """
    at = np.maximum(last[comparison.points.row].astype(np.int64), 0)
    return TimelineMarks(causes=_once(at[comparison.cause_points]), divergences=_once(at))


def _once(ascending: EventIndexes) -> EventIndexes:
    """Return the values without repetitions; numpy's unique would sort them again."""
    return ascending[np.flatnonzero(np.diff(ascending, prepend=-1))]
