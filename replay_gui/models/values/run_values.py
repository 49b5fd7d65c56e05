"""The questions of a window about single values of one run's states, and the answers to them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.queries.value_messages import ValueChanges, ValueOrigin, ValueQuestion, ValueTrace, WatchedTrace
from replay_gui.engine.requests import Answer, Request, Side
from replay_gui.models.values.watched_paths import WatchedPaths


class RunValues(QObject):
    """What is asked about values of the open run of one session.

    Attributes:
        paths: those of the watched values.

    Signals:
        traced(object): a ValueTrace. watched(object): a WatchedTrace. listed(object): ValueChanges.
        origin_found(object): a ValueOrigin.
    """

    traced = Signal(object)
    watched = Signal(object)
    listed = Signal(object)
    origin_found = Signal(object)

    def __init__(self, bridge: EngineBridge | None, side: Side, parent: QObject | None = None) -> None:
        """Without a bridge, no question is sent and no answer comes."""
        super().__init__(parent)
        self._bridge, self._side, self._run = bridge, side, 0
        self.paths = WatchedPaths(self)
        if bridge is not None:
            bridge.answered.connect(self._on_answered)

    def forget(self, run: int) -> None:
        """The run of this number is open, or none: answers about the last one are stale."""
        self._run = run

    def ask(self, question: ValueQuestion) -> None:
        """Ask a question; it ends the last one of its kind."""
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
                self.watched.emit(trace)
            case ValueChanges() as changes:
                self.listed.emit(changes)
            case ValueOrigin() as origin:
                self.origin_found.emit(origin)
