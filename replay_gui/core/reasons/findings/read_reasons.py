"""The reasons in what the runs read, and in the answers to it."""

from __future__ import annotations

import re
from bisect import bisect_left

from replay_gui.core.effects.answers import answer_text, masked_answer
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.reasons.evidence.files_read import only_read
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList, relative_place
from replay_gui.core.reasons.phrases import call_words, differing_words, event_words, file_words
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.text.plain_text import without_color_codes
from replay_gui.core.text.wording import plural

_LINE_END = re.compile(r"[\r\n]+|(?:\\[rn])+|\"")  # unchanged, or in its JSON form
_NULL = re.compile(r'"\w+": ?null(?:, ?)?')  # some programs write missing members, some leave them out
_HASH_MODULUS = 1 << 128


def add_world_reason(reasons: ReasonList) -> None:
    """Add the first call without an effect that both runs made and that got another answer.

    Only if both made the same changes before: else a run's own changes may explain the answer.
    """
    changes = _ChangesBefore(reasons.reference), _ChangesBefore(reasons.other)
    answers: dict[bytes, list[ToolCall]] = {}
    for call in reasons.reference.calls:
        answers.setdefault(call.key, []).append(call)
    found: tuple[int, ToolCall, ToolCall] | None = None  # with the sum of both indexes, to find the earliest
    for call in reasons.other.calls:
        same = answers.get(call.key)
        if not same or call.effect not in (Effect.READS, Effect.CHECKS, Effect.UNKNOWN):
            continue
        first = same.pop(0)
        place_of_both = first.request + call.request
        if call.response is None or first.response is None or (found is not None and place_of_both >= found[0]):
            continue
        if changes[0].before(first) != changes[1].before(call):
            continue
        if _answer_lines(call) != _answer_lines(first):  # last, since answers may be long
            found = place_of_both, first, call
    if found is not None:
        _, first, call = found
        reasons.add(
            ReasonKind.WORLD,
            Tier.NOT_LOOKED,
            f"{call_words(call, 60)} was answered otherwise ({event_words(call.response or call.request)} of"
            f" {reasons.other.name} against {event_words(first.response or first.request)} of"
            f" {reasons.reference.name}).",
            order=-1.0,
            details=(_answers(first, call),),
            chip="world",
            of_reference=first,
            of_other=call,
        )


def _answer_lines(call: ToolCall) -> list[str]:
    """Return the lines of an answer, without blanks at their ends; sorted for a program, which has two streams."""
    text = _NULL.sub("", masked_answer(call.answer))
    lines = [line.strip() for line in _LINE_END.split(text) if line.strip()]
    return sorted(lines) if runs_code(call.tool) or call.effect is Effect.CHECKS else lines


class _ChangesBefore:
    """The changes that a run made before each of its calls, in any order."""

    def __init__(self, run: RunAccount) -> None:
        self._requests = [change.request for change in run.changes]
        self._sums = [0]
        for change in run.changes:
            self._sums.append((self._sums[-1] + int.from_bytes(change.key, "little")) % _HASH_MODULUS)

    def before(self, call: ToolCall) -> int:
        """Return a number that is equal for equal changes before the call."""
        return self._sums[bisect_left(self._requests, call.request)]


def add_read_reasons(reasons: ReasonList, *, both_ways: bool) -> None:
    """Add what only one of the runs read. `both_ways`: no run is known to have failed.

    For long runs the equal calls of both are not loaded: only the number of calls is known to differ.
    Reading commands have many wordings: only those count that name a file which the other run never names.
    """
    reference, other = reasons.reference, reasons.other
    missing, extra = only_read(reference, other), only_read(other, reference)
    if missing:
        _add_reads(reasons, missing, reference, other, Tier.NOT_LOOKED)
    if extra:
        _add_reads(reasons, extra, other, reference, Tier.NOT_LOOKED if both_ways else Tier.LOOKED)


def _add_reads(
    reasons: ReasonList, reads: list[tuple[ToolCall, str]], run: RunAccount, second: RunAccount, tier: Tier
) -> None:
    """Add what `run` read and the `second` run did not."""
    (call, file), more = reads[0], len({read.key for read, _ in reads}) - 1
    at = event_words(call.request)
    if file:
        also = f", nor the files of {plural(more, 'other read')}" if more else ""
        looked = f"{file_words(file)}, which {run.name} looked at ({at}: {call_words(call, 60)})"
        sentence = f"No call of {second.name} names {looked}{also}."
    elif not second.whole:
        also = f" and made {plural(more, 'other read')}" if more else ""
        sentence = f"{run.name} called {call_words(call)} ({at}){also} more often than {second.name}."
    else:
        also = f", nor made {plural(more, 'other read')}" if more else ""
        sentence = f"{second.name} never called {call_words(call)}{also}; {run.name} did ({at})."
    is_reference = run is reasons.reference
    reasons.add(
        ReasonKind.LOOK,
        tier,
        sentence,
        order=0.5 if tier is Tier.LOOKED else relative_place(call, run),
        of_reference=call if is_reference else None,
        of_other=None if is_reference else call,
    )


def _answers(first: ToolCall, second: ToolCall) -> str:
    """Return both answers from their first difference on."""
    words_a, words_b = differing_words(*(without_color_codes(answer_text(call.answer)) for call in (first, second)))
    return f"{words_b} against {words_a}."
