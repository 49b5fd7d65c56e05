"""The rows of a comparison: both events, and the differences of their texts, payloads and states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import msgspec

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.comparison import Alignment, Change, Difference
from replay_gui.core.divergence.differences import find_differences
from replay_gui.core.divergence.rules.rule_filter import MAX_DIFFERENCES
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.word_diff import Spans, changed_words
from replay_gui.core.errors import PatternRefused
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import NO_EVENT, EventIndex, Position, position_after
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.event_label import event_label
from replay_gui.core.text.json_pointer import escape_token, pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import preview
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import AlignedRow, AlignedRows, EventRow, Step
from replay_gui.engine.open_run import MAX_ROWS, OpenRun

_MAX_TEXT_CHARS = 200  # characters of a row
_CONTEXT_CHARS = 24  # characters before the first difference, if it is too far to the right
_MAX_CONTEXT_CHARS = 56  # before the first difference
_MAX_DIFFERENCES = 500  # differences of a state or payload
_ANSWER = Kind.TOOL_RESPONSE
_HASH_PATHS = ("/request_hash", "/patch_hash")  # hashes of differences elsewhere
_MAX_EQUAL_MEMBERS = 200  # equal members that are shown


class StepReader:
    """Reads rows and steps from both runs. Used on the engine thread alone."""

    def __init__(self, a: OpenRun, b: OpenRun, alignment: Alignment, row_indexes: RowIndexes, rules: Rules) -> None:
        self._a, self._b = a, b
        self._alignment = alignment
        self._row_indexes = row_indexes
        self._rules = rules

    # ---- rows ------------------------------------------------------------------------------------
    def rows(self, start_row: int, stop_row: int) -> AlignedRows:
        """Return rows start_row … stop_row - 1, clamped to the comparison and to MAX_ROWS."""
        start_row = max(0, start_row)
        stop_row = min(stop_row, len(self._alignment.a), start_row + MAX_ROWS)
        return AlignedRows(start_row, tuple(self._row(row) for row in range(start_row, stop_row)))

    def _row(self, row: int) -> AlignedRow:
        index_a, index_b = EventIndex(int(self._alignment.a[row])), EventIndex(int(self._alignment.b[row]))
        a, b = _event_row(self._a, index_a), _event_row(self._b, index_b)
        if a is None or b is None or self._alignment.change[row] != Change.CHANGED:
            return AlignedRow(a, b)
        text_a, text_b = a.text, b.text
        if text_a == text_b:  # the difference is beyond the end of the line: show the difference instead
            text_a, text_b = self._texts_of_first_difference(index_a, index_b) or (text_a, text_b)
        return _with_marks(a, b, text_a, text_b)

    def _texts_of_first_difference(self, index_a: EventIndex, index_b: EventIndex) -> tuple[str, str] | None:
        a, b = self._a.log[index_a], self._b.log[index_b]
        if max(a.size, b.size) > _MAX_TEXT_CHARS << 10:
            return None
        differences = self._payload(a, b)
        first = min(
            differences,
            key=lambda difference: (difference.ignored, difference.path.endswith(_HASH_PATHS)),
            default=None,
        )
        return (
            None
            if first is None
            else (_difference_text(first.path, first.a, first.b), _difference_text(first.path, first.b, first.a))
        )

    # ---- a step ----------------------------------------------------------------------------------
    def step(self, row: int, states: bool) -> Step:
        """Return the differences of the two sides of the row, with or without their states.

        A moved event is compared with its counterpart, which is in another row.
        """
        row = min(max(row, 0), len(self._alignment.a) - 1)
        index_a, index_b = self._event_indexes(row)
        a = self._a.log[index_a] if index_a != NO_EVENT else None
        b = self._b.log[index_b] if index_b != NO_EVENT else None
        last_a, last_b = self._row_indexes.last_events(row)
        position_a = position_after(last_a if index_a == NO_EVENT else index_a)
        position_b = position_after(last_b if index_b == NO_EVENT else index_b)
        differences: list[Difference] = []
        equal: dict[str, Any] = {}
        if states:
            differences, equal = self._states(position_a, position_b)
        return Step(
            row=row,
            index_a=index_a,
            index_b=index_b,
            a=a,
            b=b,
            request=self._request(a, b),
            payload=() if a is None or b is None else self._payload(a, b),
            payload_equal={} if a is None or b is None else _equal_members(a.payload, b.payload),
            position_a=position_a,
            position_b=position_b,
            has_states=states,
            state=tuple(differences[:_MAX_DIFFERENCES]),
            state_equal=equal,
            state_cut=len(differences) > _MAX_DIFFERENCES,
        )

    def _states(self, position_a: Position, position_b: Position) -> tuple[list[Difference], dict[str, Any]]:
        """Return (differences, at most one more than are shown; top members that are equal)."""
        a, b = self._a.state_at(position_a), self._b.state_at(position_b)
        differences = list(islice(find_differences(a, b), _MAX_DIFFERENCES + 1))
        if len(differences) > _MAX_DIFFERENCES:
            return differences, {}
        differing = {difference.path.split("/")[1] for difference in differences}
        return differences, {
            key: a[key] for key in islice(a, _MAX_EQUAL_MEMBERS) if key in b and escape_token(key) not in differing
        }

    def _request(self, a: Event | None, b: Event | None) -> str:
        """Return the text of the request of both responses, if their texts are equal; else ""."""
        if a is None or b is None or a.kind != _ANSWER or b.kind != _ANSWER:
            return ""
        asked = [EventIndex(int(run.index.pair[event.index])) for run, event in ((self._a, a), (self._b, b))]
        if NO_PAIR in asked:
            return ""
        texts = [run.row(event_index).text for run, event_index in zip((self._a, self._b), asked, strict=True)]
        return texts[0] if texts[0] == texts[1] else ""

    def _event_indexes(self, row: int) -> tuple[EventIndex, EventIndex]:
        index_a, index_b = EventIndex(int(self._alignment.a[row])), EventIndex(int(self._alignment.b[row]))
        if self._alignment.change[row] == Change.MOVED:
            if index_a != NO_EVENT:
                return index_a, EventIndex(int(self._alignment.partner_of_a[index_a]))
            return EventIndex(int(self._alignment.partner_of_b[index_b])), index_b
        return index_a, index_b

    def _payload(self, a: Event, b: Event) -> tuple[Difference, ...]:
        """Return the first differences of the payloads; those that a rule ignores are marked.

        None is marked if the comparison did not compare them either: too many, or a pattern takes too long.
        """
        differences = tuple(islice(find_differences(a.payload, b.payload), MAX_DIFFERENCES + 1))
        shown = differences[:_MAX_DIFFERENCES]
        if len(differences) > MAX_DIFFERENCES:
            return shown
        label = event_label(a) if event_label(a) == event_label(b) else None
        rules = self._rules.for_events(a.kind, a.tool, label)
        try:
            return tuple(replace(difference, ignored=rules.action_for(difference) is not None) for difference in shown)
        except PatternRefused:
            return shown


def _event_row(run: OpenRun, event_index: EventIndex) -> EventRow | None:
    return None if event_index == NO_EVENT else run.row(event_index)


def _with_marks(a: EventRow, b: EventRow, text_a: str, text_b: str) -> AlignedRow:
    """Return the row with the words marked that only one side has; the texts begin shortly before the first."""
    marked_a, marked_b = changed_words(text_a, text_b)
    begin = min((spans[0][0] for spans in (marked_a, marked_b) if spans), default=0)
    text_a, marked_a = _without_beginning(text_a, marked_a, begin)
    text_b, marked_b = _without_beginning(text_b, marked_b, begin)
    return AlignedRow(
        msgspec.structs.replace(a, text=text_a), msgspec.structs.replace(b, text=text_b), marked_a, marked_b
    )


def _without_beginning(text: str, marked: Spans, begin: int) -> tuple[str, Spans]:
    """Cut off the beginning of a text whose first difference, at character `begin`, is far to the right."""
    cut = begin - _CONTEXT_CHARS
    if begin <= _MAX_CONTEXT_CHARS:
        return text, marked
    return "…" + text[cut:], tuple((start - cut + 1, stop - cut + 1) for start, stop in marked)


def _equal_members(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that are equal, at most _MAX_EQUAL_MEMBERS."""
    return {
        key: value
        for key, value in islice(a.items(), _MAX_EQUAL_MEMBERS)
        if key in b and not any(find_differences(value, b[key]))
    }


def _difference_text(path: str, value: Any, other: Any) -> str:
    """Return a path inside a payload and its value; of a long text, the part around the first difference."""
    if isinstance(value, str) and isinstance(other, str):
        at = next(
            (i for i, (c, d) in enumerate(zip(value, other, strict=False)) if c != d), min(len(value), len(other))
        )
        begin = max(0, at - _CONTEXT_CHARS)
        value = ("…" if begin else "") + value[begin : begin + 2 * _MAX_TEXT_CHARS]
    words = tr("(absent)") if value is ABSENT else preview(value)
    return one_line(f"{pointer_text(path)}: {words}", _MAX_TEXT_CHARS)
