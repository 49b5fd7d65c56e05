"""The shop's little jobs: a query, and one more for each of its rows."""

from __future__ import annotations

import sqlite3
from typing import Any

LOOP = '''\
"""{name}: runs every morning."""

OUTER = "{outer}"
INNER = "{inner}"


def run(db, parameters):
    ids = [id for (id,) in db.execute(OUTER, parameters).fetchall()]
    return [db.execute(INNER, {{"id": id}}).fetchone()[0] for id in ids]
'''

BATCH = '''\
"""{name}: runs every morning."""

OUTER = "{outer}"
BATCH = "{batch}"


def run(db, parameters):
    found = dict(db.execute(BATCH, parameters).fetchall())
    return [found.get(id{default}) for (id,) in db.execute(OUTER, parameters).fetchall()]
'''


class _Counting:
    """A connection that counts what it is asked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.statements = 0

    def execute(self, sql: str, parameters: dict[str, object]) -> sqlite3.Cursor:
        self.statements += 1
        return self._connection.execute(sql, parameters)


def run_job(source: str, connection: sqlite3.Connection, parameters: dict[str, object]) -> tuple[Any, int]:
    """(what the job returns, how many statements it needed). The source is the project's own text, never a log's."""
    names: dict[str, Any] = {}
    exec(compile(source, "job", "exec"), names)
    counting = _Counting(connection)
    return names["run"](counting, parameters), counting.statements
