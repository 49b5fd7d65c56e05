from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.catalogue.queries import column_names, query_catalogue
from replay_gui.core.errors import CatalogueRefused


def test_the_tables_are_runs_steps_and_features(catalogue: Path) -> None:
    tables = dict(column_names(catalogue))
    assert list(tables) == ["runs", "steps", "features"]
    assert {"run", "task", "passed", "cost"} <= set(tables["runs"])
    assert {"run", "step", "tool", "effect", "ok"} <= set(tables["steps"])
    assert {"run", "kind", "tool", "value"} <= set(tables["features"])


def test_counts_agree_with_the_logs(catalogue: Path) -> None:
    answer = query_catalogue(catalogue, "select task, count(*), sum(passed::int) from runs group by all order by task")
    assert answer.rows == (("hello", 1, 1), ("refund", 4, 2), ("sorry", 4, 3))
    answer = query_catalogue(catalogue, "select count(*) from steps where tool = 'cancel_reservation'")
    assert answer.rows == ((2,),)
    joined = "select count(*) from runs join features using (run) where kind = 'did' and task = 'sorry'"
    assert query_catalogue(catalogue, joined).rows == ((3,),)
    assert not answer.more


@pytest.mark.parametrize(
    "query",
    [
        "copy runs to '{folder}/stolen.csv'",
        "copy (select 1) to '{folder}/runs.parquet'",
        "attach '{folder}/new.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "pragma database_list",
        "create table x as select 1",
        "select 1; select 2",
        "export database '{folder}'",
        "call pragma_version()",
        "select * from read_csv('{folder}/catalogue.json')",
        "select * from read_text('/etc/passwd')",
        "select * from '{folder}/runs.parquet'",
        "select * from glob('/*')",
        "select * from folder",  # a Python variable
        "select nothing from runs",
        "select",
        "",
        "select '" + "x" * 10,
        "with x as (insert into runs select * from runs) select 1",
    ],
)
def test_nothing_but_one_select_over_the_tables_is_answered(catalogue: Path, query: str) -> None:
    folder = str(catalogue)
    before = {path.name: path.read_bytes() for path in catalogue.iterdir()}
    with pytest.raises(CatalogueRefused) as refused:
        query_catalogue(catalogue, query.replace("{folder}", folder))
    assert str(refused.value).startswith("sql: ")
    assert "\n" not in str(refused.value)
    assert {path.name: path.read_bytes() for path in catalogue.iterdir()} == before


def test_rows_are_bounded(catalogue: Path) -> None:
    answer = query_catalogue(catalogue, "select * from range(200000)")
    assert len(answer.rows) == 100_000
    assert answer.more


def test_memory_is_bounded(catalogue: Path) -> None:
    with pytest.raises(CatalogueRefused, match=r"(?i)memory"):
        query_catalogue(catalogue, "select list(range) from range(400000000)")
