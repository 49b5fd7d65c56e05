"""The report on the runs that a page shows: what separates those that passed, within tasks."""

from __future__ import annotations

import shlex
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.report.model import Report
from replay_gui.core.report.redaction_profile import RedactionProfile
from replay_gui.models.runs.runs_session import RunsSession


class RunsReportMaker(QObject):
    """A report that the engine makes of many runs; see ReportMaker, whose attributes and signals it has."""

    progressed = Signal()
    made = Signal()
    failed = Signal()

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.report: Report | None = None
        self.share, self.problem = 0.0, ""
        self._session = session
        self._profile: RedactionProfile | None = None
        self._is_asked = False
        session.reported.connect(self._on_reported)
        session.progressed.connect(self._on_progressed)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The files that the report is about."""
        return tuple(source for source in self._session.sources if Path(source).is_file())

    def start(self) -> None:
        """Begin to make the report; may be called again."""
        self.share, self.problem, self._is_asked = 0.0, "", True
        session = self._session
        options = ["--passed", session.passed] if session.passed else []
        session.request_report(shlex.join(["replay-gui", "contrast", *options, *session.sources]), self._profile)

    def stop(self) -> None:
        """End the work on the report."""
        if self._is_asked:
            self._is_asked = False
            self._session.stop()

    def redact(self, profile: RedactionProfile | None) -> None:
        """Make the report anew without what the profile hides, None: nothing; until then there is none."""
        if profile == self._profile and self.report is not None:
            self.made.emit()
            return
        self._profile, self.report = profile, None
        self.start()
        self.progressed.emit()

    @Slot(object)
    def _on_reported(self, report: Report) -> None:
        if self._is_asked:
            self._is_asked, self.report = False, report
            self.made.emit()

    @Slot()
    def _on_progressed(self) -> None:
        if not self._is_asked:
            return
        if self._session.working:
            self.share = min(1.0, self._session.done / self._session.total) if self._session.total else 0.0
            self.progressed.emit()
        else:
            self._is_asked, self.problem = False, self._session.problem or "the runs are no longer open"
            self.failed.emit()
