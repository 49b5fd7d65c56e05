"""The triage agent: plan, act, check, until the tickets of the morning are done."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from replay_gui.core.recorder.recorder import Recorder
from tests.samples_maker.casework import INDEXES, Casework, Work
from tests.samples_maker.desk import GRANTED, Denied, Desk, Host
from tests.samples_maker.dice import Dice
from tests.samples_maker.phrases import say
from tests.samples_maker.remedies import Change, redundant, statement_of
from tests.samples_maker.tickets import TICKETS, Ticket
from tests.samples_maker.tools import World

VERSION = "2.1.0"
CONFIG: dict[str, Any] = {
    "capabilities": list(GRANTED),
    "tickets_at_once": 3,
    "search": {"limit": 4, "tries": 3},
    "spot_checks": 3,
    "policy": "rules",
}
THANKFUL = 0.5  # the share of people who answer


class Agent:
    """Works through the tickets. It decides on nothing but what it hears and what its tools answer."""

    def __init__(self, desk: Desk, world: World) -> None:
        self._desk, self._world = desk, world
        self._casework = Casework(desk)
        self._status: dict[str, str] = {}
        self._worked: list[Work] = []

    def run(self) -> None:
        size = CONFIG["tickets_at_once"]
        self._desk.phase("plan")
        self._look_around()
        for first in range(0, len(TICKETS), size):
            if first:
                self._desk.phase("plan")
            batch = self._plan(TICKETS[first : first + size])
            self._desk.phase("act")
            for work in batch:
                self._status[work.id] = self._casework.work(work)
                self._worked.append(work)
                self._hear_back(work)
            self._desk.phase("check")
            self._check_all(batch)
        self._hand_over()

    # ---- plan -----------------------------------------------------------------------------------
    def _look_around(self) -> None:
        """What there was before the night, so that a loss can be seen."""
        desk = self._desk
        desk.decide(
            "orient", {"goal": "slow queries"}, "Many tables changed in the night. First: what was there before it?"
        )
        base = desk.call("read_file", path="db/migrations/0040_base.sql").output["content"]
        desk.remember("schema/before", dict(Counter(re.findall(r"ON (\w+) \(", base))))

    def _plan(self, tickets: tuple[Ticket, ...]) -> list[Work]:
        desk, batch = self._desk, []
        for ticket in tickets:
            desk.hear("message", ticket.reporter, f"{ticket.id}: {ticket.text}")
            desk.hear("metric", "monitor", self._measure(ticket))
            batch.append(Work(ticket.id, ticket.reporter, ticket.name, ticket.table))
        now = desk.call("read_clock").output["now"]
        facts = {"first": batch[0].id, "reporter": batch[0].reporter, "n": len(batch)}
        desk.decide("plan", {"order": [work.id for work in batch]}, say("plan", batch[0].id, **facts))
        desk.remember("plan", {"tickets": [work.id for work in batch], "since": now[11:16]})
        return batch

    def _measure(self, ticket: Ticket) -> dict[str, Any]:
        """What the monitor sees of a query: the world's knowledge, not the agent's."""
        source = (self._world.folder / ticket.path).read_text(encoding="utf-8")
        examined = self._world.examined(statement_of(source), {"id": 1} if ticket.is_job else ticket.parameters)
        p95 = 12 + examined // 4 + Dice(f"p95 {ticket.id} {examined}").between(0, 40)
        return {"query": ticket.name, "table": ticket.table, "p95_ms": p95 * (40 if ticket.is_job else 1)}

    # ---- act ------------------------------------------------------------------------------------
    def _hear_back(self, work: Work) -> None:
        """Some people answer."""
        ticket = next(ticket for ticket in TICKETS if ticket.id == work.id)
        if self._status[work.id] == "fixed" and Dice(f"thanks {work.id}").chance(THANKFUL):
            p95 = self._measure(ticket)["p95_ms"] if not ticket.is_job else 380
            self._desk.hear("message", work.reporter, say("thanks", work.id, p95=p95))

    # ---- check ----------------------------------------------------------------------------------
    def _check_all(self, batch: list[Work]) -> None:
        desk = self._desk
        target = " ".join([*(work.name for work in self._worked if self._status[work.id] != "open"), "limits"])
        desk.decide("verify", {"tickets": len(self._worked)}, say("suite", batch[0].id))
        result = desk.call("run_tests", target=target).output
        over = [failure for failure in result["failures"] if failure.startswith("limits")]
        if over:
            self._tidy(over[0].partition(": ")[2])
            result = desk.call("run_tests", target=target).output
        facts = {"passed": result["passed"], "clock": desk.clock}
        saying = "suite_bad" if result["failures"] else "suite_good"
        desk.decide("verified", result, say(saying, batch[0].id, **facts))
        desk.remember("progress", dict(Counter(self._status.values())))
        desk.snapshot("batch")

    def _tidy(self, problem: str) -> None:
        """Too many indexes on a table: takes away one that another makes redundant."""
        desk, table = self._desk, problem.partition(" ")[0]
        desk.decide("look_for_redundant", {"table": table}, say("too_many", table, problem=problem))
        rows = desk.call("query_db", sql=INDEXES, parameters={"table": table}).output["rows"]
        indexes = {name: re.findall(r"\((.*)\)", sql)[0] for name, sql in rows}
        path = {name: path for name in indexes for path in self._casework.made if name[3:] + ".sql" in path}
        name = next((name for name in redundant(indexes) if name in path), None)
        if name is None:
            return
        other = next(other for other, columns in indexes.items() if columns.startswith(indexes[name] + ","))
        desk.decide("redundant", {"index": name}, say("redundant", name, name=name, other=other))
        if "lessons/db:drop" not in desk.memory:
            desk.decide("shortcut", {"index": name}, say("try_drop", name, name=name))
            refused = desk.attempt("query_db", sql=f"DROP INDEX {name}")
            if isinstance(refused, Denied):
                desk.remember(f"lessons/{refused.capability}", ["ops/"])
                desk.decide("other_way", {"index": name}, say("denied_drop", name))
        text = desk.call("read_file", path=path[name]).output["content"]
        patch = desk.propose(Change("migration", path[name], text, ""), f"{name} is redundant beside {other}.")
        desk.accept(patch)
        self._casework.applied += 1
        self._casework.made.remove(path[name])
        del indexes[name]
        desk.remember(f"schema/{table}", {"indexes": indexes})

    # ---- the end --------------------------------------------------------------------------------
    def _hand_over(self) -> None:
        """A last look at some of the work, then the summary."""
        desk = self._desk
        desk.phase("hand over")
        closed = [work for work in self._worked if self._status[work.id] == "fixed" and work.plan]
        for work in closed[: CONFIG["spot_checks"]]:
            desk.decide("spot_check", {"query": work.name}, say("spot", work.id, **work.facts))
            desk.call("query_db", sql=f"EXPLAIN {work.sql}", parameters=work.parameters)
        for key in [key for key in desk.memory if key.startswith("files/")]:
            desk.forget(key)
        count = Counter(self._status.values())
        facts = {"closed": count["fixed"] + count["fine"], "open": count["open"], "patches": self._casework.applied}
        desk.tell(say("end", "", **facts))
        desk.phase("done")


def run(path: Path, world: World, host: Host, run_id: str) -> int:
    """Lets the agent work in a world and records it; returns the number of events."""
    started = host.now
    recorder = Recorder(path, "triage", VERSION, CONFIG, run_id=run_id, created=started)
    Agent(Desk(recorder, world, host), world).run()
    events = recorder.count
    recorder.seal(host.later(5, 50))
    return events
