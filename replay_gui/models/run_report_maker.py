"""The report on the open run, or on the two that are compared."""

from __future__ import annotations

import shlex
import time
from typing import assert_never

from PySide6.QtCore import QObject, Slot

from replay_gui.core.translation.messages import tr
from replay_gui.engine.queries.report_messages import (
    MakeReport,
    NotReported,
    ReportAnswer,
    Reported,
    ReportProgress,
    StopReport,
)
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.report_maker import MadeReport, MakingEnglishReport, MakingReport, ReportMaker
from replay_gui.models.session import Session


class RunReportMaker(ReportMaker):
    """Makes the report on one run and its verification, or on the differences between two."""

    def __init__(self, session: Session, comparison: ComparisonSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._comparison = session, comparison
        self._number = 0
        session.reported.connect(self._on_reported)
        session.run_changed.connect(self._on_run_changed)

    @property
    def compares(self) -> bool:
        """Whether the report compares two runs."""
        return self._comparison.active

    @property
    def inputs(self) -> tuple[str, ...]:
        """See ReportMaker."""
        return tuple(session.facts.path for session in self._sessions if session.facts is not None)

    @property
    def _sessions(self) -> tuple[Session, ...]:
        return (self._session, self._comparison.b) if self.compares else (self._session,)

    def start(self) -> None:
        """Begin to make the report; may be called again."""
        self.work = MakingReport()
        self._request(time.time_ns(), in_english=False)

    def start_in_english(self) -> None:
        """See ReportMaker."""
        assert isinstance(self.work, MadeReport)
        self.work = MakingEnglishReport(self.work.report)
        self._request(self.work.report.made, in_english=True)

    def _request(self, made: int, *, in_english: bool) -> None:
        """`made`: the time of the report, ns since 1970."""
        self._number += 1
        sessions = self._sessions
        names = [session.facts.given for session in sessions if session.facts is not None]
        rules = self._comparison.rules.in_force if self.compares else ()
        anchors = self._comparison.anchors if self.compares else ()
        rules_path = self._comparison.rules.path if rules else None
        rules_file = None if rules_path is None else str(rules_path)
        options = [] if rules_file is None else ["--rules", rules_file]
        command = shlex.join(["replay-gui", "diff" if self.compares else "verify", *options, *names])
        verdicts = tuple(session.report for session in sessions)
        self._session.request_report(
            MakeReport(
                number=self._number,
                verifications=verdicts,
                command=command,
                made=made,
                rules=tuple(rules),
                rules_file=rules_file,
                profile=self._profile,
                anchors=anchors,
                noted=self.notes if self.includes_notes else (),
                in_english=in_english,
            )
        )

    def stop(self) -> None:
        """End the work on the report."""
        self._number += 1
        self._session.request_report(StopReport())

    @Slot(object)
    def _on_reported(self, answer: ReportAnswer) -> None:
        if answer.number != self._number:
            return
        match answer:
            case ReportProgress(done=done, total=total):
                if total:
                    self._take_progress(done, total)
            case Reported(report=report):
                self._take_report(report)
            case NotReported(problem=problem):
                self._take_problem(problem)
            case _:
                assert_never(answer)

    @Slot()
    def _on_run_changed(self) -> None:
        if self.report is None or isinstance(self.work, MakingEnglishReport):
            self._number += 1
            self._take_problem(tr("the run is no longer open"))
