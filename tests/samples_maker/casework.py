"""One ticket, from the complaint to the closed case."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.recorder.recorder import RecordedPatch
from tests.samples_maker.desk import Denied, Desk
from tests.samples_maker.phrases import say
from tests.samples_maker.remedies import Case, Change, change_for, conditions, statement_of, symptom, table_of

INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table ORDER BY name"
TERMS = {
    "plain": ("missing index full scan", "index equality columns first"),
    "sorted": ("index sort order by", "index range sort columns missing"),
    "date": ("function around date column full scan", "half-open range bare column report"),
    "lower": ("lower() comparison index", "index on the expression lower(column)"),
    "nocase": ("COLLATE NOCASE full scan", "index collation NOCASE ignored"),
    "cast": ("cast as text hides index", "ids that arrive as text"),
    "hint": ("NOT INDEXED hint full scan", "leftover hints load test"),
    "plus": ("unary plus column hint", "old hint index of a column"),
    "loop": ("job with statements in a loop", "grouped query counting default 0"),
    "renamed": ("no such column after migration", "renamed money columns"),
}
_REWRITES = ("range", "drop_cast", "drop_hint", "drop_plus", "lower_both")


@dataclass(slots=True)
class Work:
    """What is known of the ticket at hand, as it grows."""

    id: str
    reporter: str
    name: str
    table: str
    path: str = ""
    source: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    symptom: str = ""
    examined: int = 0
    plan: list[str] = field(default_factory=list)
    cause: str = ""
    target: str = ""
    tried: set[str] = field(default_factory=set)

    @property
    def sql(self) -> str:
        return statement_of(self.source)

    @property
    def index(self) -> str:
        found = [step.split(" BY ")[1].split(" (")[0] for step in self.plan if " BY " in step]
        return found[0] if found else "no index"

    @property
    def facts(self) -> dict[str, Any]:
        """What the sayings may mention."""
        record = {"id": self.id, "reporter": self.reporter, "name": self.name, "table": self.table}
        return record | {"rows": self.examined, "index": self.index}


class Casework:
    """How the agent works on one ticket at a time.

    Attributes:
        applied: patches that passed so far. made: the files of ops/ that are in force.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.applied = 0
        self.made: list[str] = []
        self._proven: set[tuple[str, str]] = set()

    def work(self, work: Work) -> str:
        """Works on a ticket until it is "fixed", "fine" or "open"."""
        desk = self.desk
        desk.decide("investigate", {"ticket": work.id, "query": work.name}, say("start", work.id, **work.facts))
        self._read(work)
        if self._explain(work):
            if work.symptom != "loop" and not self._slow(work):
                return self._fine(work)
            self._blame(work)
            self._spread(work)
        done = self._find_remedy(work)
        if not done:
            desk.decide("hand_over", {"ticket": work.id}, say("give_up", work.id, **work.facts))
            desk.tell(say("reply_give_up", work.id, **work.facts))
        return "fixed" if done else "open"

    # ---- what is there --------------------------------------------------------------------------
    def _read(self, work: Work) -> None:
        desk = self.desk
        jobs = desk.recall("files/jobs") if "files/jobs" in desk.memory else []
        work.path = f"app/jobs/{work.name}.py" if f"{work.name}.py" in jobs else f"app/queries/{work.name}.sql"
        calls: list[tuple[str, dict[str, Any]]] = [
            ("read_file", {"path": work.path}),
            ("read_file", {"path": f"checks/{work.name}.toml"}),
        ]
        known = f"schema/{work.table}" in desk.memory
        if known:
            desk.recall(f"schema/{work.table}")
        else:
            calls.append(("query_db", {"sql": INDEXES, "parameters": {"table": work.table}}))
        query, check, *schema = desk.together(*calls)
        if query.error:
            desk.decide("look_for_job", {"query": work.name}, say("wrong_path", work.id, **work.facts))
            desk.remember("files/jobs", desk.call("list_dir", path="app/jobs").output["files"])
            work.path = f"app/jobs/{work.name}.py"
            query = desk.call("read_file", path=work.path)
        work.source = query.output["content"]
        work.parameters = tomllib.loads(check.output["content"])["parameters"]
        work.symptom = symptom(work.sql, work.path.endswith(".py"))
        if schema:
            self._note_schema(work.table, schema[0].output["rows"])

    def _note_schema(self, table: str, rows: list[list[str]]) -> None:
        columns = {name: re.findall(r"\((.*)\)", sql)[0] for name, sql in rows}
        self.desk.remember(f"schema/{table}", {"indexes": columns})

    def _explain(self, work: Work) -> bool:
        """Asks the planner; False where the query does not even run."""
        parameters = {"id": 1} if work.symptom == "loop" else work.parameters
        answer = self.desk.call("query_db", sql=f"EXPLAIN {work.sql}", parameters=parameters)
        if answer.error:
            work.symptom = "renamed"
            problem = answer.error.partition(": ")[2]
            self.desk.decide("diagnose", {"broken": problem}, say("invalid", work.id, problem=problem, **work.facts))
            work.cause = f"A migration renamed the column ({problem})."
            return False
        work.plan, work.examined = answer.output["plan"], answer.output["examined"]
        return True

    def _slow(self, work: Work) -> bool:
        scan, sort = f"SCAN {work.table}" in work.plan, "SORT" in work.plan
        if not scan and not sort:
            return False
        saying = "scan" if scan else "sort"
        if not scan:
            work.symptom = "sorted"
        self.desk.decide("diagnose", {"plan": work.plan}, say(saying, work.id, **work.facts))
        return True

    def _fine(self, work: Work) -> str:
        ours = any(work.index.removeprefix("ix_") in path for path in self.made)
        self.desk.decide("diagnose", {"plan": work.plan}, say("shared" if ours else "fine", work.id, **work.facts))
        self.desk.remember(f"case/{work.id}", {"status": "shared" if ours else "fine", "index": work.index})
        self.desk.tell(say("reply_fine", work.id, **work.facts))
        return "fine"

    def _blame(self, work: Work) -> None:
        """What the night's migrations did to the table; looked up once a table."""
        desk, key = self.desk, f"cause/{work.table}"
        if work.symptom == "loop":
            desk.decide("measure", {"plan": work.plan}, say("count", work.id, **work.facts))
            failure = desk.call("run_tests", target=work.name).output["failures"][0]
            work.examined = int(failure.partition(": ")[2].split()[0])
            desk.decide("diagnose", {"check": failure}, say("loop", work.id, n=work.examined, **work.facts))
            return
        if key in desk.memory:
            work.cause = _cause(work, desk.recall(key)["migration"])
            return
        if "files/migrations" not in desk.memory:
            desk.remember("files/migrations", desk.call("list_dir", path="db/migrations").output["files"])
        stems = [part for part in work.table.split("_") if part not in ("order", "log")]
        names = [n for n in desk.memory["files/migrations"] if any(stem in n for stem in stems)]
        paths = [f"db/migrations/{name}" for name in names]
        texts = desk.together(*(("read_file", {"path": path}) for path in paths)) if paths else []
        found: dict[str, Any] = {"migration": "", "lost": 0, "kept": 0}
        for path, text in zip(paths, texts, strict=True):
            script = text.output["content"]
            rebuilt = f"DROP TABLE {work.table}" in script
            if rebuilt or "DROP INDEX" in script:
                before = desk.memory["schema/before"].get(work.table, 0)
                found = {"migration": path, "lost": before, "kept": script.count("CREATE INDEX")}
                saying = "blame" if rebuilt else "blame_drop"
        if not found["migration"]:
            desk.decide("innocent", {"table": work.table}, say("innocent", work.id, **work.facts))
        else:
            facts = {**work.facts, **found, "migration": found["migration"].rpartition("/")[2]}
            desk.decide("blame", {"migration": found["migration"]}, say(saying, work.id, **facts))
        desk.remember(key, found)
        work.cause = _cause(work, found["migration"])

    def _spread(self, work: Work) -> None:
        """How many values the column has; an index on one of three values would be no help."""
        bare = re.match(r"\+?(?:\w+\()?(?:'[^']*', )?(\w+)", (conditions(work.sql) or [""])[0])
        column = bare[1] if bare else None
        key = f"stats/{work.table}.{column}"
        if work.symptom == "loop" or column is None or key in self.desk.memory:
            return
        count = f"SELECT count(*), count(DISTINCT {column}) FROM {work.table}"
        while (answer := self.desk.call("query_db", sql=count)).error:
            self.desk.decide("retry", {"sql": count}, say("locked", work.id))
        rows, distinct = answer.output["rows"][0]
        self.desk.remember(key, {"rows": rows, "distinct": distinct})
        facts = {**work.facts, "rows": rows, "distinct": distinct, "column": column, "each": round(rows / distinct)}
        self.desk.decide("weigh", {"column": column, "distinct": distinct}, say("spread", work.id, **facts))

    # ---- what to do -----------------------------------------------------------------------------
    def _find_remedy(self, work: Work) -> bool:
        topic = work.name.replace("_", " ")
        for nth, terms in enumerate(TERMS[work.symptom]):
            if nth:
                self.desk.decide("search_again", {"ticket": work.id}, say("refine", work.id, **work.facts))
            hits = self._search(f"{terms} {topic}")
            if hits:
                facts = {**work.facts, **hits[0], "count": len(hits)}
                self.desk.decide("follow", {"doc": hits[0]["doc"], "hits": len(hits)}, say("hits", work.id, **facts))
            if any(self._follow(work, hit) for hit in hits):
                return True
        return False

    def _search(self, query: str) -> list[dict[str, Any]]:
        for _ in range(3):
            answer = self.desk.call("search", query=query, limit=4)
            if not answer.error:
                hits: list[dict[str, Any]] = answer.output["hits"]
                return hits
            self.desk.decide("retry", {"query": query}, say("timeout", query))
        return []

    def _follow(self, work: Work, hit: dict[str, Any]) -> bool:
        """Reads a document (or what it remembers of it) and does what it proposes, where that fits."""
        desk, key = self.desk, f"notes/{hit['doc'].removeprefix('docs/')}"
        if key in desk.memory:
            remedy = desk.recall(key)["remedy"]
        else:
            text = desk.call("read_file", path=hit["doc"]).output["content"]
            remedy = re.findall(r"^remedy: (\w+)$", text, re.M)[0]
            desk.remember(key, {"remedy": remedy, "title": hit["title"]})
        if remedy in work.tried:
            desk.decide("skip", {"doc": hit["doc"]}, say("same", f"{work.id}{key}", title=hit["title"]))
            return False
        if remedy in desk.memory.get(f"lessons/{work.symptom}", []):
            desk.decide("skip", {"doc": hit["doc"]}, say("learned", f"{work.id}{remedy}", title=hit["title"]))
            return False
        change = change_for(remedy, self._case(work))
        if isinstance(change, str):
            desk.decide(
                "skip", {"doc": hit["doc"]}, say("no_fit", f"{work.id}{remedy}", title=hit["title"], why=change)
            )
            return False
        work.tried.add(remedy)
        self._try_shortcut(work, remedy)
        why = say("try", f"{work.id}{remedy}", title=hit["title"], what=_what(change), **work.facts)
        return self._try(work, remedy, change, why)

    def _case(self, work: Work) -> Case:
        numbers = [int(path[4:8]) for path in self.made]
        indexes = self.desk.memory.get(f"schema/{table_of(work.sql)}", {}).get("indexes", {})
        return Case(work.path, work.source, work.sql, table_of(work.sql), indexes, max(numbers, default=46) + 1)

    def _try_shortcut(self, work: Work, remedy: str) -> None:
        """The quick ways that an agent would like to take, each once: the gate teaches it better."""
        migration = self.desk.memory.get(f"cause/{work.table}", {}).get("migration")
        if remedy == "analyze" and "lessons/db:write" not in self.desk.memory:
            saying, facts, call = "analyze", work.facts, {"tool": "query_db", "sql": f"ANALYZE {work.table}"}
        elif remedy.startswith("index") and migration and "lessons/files:write:db" not in self.desk.memory:
            saying, facts = "migration", {"migration": migration}
            call = {"tool": "write_file", "path": migration, "content": f"-- and again: the indexes of {work.table}\n"}
        else:
            return
        self.desk.decide("shortcut", {"ticket": work.id}, say(f"try_{saying}", work.id, **facts))
        refused = self.desk.attempt(**call)
        if isinstance(refused, Denied):
            self.desk.remember(f"lessons/{refused.capability}", ["ops/"])
            self.desk.decide("other_way", {"ticket": work.id}, say(f"denied_{saying}", work.id))

    def _try(self, work: Work, remedy: str, change: Change, why: str) -> bool:
        """Proposes a change and lets the check decide; a rewrite that still lacks an index gets one on top."""
        desk, before = self.desk, work.source
        tried: list[tuple[RecordedPatch, Change]] = [(desk.propose(change, why), change)]
        failures = desk.call("run_tests", target=work.name).output["failures"]
        if failures and remedy in _REWRITES and all(" has S" in failure for failure in failures):
            work.source = change.after
            index = change_for("index_equality_first", self._case(work))
            if isinstance(index, Change):
                what = _what(index)
                desk.decide("second_half", {"ticket": work.id}, say("half", work.id, what=what))
                tried.append((desk.propose(index, f"The bare column has no index yet: {what}."), index))
                failures = desk.call("run_tests", target=work.name).output["failures"]
        if failures:
            problem = failures[0].partition(": ")[2]
            for patch, undone in reversed(tried):
                desk.reject(patch, undone, problem)
            work.source = before
            lessons = desk.memory.get(f"lessons/{work.symptom}", [])
            desk.decide("undo", {"check": failures}, say("failed", f"{work.id}{remedy}", problem=problem))
            if (work.symptom, remedy) not in self._proven:
                desk.remember(f"lessons/{work.symptom}", [*lessons, remedy])
            return False
        self._proven.add((work.symptom, remedy))
        for patch, done in tried:
            desk.accept(patch)
            self.applied += 1
            work.target = done.path
            work.source = work.source if done.new else done.after
            if done.new:
                self.made.append(done.path)
        self._close(work)
        return True

    def _close(self, work: Work) -> None:
        desk, table = self.desk, table_of(work.sql)
        is_job = work.path.endswith(".py")
        desk.decide("confirm", {"check": work.name}, say("passed_job" if is_job else "passed", work.id, **work.facts))
        before = work.examined
        if not is_job:
            calls: list[tuple[str, dict[str, Any]]] = [
                ("query_db", {"sql": f"EXPLAIN {work.sql}", "parameters": work.parameters})
            ]
            if work.target.startswith("ops/"):
                calls.append(("query_db", {"sql": INDEXES, "parameters": {"table": table}}))
            answer, *schema = desk.together(*calls)
            work.plan, work.examined = answer.output["plan"], answer.output["examined"]
            if schema:
                self._note_schema(table, schema[0].output["rows"])
        facts = {**work.facts, "before": before, "after": work.examined, "plan": ", ".join(work.plan),
                 "why": work.cause, "target": work.target}  # fmt: skip
        saying = "close_job" if is_job else "close_broken" if not before else "close"
        saying = "close_sort" if saying == "close" and before <= work.examined else saying
        desk.decide("close", {"ticket": work.id, "plan": work.plan}, say(saying, work.id, **facts))
        numbers = {"statements_before": before} if is_job else {"before": before, "after": work.examined}
        desk.remember(f"case/{work.id}", {"status": "fixed", "target": work.target, **numbers})
        desk.tell(say(saying.replace("close", "reply"), work.id, **facts))


def _cause(work: Work, migration: str) -> str:
    """Why it was slow, in a sentence: by the looks of the query, then by what the night did to its table."""
    if work.symptom not in ("plain", "sorted", "nocase"):
        return "The query hid its column from every index."
    return f"{migration.rpartition('/')[2]} took its index away." if migration else "No index ever served it."


def _what(change: Change) -> str:
    """A change in a few words."""
    if change.kind == "migration":
        return change.after.strip().rstrip(";")
    if change.kind == "python":
        return f"one grouped query in {change.path}"
    return f"in {change.path}, {change.after.splitlines()[1].rstrip(';')}"
