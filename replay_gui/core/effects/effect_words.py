"""Put effects into words."""

from __future__ import annotations

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.text.plain_text import one_line

EFFECT_WORDS: dict[Effect, str] = {
    Effect.READS: "reads",
    Effect.CHECKS: "checks",
    Effect.CHANGES: "changes something",
    Effect.SUBMITS: "submits the result",
    Effect.HANDS_OVER: "hands over",
    Effect.NOTES: "notes for itself",
    Effect.ASKS: "asks the user",
    Effect.UNKNOWN: "effect not known",
}
"""What a call does."""

SHORT_EFFECT_WORDS: dict[Effect, str] = {
    Effect.READS: "",
    Effect.CHECKS: "checks",
    Effect.CHANGES: "changes",
    Effect.SUBMITS: "submits",
    Effect.HANDS_OVER: "hands over",
    Effect.NOTES: "",
    Effect.ASKS: "asks",
    Effect.UNKNOWN: "",
}
"""The same at the end of a line; nothing for what matters least there."""


def finding_words(finding: EffectFinding) -> str:
    """Return ``changes something: the name says "cancel"``."""
    words = EFFECT_WORDS[finding.effect]
    return f"{words}: {one_line(finding.reason)}" if finding.reason else words


def tool_effect_words(effects: ToolEffects) -> str:
    """Return the effects of a tool's calls: as `finding_words`; if they differ, ``reads 40, changes something 3``."""
    finding = effects.finding
    if finding is not None:
        return finding_words(finding)
    return ", ".join(f"{EFFECT_WORDS[effect]} {count:,}" for effect in Effect if (count := effects.counts.get(effect)))
