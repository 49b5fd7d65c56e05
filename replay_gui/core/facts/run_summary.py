"""What a run is about, counted in one pass over its events. Nothing is verified, and no state is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind, is_denial

_AGENT_INIT, _REQUEST, _RESPONSE = Kind.AGENT_INIT.value, Kind.TOOL_REQUEST.value, Kind.TOOL_RESPONSE.value


@dataclass(slots=True)
class RunSummary:
    """The running count over a run's events.

    Attributes:
        events: how many, skipped stretches among them. kinds: events by kind. tools: {calls, errors, denied} by tool.
        agent: its type, as the header or else the first AgentInit says. first_time, last_time: earliest and latest, ns.
        sealed: whether a seal follows the last record; verification alone says whether it is right.
    """

    agent: str | None
    events: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    tools: dict[str, dict[str, int]] = field(default_factory=dict)
    first_time: int | None = None
    last_time: int | None = None
    sealed: bool = False

    def take(self, event: Event) -> None:
        self.events += 1
        self.kinds[event.kind] += 1
        time = event.time
        if time is not None:
            self.first_time = time if self.first_time is None else min(time, self.first_time)
            self.last_time = time if self.last_time is None else max(time, self.last_time)
        kind, tool = event.kind, event.tool
        if kind == _AGENT_INIT and self.agent is None:
            agent = event.payload.get("agent_type")
            self.agent = agent if isinstance(agent, str) else None
        elif tool is None:
            pass
        elif kind == _REQUEST:
            self._tool(tool)["calls"] += 1
        elif kind == _RESPONSE:
            self._tool(tool)["errors"] += event.payload.get("success") is False
        elif is_denial(kind):
            self._tool(tool)["denied"] += 1

    def _tool(self, name: str) -> dict[str, int]:
        return self.tools.setdefault(name, {"calls": 0, "errors": 0, "denied": 0})
