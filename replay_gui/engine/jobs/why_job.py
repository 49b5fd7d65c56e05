"""The worker's part of why two runs differ; the worker that compared them runs it afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.state.state import ABSENT
from replay_gui.engine.jobs.compare_arguments import WhyArguments
from replay_gui.engine.jobs.compare_job import kept_pair
from replay_gui.engine.jobs.job import JobContext


@dataclass(frozen=True, slots=True)
class WhyFindings:
    """A WhyResult in a form for messages: None means ABSENT if `absent` is true, for A and B.

    `effects`: of tools, by name.
    """

    result: WhyResult
    absent: tuple[tuple[bool, bool], ...]
    effects: dict[str, ToolEffects]

    @classmethod
    def of(cls, why: WhyResult, effects: dict[str, ToolEffects]) -> WhyFindings:
        """Convert a result to this form."""
        absent = tuple((reason.a is ABSENT, reason.b is ABSENT) for reason in why.reasons)
        sent = (replace(reason, a=_sent(reason.a), b=_sent(reason.b)) for reason in why.reasons)
        return cls(replace(why, reasons=tuple(sent)), absent, effects)

    def why(self) -> WhyResult:
        """Convert this form back to a result."""
        reasons = map(_received, self.result.reasons, self.absent)
        return replace(self.result, reasons=tuple(reasons))


def find_reasons(arguments: WhyArguments, context: JobContext) -> WhyFindings:
    """Find why the two runs differ."""
    pair = kept_pair(arguments.compared, context)
    rules = Rules(arguments.compared.rules)
    if pair.why is None:
        pair.why = WhyFinder(*pair.sides, arguments.names)
    if pair.results is None:
        pair.results = pair.comparer.compare(rules).results
    (a, b), (hand_a, hand_b) = pair.results, arguments.by_hand
    why = pair.why.find(rules, (a.with_outcome_by_hand(hand_a), b.with_outcome_by_hand(hand_b)))
    return WhyFindings.of(why, pair.why.tool_effects(rules))


def _sent(value: Any) -> Any:
    return None if value is ABSENT else value


def _received(reason: Reason, absent: tuple[bool, bool]) -> Reason:
    return replace(reason, a=ABSENT if absent[0] else reason.a, b=ABSENT if absent[1] else reason.b)
