"""The report on the runs of a page: the differences between passed and failed runs, within tasks."""

from __future__ import annotations

import shlex
from typing import assert_never

from PySide6.QtCore import QObject, Slot

from replay_gui.core.report.model import Report
from replay_gui.core.translation.messages import tr
from replay_gui.models.report_maker import MadeReport, MakingEnglishReport, MakingReport, ReportMaker, ReportNotBegun
from replay_gui.models.runs.runs_session import Evaluated, Evaluating, RunsSession


class RunsReportMaker(ReportMaker):
    """Makes the report on the differences between passed and failed runs, which are contrasted, not verified."""

    has_checks = False

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._sources: tuple[str, ...] = ()  # of the report
        session.reported.connect(self._on_reported)
        session.progressed.connect(self._on_progressed)

    @property
    def inputs(self) -> tuple[str, ...]:
        """See ReportMaker."""
        return (*self._session.sources, *(run.given for run in self._session.runs))

    def start(self) -> None:
        """Begin to make the report; may be called again."""
        self.work = MakingReport()
        self._request(in_english=False)

    def start_in_english(self) -> None:
        """See ReportMaker."""
        assert isinstance(self.work, MadeReport)
        self.work = MakingEnglishReport(self.work.report)
        self._request(in_english=True)

    def _request(self, *, in_english: bool) -> None:
        session = self._session
        self._sources = session.sources
        options = ["--passed", session.passed] if session.passed else []
        rules = "" if session.contrasted is None or session.catalogue else session.contrasted.rules.file
        options += ["--rules", rules] if rules else []
        command = shlex.join(["replay-gui", "contrast", *options, *session.sources])
        session.request_report(command, self._profile, in_english=in_english)

    def stop(self) -> None:
        """End the work on the report."""
        if isinstance(self.work, MakingReport | MakingEnglishReport):
            self.work = ReportNotBegun()
            self._session.stop()

    @Slot(object)
    def _on_reported(self, report: Report) -> None:
        if isinstance(self.work, MakingReport | MakingEnglishReport):
            self._take_report(report)

    @Slot()
    def _on_progressed(self) -> None:
        if not isinstance(self.work, MakingReport | MakingEnglishReport):
            return
        match self._session.work:
            case Evaluating(done=done, total=total):
                self._take_progress(done, total)
            case Evaluated(""):
                if self._sources and self._session.sources == self._sources:
                    # the rules have changed meanwhile, and another evaluation took the place of this one
                    self._request(in_english=isinstance(self.work, MakingEnglishReport))
                else:
                    self._take_problem(tr("the runs are no longer open"))
            case Evaluated(problem):
                self._take_problem(problem)
            case _:
                assert_never(self._session.work)
