"""The effect of tools, inferred from runs without the tools' names: whether answers change after their calls.

Three observations count, each with its weight:

** *Changed after*: if a call is made twice in a run with two different answers, one of the tools in between changed
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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import input_leaves
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.word_lists import word_set
from replay_gui.core.log.canonical import encode_decoded

_MIN_LEAVES = 6  # of an answer that may be an entity
_UNINFORMATIVE_WORDS = word_set("ok okay done success successful successfully true null none status result message")
_WORD, _MAX_WORDS = re.compile(r"[^\W_]+"), 200  # characters in which a word is searched for
_ANSWERS_BACK = 12  # earlier answers in which an entity is searched for
_MAX_CALLS = 2_000  # of a run that are examined
_SURE_CHANGES = 2.0  # weight from which an unchanged answer no longer clears a tool
_Leaves = frozenset[tuple[str, bytes]]


@dataclass(slots=True)
class _Seen:
    """Sums over runs, by tool; `between`: (tools between two equal calls, whether the answer changed)."""

    changes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    reads: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    between: list[tuple[frozenset[str], bool]] = field(default_factory=list)
    tools: set[str] = field(default_factory=set)


def observe_effects(runs: Iterable[Sequence[ToolCall]]) -> dict[str, EffectFinding]:
    """Return the effect of each tool for which these runs show one."""
    seen = _Seen()
    for calls in runs:
        _take_run(seen, [call for call in calls[:_MAX_CALLS] if call.took_effect])
    unchanged = Counter(tool for tools, changed in seen.between if not changed for tool in tools)
    for tool in unchanged:
        if seen.changes[tool] >= _SURE_CHANGES:
            unchanged[tool] = 0
    for tools, changed in seen.between:
        if changed:
            suspects = [tool for tool in tools if not unchanged[tool]] or [*tools]
            for tool in suspects:
                seen.changes[tool] += 1 / len(suspects)
                seen.reasons.setdefault(tool, "a call was answered otherwise after it")
    findings = {}
    for tool in sorted(seen.tools):
        weight = seen.changes[tool]
        if weight >= 0.5 and weight > seen.reads[tool] / 2:
            findings[tool] = EffectFinding(Effect.CHANGES, f"seen: {seen.reasons[tool]}", certain=False)
        elif seen.reads[tool] or unchanged[tool] >= 2:
            findings[tool] = EffectFinding(Effect.READS, "seen: the same answers before and after it", certain=False)
    return findings


def _take_run(seen: _Seen, calls: Sequence[ToolCall]) -> None:
    last: dict[bytes, tuple[int, str]] = {}
    entities: list[tuple[ToolCall, _Leaves]] = []
    for number, call in enumerate(calls):
        seen.tools.add(call.tool)
        answer = masked_answer(call.answer)
        if call.key in last and (_is_informative(answer) or answer != last[call.key][1]):
            before, earlier = last[call.key]
            tools = frozenset(other.tool for other in calls[before + 1 : number])
            seen.between.append((tools, answer != earlier))
            seen.reads[call.tool] += answer == earlier
        last[call.key] = (number, answer)
        held = _leaves(call.answer)
        if len(held) >= _MIN_LEAVES:
            _compare_entity(seen, call, held, entities[-_ANSWERS_BACK:])
            entities.append((call, held))


def _is_informative(answer: str) -> bool:
    return any(word not in _UNINFORMATIVE_WORDS for word in _WORD.findall(answer[:_MAX_WORDS].lower()))


def _compare_entity(seen: _Seen, call: ToolCall, held: _Leaves, earlier: list[tuple[ToolCall, _Leaves]]) -> None:
    """Note whether an answer holds a changed entity of an earlier answer."""
    for other, before in earlier:
        if other.tool == call.tool or held == before:
            continue
        if len(held & before) < 0.6 * min(len(held), len(before)):
            continue
        given_values = {encode_decoded(value) for _, value in input_leaves(call.input)}
        if not given_values.isdisjoint(value for _, value in held - before):
            seen.changes[call.tool] += 1
            seen.reasons.setdefault(call.tool, "it gives back what was read before, changed as asked")
            return
        about = {encode_decoded(value) for _, value in input_leaves(other.input)}
        if len(held ^ before) <= 0.5 * len(held | before) and not given_values.isdisjoint(about):
            seen.changes[call.tool] += 0.5
            seen.reasons.setdefault(call.tool, "it gives back what was read before, changed")
            return


def _leaves(answer: Any) -> _Leaves:
    if not isinstance(answer, dict | list):
        return frozenset()
    return frozenset((path, encode_decoded(value)) for path, value in input_leaves(answer))
