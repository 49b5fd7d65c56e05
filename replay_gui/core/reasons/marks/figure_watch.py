"""Find messages of the agent with figures that no earlier event contains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.event_texts import is_setup, message_text, role_of, values_of_event
from replay_gui.core.reasons.marks.derived_figures import Computable, is_counted
from replay_gui.core.reasons.origin import OriginRole
from replay_gui.core.reasons.phrases import event_words
from replay_gui.core.text.figures import NOT_AFTER, NOT_BEFORE, NUMBER
from replay_gui.core.translation.messages import tr, trn

_NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")  # one, or a list without blanks
_STATED_FIGURE = re.compile(
    rf"(?<!{NOT_BEFORE})(?<![/:])(?P<sign>[$€£]?)(?P<figure>{NUMBER})(?:(?P<share>\s?%)|(?P<unit>\s?(?:€|£|(?:USD|EUR|GBP)\b)))?"
    rf"(?![/:]|{NOT_AFTER})"
)
_MIN_FIGURES = 2  # figures of a marked message
_MIN_DIGITS = 2
_MAX_SHOWN_FIGURES = 4
_YEARS = range(1900, 2101)
_MAX_KNOWN_FIGURES = 1 << 20  # figures that are remembered; beyond that no message is marked
_MAX_TEXT_CHARACTERS = 1 << 16  # of a text that are examined
_MAX_VALUES = 20_000  # texts of an event


class FigureWatch:
    """Receives the events of a run in order, and remembers their figures."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._most = 0  # things that one can count so far: events, lines of a text, items of a list

    def add_event(self, event: Event) -> tuple[str, ...]:
        """Process the next event; return the figures in a message of the agent that no earlier event contains.

        Returns them only if there are at least two. Figures are the numbers that need a source: no years, single digits
        or percentages, and none that can be counted, estimated or computed; money is neither counted nor estimated.
        """
        figures: tuple[str, ...] = ()
        role = role_of(event)
        if role is None and not is_setup(event):
            return ()
        if event.kind == Kind.DECISION.value and role is OriginRole.AGENT and len(self._known) < _MAX_KNOWN_FIGURES:
            unknown = self._without_source(message_text(event)[:_MAX_TEXT_CHARACTERS])
            figures = unknown if len(unknown) >= _MIN_FIGURES else ()
        self._most = max(self._most, event.index + 1)
        if len(self._known) < _MAX_KNOWN_FIGURES:
            self._known.update(self._figures(event))
        return figures

    def _without_source(self, text: str) -> tuple[str, ...]:
        """Return the figures of a message that no earlier event contains, and that are neither counted nor computed."""
        stated, known = list[str](), list[str]()
        for match in _STATED_FIGURE.finditer(text):
            figure, is_money = _plain(match["figure"]), bool(match["sign"] or match["unit"])
            if figure in self._known:
                known.append(figure)
            elif _is_rare(figure) and not match["share"] and (is_money or not is_counted(figure, self._most)):
                stated.append(figure)
        if len({*stated}) < _MIN_FIGURES:
            return ()
        computable, found = Computable(known), list[str]()
        for figure in dict.fromkeys(stated):
            if figure not in computable:
                computable.add(figure)
                found.append(figure)
        return tuple(found)

    def _figures(self, event: Event) -> Iterator[str]:
        """Yield the figures in an event, and count what stands in it together."""
        pending, looked = values_of_event(event), 0
        while pending and looked < _MAX_VALUES:
            value = pending.pop()
            looked += 1
            if isinstance(value, str):
                self._most = max(self._most, value.count("\n") + 1)
                for numbers in _NUMBERS.findall(value[:_MAX_TEXT_CHARACTERS]):
                    yield _plain(numbers)
                    if "," in numbers:
                        yield from map(_plain, numbers.split(","))
            elif isinstance(value, dict):
                self._most = max(self._most, len(value))
                pending.extend(value.values())
            elif isinstance(value, list | tuple):
                self._most = max(self._most, len(value))
                pending.extend(value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                yield _plain(str(abs(value)))


def figure_sentence(index: EventIndex, figures: tuple[str, ...]) -> str:
    """Return the sentence of a mark."""
    shown, more = ", ".join(figures[:_MAX_SHOWN_FIGURES]), len(figures) - _MAX_SHOWN_FIGURES
    if more > 0:
        shown = trn("{names} and {n} more", "{names} and {n} more", more, names=shown)
    return tr("The figures {figures} are in no earlier event ({at}).", figures=shown, at=event_words(index))


def _plain(figure: str) -> str:
    """Return a figure without thousands separators and without zeros after the decimal point."""
    plain = figure.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _is_rare(figure: str) -> bool:
    return len(figure) >= _MIN_DIGITS and not (figure.isdecimal() and int(figure) in _YEARS)
