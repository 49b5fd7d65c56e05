"""SQL in commands of psql, mysql, sqlite3 and duckdb, and in the arguments of tools."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.shell_effects import ShellEffects

READS, CHANGES, UNKNOWN, CHECKS = Effect.READS, Effect.CHANGES, Effect.UNKNOWN, Effect.CHECKS


@pytest.fixture(scope="module")
def shell() -> ShellEffects:
    return ShellEffects()


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ('psql -U app -d shop -tAc "SELECT count(*) FROM t" | head', READS),
        ("psql shop -c \"select 'delete from t'\" -c '\\dt'", READS),
        ("psql -l && psql --version", READS),
        ("psql -h db --command='delete from t'", CHANGES),
        ("psql -c 'select 1' -c 'drop table t'", CHANGES),
        ("psql -c 'select 1' -o out.txt", CHANGES),
        ("psql shop -f migrate.sql", UNKNOWN),
        ("psql shop < dump.sql", UNKNOWN),
        ('psql -c "$QUERY"', UNKNOWN),
        ('psql -c "select * from $TABLE"', UNKNOWN),
        ("psql <<'EOF'\nselect 1;\n-- delete from t\nEOF", READS),
        ("psql shop <<EOF\nbegin;\nupdate t set a = 1;\ncommit;\nEOF", CHANGES),
        ("echo 'delete from t;' | psql shop", CHANGES),
        ("cat <<EOF | psql shop\ndelete from t;\nEOF", CHANGES),
        ("cat dump.sql | psql shop", UNKNOWN),
        ("sudo -u postgres psql -c 'select 1'", READS),
        ("su - postgres -c \"psql -c 'drop table t'\"", CHANGES),
        ("docker exec -it db psql -U app -c 'delete from t'", CHANGES),
        ("docker compose exec -T db psql -c 'select 1'", READS),
        ("kubectl exec -n psql pod -- ls", UNKNOWN),
        ("mysql -uroot -psecret -e 'show tables' shop", READS),
        ("mysql -u root -Ne\"update t set a = 'x' where b = 1\" shop", CHANGES),
        ("mysql --user=root --execute='select 1 # ; delete'", READS),
        ("mysql shop < dump.sql", UNKNOWN),
        ("sqlite3 -header -csv app.db 'select * from t'", READS),
        ("sqlite3 app.db '.tables' '.schema t'", READS),
        ("sqlite3 app.db \"delete from t where a = 'select'\"", CHANGES),
        ("sqlite3 app.db <<< 'insert into t values (1)'", CHANGES),
        ("sqlite3 app.db 'select '\"'\"'a'\"'\"';'", READS),
        ("sqlite3 -readonly app.db 'delete from t'", UNKNOWN),
        ("sqlite3 :memory: 'create table t (a); insert into t values (1); select * from t'", READS),
        ("sqlite3 app.db", UNKNOWN),
        ("duckdb -c \"create table t as select * from 'a.csv'; from t\"", READS),
        ("duckdb a.duckdb -c 'create table t as select 1'", CHANGES),
        ("duckdb -csv -c \"copy (select 1) to 'b.parquet'\"", CHANGES),
        ("python - <<'E'\nc.execute('delete from t')\nc.commit()\nE", CHANGES),
        ("python -c \"c.execute('select 1'); c.commit()\"", CHECKS),
    ],
)
def test_the_sql_of_a_command_decides(shell: ShellEffects, text: str, effect: Effect) -> None:
    finding = shell.effect(text)
    assert (finding.effect, finding.reason) == (effect, finding.reason)
    assert finding.reason


@pytest.mark.parametrize(
    ("tool", "input", "effect"),
    [
        ("execute_sql", {"sql": "WITH a AS (SELECT 1) DELETE FROM t"}, CHANGES),
        ("execute_sql", {"query": "CALL purge()"}, UNKNOWN),
        ("run_sql", {"query": "SELECT 'drop table t'"}, READS),
        ("mcp__postgres__query", {"sql": "select 1"}, READS),
        ("read_query", {"query": "DELETE FROM t WHERE a = 1"}, CHANGES),
        ("db", {"statements": ["select 1", "update t set a = 1"]}, CHANGES),
        ("query_db", {"query": "CALL purge()"}, UNKNOWN),
        ("execute_code", {"language": "sql", "code": "drop table t"}, CHANGES),
        ("tool_3", {"statement": "SELECT a FROM t WHERE b = 1"}, READS),
        ("tool_3", {"query": "INSERT INTO t VALUES (1)"}, CHANGES),
        ("tool_3", {"query": "update the plan"}, UNKNOWN),
        ("query_docs", {"query": "update insurance policy"}, READS),
        ("search_database", {"query": "delete account"}, READS),
        ("web_search", {"query": "DELETE FROM users WHERE id = 1"}, READS),
        ("sql_db_query_checker", {"query": "DELETE FROM t"}, READS),
        ("mysql", {"query": "select 'it\\'s' # drop"}, READS),
        ("sqlite", "select 1 --1; x", READS),
        ("execute_sql", {"sql": ""}, UNKNOWN),
    ],
)
def test_the_sql_of_a_tool_decides(tool: str, input: Any, effect: Effect) -> None:
    classifier = EffectClassifier()
    finding = classifier.find(tool, input)
    assert (finding.effect, finding.reason) == (effect, finding.reason)
    assert finding.reason
    assert classifier.find(tool, input) == finding
