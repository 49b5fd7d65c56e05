"""The origin of the chosen value, as the window shows it: steps from the writer back, each an event to go to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.index.run_index import NO_PAIR, RunIndex
from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.reasons.evidence.value_origin import StepLink, ValueStep, traced_texts
from replay_gui.core.replay.value_history import value_at
from replay_gui.core.state.state import ABSENT, Path
from replay_gui.core.text.json_pointer import join_pointer, pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.queries.value_messages import FindValueOrigin, ValueOrigin
from replay_gui.models.run.event_words import label_at
from replay_gui.models.session import Session
from replay_gui.models.values.value_trace import ChosenValueTrace
from replay_gui.models.values.watched_paths import keys_of

_MAX_TEXT_CHARACTERS = 60
_NAMES = {
    StepLink.WRITER: translatable("written by"),
    StepLink.CAUSE: translatable("caused by"),
    StepLink.FIRST: translatable("first in"),
}


@dataclass(frozen=True, slots=True)
class OriginRow:
    """One step. `name`: of its link. `certain`: whether ids prove it; otherwise only a text is equal."""

    name: str
    text: str
    position: Position
    certain: bool


@dataclass(frozen=True, slots=True)
class _NoValue:
    """No origin is requested."""


@dataclass(frozen=True, slots=True)
class _AwaitingTrace:
    """The changes of the value are not known yet."""

    trace: ChosenValueTrace


@dataclass(frozen=True, slots=True)
class _Searching:
    """The steps are searched. `has_texts`: whether the value has any text to search for."""

    number: int
    has_texts: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """The steps are known. `has_texts`: as of _Searching."""

    rows: tuple[OriginRow, ...]
    has_texts: bool


@dataclass(frozen=True, slots=True)
class _NotFound:
    """There are no steps, because of this problem."""

    problem: str


class ValueOriginModel(QObject):
    """Requests the origin of a value, and marks the steps on the timeline.

    Attributes: title: the value's name.
    Signal: changed(): the title, the rows or the words have changed.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = ""
        self._session = session
        self._state: _NoValue | _AwaitingTrace | _Searching | _Found | _NotFound = _NoValue()
        session.values.origin_found.connect(self._on_found)

    @property
    def rows(self) -> tuple[OriginRow, ...]:
        """The steps, the latest first."""
        return self._state.rows if isinstance(self._state, _Found) else ()

    @property
    def working(self) -> bool:
        """Whether the answer is awaited."""
        return isinstance(self._state, _AwaitingTrace | _Searching)

    def request_origin(self, trace: ChosenValueTrace) -> None:
        """Request the origin of the traced value, at the session's position, once its changes are known."""
        self._forget_trace()
        self._state = _AwaitingTrace(trace)
        trace.changed.connect(self._on_traced)
        self._on_traced()

    @Slot()
    def _on_traced(self) -> None:
        if not isinstance(self._state, _AwaitingTrace) or (path := self._state.trace.path) is None:
            return
        trace, self.title = self._state.trace, _title(path)
        if trace.tracing:
            self.changed.emit()
            return
        self._forget_trace()
        self._request_steps(path, trace.writer, trace.problem)

    def _forget_trace(self) -> None:
        if isinstance(self._state, _AwaitingTrace):
            self._state.trace.changed.disconnect(self._on_traced)
        self._state = _NoValue()

    def _request_steps(self, path: Path, writer: Position | None, problem: str) -> None:
        state = self._session.position_state
        value = ABSENT if state is None else value_at(state.state, keys_of(path))
        texts = [] if value is ABSENT else traced_texts(value)
        number = self._session.values.new_number()
        if writer is None:
            self._state = _NotFound(problem or tr("no event up to here has changed this value"))
        else:
            self._state = _Searching(number, bool(texts))
        index = None if writer is None else index_before(writer)
        self._session.values.request_value(FindValueOrigin(number, index, tuple(texts)))
        self.changed.emit()

    def end(self) -> None:
        """End the search, and remove the marks."""
        self._forget_trace()
        self._session.values.request_value(FindValueOrigin(self._session.values.new_number()))
        self._mark(())

    @property
    def words(self) -> str:
        """A sentence about the shown steps."""
        match self._state:
            case _NotFound(problem):
                return tr("Not known: {reason}.", reason=problem)
            case _AwaitingTrace() | _Searching():
                return tr("Looking…")
            case _NoValue() | _Found(has_texts=False):
                return tr("The value is too short, too common or not a text: its first occurrence is not searched.")
            case _Found(rows) if any(not row.certain for row in rows):
                return tr("Links are certain by ids, except those called possible: there only the text is equal.")
            case _Found():
                return tr("Certain: the events name one another by ids.")
            case _:
                assert_never(self._state)

    @Slot(object)
    def _on_found(self, origin: ValueOrigin) -> None:
        if isinstance(self._state, _Searching) and origin.number == self._state.number:
            rows = tuple(self._rows(origin.steps))
            self._state = _NotFound(origin.problem) if origin.problem else _Found(rows, self._state.has_texts)
            self._mark(tuple(row.position for row in rows))
            self.changed.emit()

    def _rows(self, steps: tuple[ValueStep, ...]) -> Iterator[OriginRow]:
        index, known = self._session.index, {step.index for step in steps}
        for step in steps:
            if step.index >= index.count:
                continue
            words = _step_words(step, _event(index, step.index))
            yield OriginRow(tr(_NAMES[step.link]), words, position_after(step.index), step.certain)
            pair = EventIndex(int(index.pair[step.index]))
            if pair != NO_PAIR and pair < step.index and pair not in known:
                yield OriginRow(tr("asked in"), _event(index, pair), position_after(pair), step.certain)

    def _mark(self, positions: tuple[Position, ...]) -> None:
        indexes = np.array(sorted(index_before(position) for position in positions), np.int64)
        marks = self._session.marks
        if len(indexes) or len(marks.origins):
            self._session.set_marks(replace(marks, origins=indexes, shows_origins=len(indexes) > 0))


def _step_words(step: ValueStep, event: str) -> str:
    text = one_line(step.text, _MAX_TEXT_CHARACTERS)
    if step.certain:
        return tr("{event} · says “{text}” first", event=event, text=text) if step.text else event
    if step.text:
        return tr("possible: {event} · “{text}”", event=event, text=text)
    return tr("possible: {event}", event=event)


def _title(path: Path) -> str:
    return one_line(pointer_text(join_pointer(path)))


def _event(index: RunIndex, event_index: EventIndex) -> str:
    return f"{whole_number(position_after(event_index))} {label_at(index, event_index)}"
