"""What a cause is, in a sentence that a person understands, and what stands behind it: headline — details · details.

All of it is plain text, of which control characters are already replaced. Events are counted from 1, as people do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replay_gui.core.divergence.causes.cause_finder import CauseDraft
from replay_gui.core.divergence.comparison import CauseKind, Change, Difference
from replay_gui.core.divergence.rules.presets import PRESETS
from replay_gui.core.divergence.rules.rule_filter import REFERENCE_HASHES
from replay_gui.core.divergence.rules.rules import equal_without_matches
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.state.state import ABSENT, LISTS, MAPS
from replay_gui.core.text.event_label import event_label, event_noun
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import preview
from replay_gui.core.text.wording import plural

DETAILS_SEPARATOR = " — "  # stands between the headline and the details
_QUOTE_CHARACTERS = 60  # characters of a quotation
_NAME_CHARACTERS = 40
_MAX_NAMED_SETTINGS = 3  # differing settings that are named
_MAX_LIST_ITEMS = 1000  # of a list that is looked at
_MAX_NOISE_DIFFERENCES = 50  # differences that are looked at


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an explanation rests on.

    Attributes:
        change: of the point. a, b: the events that differ, None where a side has none. differences: of their payloads,
        without those that rules silence. request: that of a response, if it is known.
        other: for events that took the place of one another, what the other run has there. length: events in a row
        that one run alone has, or that were swapped. at_end: the other run has ended there.
        otherwise, compared: answers of the tool that differ, of how many to equal requests.
    """

    change: Change
    a: Event | None
    b: Event | None
    differences: Sequence[Difference]
    request: Event | None = None
    other: Event | None = None
    length: int = 1
    at_end: bool = False
    different_answers: int = 0
    compared_answers: int = 0


def explain(cause: CauseDraft, evidence: Evidence) -> str:
    """Headline and details."""
    return f"{headline(cause, evidence)}{DETAILS_SEPARATOR}{' · '.join(details(cause, evidence))}"


def headline(cause: CauseDraft, evidence: Evidence) -> str:
    """What happened, without where."""
    event = evidence.a or evidence.b
    assert event is not None
    tool = _name_text(cause.tool or event.tool or "")
    noun = event_noun(event)
    if cause.noise and evidence.a is not None and evidence.b is not None:
        noise = noise_names(_without_references(evidence.differences)) or "ids, times or paths"
        return f"{noun[:1].upper()}{noun[1:]} differs only by {noise}"
    past = "after an equal past" if cause.certain else "and what came before may explain it"
    if cause.certain and cause.after_noise:
        past = "after a past that differs only by ids, times or paths"
    match cause.kind:
        case CauseKind.TOOL if cause.certain:
            return f"{tool} answered differently to the same request"
        case CauseKind.TOOL:
            return f"{tool} answered differently to the same request, after the runs had parted"
        case CauseKind.DECISION if event.kind == Kind.TOOL_REQUEST:
            return f"Something else was asked of {'the tools' if evidence.other else tool} {past}"
        case CauseKind.DECISION:
            return f"The model decided otherwise {past}"
        case CauseKind.OBSERVATION:
            by_user = event.payload.get("obs_type") == "message" and event.payload.get("source") == "user"
            return "The user said something else" if by_user else "The agent observed something else"
        case CauseKind.CONFIG:
            return "The agents were set up differently"
        case CauseKind.MEMORY if event.kind == Kind.MEMORY_READ:
            return f"Memory read back otherwise {past}"
        case CauseKind.MEMORY:
            return f"Something else was written to memory {past}"
        case CauseKind.ORDER:
            return "The same events came in another order"
        case CauseKind.STATE:
            return "Equal events led to different recorded states"
        case CauseKind.MISSING | CauseKind.EXTRA if evidence.at_end:
            ended, goes_on = ("B", "A") if cause.kind is CauseKind.MISSING else ("A", "B")
            return f"{ended} ends here, and {goes_on} goes on"
        case CauseKind.MISSING | CauseKind.EXTRA:
            return _one_sided(cause.kind, event, tool, noun)
    return f"{noun[:1].upper()}{noun[1:]} differs {past}"


