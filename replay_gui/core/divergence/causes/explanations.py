"""The explanation of a cause in one line: ``headline — detail · detail``.

All texts are plain text; control characters are already replaced. Events are numbered from 1, as the window does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, assert_never

from replay_gui.core.divergence.causes.cause_finder import CauseDraft
from replay_gui.core.divergence.comparison import CauseKind, Change, Difference
from replay_gui.core.divergence.rules.presets import PRESETS, compile_pattern
from replay_gui.core.divergence.rules.rule_filter import REFERENCE_HASHES
from replay_gui.core.divergence.rules.rules import equal_without_matches
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import position_after
from replay_gui.core.state.state import ABSENT, LISTS, MAPS
from replay_gui.core.text.event_label import event_label, event_noun, label_text
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.quotation_marks import in_quotation_marks
from replay_gui.core.text.value_preview import preview
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number

DETAILS_SEPARATOR = " — "  # between the headline and the details
_QUOTE_CHARACTERS = 60  # the longest quoted text
_NAME_CHARACTERS = 40  # the longest quoted name of a tool
_MAX_NAMED_SETTINGS = 3  # differing settings that are listed; of more, the number is given
_MAX_LIST_ITEMS = 1000  # longer lists are not compared item by item
_MAX_NOISE_DIFFERENCES = 50  # an event with more differences is never noise
_NO_ARGUMENTS: tuple[Any, ...] = ("", {}, [], {"args": [], "kwargs": {}})  # inputs of a request
_SYSTEM_SOURCES = ("system", "developer")  # of an observation, as written in the log, in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The events and counts for an explanation.

    Attributes:
        change: what differs at the cause's divergence.
        a, b: the events that differ; None if a side has none.
        differences: between their payloads, without those that rules ignore.
        request: the request of a tool response, if it is known.
        replacement: the event that the other run has instead of a one-sided event.
        length: number of consecutive events that only one run has, or of events that moved together.
        at_end: whether the other run has already ended there.
        different_answers: number of the tool's answers to equal requests that differ.
        compared_answers: number of the tool's answers to equal requests.
    """

    change: Change
    a: Event | None
    b: Event | None
    differences: Sequence[Difference]
    request: Event | None = None
    replacement: Event | None = None
    length: int = 1
    at_end: bool = False
    different_answers: int = 0
    compared_answers: int = 0


def explanation_text(cause: CauseDraft, evidence: Evidence) -> str:
    """Return the headline and the details."""
    return f"{headline_text(cause, evidence)}{DETAILS_SEPARATOR}{' · '.join(detail_texts(cause, evidence))}"


def headline_text(cause: CauseDraft, evidence: Evidence) -> str:
    """Return what happened, without the place."""
    event = evidence.a or evidence.b
    assert event is not None
    tool = _name_text(cause.tool or event.tool or "")
    noun = event_noun(event)
    if cause.noise and evidence.a is not None and evidence.b is not None:
        noise = _noise_text(noise_names(_without_references(evidence.differences)) or ())
        return tr("{noun} differs only by {noise}", noun=_capitalized(noun), noise=noise)
    match cause.kind:
        case CauseKind.TOOL if cause.certain:
            return tr("{tool} answered differently to the same request", tool=tool)
        case CauseKind.TOOL:
            return tr("{tool} answered differently to the same request, after the runs had diverged", tool=tool)
        case CauseKind.DECISION if event.kind == Kind.TOOL_REQUEST:
            return _with_history(_request_text(event, evidence, tool), cause)
        case CauseKind.DECISION:
            return _with_history(tr("The model decided differently"), cause)
        case CauseKind.OBSERVATION:
            return _observation_text(event)
        case CauseKind.CONFIG:
            return tr("The agents were set up differently")
        case CauseKind.MEMORY if event.kind == Kind.MEMORY_READ:
            return _with_history(tr("A memory read returned something else"), cause)
        case CauseKind.MEMORY:
            return _with_history(tr("Something else was written to memory"), cause)
        case CauseKind.ORDER:
            return tr("The same events came in another order")
        case CauseKind.STATE:
            return tr("Equal events led to different recorded states")
        case CauseKind.MISSING if evidence.at_end:
            return tr("B ends here, and A goes on")
        case CauseKind.EXTRA if evidence.at_end:
            return tr("A ends here, and B goes on")
        case CauseKind.MISSING:
            return tr("{noun} is missing in B", noun=_with_article(noun))
        case CauseKind.EXTRA:
            return tr("{noun} was added in B", noun=_with_article(noun))
        case CauseKind.OTHER:
            return _with_history(tr("{noun} differs", noun=_capitalized(noun)), cause)
        case _:
            assert_never(cause.kind)


