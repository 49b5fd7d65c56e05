"""The report that the window shows and saves; each kind of view has its own maker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from replay_gui.core.report.model import NotedEvents, Report
from replay_gui.core.report.redaction_profile import RedactionProfile
from replay_gui.core.translation.messages import SOURCE_LANGUAGE, language


@dataclass(frozen=True, slots=True)
class ReportNotBegun:
    """The report was not requested yet, or is not wanted any more."""


@dataclass(frozen=True, slots=True)
class MakingReport:
    """The report is being made. share: its progress, 0 … 1."""

    share: float = 0.0


@dataclass(frozen=True, slots=True)
class MadeReport:
    """The report as it is shown and saved, redacted or not.

    Attributes:
        report: in the user's language. english: the same in English, for files that programs read; None: not made yet.
    """

    report: Report
    english: Report | None = None


@dataclass(frozen=True, slots=True)
class MakingEnglishReport:
    """The report is made, and is being made once more in English. share: the progress of that, 0 … 1."""

    report: Report
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class ReportFailed:
    """There is no report, because of this problem."""

    problem: str


ReportWork: TypeAlias = ReportNotBegun | MakingReport | MadeReport | MakingEnglishReport | ReportFailed


class ReportMaker(QObject):
    """A report that the engine makes; a subclass defines its subject.

    Attributes:
        work: one of ReportWork.
        notes: the user's notes that it can contain. includes_notes: whether it contains them.
        has_checks: whether it has checks, each of which passes or fails.

    Signals:
        progressed(): `work` has changed to MakingReport or MakingEnglishReport. made(), failed(): to MadeReport,
            ReportFailed. made_in_english(): to a MadeReport with the English one.
    """

    progressed = Signal()
    made = Signal()
    made_in_english = Signal()
    failed = Signal()

    has_checks = True

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.work: ReportWork = ReportNotBegun()
        self._profile: RedactionProfile | None = None
        self.notes: tuple[NotedEvents, ...] = ()
        self.includes_notes = False

    @property
    def report(self) -> Report | None:
        """The report; None unless it is made."""
        return self.work.report if isinstance(self.work, MadeReport | MakingEnglishReport) else None

    @property
    def english_report(self) -> Report | None:
        """The report for files that programs read, which are in English whatever the language of the window is.

        None unless it is made; see `start_in_english`.
        """
        if language() == SOURCE_LANGUAGE:
            return self.report
        return self.work.english if isinstance(self.work, MadeReport) else None

    @property
    def problem(self) -> str:
        """Why there is no report, or ""."""
        return self.work.problem if isinstance(self.work, ReportFailed) else ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The runs that the report is about: each a FILE, FILE#RUN or a folder."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to make the report, redacted by `_profile`, and set `work`; may be called again."""
        raise NotImplementedError

    def start_in_english(self) -> None:
        """Begin to make the report that is made once more in English, and set `work`."""
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
        self._profile = profile
        self.start()
        self.progressed.emit()

    def include_notes(self, on: bool) -> None:
        """Make the report again with the user's notes, or without them."""
        self.includes_notes = on
        self.start()
        self.progressed.emit()

    # ---- answers of the engine ----------------------------------------------------------------------
    def _take_progress(self, done: int, total: int) -> None:
        share = min(1.0, done / total) if total else 0.0
        if isinstance(self.work, MakingEnglishReport):
            self.work = MakingEnglishReport(self.work.report, share)
        else:
            self.work = MakingReport(share)
        self.progressed.emit()

    def _take_report(self, report: Report) -> None:
        if isinstance(self.work, MakingEnglishReport):
            self.work = MadeReport(self.work.report, report)
            self.made_in_english.emit()
        else:
            self.work = MadeReport(report)
            self.made.emit()

    def _take_problem(self, problem: str) -> None:
        self.work = ReportFailed(problem)
        self.failed.emit()
