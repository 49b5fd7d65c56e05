"""The report that the window shows and saves; each kind of view has its own maker."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from replay_gui.core.report.model import NotedEvents, Report
from replay_gui.core.report.redaction_profile import RedactionProfile


class ReportMaker(QObject):
    """A report that the engine makes; a subclass defines its subject.

    Attributes:
        report: as it is shown and saved, redacted or not; None while it is being made. share: its progress, 0 … 1.
        notes: the user's notes that it can contain. includes_notes: whether it contains them.
        problem: why there is no report, or "". has_checks: whether it has checks, each of which passes or fails.

    Signals:
        progressed(): `share` has changed. made(): `report` has changed. failed(): `problem` is set.
    """

    progressed = Signal()
    made = Signal()
    failed = Signal()

    has_checks = True

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.report: Report | None = None
        self.share, self.problem = 0.0, ""
        self._profile: RedactionProfile | None = None
        self.notes: tuple[NotedEvents, ...] = ()
        self.includes_notes = False

    @property
    def inputs(self) -> tuple[str, ...]:
        """The runs that the report is about: each a FILE, FILE#RUN or a folder."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to make the report, redacted by `_profile`; may be called again."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the work on the report."""
        raise NotImplementedError

    def redact(self, profile: RedactionProfile | None) -> None:
        """Make the report again, redacted by this profile (None: not redacted); until then there is none.

        Its sentences depend on the redaction, so a finished report cannot be changed.
        """
        if profile == self._profile and self.report is not None:
            self.made.emit()
            return
        self._profile, self.report = profile, None
        self.start()
        self.progressed.emit()

    def include_notes(self, on: bool) -> None:
        """Make the report again with the user's notes, or without them."""
        self.includes_notes, self.report = on, None
        self.start()
        self.progressed.emit()

    # ---- answers of the engine ----------------------------------------------------------------------
    def _take_progress(self, done: int, total: int) -> None:
        self.share = min(1.0, done / total) if total else 0.0
        self.progressed.emit()

    def _take_report(self, report: Report) -> None:
        self.report = report
        self.made.emit()

    def _take_problem(self, problem: str) -> None:
        self.problem = problem
        self.failed.emit()
