"""Calls that both runs made, and that were answered differently."""

from __future__ import annotations

import re
from bisect import bisect_left

from replay_gui.core.effects.answer_differences import count_differences, stated_words
from replay_gui.core.effects.answers import answer_text, masked_answer
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.reasons.evidence.run_account import RunAccount

_LINE_END = re.compile(r"[\r\n]+|(?:\\[rn])+|\"")  # unchanged, or in its JSON form
_NULL = re.compile(r'"\w+": ?null(?:, ?)?')  # some programs write missing members, some leave them out
_MAX_OTHER_VALUES = 3  # values that differ between two answers, if they state different facts
_NOT_THERE = re.compile(r"No module named|command not found|: not found|not installed|not recognized as", re.IGNORECASE)
_MAX_ERROR_CHARACTERS = 400
_COMPARED = (Effect.READS, Effect.CHECKS, Effect.UNKNOWN)
_MODULUS = 1 << 128


def other_answer(reference: RunAccount, other: RunAccount) -> tuple[ToolCall, ToolCall] | None:
    """Return the first call that both runs made, and that was answered differently; else None.

    Only calls after the same changes count: else a run's own changes may explain the answer. Answers that
    both got do not count, nor does an error if an equal call was answered. Of the answers to a change only the words
    count, such as its status; see `stated_words`.
    """
    asked_p, asked_f = _by_question(reference), _by_question(other)
    both = [(asked_p[question], asked_f[question]) for question in asked_p.keys() & asked_f.keys()]
    for calls_p, calls_f in sorted(both, key=lambda calls: calls[0][0].request + calls[1][0].request):
        answers_p, answers_f = _answers_of(calls_p), _answers_of(calls_f)
        own_p, own_f = (
            next((call for answer, call in mine.items() if answer not in others), None)
            for mine, others in ((answers_p, answers_f), (answers_f, answers_p))
        )
        if own_p is not None and own_f is not None:
            return own_p, own_f
    return None


def is_other_fact(first: ToolCall, second: ToolCall) -> bool:
    """Whether two answers to one call state different facts: one is empty or an error, or a few values differ.

    Of two errors, one may say that what was called is not there. Two texts, or two lists of results, may say the same
    in other words.
    """
    for states in (_is_error, _is_empty, _is_missing):
        if states(first) != states(second):
            return True
    return 0 < count_differences(first.answer, second.answer) <= _MAX_OTHER_VALUES


def _is_error(call: ToolCall) -> bool:
    return call.ok is False


def _is_missing(call: ToolCall) -> bool:
    """Whether the answer is an error which says that the program that was called, or a part of it, is not there."""
    return call.ok is False and _NOT_THERE.search(answer_text(call.answer)[:_MAX_ERROR_CHARACTERS]) is not None


def _is_empty(call: ToolCall) -> bool:
    return answer_text(call.answer).strip() in ("", "[]", "{}", "null")


def _by_question(run: RunAccount) -> dict[tuple[bytes, int], list[ToolCall]]:
    """Return the answered calls that may be compared, by their key and the changes before them."""
    changes, asked = _ChangesBefore(run), dict[tuple[bytes, int], list[ToolCall]]()
    for call in run.calls:
        if call.response is not None and (call.effect in _COMPARED or call.changed):
            asked.setdefault((call.key, changes.before(call)), []).append(call)
    return asked


def _answers_of(calls: list[ToolCall]) -> dict[tuple[str, ...], ToolCall]:
    """Return the different answers to equal calls, each with its first call; errors only if all are."""
    good = [call for call in calls if call.ok is not False]
    return {tuple(_answer_lines(call)): call for call in reversed(good or calls)}


def _answer_lines(call: ToolCall) -> list[str]:
    """Return the lines of an answer, without blanks at their ends; sorted for a program, which has two streams.

    Of the answer to a change: what it states by words.
    """
    if call.changed:
        return stated_words(call.answer)
    text = _NULL.sub("", masked_answer(call.answer))
    lines = [line.strip() for line in _LINE_END.split(text) if line.strip()]
    return sorted(lines) if runs_code(call.tool) or call.effect is Effect.CHECKS else lines


class _ChangesBefore:
    """The changes that a run made before each of its calls, in any order."""

    def __init__(self, run: RunAccount) -> None:
        self._requests = [change.request for change in run.changes]
        self._sums = [0]
        for change in run.changes:
            self._sums.append((self._sums[-1] + int.from_bytes(change.key, "little")) % _MODULUS)

    def before(self, call: ToolCall) -> int:
        """Return a number that is equal for equal changes before the call."""
        return self._sums[bisect_left(self._requests, call.request)]
