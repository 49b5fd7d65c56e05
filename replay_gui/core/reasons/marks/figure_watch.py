"""Find messages of the agent with figures that no earlier event contains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.event_texts import is_setup, message_text, role_of, values_of_event
from replay_gui.core.reasons.origin import OriginRole
from replay_gui.core.text.figures import NOT_AFTER, NOT_BEFORE, NUMBER

_NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")  # one, or a list without blanks
_STATED_FIGURE = re.compile(rf"(?<!{NOT_BEFORE})(?<![/:])\$?({NUMBER})%?(?![/:]|{NOT_AFTER})")
_MIN_FIGURES = 2  # figures of a marked message
_MIN_DIGITS = 2
_YEARS = range(1900, 2101)
_MAX_KNOWN_FIGURES = 1 << 20  # figures that are remembered; beyond that no message is marked
_MAX_TEXT_CHARACTERS = 1 << 16  # of a text that are examined
_MAX_VALUES = 20_000  # texts of an event


class FigureWatch:
    """Receives the events of a run in order, and remembers their figures."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def add_event(self, event: Event) -> tuple[str, ...]:
        """Process the next event; return the figures in a message of the agent that no earlier event contains.

        Returns them only if there are at least two: a single one is often a count or a sum. Years and single digits
        are not figures.
        """
        figures: tuple[str, ...] = ()
        role = role_of(event)
        if role is None and not is_setup(event):
            return ()
        if event.kind == Kind.DECISION.value and role is OriginRole.AGENT and len(self._known) < _MAX_KNOWN_FIGURES:
            stated = (_plain(match[1]) for match in _STATED_FIGURE.finditer(message_text(event)[:_MAX_TEXT_CHARACTERS]))
            unknown = dict.fromkeys(figure for figure in stated if figure not in self._known and _is_rare(figure))
            figures = tuple(unknown) if len(unknown) >= _MIN_FIGURES else ()
        if len(self._known) < _MAX_KNOWN_FIGURES:
            self._known.update(_figures(event))
        return figures


def figure_sentence(index: EventIndex, figures: tuple[str, ...]) -> str:
    """Return the sentence of a mark."""
    shown = ", ".join(figures[:4]) + (f" and {len(figures) - 4:,} more" if len(figures) > 4 else "")
    return f"The figures {shown} are in no earlier event (event {index + 1:,})."


def _figures(event: Event) -> Iterator[str]:
    pending, looked = values_of_event(event), 0
    while pending and looked < _MAX_VALUES:
        value = pending.pop()
        looked += 1
        if isinstance(value, str):
            for numbers in _NUMBERS.findall(value[:_MAX_TEXT_CHARACTERS]):
                yield _plain(numbers)
                if "," in numbers:
                    yield from map(_plain, numbers.split(","))
        elif isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list | tuple):
            pending.extend(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield _plain(str(abs(value)))


def _plain(figure: str) -> str:
    """Return a figure without thousands separators and without zeros after the decimal point."""
    plain = figure.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _is_rare(figure: str) -> bool:
    return len(figure) >= _MIN_DIGITS and not (figure.isdecimal() and int(figure) in _YEARS)
