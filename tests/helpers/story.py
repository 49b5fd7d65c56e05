"""A run with a meaningful story, and a session that shows it without an engine, for tests of the panels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from blake3 import blake3

from replay_gui.core.index.run_index import FLAG_FAILED, NO_DURATION, NO_PAIR, NO_TIME, NO_TOOL, RunIndex
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.readable.event_reading import EventReading
from replay_gui.core.state.state import StateChange
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.core.text.event_label import event_label
from replay_gui.core.text.event_text import summarize_event
from replay_gui.engine.answers import EventRow, PositionState, Related, Rows, RunFacts
from tests.helpers.runs import StillSession, indexed

START = 1_700_000_000_000_000_000
MS = 1_000_000


def call(tool: str, asked: Any) -> tuple[str, dict[str, Any]]:
    return "ToolRequest", {"tool_name": tool, "tool_version": "1", "input": asked, "capabilities": []}


def answer(tool: str, output: Any, error: str | None = None) -> tuple[str, dict[str, Any]]:
    payload = {"tool_name": tool, "request_hash": "00", "output": output, "success": error is None, "error": error}
    return "ToolResponse", payload


def say(text: str) -> tuple[str, dict[str, Any]]:
    return "Decision", {"decision_type": "message", "data": text}


# (ms since the one before, kind, payload, duration in ms or 0)
STORY: tuple[tuple[int, tuple[str, dict[str, Any]], int], ...] = (
    (0, say("After “3 rows, 41 ms” I read the migrations that touch orders"), 0),
    (9, call("read_file", {"path": "db/migrations/0042_add_index.sql"}), 0),
    (33, answer("read_file", "CREATE INDEX CONCURRENTLY orders_customer_idx\n  ON orders (customer_id);\n"), 33),
    (6, say("The index exists; the planner does not use it."), 0),
    (11, call("search", {"q": "planner ignores index after bulk load"}), 0),
    (2389, answer("search", None, "timeout after 2.4 s"), 2389),
    (10, ("Error", {"error_type": "Timeout", "message": "search: no answer in 2,400 ms", "component": "search",
                    "recoverable": True}), 0),
    (14, say("Search is down; look at pg_stats directly."), 0),
    (17, call("query_db", {"sql": "select n_distinct, correlation from pg_stats where tablename = 'orders'"}), 0),
    (41, answer("query_db", {"rows": [[12, 0.4], [3, 0.1], [9, 0.9]]}), 41),
    (8, ("MemoryWrite", {"key": "stats/orders", "value": {"n_distinct": 12, "correlation": 0.4}}), 0),
    (11, say("Statistics are stale: propose ANALYZE orders."), 0),
    (9, ("PatchProposal", {"patch_hash": "ab" * 32, "patch_type": "diff", "target": "ops/analyze.sql",
         "patch": "--- a/ops/analyze.sql\n+++ b/ops/analyze.sql\n@@ -1,2 +1,3 @@\n begin;\n-vacuum orders;\n"
         "+analyze orders;\n commit;\n", "reasoning": "run ANALYZE orders after the bulk load"}), 0),
    (22, call("run_tests", {"target": "planner"}), 0),
    (1516, answer("run_tests", "12 passed"), 1520),
)  # fmt: skip

STATE: dict[str, Any] = {
    "agent": {"type": "triage", "version": "2.1.0", "config": {str(i): i for i in range(6)}},
    "errors": {"count": 2, "last": {"type": "Timeout", "message": "search: no answer in 2,400 ms"}},
    "memory": {f"key-{i:02}": {"n": i} for i in range(12)}
    | {"schema/orders": dict.fromkeys("abcde", "int"), "plan": ["read", "measure", "mend"]},
    "messages": [{"role": "user", "content": f"message {i}"} for i in range(391)],
    "pending": {},
    "phase": "act",
    "tools": {
        "search": {"calls": 112, "errors": 3, "denied": 0, "last": "timeout after 2.4 s"},
        "read_file": {"calls": 70, "errors": 0, "denied": 0},
        "run_tests": {"calls": 17, "errors": 2, "denied": 0},
        "query_db": {"calls": 4, "errors": 0, "denied": 0},
    },
}
CHANGES = (
    StateChange(("errors", "count"), 1, 2),
    StateChange(("errors", "last"), {"type": "RateLimit", "message": "429 from api"}, STATE["errors"]["last"]),
)
RELATED = (
    Related("caused by", Position(6), "← search timeout after 2.4 s"),
    Related("asked in", Position(5), "search → planner ignores index after bulk load"),
    Related("led to", Position(8), "Decision Search is down; look at pg_stats directly."),
)
FACTS = RunFacts(
    path="/runs/triage.rlog",
    name="triage.rlog",
    run_id="run-7f3a",
    format="rlog",
    origin="recorded",
    source="",
    notes=(),
    agent_type="triage",
    agent_version="2.1",
    size=1,
    created=None,
)


def event_at(place: int) -> Event:
    """Return event `place` of a run that repeats the story."""
    _, (kind, payload), took = STORY[place % len(STORY)]
    meta: dict[str, Any] = {"seq": place, "time": time_of(place), "model": "gpt-x", "tokens": 812}
    if took:
        meta["duration"] = took * MS
    return Event(
        EventIndex(place), place * 300, 300, f"run-7f3a:{place}", kind, payload, meta, b"content", b"s" * 32, b"h" * 32
    )


def time_of(place: int) -> int:
    laps, rest = divmod(place, len(STORY))
    steps = [step for step, _, _ in STORY]
    return START + MS * (laps * (sum(steps) + 10) + sum(steps[: rest + 1]))


def story_index(count: int, complete: bool = True) -> RunIndex:
    tools: tuple[str, ...] = ("search", "read_file", "run_tests", "query_db")
    laps = -(-count // len(STORY))
    one = [event_at(place) for place in range(len(STORY))]
    times = np.array([time_of(place) for place in range(len(STORY))])
    lap = time_of(len(STORY)) - time_of(0)

    def column(values: list[int], dtype: Any) -> Any:
        return np.tile(np.array(values, dtype), laps)[:count]

    index = RunIndex(
        tools=tools,
        kind=column([KINDS.index(event.kind) for event in one], np.uint16),
        tool=column([tools.index(event.tool) if event.tool else NO_TOOL for event in one], np.int32),
        offset=np.arange(count, dtype=np.uint64) * 300,
        time=(np.tile(times, laps) + np.repeat(np.arange(laps) * lap, len(STORY)))[:count],
        duration=column([event.duration or NO_DURATION for event in one], np.int64),
        pair=np.full(count, NO_PAIR, np.int32),
        flags=column([FLAG_FAILED if event.payload.get("error") else 0 for event in one], np.uint8),
        complete=complete,
    )
    return indexed(index)


def with_bookkeeping(index: RunIndex, *places: int) -> RunIndex:
    """Return the same index, in which these events are bookkeeping."""
    kind = index.kind.copy()
    kind[list(places)] = len(index.kinds)
    tool = index.tool.copy()
    tool[list(places)] = NO_TOOL
    return indexed(replace(index, kinds=(*index.kinds, "x:bookkeeping/title"), kind=kind, tool=tool))


def untimed(index: RunIndex) -> RunIndex:
    """Return the same index, for a run without recorded times."""
    return RunIndex(
        groups=index.groups,
        kinds=index.kinds, tools=index.tools, phases=(), kind=index.kind, tool=index.tool, offset=index.offset,
        time=np.full(index.count, NO_TIME), duration=index.duration, pair=index.pair, flags=index.flags, snapshots=(),
        complete=index.complete,
    )  # fmt: skip


class StorySession(StillSession):
    """A session that answers requests for rows in `answer_rows`; states come with `show_position_state`.

    Attributes: asked: the requested spans of rows that were not answered, newest last.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[EventIndex, EventIndex]] = []

    def show(self, index: RunIndex) -> None:
        self.facts, self.index, self.position = FACTS, index, Position(0)
        self.run_changed.emit()

    def request_rows(self, start: EventIndex, stop: EventIndex) -> None:
        self.asked.append((start, stop))

    def answer_rows(self) -> None:
        """Answer the newest request; older ones were replaced."""
        if self.asked:
            start, stop = self.asked[-1]
            self.asked.clear()
            self.rows_ready.emit(Rows(start, tuple(story_row(place) for place in range(start, stop))))

    def answer_all(self) -> None:
        while self.asked:
            self.answer_rows()

    def show_position_state(self, state: PositionState) -> None:
        self.seek(state.position)
        self.position_state = state
        self.position_state_changed.emit()


def story_row(place: int) -> EventRow:
    event = event_at(place)
    failed = bool(event.payload.get("error")) or event.kind == "Error"
    summary = summarize_event(event)
    return EventRow(
        position=Position(place + 1),
        kind=event.kind,
        tool=event.tool,
        text=summary,
        time=event.time,
        duration=event.duration,
        failed=failed,
        broken=False,
        label=event_label(event),
    )


def position_state_at(position: int, **parts: Any) -> PositionState:
    given: dict[str, Any] = {
        "event": event_at(position - 1) if position else None, "related": RELATED, "state": STATE,
        "changes": CHANGES, "trusted": True, "not_applied": None,
    }  # fmt: skip
    event = (given | parts)["event"]
    if event is not None:
        given["reading"] = EventReading(event).next_page()
        given["content_hash"] = blake3(event.content).hexdigest()
    changes = StateChanges(parts.get("changes", CHANGES))
    return PositionState(position=Position(position), **(given | parts | {"changes": changes}))
