"""The tooltip of a lane's name."""

from __future__ import annotations

from replay_gui.core.effects.effect_words import tool_effect_words
from replay_gui.models.timeline.lanes import Lane
from replay_gui.models.timeline.timeline_marks import TimelineMarks


def lane_words(lane: Lane, marks: TimelineMarks) -> str:
    """Return ``12 calls · reads: the name says "get"``; the effect only if it is known."""
    words = f"{lane.count:,} {'calls' if lane.is_calls else 'events'}"
    effects = marks.tool_effects.get(lane.title) if lane.is_one_tool else None
    return words if effects is None else f"{words} · {tool_effect_words(effects)}"
