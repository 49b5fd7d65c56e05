"""The effects of each tool's calls, over a whole run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.tool_call import ToolCall


@dataclass(frozen=True, slots=True)
class ToolEffects:
    """The effects of one tool's calls.

    Attributes:
        counts: how many calls have each effect; at least one.
        reason: the evidence, if it is the same for all calls; else "".
    """

    counts: Mapping[Effect, int]
    reason: str = ""

    @property
    def finding(self) -> EffectFinding | None:
        """The effect that all calls have; None if they have several."""
        return EffectFinding(next(iter(self.counts)), self.reason) if len(self.counts) == 1 else None


class ToolEffectCounter:
    """Counts the effects of calls by tool."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Effect]] = {}
        self._reasons: dict[str, str] = {}

    def add_call(self, call: ToolCall) -> None:
        """Count one more call."""
        counts = self._counts.get(call.tool)
        if counts is None:
            counts = self._counts[call.tool] = Counter()
            self._reasons[call.tool] = call.reason
        elif self._reasons[call.tool] != call.reason:
            self._reasons[call.tool] = ""
        counts[call.effect] += 1

    def effects(self) -> dict[str, ToolEffects]:
        """Return the effects of the calls that were counted, by tool."""
        return {tool: ToolEffects(dict(counts), self._reasons[tool]) for tool, counts in self._counts.items()}


def tool_effects(calls: Iterable[ToolCall]) -> dict[str, ToolEffects]:
    """Return the effects of these calls, by tool."""
    counter = ToolEffectCounter()
    for call in calls:
        counter.add_call(call)
    return counter.effects()