def _one_sided(what: CauseKind, event: Event, tool: str, noun: str) -> str:
    missing = what is CauseKind.MISSING
    if not tool:
        return f"{_article(noun)} is missing in B" if missing else f"{_article(noun)} was added in B"
    if event.kind == Kind.TOOL_RESPONSE:
        return f"An answer of {tool} is missing in B" if missing else f"{tool} answered once more in B"
    return f"{tool} was not called in B" if missing else f"{tool} was called once more in B"


def _article(noun: str) -> str:
    return f"{'An' if noun[:1] in 'aeiou' else 'A'} {noun}"


def details(cause: CauseDraft, evidence: Evidence) -> list[str]:
    """Where it happened and what exactly, in parts."""
    a, b = evidence.a, evidence.b
    said = [_event_number(a, b)]
    if evidence.change is Change.STATE:
        return [*said, _summary(a), "something that the log does not hold differs"]
    if evidence.change is Change.MOVED and a is not None and b is not None:
        moved = f"{_name(a)} is event {b.index + 1:,} in B"
        return [*said, moved, *([f"{evidence.length:,} events moved"] if evidence.length > 1 else [])]
    if a is None or b is None:
        event = a or b
        words = _summary(event)
        if evidence.other is not None:
            words = f"{_name_and_summary(event)} against {_name_and_summary(evidence.other)}"
        return [*said, words, *([f"{evidence.length:,} events in a row"] if evidence.length > 1 else [])]
    what = _difference_text(a, b, evidence.differences)
    if evidence.request is not None and what.startswith(("returned", "failed", "succeeded")):
        what = f"{_quote(summarize_event(evidence.request))} {what}"
    elif evidence.request is not None:
        asked = summarize_event(evidence.request)
        said += [_quote(asked)] if asked != "(no arguments)" else []
    said.append(what)
    if cause.kind is CauseKind.TOOL and evidence.compared_answers:
        calls = plural(evidence.compared_answers, "call", "equal calls")
        said.append(f"differs in {evidence.different_answers:,} of {calls}")
    elif cause.repeats:
        said.append(f"{cause.repeats:,} more like it")
    return said


def one_line_diff(change: Change, a: Event | None, b: Event | None, differences: Sequence[Difference]) -> str:
    """One divergence, for people: the ``diff`` of a DivergencePoint. `a`, `b`: the counterparts."""
    if a is None or b is None:
        return f"only in {'B' if a is None else 'A'}: {_name_and_summary(b if a is None else a)}"
    if change is Change.MOVED:
        return f"{_name_and_summary(a)} is event {b.index + 1:,} in B"
    if change is Change.STATE:
        return f"{_name_and_summary(a)}: equal events, different recorded states"
    return f"{_name(a)}: {_difference_text(a, b, differences)}"


def _without_references(differences: Sequence[Difference]) -> list[Difference]:
    """Those without the hashes by which an event names another."""
    return [difference for difference in differences if not difference.path.endswith(REFERENCE_HASHES)]


def noise_names(differences: Sequence[Difference]) -> str | None:
    """The presets that match all that differs, named ("clock times and durations"); None where there is more."""
    if not differences or len(differences) > _MAX_NOISE_DIFFERENCES:
        return None
    names: list[str] = []
    for difference in differences:
        texts = difference.a, difference.b
        name = next((name for name in PRESETS if equal_without_matches(*texts, (name,))), None)
        if name is None:
            if not equal_without_matches(*texts, PRESETS):
                return None
            names += [
                name for name, pattern in PRESETS.items() if not equal_without_matches(*texts, set(PRESETS) - {name})
            ]
        else:
            names.append(name)
    return " and ".join(dict.fromkeys(names)) or None


