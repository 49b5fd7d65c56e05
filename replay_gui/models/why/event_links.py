"""The event numbers in the words of a reason, as links to the events of the two runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from replay_gui.core.log.positions import EventIndex, Position, index_before
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why_result import WhyResult

_DIGITS = r"\d+(?:,\d{3})*"
_NUMBERS = re.compile(rf"\bevents? {_DIGITS}(?:(?:, | and |, and |–|-| to ){_DIGITS})*")
_NUMBER = re.compile(_DIGITS)
_QUOTED = re.compile(r"“[^”]*”")
_MAX_DIGITS = 12


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
        names: list[tuple[str, Side]] = [(why.name_a, "a"), (why.name_b, "b")]
        self._names = sorted(names, key=lambda named: -len(named[0]))
        self._failed = why.failed
        self._known: dict[Side, set[int | None]] = {"a": {reason.index_a}, "b": {reason.index_b}}
        for origin in reason.origins:
            self._known[origin.side].add(origin.index)

    def find(self, text: str) -> tuple[EventLink, ...]:
        """Return the links of a text, in order."""
        quoted = [match.span() for match in _QUOTED.finditer(text)]
        links: list[EventLink] = []
        for match in _NUMBERS.finditer(text):
            if any(start <= match.start() < stop for start, stop in quoted):
                continue
            named = self._side_named(text[match.end() :])
            for number in self._numbers(match):
                link = self._link(text, match.start(), number, named)
                if link is not None:
                    links.append(link)
        return tuple(links)

    def _numbers(self, match: re.Match[str]) -> Iterable[tuple[int, int, int]]:
        """Yield (start, stop, number); the first with the word before it."""
        for order, part in enumerate(_NUMBER.finditer(match.string, match.start(), match.end())):
            digits = part[0].replace(",", "")
            if len(digits) <= _MAX_DIGITS:
                start = match.start() if order == 0 else part.start()
                yield start, part.end(), int(digits)

    def _link(self, text: str, at: int, number: tuple[int, int, int], named: Side | None) -> EventLink | None:
        start, stop, position = number
        if position < 1:
            return None
        index = index_before(Position(position))
        side = named or self._side_of(text[:at], index, self._side_against(text, at, stop))
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
        is_first, is_second = (
            text.startswith(" against event", stop_character),
            text.endswith(" against ", 0, start_character),
        )
        places = sorted((text.find(name), side) for name, side in self._names if name and name in text)
        if len(places) < 2 or not (is_first or is_second):
            return None
        return places[0 if is_first else 1][1]

    def _side_named(self, words: str) -> Side | None:
        """Return the run that is named right after a number: ``event 5 of trial 1``."""
        return next((side for name, side in self._names if name and words.startswith(f" of {name}")), None)
