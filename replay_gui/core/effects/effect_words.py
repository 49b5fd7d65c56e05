"""Put effects into words."""

from __future__ import annotations

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.reason_words import reason_words
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number

EFFECT_WORDS: dict[Effect, str] = {
    Effect.READS: translatable("reads"),
    Effect.CHECKS: translatable("checks"),
    Effect.CHANGES: translatable("changes something"),
    Effect.SUBMITS: translatable("submits the result"),
    Effect.HANDS_OVER: translatable("hands over"),
    Effect.NOTES: translatable("notes for itself"),
    Effect.ASKS: translatable("asks the user"),
    Effect.UNKNOWN: translatable("effect not known"),
}
"""What a call does: messages, to be translated where they are shown."""

SHORT_EFFECT_WORDS: dict[Effect, str] = {
    Effect.READS: "",
    Effect.CHECKS: translatable("checks"),
    Effect.CHANGES: translatable("changes"),
    Effect.SUBMITS: translatable("submits"),
    Effect.HANDS_OVER: translatable("hands over"),
    Effect.NOTES: "",
    Effect.ASKS: translatable("asks"),
    Effect.UNKNOWN: "",
}
"""The same at the end of a line; nothing for what matters least there."""


def finding_words(finding: EffectFinding) -> str:
    """Return ``changes something: the name says "cancel"``."""
    words = tr(EFFECT_WORDS[finding.effect])
    return f"{words}: {one_line(reason_words(finding.reason))}" if finding.reason else words


def tool_effect_words(effects: ToolEffects) -> str:
    """Return the effects of a tool's calls: as `finding_words`; if they differ, ``reads 40, changes something 3``."""
    finding = effects.finding
    if finding is not None:
        return finding_words(finding)
    counts = effects.counts
    return ", ".join(
        f"{tr(EFFECT_WORDS[effect])} {whole_number(counts[effect])}" for effect in Effect if counts.get(effect)
    )
