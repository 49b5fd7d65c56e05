"""The reasons in what the runs read, and in the answers to it."""

from __future__ import annotations

import re

from replay_gui.core.effects.answer_differences import first_difference
from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.call_values import input_leaves
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code, runs_python
from replay_gui.core.reasons.evidence.files_read import only_read
from replay_gui.core.reasons.evidence.other_answers import is_other_fact
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList, relative_place
from replay_gui.core.reasons.phrases import (
    against_words,
    argument_words,
    call_words,
    differing_words,
    event_of_words,
    event_words,
    file_words,
    quoted_difference,
    tool_words,
)
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.text.plain_text import without_color_codes
from replay_gui.core.translation.messages import tr, trn

_FIRST_ORDER = -2.0  # before all actions and reads
_WORD = re.compile(r"\w+")
_MIN_WORDS, _MIN_LIKENESS = 4, 0.3  # words of a query; share of equal words from which two are similar
_MAX_PAIRED, _MAX_TEXT, _MAX_QUOTED = 100, 20_000, 80  # calls; characters that are compared, and quoted


def add_world_reason(reasons: ReasonList) -> None:
    """Add the first call that both runs made and that got another answer; see `other_answer`.

    It comes first if it states another fact, and all actions that differ follow from it.
    """
    found = reasons.other_answer
    if found is not None:
        first, call = found
        leads = reasons.all_follow_from_an_answer() and is_other_fact(first, call)
        reasons.add(
            ReasonKind.WORLD,
            Tier.ACTION if leads else Tier.NOT_LOOKED,
            tr(
                "{call} was answered differently ({event} against {other_event}).",
                call=call_words(call, 60),
                event=event_of_words(call.response or call.request, reasons.other.name),
                other_event=event_of_words(first.response or first.request, reasons.reference.name),
            ),
            order=_FIRST_ORDER,
            details=(_answers(first, call),),
            chip="world",
            of_reference=first,
            of_other=call,
        )


def add_read_reasons(reasons: ReasonList, *, both_ways: bool) -> None:
    """Add what only one of the runs read. `both_ways`: no run is known to have failed.

    For long runs the equal calls of both are not loaded: only the number of calls is known to differ.
    Reading commands have many wordings: only those count that name a file which the other run never names.
    """
    reference, other = reasons.reference, reasons.other
    missing, extra = only_read(reference, other), only_read(other, reference)
    pair = _similar_query(missing, extra)
    if pair is not None:
        _add_similar_query(reasons, *pair)
        told = {call.key for call in pair}
        missing, extra = ([one for one in reads if one[0].key not in told] for reads in (missing, extra))
    if not reasons.has(Tier.ACTION):
        missing, extra = _after_changes_first(missing, reference), _after_changes_first(extra, other)
    if missing:
        _add_reads(reasons, missing, reference, other, Tier.NOT_LOOKED)
    if extra:
        _add_reads(reasons, extra, other, reference, Tier.NOT_LOOKED if both_ways else Tier.LOOKED)


def _after_changes_first(reads: list[tuple[ToolCall, str]], run: RunAccount) -> list[tuple[ToolCall, str]]:
    """Return the reads after the last change of a run first: they may have verified it, if the changes are equal."""
    last = run.changes[-1].request if run.changes else -1
    return sorted(reads, key=lambda read: read[0].request < last)


def _similar_query(
    missing: list[tuple[ToolCall, str]], extra: list[tuple[ToolCall, str]]
) -> tuple[ToolCall, ToolCall] | None:
    """Return the first query or code of a run with a similar one of the other run; None if there is none."""
    mine, others = ([call for call, _ in reads if _may_differ(call)][:_MAX_PAIRED] for reads in (missing, extra))
    for call in mine:
        words = set(_WORD.findall(_text_of(call)))
        alike = [(_likeness(words, _text_of(other)), -place, other) for place, other in enumerate(others)]
        best = max((one for one in alike if one[2].tool == call.tool), key=lambda one: one[:2], default=None)
        if best is not None and best[0] >= _MIN_LIKENESS:
            return call, best[2]
    return None


