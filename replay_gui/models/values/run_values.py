"""Requests of a window about single values of one run's states, and their answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.queries.value_messages import (
    TraceWatched,
    ValueChanges,
    ValueOrigin,
    ValueQuestion,
    ValueTrace,
    WatchedTrace,
)
from replay_gui.engine.requests import Answer, Request, Side
from replay_gui.models.values.watched_paths import Keys, WatchedPaths


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

    def __init__(self, bridge: EngineBridge | None, side: Side, parent: QObject | None = None) -> None:
        """Without a bridge, no question is sent and no answer comes."""
        super().__init__(parent)
        self._bridge, self._side, self._run = bridge, side, 0
        self.paths = WatchedPaths(self)
        self.histories: dict[Keys, NDArray[np.int64]] = {}
        self._last_number = 0  # of the last question
        self._number = 0  # of the last TraceWatched
        self._asked: tuple[Keys, ...] = ()
        self._coming: list[list[EventIndex]] = []  # of the requested paths, as far as they are known
        self.paths.changed.connect(self._trace_watched)
        if bridge is not None:
            bridge.answered.connect(self._on_answered)

    def forget(self, run: int) -> None:
        """Ignore answers about the last run: the run of this number is open now, or none."""
        self._run = run
        self.trace_again()

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

    def request_value(self, question: ValueQuestion) -> None:
        """Send a question, which ends the last one of its kind."""
        if self._bridge is not None:
            self._bridge.send_request(type(question).__name__, Request(self._run, question, self._side))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.side is not self._side or answer.run != self._run:
            return
        match answer.value:
            case ValueTrace() as trace:
                self.traced.emit(trace)
            case WatchedTrace() as trace:
                self._on_watched(trace)
            case ValueChanges() as changes:
                self.listed.emit(changes)
            case ValueOrigin() as origin:
                self.origin_found.emit(origin)
