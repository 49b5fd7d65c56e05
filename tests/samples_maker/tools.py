"""The agent's tools, and the world they work in: a database, a folder, a clock."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.samples_maker.dice import Dice
from tests.samples_maker.jobs import run_job
from tests.samples_maker.search import rank
from tests.samples_maker.shop import build
from tests.samples_maker.workspace import fingerprint, furnish

START = datetime(2026, 11, 20, 9, 12, 4, tzinfo=UTC)
TIMEOUT_MS = 2400
VERSIONS = {
    "search": "1.4", "query_db": "3.1", "read_file": "1.0", "write_file": "1.0", "list_dir": "1.0",
    "run_tests": "2.2", "read_clock": "1.0",
}  # fmt: skip
# From how many to how many ms a call takes.
SPEED = {
    "search": (240, 2390), "query_db": (6, 420), "read_file": (4, 90), "write_file": (6, 60), "list_dir": (3, 25),
    "run_tests": (800, 6200), "read_clock": (1, 3),
}  # fmt: skip
_PLAN = re.compile(r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?INDEX (\w+)(?: \((.*)\))?)?(.*)")
_ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Weather:
    """What differs from one world to another.

    Attributes:
        stale_search: the search call (from 1) that is answered by a replica without the newest documents; 0: none.
    """

    stale_search: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool returned and how long it took, in ms of the world."""

    output: Any
    error: str | None
    millis: int


class ToolFailed(Exception):
    """A tool could not do what it was asked; the message is its error."""


