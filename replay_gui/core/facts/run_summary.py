"""Summarise a run in one pass over its events, without verification and without states."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from replay_gui.core.facts.run_measures import (
    RunCounts,
    TokenCounts,
    is_call,
    is_failed_call,
    run_duration,
    token_counts,
)
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.facts.run_totals import RunTotals, total_cost
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import END, Kind, is_denial, is_result

_AGENT_INIT = Kind.AGENT_INIT.value


@dataclass(slots=True, kw_only=True)
class RunSummary:
    """The current counts over a run's events; run_measures defines the numbers.

    Attributes:
        events: how many, including skipped stretches. kinds: events by kind. tools: {calls, errors, denied} by tool;
        errors are failed calls. agent: its type, from the header or else from the first AgentInit.
        first_time, last_time: earliest and latest, ns. stated_duration: by the End events, ns.
        counts: calls and failures. totals: tokens and cost.
        result: outcome and end. sealed: whether a seal follows the last record; only verification decides whether it is
        valid. failed_tool: of the last event, if it is a failed call.
    """

    agent: str | None
    events: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    tools: dict[str, dict[str, int]] = field(default_factory=dict)
    first_time: int | None = None
    last_time: int | None = None
    stated_duration: int = 0
    counts: RunCounts = field(default_factory=RunCounts)
    totals: RunTotals = field(default_factory=RunTotals)
    result: RunResult = field(default_factory=RunResult)
    sealed: bool = False
    failed_tool: str | None = None

    def add_event(self, event: Event) -> None:
        """Count one more event."""
        self.events += 1
        kind, tool, payload = event.kind, event.tool, event.payload
        self.kinds[kind] += 1
        self.counts.add_event(kind, payload, self.failed_tool)
        self.failed_tool = tool if is_failed_call(kind, payload) else None
        self.totals.add_event(event)
        time = event.time
        if time is not None:
            self.first_time = time if self.first_time is None else min(time, self.first_time)
            self.last_time = time if self.last_time is None else max(time, self.last_time)
        if kind == _AGENT_INIT and self.agent is None:
            agent = payload.get("agent_type")
            self.agent = agent if isinstance(agent, str) else None
        elif is_result(kind):
            self.result = self.result.with_event(kind, payload)
            if kind == END:
                self.stated_duration += max(0, event.duration or 0)
        elif tool is None:
            pass
        elif is_call(kind):
            self._tool(tool)["calls"] += 1
        elif kind == Kind.TOOL_RESPONSE:
            self._tool(tool)["errors"] += is_failed_call(kind, payload)
        elif is_denial(kind):
            self._tool(tool)["denied"] += 1

    @property
    def duration(self) -> int | None:
        """In ns; None if it is unknown."""
        return run_duration(self.first_time, self.last_time, self.stated_duration)

    @property
    def tokens(self) -> TokenCounts:
        """Tokens of all models together."""
        return token_counts(self.totals.uses())

    @property
    def cost(self) -> float | None:
        """Cost of all models together, in dollars; None if it is unknown."""
        return total_cost(self.totals.uses())

    def _tool(self, name: str) -> dict[str, int]:
        return self.tools.setdefault(name, {"calls": 0, "errors": 0, "denied": 0})
