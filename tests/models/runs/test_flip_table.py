from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester

from replay_gui.core.contrast.versions import Flip
from replay_gui.core.facts.fact_names import VersionPair
from replay_gui.models.runs.flip_table import FlipColumn, FlipTable, flip_words
from replay_gui.models.runs.run_group_table import OUTCOMES
from replay_gui.models.runs.run_names import names_of
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.runs.separator_list import SeparatorList
from tests.helpers.evaluations.inline_evaluation import InlineBridge

OLD_TO_NEW = VersionPair("model", "old", "new")


def test_the_tasks_that_flipped_stand_first_with_the_first_reason(session: RunsSession, versions: Path) -> None:
    table = FlipTable(session)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session.open((str(versions),))
    assert table.rowCount() == 0
    session.compare_versions(OLD_TO_NEW)
    rows = [[table.index(row, column).data() for column in FlipColumn] for row in range(table.rowCount())]
    assert [row[FlipColumn.TASK] for row in rows] == ["refund", "look"]
    assert rows[0][FlipColumn.FLIP].startswith("broken: trial 0 (failed) never cancelled reservation ")
    assert rows[1][FlipColumn.FLIP] == "the same"
    assert table.index(0, FlipColumn.BEFORE).data(OUTCOMES) == (True, True)
    assert table.index(0, FlipColumn.AFTER).data(OUTCOMES) == (False, False)
    session.compare_versions(VersionPair("model", "new", "old"))
    assert table.index(0, FlipColumn.FLIP).data().startswith("fixed: ")


def test_reasons_stay_while_one_task_is_looked_at(session: RunsSession, bridge: InlineBridge, versions: Path) -> None:
    table = FlipTable(session)
    session.open((str(versions),))
    session.compare_versions(OLD_TO_NEW)
    cell = table.index(0, FlipColumn.FLIP).data()
    task = table.task(0)
    session.choose((*task.before.runs, *task.after.runs))
    assert session.contrasted is not None
    assert not session.contrasted.by_version
    assert table.index(0, FlipColumn.FLIP).data() == cell
    names = names_of(session, session.contrasted.chosen)
    assert names == ["trial 0 · new", "trial 1 · new", "trial 0 · old", "trial 1 · old"]
    bridge.holds = True
    session.compare_versions(VersionPair("model", "old", "newest"))
    assert {session.version_of(run) for run in session.contrasted.chosen} == {""}, "until the answer has come"


def test_what_separates_versions_is_called_before_and_after(session: RunsSession, versions: Path) -> None:
    separators = SeparatorList(session)
    session.open((str(versions),))
    session.compare_versions(OLD_TO_NEW)
    items = [separators.item(row) for row in range(separators.rowCount())]
    item = next(item for item in items if "cancel_reservation" in item.title)
    assert (item.passing, item.failing) == ("0 of 4 after", "4 of 4 before")
    assert separators.note.startswith("Within 2 tasks of both versions: ")


def test_leaving_shows_groups_again(session: RunsSession, versions: Path) -> None:
    session.open((str(versions),))
    session.compare_versions(OLD_TO_NEW)
    session.set_group_by("model")
    assert session.versions is None
    assert session.change is None
    assert [group.value for group in session.groups] == ["new", "old"]
    session.choose_group(session.groups[0])
    assert session.contrasted is not None
    assert session.contrasted.tasks == 2  # of one group too, tasks are kept apart


def test_each_flip_has_words() -> None:
    assert [flip_words(flip) for flip in Flip] == ["broken", "worse", "fixed", "better", "the same", "unknown"]
