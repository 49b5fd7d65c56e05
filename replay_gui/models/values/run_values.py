"""Requests of a window about single values of one run's states, and their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.numpy_on_demand import np
from replay_gui.engine.queries.value_messages import (
    AnyValueAnswer,
    AnyValueQuestion,
    TraceWatched,
    ValueChanges,
    ValueOrigin,
    ValueTrace,
    WatchedTrace,
)
from replay_gui.models.values.watched_paths import Keys, WatchedPaths

if TYPE_CHECKING:
    from numpy.typing import NDArray


class RunValues(QObject):
    """The requests about values of the open run of one session.

    Attributes:
        paths: those of the watched values. histories: the indexes of the events that changed each of them, int64,
            ascending, as far as they are known.

    Signals:
        traced(object): a ValueTrace. listed(object): ValueChanges. origin_found(object): a ValueOrigin.
        histories_changed(): `paths` or `histories` have changed.
    """

    traced = Signal(object)
    histories_changed = Signal()
    listed = Signal(object)
    origin_found = Signal(object)

    def __init__(self, send: Callable[[str, AnyValueQuestion], None], parent: QObject | None = None) -> None:
        """`send`: sends a request about the open run, by a key."""
        super().__init__(parent)
        self._send = send
        self.paths = WatchedPaths(self)
        self.histories: dict[Keys, NDArray[np.int64]] = {}
        self._last_number = 0  # of the last question
        self._number = 0  # of the last TraceWatched
        self._asked: tuple[Keys, ...] = ()
        self._coming: list[list[EventIndex]] = []  # of the requested paths, as far as they are known
        self.paths.changed.connect(self._trace_watched)

    def new_number(self) -> int:
        """Return a new number for a question."""
        self._last_number += 1
        return self._last_number

    @Slot()
    def trace_again(self) -> None:
        """Request the changes of the watched values again: the run has changed, or has grown."""
        self.histories = {}
        self._trace_watched()

    @Slot()
    def _trace_watched(self) -> None:
        asked = tuple(keys for keys in self.paths.paths if keys not in self.histories)
        if asked or self._asked:
            self._number = self.new_number()
            self._asked, self._coming = asked, [[] for _ in asked]
            self.request_value(TraceWatched(self._number, asked))
        self.histories_changed.emit()

    def _on_watched(self, trace: WatchedTrace) -> None:
        if trace.number != self._number or not self._asked:
            return
        for coming, indexes in zip(self._coming, trace.indexes, strict=False):
            coming.extend(indexes)
        if not trace.ended:
            return
        if not trace.problem:
            for keys, coming in zip(self._asked, self._coming, strict=True):
                self.histories[keys] = np.array(coming, np.int64)
        self._asked = ()
        self.histories_changed.emit()

    def request_value(self, question: AnyValueQuestion) -> None:
        """Send a question, which ends the last one of its kind."""
        self._send(type(question).__name__, question)

    def on_answer(self, answer: AnyValueAnswer) -> None:
        """Handle an answer about the open run."""
        match answer:
            case ValueTrace():
                self.traced.emit(answer)
            case WatchedTrace():
                self._on_watched(answer)
            case ValueChanges():
                self.listed.emit(answer)
            case ValueOrigin():
                self.origin_found.emit(answer)
            case _:
                assert_never(answer)
