"""The event numbers in the words of a reason, as links to the events of the two runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replay_gui.core.log.positions import EventIndex, Position, index_before
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.text.quotation_marks import in_quotation_marks
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

_MAX_DIGITS = 12
_FIELD = "\0"  # stands for the value of a field in a message


@dataclass(frozen=True, slots=True)
class EventLink:
    """Characters `start_character` … `stop_character` - 1 of a text, which denote the event at an index of one run."""

    start_character: int
    stop_character: int
    side: Side
    index: EventIndex


class LinkFinder:
    """Finds the links in the words of one reason. Text in quotation marks is quoted from a run, and has no links."""

    def __init__(self, why: WhyResult, reason: Reason, counts: tuple[int, int]) -> None:
        """`counts`: the numbers of events of A and B."""
        self._counts = counts
        self._events, self._quoted = _event_pattern(), _quoted_pattern()
        self._against = _between(tr("{event} against {other_event}", event=_FIELD, other_event=_FIELD))
        self._of = _between(tr("{event} of {run}", event=_FIELD, run=_FIELD))
        names: list[tuple[str, Side]] = [(why.name_a, "a"), (why.name_b, "b")]
        self._names = sorted(names, key=lambda named: -len(named[0]))
        self._failed = why.failed
        self._known: dict[Side, set[int | None]] = {"a": {reason.index_a}, "b": {reason.index_b}}
        for origin in reason.origins:
            self._known[origin.side].add(origin.index)

    def find(self, text: str) -> tuple[EventLink, ...]:
        """Return the links of a text, in order."""
        quoted = [match.span() for match in self._quoted.finditer(text)]
        links = [
            self._link(match)
            for match in self._events.finditer(text)
            if not any(start <= match.start() < stop for start, stop in quoted)
        ]
        return tuple(link for link in links if link is not None)

    def _link(self, match: re.Match[str]) -> EventLink | None:
        text, start, stop = match.string, match.start(), match.end()
        digits = "".join(filter(str.isdecimal, match[1]))
        if len(digits) > _MAX_DIGITS or int(digits) < 1:
            return None
        index = index_before(Position(int(digits)))
        named = self._side_named(text[stop:])
        side = named or self._side_of(text[:start], index, self._side_against(text, start, stop))
        if index >= self._counts[0 if side == "a" else 1]:
            return None
        return EventLink(start, stop, side, index)

    def _side_of(self, before: str, index: EventIndex, against: Side | None) -> Side:
        """Return the only run with this event in the reason; else `against`; else the run named last before."""
        of_a, of_b = index in self._known["a"], index in self._known["b"]
        if of_a != of_b:
            return "a" if of_a else "b"
        if against is not None:
            return against
        last = max(((before.rfind(name), len(name), side) for name, side in self._names if name), default=(-1, 0, None))
        if last[0] >= 0 and last[2] is not None:
            return last[2]
        return self._failed or "a"

    def _side_against(self, text: str, start_character: int, stop_character: int) -> Side | None:
        """Return the run of a number in ``event 9 against event 11``: in the order in which the runs are named."""
        is_first = (
            text.startswith(self._against, stop_character)
            and self._events.match(text, stop_character + len(self._against)) is not None
        )
        is_second = text.endswith(self._against, 0, start_character)
        places = sorted((text.find(name), side) for name, side in self._names if name and name in text)
        if len(places) < 2 or not (is_first or is_second):
            return None
        return places[0 if is_first else 1][1]

    def _side_named(self, words: str) -> Side | None:
        """Return the run that is named right after a number: ``event 5 of trial 1``."""
        return next((side for name, side in self._names if name and words.startswith(f"{self._of}{name}")), None)


def _event_pattern() -> re.Pattern[str]:
    """Return a pattern of ``event 1,204`` in the user's language, whose group 1 is the number."""
    before, after = tr("event {number}", number=_FIELD).split(_FIELD)
    group_sign = re.escape(whole_number(1000)[1:-3])
    return re.compile(rf"(?<!\w){re.escape(before)}(\d+(?:{group_sign}\d{{3}})*){re.escape(after)}")


def _quoted_pattern() -> re.Pattern[str]:
    begin, end = map(re.escape, in_quotation_marks(_FIELD).split(_FIELD))
    return re.compile(f"{begin}.*?{end}", re.DOTALL)


def _between(words: str) -> str:
    """Return what stands between the two fields of a message."""
    return words.split(_FIELD)[1]
