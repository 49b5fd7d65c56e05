"""The content of the timeline's lanes, in words: for tooltips and the legend."""

from __future__ import annotations

from replay_gui.core.effects.effect_words import tool_effect_words
from replay_gui.core.log.kinds import CUSTOM_PREFIX, Kind
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.models.timeline.lanes import Lane
from replay_gui.models.timeline.timeline_marks import TimelineMarks

KIND_WORDS: dict[str, str] = {
    Kind.OBSERVATION: translatable("What came in: messages of users, inputs, outputs"),
    Kind.DECISION: translatable("What the agent said, thought or planned"),
    Kind.MEMORY_WRITE: translatable("Its memory was written or read"),
    Kind.PATCH_PROPOSAL: translatable("A patch was proposed, applied or rejected"),
    Kind.ERROR: translatable("An error, or a call that was denied"),
    Kind.STATE_TRANSITION: translatable("The agent’s set-up and phases"),
    CUSTOM_PREFIX: translatable("Events of other kinds"),
}
"""By the kind whose mark and hue a lane has; calls of tools and bookkeeping have none."""
SNAPSHOT_WORDS = translatable("A stored state, which makes seeking quick")


def lane_words(lane: Lane, marks: TimelineMarks) -> str:
    """Return ``12 calls · reads: the name says "get"``, the effect only if it is known; or a text on the lane's events.

    A lane of a subagent has only their number.
    """
    words = trn("{n} event", "{n} events", lane.count)
    if lane.is_calls:
        words = trn("{n} call", "{n} calls", lane.count)
    if lane.spans is None and lane.parts and lane.parts[0].kind in KIND_WORDS:
        return f"{words}\n{tr(KIND_WORDS[lane.parts[0].kind])}"
    effects = marks.tool_effects.get(lane.title) if lane.is_one_tool else None
    return words if effects is None else f"{words} · {tool_effect_words(effects)}"
