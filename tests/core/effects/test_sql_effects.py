"""The effect of SQL: each statement counts; strings, comments and names do not; what is not clear is unknown."""

from __future__ import annotations

import time

import pytest

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.sql_effects import sql_effect
from replay_gui.core.effects.sql_tokens import SqlDialect

READS, CHANGES, UNKNOWN = Effect.READS, Effect.CHANGES, Effect.UNKNOWN


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("select * from t where a = 1", READS),
        ("(select 1) union (select 2)", READS),
        ("values (1)", READS),
        ("with a as (select 1), b (x) as (select 2) select * from a, b", READS),
        ("show tables; describe t; explain select 1", READS),
        ("explain delete from t", READS),
        ("explain (analyze, buffers) select 1", READS),
        ("pragma table_info(t); pragma user_version", READS),
        ("pragma foreign_keys = on; select 1", READS),
        ("copy (select 1) to stdout with csv", READS),
        ("create temp table x as select 1; select * from x", READS),
        ("begin; select 1; commit", READS),
        ("set search_path = a; select 1", READS),
        ("select * from t for update", READS),
        ("select replace(a, 'x', 'y'), json_set(b, '$.c', 1), count(*) from t", READS),
        (".tables\n.schema t\nselect 1;", READS),
        ("\\dt", READS),
        ("select 1\\G", READS),
        ("insert into t values (1)", CHANGES),
        ("update t set a = 1", CHANGES),
        ("merge into t using s on (a = b) when matched then delete", CHANGES),
        ("select 1; select 2; drop table t; select 3", CHANGES),
        ("create table temp (x int)", CHANGES),
        ("truncate t", CHANGES),
        ("grant select on t to u", CHANGES),
        ("with gone as (delete from t returning *) select * from gone", CHANGES),
        ("with a as (select 1) delete from t", CHANGES),
        ("with a as (with b as (insert into t values (1) returning 1) select 1) select 2", CHANGES),
        ("select * into new from t", CHANGES),
        ("select a from t into outfile 'x'", CHANGES),
        ("explain analyze delete from t", CHANGES),
        ("explain (analyze) with a as (select 1) update t set a = 1", CHANGES),
        ("pragma user_version = 3", CHANGES),
        ("copy t from 'a.csv'", CHANGES),
        ("copy t to 'a.csv'", CHANGES),
        ("\\copy t from a.csv", CHANGES),
        ("begin; delete from t; commit", CHANGES),
        ("select nextval('s')", CHANGES),
        ("create function f() returns int as $$ select 1; $$ language sql", CHANGES),
        ("call purge()", UNKNOWN),
        ("do $$ begin delete from t; end $$", UNKNOWN),
        ("select delete_user(5)", UNKNOWN),
        ("select app.run_it()", UNKNOWN),
        ("begin; delete from t; rollback", UNKNOWN),
        ("begin; delete from t", UNKNOWN),
        ("select 1 delete from t", UNKNOWN),
        ("use d\nGO\ndelete from t", UNKNOWN),
        ("begin tran delete from t commit", UNKNOWN),
        ("explain (analyze false) delete from t", UNKNOWN),
        ("select 'delete from t' \\gexec", UNKNOWN),
        ("with a select 1", UNKNOWN),
        ("select 'not closed", UNKNOWN),
        ("/* not closed select 1", UNKNOWN),
        ("frobnicate", UNKNOWN),
        ("$QUERY", UNKNOWN),
    ],
)
def test_the_statements_decide(text: str, effect: Effect) -> None:
    for each in (text, f"-- first\n{text}", f"/* a; */ {text}" if text[0] not in "\\./" else text):
        finding = sql_effect(each)
        assert finding is not None
        assert (each, finding.effect) == (each, effect)
        assert finding.reason.startswith("SQL ")


@pytest.mark.parametrize(
    "text",
    [
        "select 'delete from t; drop table t'",
        "select 'it''s; delete from t'",
        "select 1 -- ; delete from t",
        "select 1 /* ; delete from t */",
        "select update, t.delete from t",
        'select "delete from t", `drop`, [insert into t] from "update"',
        "select $a$; delete from t; $a$",
        "select count(*) as truncate from t where x in ('drop table')",
        "select e'\\'; delete from t; --'",
    ],
)
def test_words_in_strings_comments_and_names_change_nothing(text: str) -> None:
    finding = sql_effect(text, SqlDialect.STANDARD)
    assert finding is not None
    assert finding.effect is READS


