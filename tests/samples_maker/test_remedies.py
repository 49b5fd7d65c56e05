"""Documents' advice as changes: right ones, and reasons where they do not fit."""

from __future__ import annotations

import pytest

from tests.samples_maker.jobs import LOOP
from tests.samples_maker.remedies import Case, Change, change_for, redundant, statement_of, symptom


def _case(sql: str, table: str = "t", indexes: dict[str, str] | None = None) -> Case:
    return Case("app/queries/x.sql", f"-- x\n{sql};\n", sql, table, indexes or {}, 47)


@pytest.mark.parametrize(
    ("remedy", "sql", "expected"),
    [
        ("index_equality_first", "SELECT a FROM t WHERE b >= :b AND c = :c ORDER BY d", "(c, b, d)"),
        ("index_equality_first", "SELECT a FROM t WHERE b = :b ORDER BY d DESC", "(b, d)"),
        ("index_first", "SELECT a FROM t WHERE b >= :b AND c = :c", "(b)"),
        ("collate_index", "SELECT a FROM t WHERE b = :b COLLATE NOCASE", "(b COLLATE NOCASE)"),
        ("expression_index", "SELECT a FROM t WHERE lower(b) = lower(:b)", "(lower(b))"),
        ("range", "SELECT a FROM t WHERE date(b) = :d", "b >= :d AND b < date(:d, '+1 day')"),
        ("drop_cast", "SELECT a FROM t WHERE CAST(b AS TEXT) = :b", "WHERE b = :b"),
        ("drop_hint", "SELECT a FROM t NOT INDEXED WHERE b = :b", "FROM t WHERE"),
        ("drop_plus", "SELECT a FROM t WHERE +b = :b AND c = 1", "WHERE b = :b"),
        ("rename_column", "SELECT sum(total) FROM orders WHERE a = :a", "sum(total_cents)"),
    ],
)
def test_a_remedy_that_fits(remedy: str, sql: str, expected: str) -> None:
    change = change_for(remedy, _case(sql))
    assert isinstance(change, Change)
    assert expected in change.after
    assert f"+++ b/{change.path}" in change.diff


@pytest.mark.parametrize(
    ("remedy", "sql"),
    [
        ("none", "SELECT a FROM t WHERE b = :b"),
        ("range", "SELECT a FROM t WHERE b = :b"),
        ("collate_index", "SELECT a FROM t WHERE b = :b"),
        ("index_equality_first", "SELECT a FROM t WHERE date(b) = :b"),
        ("index_first", "SELECT a FROM t WHERE b = :b"),
        ("batch_loop", "SELECT a FROM t WHERE b = :b"),
    ],
)
def test_one_that_does_not_fit_says_why(remedy: str, sql: str) -> None:
    assert isinstance(change_for(remedy, _case(sql, indexes={"ix": "b"})), str)


def test_a_loop_becomes_one_grouped_query() -> None:
    source = LOOP.format(name="job", outer="SELECT id FROM o", inner="SELECT count(*) FROM t WHERE b = :id")
    case = Case("app/jobs/job.py", source, statement_of(source), "t", {}, 47)
    change = change_for("batch_loop_zero", case)
    assert isinstance(change, Change)
    assert "SELECT b, count(*) FROM t WHERE b IN (SELECT id FROM o) GROUP BY b" in change.after
    assert "found.get(id, 0)" in change.after
    assert symptom(case.sql, is_job=True) == "loop"


def test_redundant_is_the_beginning_of_another() -> None:
    assert redundant({"one": "a", "two": "a, b", "three": "ab", "four": "b"}) == ["one"]
