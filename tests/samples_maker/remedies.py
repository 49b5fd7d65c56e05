"""The ways out that the documents propose, as changes to files."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from tests.samples_maker.jobs import BATCH

_DATE = re.compile(r"date\((\w+)\) = (:\w+)")
_MONTH = re.compile(r"strftime\('%Y-%m', (\w+)\) = (:\w+)")
_CAST = re.compile(r"CAST\((\w+) AS TEXT\)")
_INNER = re.compile(r"SELECT (.+) FROM (\w+) WHERE (\w+) = :id")
_CONDITION = re.compile(r"(\w+) (=|>=|<=|<|>) (?::\w+|\d+|date\(.*\)|:\w+ \|\| '-01')( COLLATE NOCASE)?$")
RENAMED = {"total": "total_cents", "price": "price_cents"}


@dataclass(frozen=True, slots=True)
class Case:
    """What the agent knows of the query at hand.

    Attributes:
        path, source: of the file. sql: the statement whose access path is to blame. table: that it reads.
        indexes: name -> the columns as written. next_number: of the next file in ops/.
    """

    path: str
    source: str
    sql: str
    table: str
    indexes: dict[str, str]
    next_number: int


@dataclass(frozen=True, slots=True)
class Change:
    """A file's new text. `new` says that it did not exist."""

    kind: str
    path: str
    before: str
    after: str

    @property
    def new(self) -> bool:
        return not self.before

    @property
    def diff(self) -> str:
        old = "/dev/null" if self.new else f"a/{self.path}"
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), old, f"b/{self.path}", n=1, lineterm=""
        )
        return "\n".join(lines) + "\n"


def statement_of(source: str) -> str:
    """The statement of a query's file; of a job's file its inner one."""
    if inner := re.search(r'INNER = "(.*)"', source):
        return inner[1]
    return source.partition("\n")[2].strip().rstrip(";")


def table_of(sql: str) -> str:
    found = re.search(r"FROM (\w+)", sql)
    return found[1] if found else ""


def conditions(sql: str) -> list[str]:
    where = re.search(r"WHERE (.*?)(?: ORDER BY .*| GROUP BY .*)?$", sql)
    return where[1].split(" AND ") if where else []


def symptom(sql: str, is_job: bool) -> str:
    """What is odd about a statement, by its looks."""
    if is_job:
        return "loop"
    for mark, name in (("NOT INDEXED", "hint"), ("CAST(", "cast"), ("lower(", "lower"), ("date(", "date"),
                       ("strftime(", "date"), ("+", "plus"), ("NOCASE", "nocase")):  # fmt: skip
        if mark in sql:
            return name
    return "sorted" if "ORDER BY" in sql else "plain"


def change_for(remedy: str, case: Case) -> Change | str:
    """The change that a remedy means here, or why it does not fit, in words."""
    match remedy:
        case "none":
            return "it proposes nothing to do"
        case "analyze" if "INNER" in case.source:
            return "statistics do not make a loop shorter"
        case "analyze":
            return _ops(case, f"analyze_{case.table}", f"ANALYZE {case.table};")
        case "batch_loop" | "batch_loop_zero":
            return _batch(case, ", 0" if remedy.endswith("zero") else "")
        case "index_first" | "index_equality_first" | "expression_index" | "collate_index":
            return _index(remedy, case)
    after = _rewrite(remedy, case.sql)
    if after == case.sql:
        return f"there is nothing to rewrite in {case.path}"
    return Change("sql", case.path, case.source, case.source.replace(case.sql, after))


def _rewrite(remedy: str, sql: str) -> str:
    match remedy:
        case "range":
            sql = _DATE.sub(r"\1 >= \2 AND \1 < date(\2, '+1 day')", sql)
            return _MONTH.sub(r"\1 >= \2 || '-01' AND \1 < date(\2 || '-01', '+1 month')", sql)
        case "drop_cast":
            return _CAST.sub(r"\1", sql)
        case "drop_hint":
            return sql.replace(" NOT INDEXED", "")
        case "drop_plus":
            return re.sub(r"(WHERE|AND) \+(\w)", r"\1 \2", sql)
        case "lower_both":
            return re.sub(r"(\w+) = (:\w+) COLLATE NOCASE", r"lower(\1) = lower(\2)", sql)
        case "rename_column":
            return re.sub(r"\b(total|price)\b", lambda found: RENAMED[found[0]], sql)
    return sql


def _index(remedy: str, case: Case) -> Change | str:
    if remedy == "expression_index":
        columns = re.findall(r"(lower\(\w+\)) = lower\(:", case.sql)
        if not columns:
            return "no column stands inside lower()"
    else:
        found = [_CONDITION.match(condition) for condition in conditions(case.sql)]
        if "NOT INDEXED" in case.sql or not all(found):
            return "the column is hidden from every index as the query stands"
        parts = [(f[1], f[2], bool(f[3])) for f in found if f]
        if remedy == "collate_index" and not any(nocase for *_, nocase in parts):
            return "the comparison minds upper and lower case"
        nocase = " COLLATE NOCASE" if remedy == "collate_index" else ""
        equal = [column + nocase for column, sign, _ in parts if sign == "="]
        ranges = [column for column, sign, _ in parts if sign != "="]
        order = re.findall(r"ORDER BY (\w+)", case.sql)
        columns = [parts[0][0]] if remedy == "index_first" else list(dict.fromkeys(equal + ranges[:1] + order))
    wanted = ", ".join(columns)
    if wanted in case.indexes.values():
        return f"an index on ({wanted}) is there already"
    name = "ix_" + "_".join([case.table, *(re.sub(r"\W+", "_", c.lower()).strip("_") for c in columns)])
    return _ops(case, name.removeprefix("ix_"), f"CREATE INDEX {name} ON {case.table} ({wanted});")


def _batch(case: Case, default: str) -> Change | str:
    outer, inner = re.search(r'OUTER = "(.*)"', case.source), _INNER.match(case.sql)
    if not outer or not inner or "INNER" not in case.source:
        return "there is no loop"
    value, table, column = inner.groups()
    batch = f"SELECT {column}, {value} FROM {table} WHERE {column} IN ({outer[1]}) GROUP BY {column}"
    name = case.path.rpartition("/")[2].removesuffix(".py")
    return Change(
        "python", case.path, case.source, BATCH.format(name=name, outer=outer[1], batch=batch, default=default)
    )


def _ops(case: Case, name: str, statement: str) -> Change:
    return Change("migration", f"ops/{case.next_number:04}_{name}.sql", "", statement + "\n")


def redundant(indexes: dict[str, str]) -> list[str]:
    """Names of indexes whose columns are the beginning of another's."""
    return [
        name for name, columns in indexes.items() if any(other.startswith(columns + ",") for other in indexes.values())
    ]
