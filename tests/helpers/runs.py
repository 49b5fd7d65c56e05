"""Synthetic runs for tests of painting: indexes without logs, and a session that moves without an engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Slot

from replay_gui.core.index.event_groups import EventGroups
from replay_gui.core.index.group_sorter import sorted_groups
from replay_gui.core.index.run_clock import RunClock, clock_of
from replay_gui.core.index.run_index import FLAG_CRITICAL, FLAG_FAILED, NO_DURATION, NO_PAIR, NO_TOOL, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.verification.verification_report import Finding, Verdict, VerificationReport
from replay_gui.models.session import Session
from replay_gui.models.timeline.timeline_axis import TimeAxis

TOOLS = ("search", "read_file", "run_tests", "query_db")
PHASES = ("plan", "act", "check", "act", "plan", "act", "check", "report")


def synthetic_index(count: int, tools: tuple[str, ...] = TOOLS, seed: int = 7, complete: bool = True) -> RunIndex:
    """Return `count` events (1 or more) as in a real run: paired calls, some failed, errors, phases, snapshots."""
    random = np.random.default_rng(seed)
    wanted = {
        "Observation": 0.06, "Decision": 0.32, "ToolRequest": 0.2, "MemoryWrite": 0.04, "MemoryRead": 0.02,
        "PatchProposal": 0.008, "Error": 0.006, "CapabilityDenied": 0.002, "Snapshot": 0.001,
    }  # fmt: skip
    shares = np.array([wanted.get(name, 0.0) for name in KINDS])
    kind = random.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.uint16)
    begin = [count * n // len(PHASES) for n in range(len(PHASES))]
    kind[begin] = KINDS.index("StateTransition")
    kind[:1] = KINDS.index("AgentInit")
    request, response = KINDS.index("ToolRequest"), KINDS.index("ToolResponse")
    tool, pair = np.full(count, NO_TOOL, np.int32), np.full(count, NO_PAIR, np.int32)
    asked = np.flatnonzero(kind == request)
    chosen = random.zipf(1.4, len(asked)) % len(tools)
    answered = asked + random.integers(1, 8, len(asked))
    fits = (answered < count) & ~np.isin(kind[np.minimum(answered, count - 1)], [request, KINDS.index("Error")])
    _, first = np.unique(answered, return_index=True)
    once = np.zeros(len(asked), bool)
    once[first] = True
    fits &= once
    tool[asked] = chosen
    kind[answered[fits]], tool[answered[fits]] = response, chosen[fits]
    pair[asked[fits]], pair[answered[fits]] = answered[fits], asked[fits]
    flags = np.zeros(count, np.uint8)
    flags[answered[fits][random.random(int(fits.sum())) < 0.03]] |= FLAG_FAILED
    flags[np.isin(kind, [KINDS.index(name) for name in ("Error", "CapabilityDenied", "StateTransition")])] |= (
        FLAG_CRITICAL
    )
    time = 1_700_000_000_000_000_000 + np.cumsum(random.integers(10**6, 10**9, count))
    index = RunIndex(
        tools=tools,
        phases=tuple((index, name) for index, name in zip(begin, PHASES, strict=True) if index > 0),
        kind=kind,
        tool=tool,
        offset=np.arange(count, dtype=np.uint64) * 300,
        time=time,
        duration=np.full(count, NO_DURATION, np.int64),
        pair=pair,
        flags=flags,
        snapshots=tuple(map(Position, range(0, count, max(count // 24, 1)))),
        complete=complete,
    )
    return indexed(index)


def indexed(index: RunIndex) -> RunIndex:
    """Return the same index with its groups of events and its clock, as the engine makes it."""
    return replace(index, groups=sorted_groups(index), clock=clock_of(index.time))


def time_axis(index: RunIndex) -> TimeAxis:
    """Return the axis along the clock of an index, which must have one."""
    clock = clock_of(index.time)
    assert isinstance(clock, RunClock)
    return TimeAxis(clock)


def groups_as_lists(groups: EventGroups) -> dict[str, Any]:
    """Return what the groups hold."""
    return {
        "count": groups.count,
        "positions": {int(which): positions.tolist() for which, positions in groups.positions.items()},
        "failed": {int(which): positions.tolist() for which, positions in groups.failed.items()},
        "kinds": groups.kinds.tolist(),
        "tools": groups.tools.tolist(),
    }


def first_events(index: RunIndex, count: int) -> RunIndex:
    """Return `index` at the time when it covered `count` events: calls answered later are not yet paired."""
    pair = index.pair[:count].copy()
    pair[pair >= count] = NO_PAIR
    first = RunIndex(
        kinds=index.kinds, tools=index.tools, phases=tuple(p for p in index.phases if p[0] < count),
        kind=index.kind[:count], tool=index.tool[:count], offset=index.offset[:count], time=index.time[:count],
        duration=index.duration[:count], pair=pair, flags=index.flags[:count],
        snapshots=tuple(p for p in index.snapshots if p <= count), complete=False,
    )  # fmt: skip
    return indexed(first)


def report_of(events: int, verdict: Verdict = "VALID", broken: int | None = None) -> VerificationReport:
    finding = (
        ()
        if broken is None
        else (
            Finding(
                index=EventIndex(broken),
                event_id=f"run:{broken}",
                offset=broken * 300,
                problem="hash differs",
                expected="aa",
                actual="bb",
            ),
        )
    )
    return VerificationReport(
        run="run.rlog", run_id="run-7f3a", origin="recorded", events=events, verified=events - len(finding),
        failures=finding, mismatches=(), state_hashes=events, state_hashes_checked=events, seal="good", tail_bytes=0,
        skipped_bytes=0,
        head="aa", state_hash="bb", file_blake3="cc", verdict=verdict, notes=(),
    )  # fmt: skip


class StillSession(Session):
    """A session without an engine: it moves and zooms, and no state ever comes."""

    def show(self, index: RunIndex) -> None:
        self.index, self.position, self.report = index, Position(0), None
        self.view = (0.0, float(max(index.count, 8)))
        self.run_changed.emit()

    @Slot(object)
    def seek(self, position: int) -> None:
        self._set_position(Position(position))

    def set_view(self, start: float, end: float) -> None:
        if (start, end) != self.view:
            self.view = (start, end)
            self.view_changed.emit()

    def fit_view(self) -> None:
        self.set_view(0.0, float(max(self.index.count, 8)))
