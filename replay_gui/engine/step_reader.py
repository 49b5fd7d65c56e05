"""Reads what the rows of a comparison show: both events, where their texts differ, and what the states differ in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from replay_gui.core.divergence.comparison import GAP, Alignment, Change, Difference
from replay_gui.core.divergence.differences import differences
from replay_gui.core.divergence.row_places import RowPlaces
from replay_gui.core.divergence.rules import Rules
from replay_gui.core.divergence.words import Spans, changed_words
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.event_text import summarize_value
from replay_gui.core.text.json_pointer import escape_token, pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.engine.answers import AlignedRow, AlignedRows, EventRow, Step
from replay_gui.engine.open_run import ROWS_LIMIT, OpenRun

_TEXT = 200  # characters of a row
_LEAD = 24  # characters of it that stand before the first difference, where that lies too far to the right
_FAR = 56
_MOST = 500  # differences of a state that are handed over
_ANSWER = Kind.TOOL_RESPONSE
_NAMING = ("/request_hash", "/patch_hash")  # say no more than that something else differs
_EQUAL = 200  # equal members that are named


class StepReader:
    """Reads from both runs, on the engine thread."""

    def __init__(self, a: OpenRun, b: OpenRun, alignment: Alignment, places: RowPlaces, rules: Rules) -> None:
        self._a, self._b = a, b
        self._alignment = alignment
        self._places = places
        self._rules = rules

    # ---- rows ------------------------------------------------------------------------------------
    def rows(self, start: int, stop: int) -> AlignedRows:
        """Rows start … stop - 1, clamped to the comparison and to ROWS_LIMIT."""
        start = max(0, start)
        stop = min(stop, len(self._alignment.a), start + ROWS_LIMIT)
        return AlignedRows(start, tuple(self._row(row) for row in range(start, stop)))

    def _row(self, row: int) -> AlignedRow:
        place_a, place_b = int(self._alignment.a[row]), int(self._alignment.b[row])
        a, b = _event_row(self._a, place_a), _event_row(self._b, place_b)
        if a is None or b is None or self._alignment.change[row] != Change.CHANGED:
            return AlignedRow(a, b)
        text_a, text_b = a.text, b.text
        if text_a == text_b:  # what differs is further in than the line reaches: the line says that instead
            text_a, text_b = self._further_in(place_a, place_b) or (text_a, text_b)
        return _marked(a, b, text_a, text_b)

    def _further_in(self, place_a: int, place_b: int) -> tuple[str, str] | None:
        a, b = self._a.log[place_a], self._b.log[place_b]
        if max(a.size, b.size) > _TEXT << 10:
            return None
        found = self._payload(a, b)
        first = min(found, key=lambda one: (one.ignored, one.path.endswith(_NAMING)), default=None)
        return None if first is None else (_said(first.path, first.a, first.b), _said(first.path, first.b, first.a))

    # ---- a step ----------------------------------------------------------------------------------
    def step(self, row: int, states: bool) -> Step:
        """What the sides of the row differ in, with or without the states; a moved event's other side is elsewhere."""
        row = min(max(row, 0), len(self._alignment.a) - 1)
        place_a, place_b = self._pair(row)
        a = self._a.log[place_a] if place_a != GAP else None
        b = self._b.log[place_b] if place_b != GAP else None
        position_a = (place_a if place_a != GAP else int(self._places.last_a[row])) + 1
        position_b = (place_b if place_b != GAP else int(self._places.last_b[row])) + 1
        found: list[Difference] = []
        equal: dict[str, Any] = {}
        if states:
            found, equal = self._states(position_a, position_b)
        return Step(
            row,
            place_a,
            place_b,
            a,
            b,
            self._request(a, b),
            () if a is None or b is None else self._payload(a, b),
            {} if a is None or b is None else _equal(a.payload, b.payload),
            position_a,
            position_b,
            states,
            tuple(found[:_MOST]),
            equal,
            len(found) > _MOST,
        )

    def _states(self, position_a: int, position_b: int) -> tuple[list[Difference], dict[str, Any]]:
        """(differences of the states, at most one more than are handed over; the top members that have none)."""
        a, b = self._a.state(position_a), self._b.state(position_b)
        found = list(islice(differences(a, b), _MOST + 1))
        if len(found) > _MOST:
            return found, {}
        differing = {one.path.split("/")[1] for one in found}
        return found, {key: a[key] for key in islice(a, _EQUAL) if key in b and escape_token(key) not in differing}

    def _request(self, a: Event | None, b: Event | None) -> str:
        """What both answers answer, if their requests read alike."""
        if a is None or b is None or a.kind != _ANSWER or b.kind != _ANSWER:
            return ""
        asked = [int(run.index.pair[event.index]) for run, event in ((self._a, a), (self._b, b))]
        if NO_PAIR in asked:
            return ""
        texts = [run.rows(place, place + 1).rows[0].text for run, place in zip((self._a, self._b), asked, strict=True)]
        return texts[0] if texts[0] == texts[1] else ""

    def _pair(self, row: int) -> tuple[int, int]:
        place_a, place_b = int(self._alignment.a[row]), int(self._alignment.b[row])
        if self._alignment.change[row] == Change.MOVED:
            if place_a != GAP:
                return place_a, int(self._alignment.partner_of_a[place_a])
            return int(self._alignment.partner_of_b[place_b]), place_b
        return place_a, place_b

    def _payload(self, a: Event, b: Event) -> tuple[Difference, ...]:
        """Those that rules silence are marked."""
        rules = self._rules.of(a.kind, a.tool)
        return tuple(
            replace(found, ignored=rules.silencing(found) is not None)
            for found in islice(differences(a.payload, b.payload), _MOST)
        )


def _event_row(run: OpenRun, place: int) -> EventRow | None:
    return None if place == GAP else run.rows(place, place + 1).rows[0]


def _marked(a: EventRow, b: EventRow, text_a: str, text_b: str) -> AlignedRow:
    """The row with the words marked that only one side has; the first of them is near the beginning."""
    marked_a, marked_b = changed_words(text_a, text_b)
    begin = min((spans[0][0] for spans in (marked_a, marked_b) if spans), default=0)
    text_a, marked_a = _moved_up(text_a, marked_a, begin)
    text_b, marked_b = _moved_up(text_b, marked_b, begin)
    return AlignedRow(replace(a, text=text_a), replace(b, text=text_b), marked_a, marked_b)


def _moved_up(text: str, marked: Spans, begin: int) -> tuple[str, Spans]:
    """Without what stands before the lead to character `begin`, where that is far."""
    cut = begin - _LEAD
    if begin <= _FAR:
        return text, marked
    return "…" + text[cut:], tuple((start - cut + 1, stop - cut + 1) for start, stop in marked)


def _equal(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """The members that both have alike, as many as can be named."""
    return {key: value for key, value in islice(a.items(), _EQUAL) if key in b and not any(differences(value, b[key]))}


def _said(path: str, value: Any, other: Any) -> str:
    """A place inside a payload and what is there; of long texts, the stretch in which the other is different."""
    if isinstance(value, str) and isinstance(other, str):
        at = next(
            (i for i, (c, d) in enumerate(zip(value, other, strict=False)) if c != d), min(len(value), len(other))
        )
        begin = max(0, at - _LEAD)
        value = ("…" if begin else "") + value[begin : begin + 2 * _TEXT]
    words = "nothing" if value is ABSENT else summarize_value(value)
    return one_line(f"{pointer_text(path)}: {words}", _TEXT)
