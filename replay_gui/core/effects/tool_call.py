"""One call of a run: the request, its answer, and its effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.effect import Effect
from replay_gui.core.log.chain import digest
from replay_gui.core.log.positions import EventIndex

_ANSWER_KEY_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A request with its answer.

    Attributes:
        request: index of the ToolRequest. response: index of its ToolResponse, or of its CapabilityDenied; None if
            there is none.
        tool: name of the tool. input: its arguments, 5.0 as 5. Shared: do not change it.
        key: 16 bytes, equal for calls of one tool with equal input; versions of tools do not count.
        answer: the output, else the error, or the reason of a denial; None if there is no response.
        error: what the response names as its error; "" if nothing.
        ok: False if the answer is an error, so that the call had no effect; None if there is no response.
        effect, reason, targets, certain, unchecked: see EffectFinding.
        also_checks: whether one of several commands checks.
    """

    request: EventIndex
    response: EventIndex | None
    tool: str
    input: Any
    key: bytes
    answer: Any
    ok: bool | None
    effect: Effect
    reason: str
    targets: tuple[str, ...] = ()
    certain: bool = True
    also_checks: bool = False
    unchecked: tuple[str, ...] = ()
    error: str = ""

    @property
    def answer_key(self) -> bytes:
        """16 bytes, equal for answers that differ only in clocks and ids."""
        return answer_key(masked_answer(self.answer))

    @property
    def took_effect(self) -> bool:
        """Whether it was answered, and not by an error."""
        return self.ok is True

    @property
    def changed(self) -> bool:
        """Whether it changed something outside the agent."""
        return self.effect is Effect.CHANGES and self.ok is True

    @property
    def is_failed_check(self) -> bool:
        """Whether it is a failed check; if one text has several commands, it is unknown which one failed."""
        return self.ok is False and self.effect is Effect.CHECKS

    @property
    def checks(self) -> bool:
        """Whether it checked something, whatever else it did."""
        return self.effect is Effect.CHECKS or self.also_checks


def answer_key(masked: str) -> bytes:
    """Return the key of a masked answer, see ToolCall.answer_key."""
    return digest(masked.encode("utf-8", "replace"))[:_ANSWER_KEY_BYTES]