def _with_history(what: str, cause: CauseDraft) -> str:
    """Return what happened, and how the events before it relate to it."""
    if not cause.certain:
        return tr("{what}; earlier differences may explain it", what=what)
    if cause.after_noise:
        return tr("{what} after history that differs only by ids, times or paths", what=what)
    return tr("{what} after identical history", what=what)


def _request_text(event: Event, evidence: Evidence, tool: str) -> str:
    """Return how two runs differ if at least one of them calls a tool."""
    other = evidence.replacement or evidence.b or event
    if other.kind != Kind.TOOL_REQUEST:
        return tr("The agent acted differently")
    if other.tool != event.tool:
        return tr("Another tool was called")
    if not tool or other.payload.get("input") == event.payload.get("input"):
        return tr("The request differs")
    return tr("{tool} was called with other arguments", tool=tool)


def _observation_text(event: Event) -> str:
    """Return whose message differs."""
    source = str(event.payload.get("source") or "").lower()
    if event.payload.get("obs_type") == "message":
        if source == "user":
            return tr("The user said something else")
        if source in _SYSTEM_SOURCES:
            return tr("The system prompt differs")
    return tr("The agent observed something else")


def _with_article(noun: str) -> str:
    if noun[:1] in "aeio" or noun[:2] == "un":
        return tr("An {noun}", noun=noun)
    return tr("A {noun}", noun=noun)


def _capitalized(noun: str) -> str:
    return noun[:1].upper() + noun[1:]


def detail_texts(cause: CauseDraft, evidence: Evidence) -> list[str]:
    """Return the place and the exact differences, in parts."""
    a, b = evidence.a, evidence.b
    parts = [_event_number(a, b)]
    if evidence.change is Change.STATE:
        return [*parts, _summary(a), tr("the difference is in something that the log does not record")]
    if evidence.change is Change.MOVED and a is not None and b is not None:
        parts.append(_moved_text(label_text(event_label(a)), b))
        length = evidence.length
        return [*parts, *([trn("{n} event moved", "{n} events moved", length)] if length > 1 else [])]
    if a is None or b is None:
        event = a or b
        text = _summary(event)
        if evidence.replacement is not None:
            text = _against(_name_and_summary(event), _name_and_summary(evidence.replacement))
        length = evidence.length
        return [*parts, text, *([trn("{n} event in a row", "{n} events in a row", length)] if length > 1 else [])]
    text, is_predicate = _difference_text(a, b, evidence.differences)
    if evidence.request is not None:
        arguments = _quote(summarize_event(evidence.request))
        if is_predicate:
            text = f"{arguments} {text}"
        elif evidence.request.payload.get("input") not in _NO_ARGUMENTS:
            parts.append(arguments)
    parts.append(text)
    if cause.kind is CauseKind.TOOL and evidence.compared_answers:
        differing = whole_number(evidence.different_answers)
        parts.append(
            trn(
                "differs in {number} of {n} call",
                "differs in {number} of {n} equal calls",
                evidence.compared_answers,
                number=differing,
            )
        )
    elif cause.repeats:
        parts.append(trn("{n} more like it", "{n} more like it", cause.repeats))
    return parts


