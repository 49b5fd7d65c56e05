"""The state at the end of the run, which is shown beside the run's card at position 0."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.log.positions import Position
from replay_gui.engine.answers import PositionState
from replay_gui.engine.panels.panel_messages import EndRead, PanelAnswer, ReadEnd
from replay_gui.models.session import Session


class EndState(QObject):
    """Requests the state at the end once the position is 0 and the whole run was read.

    Signal: changed(): the state is known, or not known any more.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._end: EndRead | None = None
        self._asked = (-1, Position(0))  # the run, and its number of events
        for signal in (session.position_state_changed, session.progress_changed, session.index_changed):
            signal.connect(self._request_state)
        session.run_changed.connect(self._forget)
        session.events_changed.connect(self._forget)
        session.panel_answered.connect(self._on_panel_answered)

    def shown(self) -> PositionState | None:
        """Return the session's state; at position 0 the state at the end instead, if it is known."""
        shown = self._session.position_state
        if shown is None or shown.position or self._end is None or self._end.state is None:
            return shown
        report = self._session.report
        is_broken = report is not None and report.first_broken is not None
        end, keys = self._end.state, self._end.first_keys
        return msgspec.structs.replace(shown, state=end, first_keys=keys, trusted=not is_broken)

    @property
    def is_shown(self) -> bool:
        """Whether `shown` returns the state of the end."""
        return self.shown() is not self._session.position_state

    @Slot()
    def _request_state(self) -> None:
        session, shown = self._session, self._session.position_state
        if session.facts is None or session.working or not session.index.complete or not session.index.count:
            return
        wanted = session.number, Position(session.index.count)
        if shown is not None and not shown.position and wanted != self._asked:
            self._asked = wanted
            session.send_request(ReadEnd.__name__, ReadEnd())

    @Slot()
    def _forget(self) -> None:
        self._asked = (-1, Position(0))
        if self._end is not None:
            self._end = None
            self.changed.emit()

    @Slot(object)
    def _on_panel_answered(self, answer: PanelAnswer) -> None:
        if isinstance(answer, EndRead) and (self._session.number, answer.position) == self._asked:
            self._end = answer
            self.changed.emit()
