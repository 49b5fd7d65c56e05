"""Queries over a catalogue, in a worker."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import pytest

from replay_gui.core.catalogue.indexing import index_batch
from replay_gui.core.catalogue.writing import write_catalogue
from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs import query_job
from replay_gui.engine.queries.catalogue_messages import QueryCatalogue
from replay_gui.engine.queries.catalogue_query_controller import CatalogueQueryController
from replay_gui.engine.worker_pool import WorkerPool
from tests.helpers.evaluations.evaluation_logs import write_evaluation
from tests.helpers.fake_pool import FakePool


class Desk:
    def __init__(self, folder: Path) -> None:
        self.pool, self.answers = FakePool(), list[CatalogueAnswer]()
        self.controller = CatalogueQueryController(
            cast(WorkerPool, self.pool),
            lambda run, value, *rest: self.answers.append(cast(CatalogueAnswer, value)),
            StartedJob.on_message,
        )
        self._folder = str(folder / "catalogue")
        write_catalogue((str(write_evaluation(folder / "runs")),), Path(self._folder), partial(map, index_batch))

    def ask(self, number: int, query: str) -> None:
        self.controller.start(QueryCatalogue(number=number, folder=self._folder, query=query))

    def answer(self, query: str) -> CatalogueAnswer:
        self.ask(7, query)
        while self.pool.live:
            self.pool.live[0].send_next()
        return self.answers[-1]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_answer_is_text_that_can_be_shown(desk: Desk) -> None:
    found = desk.answer(
        "select task, count(*) as n, null as gone, '\u202e' as odd from runs group by task order by task"
    )
    assert found.number == 7
    assert (found.columns, found.numeric) == (("task", "n", "gone", "odd"), (False, True, False, False))
    assert [row[:3] for row in found.rows] == [("hello", "1", None), ("refund", "4", None), ("sorry", "4", None)]
    assert "\u202e" not in str(found.rows)
    assert (found.more, found.problem) == (False, "")


@pytest.mark.parametrize("query", ["copy runs to 'x'", "attach 'x.db'", "install httpfs", "set threads = 9", "drop"])
def test_what_is_refused_is_told_in_one_line(desk: Desk, query: str) -> None:
    found = desk.answer(query)
    assert found.problem.startswith("sql: ")
    assert "\n" not in found.problem
    assert found.rows == ()


def test_rows_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_job, "MAX_ROWS", 3)
    found = desk.answer("select run from runs order by run")
    assert (found.rows, found.more) == ((("0",), ("1",), ("2",)), True)


def test_another_query_and_none_end_the_one_under_way(desk: Desk) -> None:
    desk.ask(1, "select 1")
    first = desk.pool.live[0]
    desk.ask(2, "select 2")
    assert not first.is_live
    desk.ask(3, "")
    assert desk.pool.live == []
    assert desk.answers == []