def one_line_diff(change: Change, a: Event | None, b: Event | None, differences: Sequence[Difference]) -> str:
    """Return one divergence as text: the ``diff`` of a DivergencePoint.

    Args:
        a, b: the two events; None if a side has none.
        differences: between their payloads, without those that rules ignore.
    """
    if a is None or b is None:
        return f"{tr('only in B') if a is None else tr('only in A')}: {_name_and_summary(b if a is None else a)}"
    if change is Change.MOVED:
        return _moved_text(_name_and_summary(a), b)
    if change is Change.STATE:
        return f"{_name_and_summary(a)}: {tr('equal events, different recorded states')}"
    return f"{label_text(event_label(a))}: {_difference_text(a, b, differences)[0]}"


def _moved_text(event: str, moved: Event) -> str:
    return tr("{event} is event {number} in B", event=event, number=whole_number(position_after(moved.index)))


def _against(value: str, other_value: str) -> str:
    return tr("{value} against {other_value}", value=value, other_value=other_value)


def _without_references(differences: Sequence[Difference]) -> list[Difference]:
    """Leave out the hashes by which an event refers to another."""
    return [difference for difference in differences if not difference.path.endswith(REFERENCE_HASHES)]


def noise_names(differences: Sequence[Difference]) -> tuple[str, ...] | None:
    """Return the names of the presets that match all differences; None if anything else differs."""
    if not differences or len(differences) > _MAX_NOISE_DIFFERENCES:
        return None
    names: list[str] = []
    patterns = {name: compile_pattern(name) for name in PRESETS}
    for difference in differences:
        texts = difference.a, difference.b
        name = next((name for name, pattern in patterns.items() if equal_without_matches(*texts, (pattern,))), None)
        if name is None:
            if not equal_without_matches(*texts, patterns.values()):
                return None
            for name in patterns:
                others = [pattern for other, pattern in patterns.items() if other != name]
                if not equal_without_matches(*texts, others):
                    names.append(name)
        else:
            names.append(name)
    return tuple(dict.fromkeys(names)) or None


def _noise_text(names: Sequence[str]) -> str:
    """Return ``clock times and durations`` for names of presets."""
    if not names:
        return tr("ids, times or paths")
    return reduce(lambda first, second: tr("{first} and {second}", first=first, second=second), map(tr, names))


def _difference_text(a: Event, b: Event, differences: Sequence[Difference]) -> tuple[str, bool]:
    """Return what differs between two events, as seen from B, and whether it is what a call did, without a subject."""
    if a.kind == Kind.TOOL_RESPONSE:
        ok_a, ok_b = a.payload.get("success"), b.payload.get("success")
        if ok_b is False and ok_a is not False:
            return tr("failed: {answer} instead of succeeding", answer=_quote(summarize_event(b))), True
        if ok_a is False and ok_b is not False:
            return tr("succeeded instead of failing"), True
        list_change = _list_change_text(a.payload.get("output"), b.payload.get("output"))
        if list_change is not None:
            return list_change, True
    own = [difference for difference in differences if not difference.path.endswith("request_hash")]
    if len(own) == 1 or (own and a.kind in (Kind.AGENT_INIT, Kind.MEMORY_WRITE)):
        named = own[: _MAX_NAMED_SETTINGS if a.kind == Kind.AGENT_INIT else 1]
        text = "; ".join(_values_text(a, b, difference) for difference in named)
        more = len(own) - len(named)
        return trn("{values}; {n} more", "{values}; {n} more", more, values=text) if more else text, False
    summary_a, summary_b = summarize_event(a), summarize_event(b)
    if summary_a != summary_b and not (a.kind == Kind.TOOL_RESPONSE and len(own) > 1):
        return _against(_quote(summary_a, summary_b), _quote(summary_b, summary_a)), False
    if own:
        values = _values_text(a, b, own[0])
        return trn("{n} place differs, {values}", "{n} places differ, {values}", len(own), values=values), False
    return tr("they differ"), False