@pytest.mark.parametrize(
    ("text", "standard", "mysql"),
    [
        ("select 'a\\'; delete from t; -- '", CHANGES, READS),
        ("select 'it\\'s'", UNKNOWN, READS),  # not closed in the standard
        ("select 5 --1; delete from t", READS, CHANGES),
        ("select 1 # ; delete from t", CHANGES, READS),
        ("/* /* */ delete from t; -- */ select 1", READS, CHANGES),
        ("/*!50001 delete from t */", READS, UNKNOWN),
    ],
)
def test_what_two_databases_divide_differently_is_known_only_with_the_database(
    text: str, standard: Effect, mysql: Effect
) -> None:
    of = [sql_effect(text, dialect) for dialect in (SqlDialect.STANDARD, SqlDialect.MYSQL, None)]
    assert [finding and finding.effect for finding in of[:2]] == [standard, mysql]
    assert of[2] is not None
    assert of[2].effect is (mysql if "it" in text else UNKNOWN)


def test_what_a_database_in_memory_holds_is_lost() -> None:
    for text, effect in (
        ("create table t as select 1; insert into t values (2); from t", READS),
        ("create table t (a int); copy t to 'a.csv'", CHANGES),
        ("attach 'a.db' as a; create table a.t (b int)", CHANGES),
        (".open a.db\ncreate table t (a int)", CHANGES),
        ("select writefile('a', 'b')", CHANGES),
    ):
        finding = sql_effect(text, in_memory=True)
        assert finding is not None
        assert (text, finding.effect) == (text, effect)


@pytest.mark.parametrize(
    "text",
    [
        "update the plan",
        "delete from my list the milk",
        "create table of contents",
        "drop table reservation at 7",
        "select a good seat from the front row",
        "insert into the conversation a joke",
        "with love from Paris",
        "alter table booking for tomorrow",
        "it's",
    ],
)
def test_a_sentence_is_no_sql(text: str) -> None:
    assert sql_effect(text, surely=False) is None
    assert sql_effect(text) is not None


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("SELECT a, b FROM s.t AS x WHERE a = 'b' ORDER BY 1", READS),
        ("WITH a AS (SELECT 1) SELECT * FROM a", READS),
        ("DELETE FROM t WHERE id IN (1, 2);", CHANGES),
        ("UPDATE t SET a = 1 WHERE b IS NULL", CHANGES),
        ("INSERT INTO t (a) VALUES (1); SELECT a FROM t", CHANGES),
        ("CREATE TABLE IF NOT EXISTS t (a int)", CHANGES),
        ("DROP TABLE IF EXISTS t, u CASCADE", CHANGES),
    ],
)
def test_a_statement_of_a_common_form_is_sql(text: str, effect: Effect) -> None:
    finding = sql_effect(text, surely=False)
    assert finding is not None
    assert finding.effect is effect


_PIECES = ["(", "'", "$a$", "a.", "/*", "select f(", ";", "[a", "\\", "`", "e'\\", "with a as (", "update a set ", '"a']


@pytest.mark.parametrize("piece", [*_PIECES, "select a from ", "grant a on "])
def test_any_text_is_taken_in_time_in_proportion_to_it(piece: str) -> None:
    text = (piece * 15_000)[:15_000]
    begin = time.process_time()
    findings = [sql_effect(text), sql_effect(text, surely=False)]
    assert time.process_time() - begin < 1  # seconds; a quadratic reading takes tens of seconds
    assert all(finding is None or finding.effect is not CHANGES for finding in findings if piece[0] not in "ug")


def test_many_brackets_round_a_statement_are_taken() -> None:
    finding = sql_effect("(" * 20_000 + "select 1" + ")" * 20_000)
    assert finding is not None
    assert finding.effect is READS


def test_the_end_of_a_long_text_is_not_known() -> None:
    long = "select 1;\n" * 10_000
    of_reads, of_change = sql_effect(long), sql_effect(f"delete from t;{long}")
    assert of_reads is not None
    assert of_change is not None
    assert (of_reads.effect, of_change.effect) == (UNKNOWN, CHANGES)
