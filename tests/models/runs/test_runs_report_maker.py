from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QSignalSpy

from replay_gui.core.facts.fact_names import VersionPair
from replay_gui.core.importers.run_choice import input_files
from replay_gui.models.report_maker import MadeReport
from replay_gui.models.runs.runs_report_maker import RunsReportMaker
from replay_gui.models.runs.runs_session import RunsSession
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers.evaluations.evaluation_logs import write_versions
from tests.helpers.evaluations.inline_evaluation import InlineBridge


def test_the_report_is_about_every_run_of_a_folder(session: RunsSession, folder: Path) -> None:
    session.open((str(folder),))
    files = {Path(file) for file in input_files(RunsReportMaker(session).inputs)}
    assert files == {path for path in folder.iterdir() if path.is_file()}


def test_it_is_made_once_it_is_asked_for(session: RunsSession, folder: Path) -> None:
    session.open((str(folder),))
    maker = RunsReportMaker(session)
    made, failed = QSignalSpy(maker.made), QSignalSpy(maker.failed)
    assert maker.report is None
    maker.start()
    assert maker.report is not None
    assert maker.report.contrast is not None
    assert (made.count(), failed.count()) == (1, 0)


def test_stopping_ends_it_with_a_reason(session: RunsSession, bridge: InlineBridge, folder: Path) -> None:
    session.open((str(folder),))
    maker = RunsReportMaker(session)
    failed = QSignalSpy(maker.failed)
    bridge.holds = True
    maker.start()
    session.stop()
    assert failed.count() == 1
    assert maker.problem == "stopped"


def test_rules_that_change_meanwhile_do_not_end_it(session: RunsSession, bridge: InlineBridge, folder: Path) -> None:
    session.open((str(folder),))
    maker = RunsReportMaker(session)
    bridge.holds = True
    maker.start()
    session.contrast_again()
    bridge.release()
    assert maker.problem == ""
    assert maker.report is not None
    bridge.holds = True
    maker.start()
    session.open(())
    assert maker.problem == "the runs are no longer open"
    maker.start()
    assert maker.problem == "the runs are no longer open"


def test_versions_that_are_compared_stand_in_it(bridge: InlineBridge, tmp_path: Path) -> None:
    session = RunsSession(bridge.as_bridge())
    session.open((str(write_versions(tmp_path / "versions")),))
    session.compare_versions(VersionPair("model", "old", "new"))
    maker = RunsReportMaker(session)
    maker.start()
    assert maker.report is not None
    assert maker.report.contrast is not None
    versions = maker.report.contrast.versions
    assert versions is not None
    assert [(task.task, task.flip, task.before, task.after) for task in versions.tasks] == [
        ("refund", "broken", (2, 2), (0, 2)),
        ("look", "same", (2, 2), (2, 2)),
    ]
    assert "--versions model old new" in maker.report.command


def test_in_another_language_it_is_made_once_more_in_english(session: RunsSession, folder: Path) -> None:
    maker = RunsReportMaker(session)
    with in_language(ACCENTED):
        session.open((str(folder),))
        maker.start()
        assert maker.report is not None
        assert maker.english_report is None
        made = QSignalSpy(maker.made_in_english)
        maker.start_in_english()
        assert (made.count(), maker.work) == (1, MadeReport(maker.report, maker.english_report))
        assert maker.english_report is not None
        separators = [maker.report.contrast, maker.english_report.contrast]
    words = [part.separators[0].title for part in separators if part is not None]
    assert [text.startswith("[") for text in words] == [True, False]


def test_rules_that_change_while_it_is_made_in_english_do_not_end_it(
    session: RunsSession, bridge: InlineBridge, folder: Path
) -> None:
    maker = RunsReportMaker(session)
    with in_language(ACCENTED):
        session.open((str(folder),))
        maker.start()
        bridge.holds = True
        maker.start_in_english()
        session.contrast_again()
        bridge.release()
        assert isinstance(maker.work, MadeReport)
        assert maker.english_report is not None
