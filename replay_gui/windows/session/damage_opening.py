"""A damaged log opens at its damage."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from replay_gui.core.log.positions import Position, position_after
from replay_gui.models.session import Session


class DamageOpening(QObject):
    """Goes to the first damage as soon as it is known, if the run opened at its start and the user has not moved."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._waits = session.facts is not None and not session.position  # it may be open, and verified, already
        session.run_changed.connect(self._on_run_changed)
        session.position_changed.connect(self._on_position_changed)
        session.report_changed.connect(self._on_report_changed)
        self._on_report_changed()

    @Slot()
    def _on_run_changed(self) -> None:
        self._waits = self._session.facts is not None

    @Slot(object)
    def _on_position_changed(self, position: Position) -> None:
        if position:
            self._waits = False

    @Slot()
    def _on_report_changed(self) -> None:
        report = self._session.report
        if self._waits and report is not None:
            self._waits = False
            if report.first_broken is not None:
                self._session.seek(position_after(report.first_broken))
