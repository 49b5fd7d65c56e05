from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.engine.queries.catalogue_messages import QueryCatalogue
from replay_gui.engine.requests import Answer, Request
from replay_gui.models.runs.catalogue_query import CatalogueQuery
from replay_gui.models.runs.query_table import QueryTable
from replay_gui.models.runs.runs_session import RunsSession


class Bridge(QObject):
    answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[QueryCatalogue] = []

    def send_request(self, key: str, request: Request) -> int:
        assert isinstance(request.body, QueryCatalogue)
        self.asked.append(request.body)
        return len(self.asked)

    def answer(self, **members: object) -> None:
        members.setdefault("number", self.asked[-1].number)
        self.answered.emit(Answer(0, 0, CatalogueAnswer(**members)))  # type: ignore[arg-type]


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


@pytest.fixture
def query(bridge: Bridge) -> CatalogueQuery:
    return CatalogueQuery(RunsSession(cast(EngineBridge, bridge)))


def test_queries_are_about_a_catalogue_alone(qtbot: QtBot, query: CatalogueQuery, tmp_path: Path) -> None:
    for name in ("catalogue.json", "runs.parquet"):
        (tmp_path / name).write_bytes(b"")
    runs = RunsSession(None)
    with qtbot.waitSignal(runs.catalogue_found):
        runs.open((str(tmp_path),))
    query.set_folder(runs.catalogue)
    assert query.folder == str(tmp_path)
    runs.open((str(tmp_path), str(tmp_path)))
    query.set_folder(runs.catalogue)
    assert query.folder == ""


def test_an_answer_becomes_a_table(query: CatalogueQuery, bridge: Bridge) -> None:
    table = QueryTable(query)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    query.send_query("select 1")
    bridge.answer(columns=("run", "task"), numeric=(True, False), rows=(("4", "a"), (None, None)))
    assert not query.working
    assert [[table.index(row, column).data() for column in range(2)] for row in range(2)] == [["4", "a"], ["", ""]]
    assert table.headerData(1, Qt.Orientation.Horizontal) == "task"
    assert [table.number(row, "run") for row in range(2)] == [4, None]
    assert table.number(0, "task") is None
    assert table.number(0, "event") is None


def test_what_was_stopped_or_is_late_is_not_shown(query: CatalogueQuery, bridge: Bridge) -> None:
    query.send_query("select 1")
    query.stop()
    assert bridge.asked[-1].query == ""
    bridge.answer(number=1, columns=("late",))
    assert query.answer is None
    query.send_query("select 2")
    bridge.answer(number=1, columns=("late",))
    assert query.answer is None
    assert query.working
