"""Compare what two runs changed: equal changes cancel out, in any order; the rest is matched by similarity."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import input_leaves, is_name, leaf_counts, shared_leaves
from replay_gui.core.effects.classifier import code_of
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.reasons.phrases import is_content

_MIN_WORDS = 6  # words of a text whose wording may differ
_CODE = re.compile(r"[={}<>\[\]]|\w\(|;\s*$", re.MULTILINE)  # what is not in sentences; (these brackets) are
_FIGURE = re.compile(r"(?<!\w)\w*\d[\w.,-]*")
_WHOLE_NUMBER = re.compile(r"[1-9]\d{0,8}")
_UNSET = (None, "")  # an argument with such a value is as good as left out
_MIN_SIMILARITY = 0.15  # 0: nothing in common, 1: equal
_MAX_MATCHED_CALLS = 200  # calls of one tool and side that are matched by similarity


@dataclass(frozen=True, slots=True)
class MatchedCalls:
    """Calls of the reference run and of the other run.

    Attributes:
        equal: pairs of calls with equal tool and input.
        same_effect: pairs that differ only in the wording of sentences, in a number as text or in an empty argument,
            and have equal answers.
        changed: pairs of one tool with other arguments.
        missing: calls of the reference only. extra: calls of the other run only.
    """

    equal: list[tuple[ToolCall, ToolCall]]
    same_effect: list[tuple[ToolCall, ToolCall]]
    changed: list[tuple[ToolCall, ToolCall]]
    missing: list[ToolCall]
    extra: list[ToolCall]


def match_calls(
    reference: Sequence[ToolCall],
    other: Sequence[ToolCall],
    key: Callable[[ToolCall], Hashable] = lambda call: call.key,
) -> MatchedCalls:
    """Match the calls of two runs; calls with one `key` are equal, by default those of one tool and input."""
    equal, left_r, left_o = _cancel(reference, other, key)
    same, left_r, left_o = _cancel(left_r, left_o, _wording_key)
    changed, missing, extra = _by_likeness(left_r, left_o)
    return MatchedCalls(equal, same, changed, missing, extra)


def _wording_key(call: ToolCall) -> Hashable:
    """Return a key that is equal for calls that differ only in wording and have equal answers."""
    written = input_leaves(call.input)
    member, text = code_of(call.input)  # every word of a command counts, but a code may be that of a product
    is_code = runs_code(call.tool) or (text != "" and (member != "code" or _CODE.search(text) is not None))
    leaves = written if is_code else [(path, _plain_value(value)) for path, value in written if value not in _UNSET]
    return call.tool, encode_decoded(leaves), masked_answer(call.answer)


def _plain_value(value: Any) -> Any:
    """Return the figures in a text of at least one sentence, and a number for one that is given as text."""
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    if not isinstance(value, str) or len(value.split()) < _MIN_WORDS or _CODE.search(value):
        return value
    return ["words", *_FIGURE.findall(value)]


def _cancel(
    reference: Sequence[ToolCall], other: Sequence[ToolCall], key: Callable[[ToolCall], Hashable]
) -> tuple[list[tuple[ToolCall, ToolCall]], list[ToolCall], list[ToolCall]]:
    """Return (pairs with equal keys, as multisets; the rest of the reference; the rest of the other run)."""
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
    """Return (pairs of one tool with other arguments, calls of the reference only, calls of the other run only).

    The only calls of a tool that are left are a pair, too, if they are given the same arguments, with other values;
    but not if these name objects, or are commands of one line: then they are different actions.
    """
    by_tool: defaultdict[str, list[ToolCall]] = defaultdict(list)
    for call in other:
        if len(by_tool[call.tool]) < _MAX_MATCHED_CALLS:
            by_tool[call.tool].append(call)
    counts: defaultdict[str, int] = defaultdict(int)
    times = Counter(call.tool for call in reference)
    single = {tool for tool, calls in by_tool.items() if len(calls) == times[tool] == 1}
    leaves = {id(call): leaf_counts(call) for calls in by_tool.values() for call in calls}
    candidates = []
    for call in reference:
        counts[call.tool] += 1
        if counts[call.tool] <= _MAX_MATCHED_CALLS:
            mine = leaf_counts(call)
            for second in by_tool[call.tool]:
                alike = shared_leaves(mine, leaves[id(second)])
                if alike >= _MIN_SIMILARITY or (call.tool in single and _have_same_arguments(call, second)):
                    candidates.append((-alike, abs(call.request - second.request), call.request, second.request))
    of_reference = {call.request: call for call in reference}
    of_other = {call.request: call for call in other}
    pairs = []
    for *_, first, second_index in sorted(candidates):
        if first in of_reference and second_index in of_other:
            pairs.append((of_reference.pop(first), of_other.pop(second_index)))
    pairs.sort(key=lambda pair: pair[1].request)
    return pairs, [*of_reference.values()], [*of_other.values()]


def _have_same_arguments(a: ToolCall, b: ToolCall) -> bool:
    """Whether two calls are given values under the same names, none of which names an object."""
    of_a, of_b = (input_leaves(call.input) for call in (a, b))
    both = (*of_a, *of_b)
    if runs_code(a.tool) and not all(is_content(*leaf) for leaf in both):
        return False
    return [path for path, _ in of_a] == [path for path, _ in of_b] and not any(is_name(value) for _, value in both)