def _list_change_text(a: object, b: object) -> str | None:
    """Return how a list in a tool's output changed; None if there is no such list.

    Examples: ``returned 1 hit instead of 2``; ``returned other hits: without “x”, with “y”``.
    """
    name, old, new = "", a, b
    if isinstance(a, MAPS) and isinstance(b, MAPS):
        lists = [key for key in a if isinstance(a[key], LISTS) and isinstance(b.get(key), LISTS)]
        name = next((key for key in lists if a[key] != b[key]), "")
        old, new = a.get(name), b.get(name)
    if not (isinstance(old, LISTS) and isinstance(new, LISTS)) or max(len(old), len(new)) > _MAX_LIST_ITEMS:
        return None
    if len(old) != len(new):
        other = whole_number(len(old))
        if not name:
            return trn(
                "returned {n} item instead of {other}", "returned {n} items instead of {other}", len(new), other=other
            )
        name = _name_text(name[:-1] if len(new) == 1 and name.endswith("s") else name)
        number = whole_number(len(new))
        return tr("returned {number} {name} instead of {other}", number=number, name=name, other=other)
    labels_a, labels_b = [_item_label(item) for item in old], [_item_label(item) for item in new]
    removed = next((label for label in labels_a if label and label not in labels_b), None)
    added = next((label for label in labels_b if label and label not in labels_a), None)
    if removed is None or added is None:
        return None
    items = {"removed": _quote(removed), "added": _quote(added)}
    if not name:
        return tr("returned other items: without {removed}, with {added}", **items)
    return tr("returned other {name}: without {removed}, with {added}", name=_name_text(name), **items)


def _item_label(item: object) -> str:
    """Return a short name for an item of a list: the text itself, or the first text of a map."""
    if isinstance(item, MAPS):
        return next((value for value in item.values() if isinstance(value, str)), "")
    return item if isinstance(item, str) else ""


def _values_text(a: Event, b: Event, difference: Difference) -> str:
    """Return ``path: value of A against value of B``; the report's redaction knows this form."""
    path = one_line(pointer_text(_state_pointer(a, b, difference.path) or difference.path), _QUOTE_CHARACTERS)
    value_a, value_b = difference.a, difference.b
    return f"{path}: {_against(_value_text(value_a, value_b), _value_text(value_b, value_a))}"


def _state_pointer(a: Event, b: Event, pointer: str) -> str | None:
    """Return the place of the values in the state, if they belong to one operation on it in both events."""
    found = re.fullmatch(r"/ops/(\d{1,9})/value(/.*)?", pointer, re.DOTALL)
    if found is None:
        return None
    paths = [_operation_path(event, int(found[1])) for event in (a, b)]
    return f"{paths[0]}{found[2] or ''}" if paths[0] is not None and paths[0] == paths[1] else None


def _operation_path(event: Event, number: int) -> str | None:
    operations = event.payload.get("ops")
    operation = operations[number] if isinstance(operations, LISTS) and number < len(operations) else None
    path = operation.get("path") if isinstance(operation, MAPS) else None
    return path if isinstance(path, str) else None


def _value_text(value: object, other: object) -> str:
    if value is ABSENT:
        return tr("(absent)")
    if isinstance(value, str):
        return _quote(value, other if isinstance(other, str) else "")
    return one_line(preview(value), _QUOTE_CHARACTERS)


def _quote(text: str, other: str = "") -> str:
    """Return the text in quotation marks, shortened; if it shares a long beginning with `other`, from about its end."""
    pairs = enumerate(zip(text, other, strict=False))
    shared = next((index for index, (char, other_char) in pairs if char != other_char), 0)
    begin = shared - _QUOTE_CHARACTERS // 3 if shared > 2 * _QUOTE_CHARACTERS // 3 else 0
    return in_quotation_marks(f"{'…' if begin else ''}{one_line(text[begin:], _QUOTE_CHARACTERS)}")


def _summary(event: Event | None) -> str:
    return "" if event is None else _quote(summarize_event(event))


def _name_and_summary(event: Event | None) -> str:
    return "" if event is None else f"{label_text(event_label(event))} {_quote(summarize_event(event))}"


def _event_number(a: Event | None, b: Event | None) -> str:
    if a is not None:
        return tr("Event {number}", number=whole_number(position_after(a.index)))
    assert b is not None
    return tr("Event {number} of B", number=whole_number(position_after(b.index)))


def _name_text(text: str) -> str:
    return one_line(text, _NAME_CHARACTERS)