class World:
    """Everything outside the agent. Equal worlds answer equal calls equally, waiting times included.

    Attributes:
        folder: the workspace. millis: of the world's clock since START.
    """

    def __init__(self, folder: Path, weather: Weather) -> None:
        self.folder = folder
        self.millis = 0
        self._weather = weather
        self._searches = 0
        self._asked: dict[str, int] = {}
        self._base = sqlite3.connect(":memory:")
        build(self._base, "shop")
        furnish(folder, self._base)
        self._staging: tuple[tuple[str, ...], sqlite3.Connection] | None = None

    def close(self) -> None:
        self._base.close()
        if self._staging:
            self._staging[1].close()

    def call(self, tool: str, asked: dict[str, Any]) -> Answer:
        """Does it. Chance (waiting times, timeouts) hangs on the request and how often it was made, on nothing else."""
        request = f"{tool} {sorted(asked.items())}"
        self._asked[request] = self._asked.get(request, 0) + 1
        dice = Dice(f"{request} #{self._asked[request]}")
        millis = dice.skewed(*SPEED[tool])
        if tool == "search":
            self._searches += 1
            if dice.chance(0.2):
                return Answer(None, f"search: no answer in {TIMEOUT_MS:,} ms", TIMEOUT_MS - dice.between(1, 30))
        counts = tool == "query_db" and asked["sql"].startswith("SELECT count(")
        if counts and self._asked[request] == 1 and dice.chance(0.12):
            return Answer(None, "query_db: database is locked", millis + 500)
        try:
            return Answer(getattr(self, f"_{tool}")(**asked), None, millis)
        except (ToolFailed, sqlite3.Error) as why:
            return Answer(None, f"{tool}: {why}", millis)

    def examined(self, sql: str, parameters: dict[str, Any]) -> int:
        """How many rows a statement looks at today; what a monitor would see."""
        try:
            return int(self._plan(self._database(), sql, parameters)["examined"])
        except sqlite3.Error:
            return 0

    # ---- tools ----------------------------------------------------------------------------------
    def _read_clock(self) -> Any:
        return {"now": (START + timedelta(milliseconds=self.millis)).isoformat(timespec="milliseconds")}

    def _search(self, query: str, limit: int) -> Any:
        stale = self._searches == self._weather.stale_search
        hits = rank(query, limit, "2026-11-01" if stale else None)
        return {"hits": [{"doc": d.path, "title": d.title, "score": score} for score, d in hits]}

    def _read_file(self, path: str) -> Any:
        try:
            return {"content": (self.folder / path).read_text(encoding="utf-8")}
        except FileNotFoundError:
            raise ToolFailed(f"{path}: no such file") from None

    def _write_file(self, path: str, content: str | None) -> Any:
        """None removes the file."""
        target = self.folder / path
        if content is None:
            target.unlink()
            return {"removed": path}
        target.write_text(content, encoding="utf-8", newline="\n")
        return {"written": path, "bytes": len(content.encode())}

    def _list_dir(self, path: str) -> Any:
        return {"files": sorted(entry.name for entry in (self.folder / path).iterdir())}

    def _query_db(self, sql: str, parameters: dict[str, Any] | None = None) -> Any:
        staging = self._database()
        if sql.startswith("EXPLAIN "):
            return self._plan(staging, sql.removeprefix("EXPLAIN "), parameters or {})
        rows = staging.execute(sql, parameters or {}).fetchall()
        shown = {"rows": [list(row) for row in rows[:_ROWS_SHOWN]]}
        return shown if len(rows) <= _ROWS_SHOWN else {**shown, "more": len(rows) - _ROWS_SHOWN}

    def _run_tests(self, target: str) -> Any:
        """Each check of the folder, or one: the query's plan, the answer, the number of statements."""
        every = sorted(path.stem for path in (self.folder / "checks").glob("*.toml"))
        names = every if target == "all" else [name for name in target.split() if name in every]
        failures = [f"{name}: {problem}" for name in names for problem in self._check(name)]
        return {"passed": len(names) - len({f.partition(":")[0] for f in failures}), "failures": failures}

    # ---- how they work --------------------------------------------------------------------------
    def _database(self) -> sqlite3.Connection:
        """Staging: the shop's database with every file of ops/ carried out, in order."""
        scripts = tuple(path.read_text(encoding="utf-8") for path in sorted((self.folder / "ops").iterdir()))
        if self._staging is None or self._staging[0] != scripts:
            if self._staging:
                self._staging[1].close()
            staging = sqlite3.connect(":memory:")
            self._base.backup(staging)
            for script in scripts:
                staging.executescript(script)
            self._staging = scripts, staging
        return self._staging[1]

    def _plan(self, staging: sqlite3.Connection, sql: str, parameters: dict[str, Any]) -> Any:
        """The access path in words that no SQLite version changes, and how many rows it looks at."""
        steps, examined = [], 0
        for *_, detail in staging.execute(f"EXPLAIN QUERY PLAN {sql}", parameters):
            if found := _PLAN.match(detail):
                way, table, index, columns, rest = found.groups()
                key = columns or (rest.strip(" ()") if way == "SEARCH" else None)
                steps.append(f"{way} {table}" + (f" BY {index or 'primary key'} ({key})" if key else ""))
                if way == "SCAN":
                    examined += staging.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            elif detail.startswith("USE TEMP B-TREE") and "ORDER BY" in detail:
                steps.append("SORT")
        if not examined:
            examined = len(staging.execute(sql, parameters).fetchall())
        return {"plan": steps, "examined": examined}

    def _check(self, name: str) -> list[str]:
        """What is wrong, in words; nothing where it passes."""
        check = tomllib.loads((self.folder / f"checks/{name}.toml").read_text(encoding="utf-8"))
        staging = self._database()
        if name == "limits":
            count = "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'index' GROUP BY 1"
            counts, most = staging.execute(count).fetchall(), check["indexes_per_table"]
            return [f"{table} has {n} indexes, {most} are allowed" for table, n in counts if n > most]
        source = (self.folder / check["file"]).read_text(encoding="utf-8")
        if check["file"].endswith(".py"):
            answer, statements = run_job(source, staging, check["parameters"])
            most = check["statements_at_most"]
            problems = [f"{statements} statements, {most} are allowed"] if statements > most else []
        else:
            sql = source.partition("\n")[2].strip().rstrip(";")
            try:
                rows = staging.execute(sql, check["parameters"]).fetchall()
            except sqlite3.Error as why:
                return [str(why)]
            plan = self._plan(staging, sql, check["parameters"])["plan"]
            problems = [f"the plan has {step}" for step in plan if step == f"SCAN {check['no_scan_of']}"]
            problems += ["the plan has SORT"] if check["no_sorting"] and "SORT" in plan else []
            answer = rows if check["no_sorting"] else sorted(rows, key=repr)
        return problems + (["the answer is not the one expected"] if fingerprint(answer) != check["answer"] else [])
