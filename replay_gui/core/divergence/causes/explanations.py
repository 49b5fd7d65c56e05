"""The explanation of a cause in one line of English: ``headline — detail · detail``.

All texts are plain text; control characters are already replaced. Events are numbered from 1, as the window does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from replay_gui.core.divergence.causes.cause_finder import CauseDraft
from replay_gui.core.divergence.comparison import CauseKind, Change, Difference
from replay_gui.core.divergence.rules.presets import PRESETS, compile_pattern
from replay_gui.core.divergence.rules.rule_filter import REFERENCE_HASHES
from replay_gui.core.divergence.rules.rules import equal_without_matches
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import position_after
from replay_gui.core.state.state import ABSENT, LISTS, MAPS
from replay_gui.core.text.event_label import event_label, event_noun
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import preview
from replay_gui.core.text.wording import plural

DETAILS_SEPARATOR = " — "  # between the headline and the details
_QUOTE_CHARACTERS = 60  # the longest quoted text
_NAME_CHARACTERS = 40  # the longest quoted name of a tool
_MAX_NAMED_SETTINGS = 3  # differing settings that are listed; of more, the number is given
_MAX_LIST_ITEMS = 1000  # longer lists are not compared item by item
_MAX_NOISE_DIFFERENCES = 50  # an event with more differences is never noise
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
        noise = noise_names(_without_references(evidence.differences)) or "ids, times or paths"
        return f"{_capitalized(noun)} differs only by {noise}"
    history = _history_text(cause)
    match cause.kind:
        case CauseKind.TOOL if cause.certain:
            return f"{tool} answered differently to the same request"
        case CauseKind.TOOL:
            return f"{tool} answered differently to the same request, after the runs had diverged"
        case CauseKind.DECISION if event.kind == Kind.TOOL_REQUEST:
            return f"{_request_text(event, evidence, tool)}{history}"
        case CauseKind.DECISION:
            return f"The model decided differently{history}"
        case CauseKind.OBSERVATION:
            return _observation_text(event)
        case CauseKind.CONFIG:
            return "The agents were set up differently"
        case CauseKind.MEMORY if event.kind == Kind.MEMORY_READ:
            return f"A memory read returned something else{history}"
        case CauseKind.MEMORY:
            return f"Something else was written to memory{history}"
        case CauseKind.ORDER:
            return "The same events came in another order"
        case CauseKind.STATE:
            return "Equal events led to different recorded states"
        case CauseKind.MISSING if evidence.at_end:
            return "B ends here, and A goes on"
        case CauseKind.EXTRA if evidence.at_end:
            return "A ends here, and B goes on"
        case CauseKind.MISSING:
            return f"{_with_article(noun)} is missing in B"
        case CauseKind.EXTRA:
            return f"{_with_article(noun)} was added in B"
        case CauseKind.OTHER:
            return f"{_capitalized(noun)} differs{history}"
        case _:
            assert_never(cause.kind)


def _history_text(cause: CauseDraft) -> str:
    """Return how the events before a cause relate to it, to continue a sentence."""
    if not cause.certain:
        return "; earlier differences may explain it"
    if cause.after_noise:
        return " after history that differs only by ids, times or paths"
    return " after identical history"


def _request_text(event: Event, evidence: Evidence, tool: str) -> str:
    """Return how two runs differ if at least one of them calls a tool."""
    other = evidence.replacement or evidence.b or event
    if other.kind != Kind.TOOL_REQUEST:
        return "The agent acted differently"
    if other.tool != event.tool:
        return "Another tool was called"
    if not tool or other.payload.get("input") == event.payload.get("input"):
        return "The request differs"
    return f"{tool} was called with other arguments"


def _observation_text(event: Event) -> str:
    """Return whose message differs."""
    source = str(event.payload.get("source") or "").lower()
    if event.payload.get("obs_type") == "message":
        if source == "user":
            return "The user said something else"
        if source in _SYSTEM_SOURCES:
            return "The system prompt differs"
    return "The agent observed something else"


def _with_article(noun: str) -> str:
    return f"{'An' if noun[:1] in 'aeio' or noun[:2] == 'un' else 'A'} {noun}"


def _capitalized(noun: str) -> str:
    return noun[:1].upper() + noun[1:]


def detail_texts(cause: CauseDraft, evidence: Evidence) -> list[str]:
    """Return the place and the exact differences, in parts."""
    a, b = evidence.a, evidence.b
    parts = [_event_number(a, b)]
    if evidence.change is Change.STATE:
        return [*parts, _summary(a), "the difference is in something that the log does not record"]
    if evidence.change is Change.MOVED and a is not None and b is not None:
        parts.append(f"{event_label(a)} is event {position_after(b.index):,} in B")
        return [*parts, *([f"{evidence.length:,} events moved"] if evidence.length > 1 else [])]
    if a is None or b is None:
        event = a or b
        text = _summary(event)
        if evidence.replacement is not None:
            text = f"{_name_and_summary(event)} against {_name_and_summary(evidence.replacement)}"
        return [*parts, text, *([f"{evidence.length:,} events in a row"] if evidence.length > 1 else [])]
    text = _difference_text(a, b, evidence.differences)
    if evidence.request is not None:
        arguments = summarize_event(evidence.request)
        if text.startswith(("returned", "failed", "succeeded")):
            text = f"{_quote(arguments)} {text}"
        elif arguments != "(no arguments)":
            parts.append(_quote(arguments))
    parts.append(text)
    if cause.kind is CauseKind.TOOL and evidence.compared_answers:
        calls = plural(evidence.compared_answers, "call", "equal calls")
        parts.append(f"differs in {evidence.different_answers:,} of {calls}")
    elif cause.repeats:
        parts.append(f"{cause.repeats:,} more like it")
    return parts


def one_line_diff(change: Change, a: Event | None, b: Event | None, differences: Sequence[Difference]) -> str:
    """Return one divergence as text: the ``diff`` of a DivergencePoint.

    Args:
        a, b: the two events; None if a side has none.
        differences: between their payloads, without those that rules ignore.
    """
    if a is None or b is None:
        return f"only in {'B' if a is None else 'A'}: {_name_and_summary(b if a is None else a)}"
    if change is Change.MOVED:
        return f"{_name_and_summary(a)} is event {position_after(b.index):,} in B"
    if change is Change.STATE:
        return f"{_name_and_summary(a)}: equal events, different recorded states"
    return f"{event_label(a)}: {_difference_text(a, b, differences)}"


def _without_references(differences: Sequence[Difference]) -> list[Difference]:
    """Leave out the hashes by which an event refers to another."""
    return [difference for difference in differences if not difference.path.endswith(REFERENCE_HASHES)]


def noise_names(differences: Sequence[Difference]) -> str | None:
    """Return the names of the presets that match all differences: ``clock times and durations``.

    None if anything else differs.
    """
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
    return " and ".join(dict.fromkeys(names)) or None


def _difference_text(a: Event, b: Event, differences: Sequence[Difference]) -> str:
    """Return what differs between two events, as seen from B."""
    if a.kind == Kind.TOOL_RESPONSE:
        ok_a, ok_b = a.payload.get("success"), b.payload.get("success")
        if ok_a != ok_b:
            outcome_b = f"failed: {_quote(summarize_event(b))}" if ok_b is False else "succeeded"
            return f"{outcome_b} instead of {'failing' if ok_a is False else 'succeeding'}"
        list_change = _list_change_text(a.payload.get("output"), b.payload.get("output"))
        if list_change is not None:
            return list_change
    own = [difference for difference in differences if not difference.path.endswith("request_hash")]
    if len(own) == 1 or (own and a.kind in (Kind.AGENT_INIT, Kind.MEMORY_WRITE)):
        named = own[: _MAX_NAMED_SETTINGS if a.kind == Kind.AGENT_INIT else 1]
        text = "; ".join(_values_text(a, b, difference) for difference in named)
        return text + (f"; {len(own) - len(named):,} more" if len(own) > len(named) else "")
    summary_a, summary_b = summarize_event(a), summarize_event(b)
    if summary_a != summary_b and not (a.kind == Kind.TOOL_RESPONSE and len(own) > 1):
        return f"{_quote(summary_a, summary_b)} against {_quote(summary_b, summary_a)}"
    if own:
        return f"{len(own):,} places differ, {_values_text(a, b, own[0])}"
    return "they differ"


def _list_change_text(a: object, b: object) -> str | None:
    """Return how a list in a tool's output changed; None if there is no such list.

    Examples: ``returned 1 hit instead of 2``; ``returned other hits: without “x”, with “y”``.
    """
    name, old, new = "items", a, b
    if isinstance(a, MAPS) and isinstance(b, MAPS):
        lists = [key for key in a if isinstance(a[key], LISTS) and isinstance(b.get(key), LISTS)]
        name = next((key for key in lists if a[key] != b[key]), "")
        old, new = a.get(name), b.get(name)
    if not (isinstance(old, LISTS) and isinstance(new, LISTS)) or max(len(old), len(new)) > _MAX_LIST_ITEMS:
        return None
    if len(old) != len(new):
        is_singular = len(new) == 1 and name.endswith("s")
        return f"returned {len(new):,} {_name_text(name[:-1] if is_singular else name)} instead of {len(old):,}"
    labels_a, labels_b = [_item_label(item) for item in old], [_item_label(item) for item in new]
    removed = next((label for label in labels_a if label and label not in labels_b), None)
    added = next((label for label in labels_b if label and label not in labels_a), None)
    if removed is None or added is None:
        return None
    return f"returned other {_name_text(name)}: without {_quote(removed)}, with {_quote(added)}"


def _item_label(item: object) -> str:
    """Return a short name for an item of a list: the text itself, or the first text of a map."""
    if isinstance(item, MAPS):
        return next((value for value in item.values() if isinstance(value, str)), "")
    return item if isinstance(item, str) else ""


def _values_text(a: Event, b: Event, difference: Difference) -> str:
    """Return ``path: value of A against value of B``; the report's redaction knows this form."""
    path = one_line(pointer_text(_state_pointer(a, b, difference.path) or difference.path), _QUOTE_CHARACTERS)
    value_a, value_b = difference.a, difference.b
    return f"{path}: {_value_text(value_a, value_b)} against {_value_text(value_b, value_a)}"


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
        return "(absent)"
    if isinstance(value, str):
        return _quote(value, other if isinstance(other, str) else "")
    return one_line(preview(value), _QUOTE_CHARACTERS)


def _quote(text: str, other: str = "") -> str:
    """Return the text in quotation marks, shortened; if it shares a long beginning with `other`, from about its end."""
    pairs = enumerate(zip(text, other, strict=False))
    shared = next((index for index, (char, other_char) in pairs if char != other_char), 0)
    begin = shared - _QUOTE_CHARACTERS // 3 if shared > 2 * _QUOTE_CHARACTERS // 3 else 0
    return f"“{'…' if begin else ''}{one_line(text[begin:], _QUOTE_CHARACTERS)}”"


def _summary(event: Event | None) -> str:
    return "" if event is None else _quote(summarize_event(event))


def _name_and_summary(event: Event | None) -> str:
    return "" if event is None else f"{event_label(event)} {_quote(summarize_event(event))}"


def _event_number(a: Event | None, b: Event | None) -> str:
    if a is not None:
        return f"Event {position_after(a.index):,}"
    assert b is not None
    return f"Event {position_after(b.index):,} of B"


def _name_text(text: str) -> str:
    return one_line(text, _NAME_CHARACTERS)
