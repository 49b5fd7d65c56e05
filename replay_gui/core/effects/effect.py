"""The effects that a call can have, and what is known of the effect of one call."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What a call does to the world outside the agent."""

    READS = "reads"
    CHECKS = "checks"  # runs tests, builds and programs, whose answer judges the work
    CHANGES = "changes"
    SUBMITS = "submits"
    HANDS_OVER = "hands over"
    NOTES = "notes"  # for the agent itself: a thought, a plan, a sum
    ASKS = "asks"  # says or asks the user something
    UNKNOWN = "unknown"


READING_EFFECTS = (Effect.READS, Effect.NOTES, Effect.ASKS)
"""The effects of calls that change nothing and judge nothing."""

BY_RULE = "a rule says so"
"""The reason of an effect that the user has corrected."""


@dataclass(frozen=True, slots=True)
class EffectFinding:
    """The effect of a call, and the evidence for it.

    Attributes:
        effect: the Effect.
        reason: a few words for people: ``declared read-only``, ``the name says "cancel"``, ``sed -i changes a.py``.
        targets: what it changes, if known: paths of files, ``git commit``, ``pip install``.
        certain: False if the effect is only what runs seem to show.
        checks: whether it checks something, by one of several commands if not by the strongest.
        unchecked: of several commands, what those change that come after the last check: as targets.
    """

    effect: Effect
    reason: str
    targets: tuple[str, ...] = ()
    certain: bool = True
    _: KW_ONLY
    checks: bool = False
    unchecked: tuple[str, ...] = ()
