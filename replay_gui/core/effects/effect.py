"""The effects that a call can have, and the finding about one call."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum


class Effect(StrEnum):
    """The effect of a call on the world outside the agent."""

    READS = "reads"
    CHECKS = "checks"  # runs tests, builds and programs whose answer shows whether the work is right
    CHANGES = "changes"
    SUBMITS = "submits"
    HANDS_OVER = "hands over"
    NOTES = "notes"  # for the agent itself: a thought, a plan, a sum
    ASKS = "asks"  # sends the user a message or a question
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
        reason: a few words for people, in English: ``declared read-only``, ``the name says "cancel"``, ``sed -i
            changes a.py``. They are shown by `reason_words`.
        targets: what it changes, if known: paths of files, ``git commit``, ``pip install``.
        certain: False if the effect is only inferred from runs.
        checks: whether one of several commands checks something, even if it is not the strongest.
        unchecked: of several commands, the targets that are changed after the last check.
    """

    effect: Effect
    reason: str
    targets: tuple[str, ...] = ()
    certain: bool = True
    _: KW_ONLY
    checks: bool = False
    unchecked: tuple[str, ...] = ()