def _difference_text(a: Event, b: Event, differences: Sequence[Difference]) -> str:
    """What differs between two events, as seen from B."""
    if a.kind == Kind.TOOL_RESPONSE:
        ok_a, ok_b = a.payload.get("success"), b.payload.get("success")
        if ok_a != ok_b:
            how = f"failed: {_quote(summarize_event(b))}" if ok_b is False else "succeeded"
            return f"{how} instead of {'failing' if ok_a is False else 'succeeding'}"
        listed = _list_change_text(a.payload.get("output"), b.payload.get("output"))
        if listed is not None:
            return listed
    one = [d for d in differences if not d.path.endswith("request_hash")]
    shown = one[: _MAX_NAMED_SETTINGS if a.kind == Kind.AGENT_INIT else 1]
    if len(one) == 1 or (one and a.kind in (Kind.AGENT_INIT, Kind.MEMORY_WRITE)):
        said = "; ".join(
            f"{_path_text(d.path)}: {_value_text(d.a, d.b)} against {_value_text(d.b, d.a)}" for d in shown
        )
        return said + (f"; {len(one) - len(shown):,} more" if len(one) > len(shown) else "")
    words_a, words_b = summarize_event(a), summarize_event(b)
    if words_a != words_b and not (a.kind == Kind.TOOL_RESPONSE and len(one) > 1):
        return f"{_quote(words_a, words_b)} against {_quote(words_b, words_a)}"
    if one:
        first = (
            f"{_path_text(one[0].path)}: {_value_text(one[0].a, one[0].b)} against {_value_text(one[0].b, one[0].a)}"
        )
        return f"{len(one):,} places differ, {first}"
    return "they differ"


def _list_change_text(a: object, b: object) -> str | None:
    """What became of an output's list: returned 1 hit instead of 2; other hits: without “x”, with “y”."""
    name, old, new = "items", a, b
    if isinstance(a, MAPS) and isinstance(b, MAPS):
        lists = [key for key in a if isinstance(a[key], LISTS) and isinstance(b.get(key), LISTS)]
        name = next((key for key in lists if a[key] != b[key]), "")
        old, new = a.get(name), b.get(name)
    if not (isinstance(old, LISTS) and isinstance(new, LISTS)) or max(len(old), len(new)) > _MAX_LIST_ITEMS:
        return None
    if len(old) != len(new):
        one = len(new) == 1 and name.endswith("s")
        return f"returned {len(new):,} {_name_text(name[:-1] if one else name)} instead of {len(old):,}"
    labels_a, labels_b = [_item_label(item) for item in old], [_item_label(item) for item in new]
    gone = next((label for label in labels_a if label and label not in labels_b), None)
    come = next((label for label in labels_b if label and label not in labels_a), None)
    if gone is None or come is None:
        return None
    return f"returned other {_name_text(name)}: without {_quote(gone)}, with {_quote(come)}"


def _item_label(item: object) -> str:
    """What an item of a list may be called: itself, or its first text."""
    if isinstance(item, MAPS):
        return next((value for value in item.values() if isinstance(value, str)), "")
    return item if isinstance(item, str) else ""


def _path_text(path: str) -> str:
    return one_line(pointer_text(path), _QUOTE_CHARACTERS)


def _value_text(value: object, other: object) -> str:
    if value is ABSENT:
        return "(absent)"
    if isinstance(value, str):
        return _quote(value, other if isinstance(other, str) else "")
    return one_line(preview(value), _QUOTE_CHARACTERS)


def _quote(text: str, other: str = "") -> str:
    """In quotation marks, cut; of texts that begin alike, the part where they part."""
    at = next((i for i, (c, d) in enumerate(zip(text, other, strict=False)) if c != d), 0) if other else 0
    begin = max(0, at - _QUOTE_CHARACTERS // 3) if at > 2 * _QUOTE_CHARACTERS // 3 else 0
    return f"“{'…' if begin else ''}{one_line(text[begin:], _QUOTE_CHARACTERS)}”"


def _summary(event: Event | None) -> str:
    return "" if event is None else _quote(summarize_event(event))


def _name(event: Event) -> str:
    return event_label(event)


def _name_and_summary(event: Event | None) -> str:
    return "" if event is None else f"{_name(event)} {_quote(summarize_event(event))}"


def _event_number(a: Event | None, b: Event | None) -> str:
    if a is not None:
        return f"Event {a.index + 1:,}"
    assert b is not None
    return f"Event {b.index + 1:,} of B"


def _name_text(text: str) -> str:
    return one_line(text, _NAME_CHARACTERS)
