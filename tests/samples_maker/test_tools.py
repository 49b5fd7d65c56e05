"""The agent's tools do real work: plans, answers and checks follow from the database and the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.samples_maker.search import rank
from tests.samples_maker.tools import TIMEOUT_MS, Weather, World

QUERY = "SELECT id, ref, status, total_cents FROM orders WHERE ref = :ref"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "shop", Weather())
    yield world
    world.close()


def test_the_night_took_an_index_and_a_file_brings_it_back(world: World) -> None:
    ask = {"sql": f"EXPLAIN {QUERY}", "parameters": {"ref": "R07919"}}
    assert world.call("query_db", ask).output == {"plan": ["SCAN orders"], "examined": 4000}
    assert world.call("run_tests", {"target": "order_by_ref"}).output["failures"] == [
        "order_by_ref: the plan has SCAN orders"
    ]
    made = {"path": "ops/0047_ref.sql", "content": "CREATE INDEX ix_ref ON orders (ref);\n"}
    assert world.call("write_file", made).error is None
    assert world.call("query_db", ask).output == {"plan": ["SEARCH orders BY ix_ref (ref=?)"], "examined": 1}
    assert world.call("run_tests", {"target": "order_by_ref"}).output == {"passed": 1, "failures": []}
    world.call("write_file", {"path": "ops/0047_ref.sql", "content": None})
    assert world.call("query_db", ask).output["plan"] == ["SCAN orders"]


def test_a_check_notices_another_answer(world: World) -> None:
    path = "app/queries/product_by_sku.sql"
    text = world.call("read_file", {"path": path}).output["content"]
    assert world.call("run_tests", {"target": "product_by_sku"}).output["passed"] == 1
    world.call("write_file", {"path": path, "content": text.replace("id, title", "id, sku")})
    assert world.call("run_tests", {"target": "product_by_sku"}).output["failures"] == [
        "product_by_sku: the answer is not the one expected"
    ]


def test_a_check_counts_statements_and_indexes(world: World) -> None:
    assert world.call("run_tests", {"target": "digest limits"}).output == {
        "passed": 1,
        "failures": ["digest: 91 statements, 5 are allowed"],
    }
    for n in range(5):
        script = f"CREATE INDEX ix_{n} ON stock (quantity, id, warehouse);\n"
        world.call("write_file", {"path": f"ops/{n}.sql", "content": script})
    assert world.call("run_tests", {"target": "limits"}).output["failures"] == [
        "limits: stock has 6 indexes, 4 are allowed"
    ]


def test_what_cannot_be_done_is_an_error_in_words(world: World) -> None:
    assert world.call("read_file", {"path": "app/none.sql"}).error == "read_file: app/none.sql: no such file"
    assert (
        world.call("query_db", {"sql": "EXPLAIN SELECT total FROM orders"}).error == "query_db: no such column: total"
    )


def test_equal_worlds_answer_alike_and_slowly_alike(tmp_path: Path, world: World) -> None:
    other = World(tmp_path / "other", Weather())
    for n in range(30):
        ask = {"query": f"index {n % 3}", "limit": 3}
        assert world.call("search", ask) == other.call("search", ask)
    other.close()


def test_search_times_out_now_and_then(world: World) -> None:
    answers = [world.call("search", {"query": f"index {n}", "limit": 3}) for n in range(60)]
    failed = [answer for answer in answers if answer.error]
    assert 0 < len(failed) < 30
    assert all(answer.output is None and answer.millis <= TIMEOUT_MS for answer in failed)


def test_ranking_prefers_rare_words_and_a_stale_replica_misses_what_is_new() -> None:
    fresh = [document.name for _, document in rank("COLLATE NOCASE full scan", 4)]
    stale = [document.name for _, document in rank("COLLATE NOCASE full scan", 4, "2026-11-01")]
    assert fresh[0] == "nocase"
    assert "nocase" not in stale
    scores = [score for score, _ in rank("index of a column", 9)]
    assert scores == sorted(scores, reverse=True)


def test_the_stale_answer_comes_once(tmp_path: Path) -> None:
    world = World(tmp_path / "shop", Weather(stale_search=2))
    answers = [world.call("search", {"query": f"COLLATE NOCASE {n}", "limit": 4}).output for n in range(3)]
    assert ["docs/nocase.md" in str(answer) for answer in answers] == [True, False, True]
    world.close()