def _may_differ(call: ToolCall) -> bool:
    """Whether a call is given a text alone, and not to a shell: its commands are worded in many ways."""
    return bool(_text_of(call)) and (runs_python(call.tool) or not runs_code(call.tool))


def _text_of(call: ToolCall) -> str:
    """Return the only argument of a call if it is a text of several words, such as code; else ""."""
    leaves = input_leaves(call.input)
    text = leaves[0][1][:_MAX_TEXT] if len(leaves) == 1 and isinstance(leaves[0][1], str) else ""
    return text if len(_WORD.findall(text)) >= _MIN_WORDS else ""


def _likeness(words: set[str], text: str) -> float:
    others = set(_WORD.findall(text))
    return len(words & others) / len(words | others) if words and others else 0.0


def _add_similar_query(reasons: ReasonList, first: ToolCall, second: ToolCall) -> None:
    (path, text), (_, other_text) = (input_leaves(call.input)[0] for call in (first, second))
    words, other_words = quoted_difference(text, other_text, _MAX_QUOTED)
    reasons.add(
        ReasonKind.LOOK,
        Tier.NOT_LOOKED,
        tr(
            "{run} called {tool} with {argument} {value}; {other} with {other_value} ({events}).",
            run=reasons.other.name,
            tool=tool_words(second),
            argument=argument_words(path),
            value=other_words,
            other=reasons.reference.name,
            other_value=words,
            events=against_words(second.request, first.request),
        ),
        order=-0.5,
        of_reference=first,
        of_other=second,
        path=path,
    )


def _add_reads(
    reasons: ReasonList, reads: list[tuple[ToolCall, str]], run: RunAccount, second: RunAccount, tier: Tier
) -> None:
    """Add what `run` read and the `second` run did not."""
    (call, file), more = reads[0], len({read.key for read, _ in reads}) - 1
    fields = {"run": run.name, "other": second.name, "at": event_words(call.request), "call": call_words(call)}
    if file:
        fields |= {"call": call_words(call, 60), "file": file_words(file)}
        sentence = (
            trn(
                "No call of {other} names {file}, which {run} looked at ({at}: {call}), nor the files of {n} other"
                " read.",
                "No call of {other} names {file}, which {run} looked at ({at}: {call}), nor the files of {n} other"
                " reads.",
                more,
                **fields,
            )
            if more
            else tr("No call of {other} names {file}, which {run} looked at ({at}: {call}).", **fields)
        )
    elif not second.whole:
        sentence = (
            trn(
                "{run} called {call} ({at}) and made {n} other read more often than {other}.",
                "{run} called {call} ({at}) and made {n} other reads more often than {other}.",
                more,
                **fields,
            )
            if more
            else tr("{run} called {call} ({at}) more often than {other}.", **fields)
        )
    else:
        sentence = (
            trn(
                "{other} never called {call}, nor made {n} other read; {run} did ({at}).",
                "{other} never called {call}, nor made {n} other reads; {run} did ({at}).",
                more,
                **fields,
            )
            if more
            else tr("{other} never called {call}; {run} did ({at}).", **fields)
        )
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
    """Return both answers: their first differing value if both are structured, else their texts."""
    found = first_difference(first.answer, second.answer, words_only=first.changed and second.changed)
    if found is None:
        words_a, words_b = differing_words(*(without_color_codes(answer_text(call.answer)) for call in (first, second)))
        return tr("{value} against {other_value}.", value=words_b, other_value=words_a)
    words_a, words_b = differing_words(found.value_a, found.value_b)
    fields = {"place": argument_words(found.place), "value": words_b, "other_value": words_a}
    if found.is_only:
        return tr("{place}: {value} against {other_value}.", **fields)
    return tr("{place}: {value} against {other_value}, and more.", **fields)
