"""The effect of tools, inferred from runs without the tools' names: whether answers change after their calls.

Three observations count, each with its weight:

* *Changed after*: if a call is made twice in a run with two different answers, one of the tools in between changed
  something. The weight 1 is shared among those tools that never left an answer unchanged.
* *Given back changed*: an answer holds an entity that an earlier answer of another tool about the same argument held,
  with some values changed: weight 1 if a changed value is one that the call was given, else 1/2.
* *Left as it was*: a call that is made twice with the same answer: weight 1 against its tool, and the tools in between
  no longer count in the first observation, unless another one shows that they change things. Answers such as "done" or
  an empty one prove neither.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import input_leaves
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.word_lists import word_set
from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.log.positions import EventIndex

_MIN_LEAVES = 6  # of an answer that may be an entity
_UNINFORMATIVE_WORDS = word_set("ok okay done success successful successfully true null none status result message")
_WORD = re.compile(r"[^\W_]+")
_MAX_SEARCHED_CHARACTERS = 200  # of an answer, for an informative word
_MAX_EARLIER_ANSWERS = 12  # earlier answers in which an entity is searched for
_MAX_CALLS = 2_000  # of a run that are examined
_CERTAIN_WEIGHT = 2.0  # weight from which an unchanged answer no longer clears a tool
_Leaves = frozenset[tuple[str, bytes]]


class EffectEvidence(msgspec.Struct, frozen=True):
    """What the calls of one run show of the effects of its tools.

    Attributes:
        changes: weight by tool that it changes something, from entities; reasons: why, in words.
        reads: number of equal calls with equal answers, by tool.
        between: (tools between two equal calls, whether the answer changed).
        tools: those that were called and answered.
    """

    changes: dict[str, float] = {}
    reasons: dict[str, str] = {}
    reads: dict[str, int] = {}
    between: list[tuple[tuple[str, ...], bool]] = []
    tools: list[str] = []


class EffectObserver:
    """Adds up what runs show of the effects of their tools."""

    def __init__(self) -> None:
        self._changes: defaultdict[str, float] = defaultdict(float)
        self._reasons: dict[str, str] = {}
        self._reads, self._tools = Counter[str](), set[str]()
        self._between = Counter[tuple[tuple[str, ...], bool]]()

    def add_run(self, run: EffectEvidence) -> None:
        """Add what one run shows."""
        for tool, weight in run.changes.items():
            self._changes[tool] += weight
        for tool, reason in run.reasons.items():
            self._reasons.setdefault(tool, reason)
        self._reads.update(run.reads)
        self._between.update(run.between)
        self._tools.update(run.tools)

    def effects(self) -> dict[str, EffectFinding]:
        """Return the effect of each tool for which the runs show one."""
        changes, reasons = self._changes.copy(), {**self._reasons}
        unchanged = Counter[str]()
        for (names, changed), times in self._between.items():
            if not changed:
                unchanged.update(dict.fromkeys(names, times))
        for tool in unchanged:
            if changes[tool] >= _CERTAIN_WEIGHT:
                unchanged[tool] = 0
        for (names, changed), times in self._between.items():
            if changed:
                suspects = [tool for tool in names if not unchanged[tool]] or names
                for tool in suspects:
                    changes[tool] += times / len(suspects)
                    reasons.setdefault(tool, "an equal call was answered differently after it")
        findings = {}
        for tool in sorted(self._tools):
            weight = changes[tool]
            if weight >= 0.5 and weight > self._reads[tool] / 2:
                findings[tool] = EffectFinding(Effect.CHANGES, f"observed: {reasons[tool]}", certain=False)
            elif self._reads[tool] or unchanged[tool] >= 2:
                findings[tool] = EffectFinding(
                    Effect.READS, "observed: the same answers before and after it", certain=False
                )
        return findings


def observe_effects(runs: Iterable[Sequence[ToolCall]]) -> dict[str, EffectFinding]:
    """Return the effect of each tool for which these runs show one."""
    return observed_effects(map(effect_evidence, runs))


def observed_effects(runs: Iterable[EffectEvidence]) -> dict[str, EffectFinding]:
    """Return the effect of each tool for which the evidence of these runs shows one."""
    observer = EffectObserver()
    for run in runs:
        observer.add_run(run)
    return observer.effects()


def effect_evidence(calls: Sequence[ToolCall], masked: Mapping[EventIndex, str] | None = None) -> EffectEvidence:
    """Return what the calls of a run show. `masked`: their masked answers by request, if they are known."""
    changes: defaultdict[str, float] = defaultdict(float)
    reasons: dict[str, str] = {}
    reads, between, tools = Counter[str](), list[tuple[tuple[str, ...], bool]](), dict[str, None]()
    last_answers: dict[bytes, tuple[int, str]] = {}
    entities: list[tuple[ToolCall, _Leaves]] = []
    calls = [call for call in calls[:_MAX_CALLS] if call.took_effect]
    for number, call in enumerate(calls):
        tools[call.tool] = None
        answer = masked_answer(call.answer) if masked is None else masked[call.request]
        if call.key in last_answers and (_is_informative(answer) or answer != last_answers[call.key][1]):
            before, earlier = last_answers[call.key]
            names = dict.fromkeys(other.tool for other in calls[before + 1 : number])
            between.append(((*names,), answer != earlier))
            reads[call.tool] += answer == earlier
        last_answers[call.key] = (number, answer)
        held = _leaves(call.answer)
        if len(held) >= _MIN_LEAVES:
            weight, reason = _changed_entity(call, held, entities[-_MAX_EARLIER_ANSWERS:])
            if weight:
                changes[call.tool] += weight
                reasons.setdefault(call.tool, reason)
            entities.append((call, held))
    return EffectEvidence(changes, reasons, reads, between, [*tools])


def _is_informative(answer: str) -> bool:
    return any(word not in _UNINFORMATIVE_WORDS for word in _WORD.findall(answer[:_MAX_SEARCHED_CHARACTERS].lower()))


def _changed_entity(call: ToolCall, held: _Leaves, earlier: list[tuple[ToolCall, _Leaves]]) -> tuple[float, str]:
    """Return (weight, reason) if an answer holds a changed entity of an earlier answer; (0, "") if not."""
    for other, before in earlier:
        if other.tool == call.tool or held == before:
            continue
        if len(held & before) < 0.6 * min(len(held), len(before)):
            continue
        given_values = {encode_decoded(value) for _, value in input_leaves(call.input)}
        if not given_values.isdisjoint(value for _, value in held - before):
            return 1, "it returns what was read before, changed as requested"
        about = {encode_decoded(value) for _, value in input_leaves(other.input)}
        if len(held ^ before) <= 0.5 * len(held | before) and not given_values.isdisjoint(about):
            return 0.5, "it returns what was read before, changed"
    return 0, ""


def _leaves(answer: Any) -> _Leaves:
    if not isinstance(answer, dict | list):
        return frozenset()
    return frozenset((path, encode_decoded(value)) for path, value in input_leaves(answer))
