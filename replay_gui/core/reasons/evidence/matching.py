"""Compares what two runs changed: equal changes cancel out, whatever their order; the rest is matched by likeness."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import likeness
from replay_gui.core.effects.tool_call import ToolCall

_MIN_SAME_ANSWER = 60  # characters from which equal answers to different requests tell of an equal effect
_MIN_LIKENESS = 0.15
_MAX_MATCHED = 200  # calls of one tool and side that are matched by likeness


@dataclass(frozen=True, slots=True)
class MatchedCalls:
    """Calls of the reference run and of the other run.

    Attributes:
        equal: pairs of calls with equal tool and input.
        same_effect: pairs that were asked in other words and answered the same.
        changed: pairs of one tool with other arguments.
        missing: of the reference alone. extra: of the other alone.
    """

    equal: list[tuple[ToolCall, ToolCall]]
    same_effect: list[tuple[ToolCall, ToolCall]]
    changed: list[tuple[ToolCall, ToolCall]]
    missing: list[ToolCall]
    extra: list[ToolCall]


def match_calls(reference: Sequence[ToolCall], other: Sequence[ToolCall]) -> MatchedCalls:
    """Match the calls of two runs."""
    equal, left_r, left_o = _cancel(reference, other, lambda call: call.key)
    same, left_r, left_o = _cancel(left_r, left_o, _effect_key)
    changed, missing, extra = _by_likeness(left_r, left_o)
    return MatchedCalls(equal, same, changed, missing, extra)


def _effect_key(call: ToolCall) -> Hashable:
    """Return a key that is equal for calls of one tool with equal long answers; unique where the answer is short."""
    answer = masked_answer(call.answer)
    if len(answer) < _MIN_SAME_ANSWER:
        return call.key, call.request, id(call)
    return call.tool, answer


def _cancel(
    reference: Sequence[ToolCall], other: Sequence[ToolCall], key: Callable[[ToolCall], Hashable]
) -> tuple[list[tuple[ToolCall, ToolCall]], list[ToolCall], list[ToolCall]]:
    """Return pairs of equal keys, as multisets, and what is left of both sides."""
    waiting: defaultdict[Hashable, deque[ToolCall]] = defaultdict(deque)
    for call in other:
        waiting[key(call)].append(call)
    pairs, left = [], []
    for call in reference:
        same = waiting.get(key(call))
        if same:
            pairs.append((call, same.popleft()))
        else:
            left.append(call)
    taken = {id(call) for _, call in pairs}
    return pairs, left, [call for call in other if id(call) not in taken]


def _by_likeness(
    reference: list[ToolCall], other: list[ToolCall]
) -> tuple[list[tuple[ToolCall, ToolCall]], list[ToolCall], list[ToolCall]]:
    """Return (pairs of one tool with other arguments, what only the reference has, what only the other has)."""
    by_tool: defaultdict[str, list[ToolCall]] = defaultdict(list)
    for call in other:
        if len(by_tool[call.tool]) < _MAX_MATCHED:
            by_tool[call.tool].append(call)
    counts: defaultdict[str, int] = defaultdict(int)
    candidates = []
    for call in reference:
        counts[call.tool] += 1
        if counts[call.tool] <= _MAX_MATCHED:
            for second in by_tool[call.tool]:
                alike = likeness(call, second)
                if alike >= _MIN_LIKENESS:
                    candidates.append((-alike, abs(call.request - second.request), call.request, second.request))
    of_reference = {call.request: call for call in reference}
    of_other = {call.request: call for call in other}
    pairs = []
    for *_, first, second_index in sorted(candidates):
        if first in of_reference and second_index in of_other:
            pairs.append((of_reference.pop(first), of_other.pop(second_index)))
    pairs.sort(key=lambda pair: pair[1].request)
    return pairs, [*of_reference.values()], [*of_other.values()]
