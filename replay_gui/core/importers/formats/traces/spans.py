"""Spans of a trace, whatever wrote them: the core that importers of traces share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.log.kinds import Kind

FOLDED = "spans of plumbing (HTTP requests, queues), folded away"
REPEATED_CALLS = "spans around a model call that describe it a second time, folded away"

Role: TypeAlias = Literal["agent", "model", "tool", "retriever", "guardrail", "step", "plumbing"]


@dataclass(frozen=True, slots=True)
class Span:
    """One span.

    Attributes:
        id, parent: within the trace; parent None for a root.
        role: what it is. name: its own; of a tool, the tool's.
        start, end: ns since 1970, None where unknown.
        input, output: decoded. messages: what a model was sent, as {role, content} maps.
        error: what went wrong, None where nothing did.
        config: of an agent. call_id: of a tool's call.
        meta: ids, tokens, cost, attributes: what may differ between faithful runs.
    """

    id: str
    parent: str | None
    role: Role
    name: str
    start: int | None
    end: int | None
    input: Any = None
    output: Any = None
    messages: tuple[Any, ...] = ()
    error: str | None = None
    config: dict[str, Any] = field(default_factory=dict)
    call_id: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)


class SpanEvents:
    """Makes events of a trace's spans, in order of time: a call's request at its start, the answer at its end."""

    def __init__(self, spans: list[Span], format: str, notes: ImportNotes) -> None:
        self._spans = spans
        self._by_id = {span.id: span for span in spans}
        self._format = format
        self._notes = notes
        self._run = RunBuilder(notes)
        self._told: set[str] = set()  # messages that are in the run already
        self._decided: int | None = None  # seq of the last decision
        self._agent: Span | None = None
        self._names: dict[str, str] = {}  # of subagents, by their spans' ids
        self._called: dict[str, int] = {}  # how many subagents have a name

    def read(self) -> Iterator[ImportedEvent]:
        self._agent = next((span for span in sorted(self._spans, key=self._rank) if span.role == "agent"), None)
        self._begin()
        yield from self._run.drain()
        for _, _, act in sorted(self._moments(), key=lambda moment: moment[:2]):
            act()
            yield from self._run.drain()

    @property
    def agent(self) -> str:
        """The outermost agent's name, "agent" where nothing is called one."""
        first = next((span for span in sorted(self._spans, key=self._rank) if span.role == "agent"), None)
        return first.name if first is not None else "agent"

    def _begin(self) -> None:
        agent = self._agent
        times = [span.start for span in self._spans if span.start is not None]
        meta = agent.meta if agent is not None else {}
        self._run.agent_init(
            agent.name if agent else "agent", "", agent.config if agent else {}, time=min(times, default=None), **meta
        )

    def _moments(self) -> Iterator[tuple[int, int, Callable[[], None]]]:
        """(time, what comes first at the same time, what then happens)."""
        around = {id for span in self._spans if span.role == "model" for id in self._ancestors(span)}
        order = sorted(range(len(self._spans)), key=lambda i: self._rank(self._spans[i]))
        for rank, span in ((2 * rank, self._spans[i]) for rank, i in enumerate(order)):
            start = span.start or 0
            end = max(start, span.end if span.end is not None else start)
            if span.role == "plumbing":
                self._notes.count(FOLDED)
            elif span.role == "model" and span.id in around:
                self._notes.count(REPEATED_CALLS)
            elif span.role == "model":
                yield start, rank, self._bound(self._asked_model, span)
                yield end, rank + 1, self._bound(self._answered_model, span)
            elif span.role == "tool":
                yield start, rank, self._bound(self._asked_tool, span)
                yield end, rank + 1, self._bound(self._answered_tool, span)
            elif span is not self._agent:
                yield start, rank, self._bound(self._other, span)
            if span is self._agent and span.error is not None:
                yield end, rank + 1, self._bound(self._failed, span)

    def _bound(self, act: Callable[[Span], None], span: Span) -> Callable[[], None]:
        path = self._subagents(span)

        def does() -> None:
            self._run.context = {"subagent": path or None}
            act(span)

        return does

    def _subagents(self, span: Span) -> list[str]:
        """The agents within the outermost one that the span is in, from the outside; what repeats a name is one."""
        above = [span, *(self._by_id[id] for id in self._ancestors(span))]
        if self._agent is None or not any(one is self._agent for one in above):
            return []
        path, about = list[str](), self._agent.name
        for one in reversed(above):
            if one.role == "agent" and one is not self._agent and one.name != about:
                path.append(self._name(one))
                about = one.name
        return path

    def _name(self, agent: Span) -> str:
        """Its name, with a number where it is not the first of that name."""
        if agent.id not in self._names:
            same = self._called[agent.name] = self._called.get(agent.name, 0) + 1
            self._names[agent.id] = agent.name if same == 1 else f"{agent.name} {same}"
        return self._names[agent.id]

    def _rank(self, span: Span) -> tuple[int, int]:
        return span.start or 0, sum(1 for _ in self._ancestors(span))

    def _ancestors(self, span: Span) -> Iterator[str]:
        seen = {span.id}
        while span.parent is not None and span.parent not in seen and span.parent in self._by_id:
            seen.add(span.parent)
            yield span.parent
            span = self._by_id[span.parent]

    # ---- what happens ---------------------------------------------------------------------------
    def _asked_model(self, span: Span) -> None:
        """What the model is told for the first time; its own words and tools' answers come in by other ways."""
        for message in span.messages:
            role = message.get("role") if isinstance(message, dict) else "user"
            if role in ("assistant", "model", "tool", "function"):
                continue
            key = json.dumps(message, sort_keys=True, default=str)
            if key not in self._told:
                self._told.add(key)
                content = message.get("content", message) if isinstance(message, dict) else message
                self._run.observation("message", str(role), content, time=span.start)

    def _answered_model(self, span: Span) -> None:
        meta = {**span.meta, "time": span.end if span.end is not None else span.start, "duration": _length(span)}
        kind = "message" if isinstance(span.output, str) else "model"
        self._decided = self._run.decision(kind, span.output, **meta)
        if span.error is not None:
            self._failed(span)

    def _asked_tool(self, span: Span) -> None:
        meta = {**span.meta, "tool_call_id": span.call_id}
        self._run.request(span.id, span.name, span.input, time=span.start, parent=self._decided, **meta)

    def _answered_tool(self, span: Span) -> None:
        seq, call = self._run.response(
            span.id, span.output, error=span.error, time=span.end or span.start, duration=_length(span)
        )
        if span.error is not None:
            self._run.error("tool_error", span.error, call.tool_name, parent=seq, time=span.end)

    def _other(self, span: Span) -> None:
        meta = {**span.meta, "time": span.start, "duration": _length(span)}
        if span.role == "retriever":
            self._run.add(Kind.MEMORY_READ, {"key": span.name, "query": span.input, "value": span.output}, **meta)
        elif span.role == "guardrail" and span.error is not None:
            self._run.denied(span.name, span.name, span.error, **meta)
        else:
            said = {"name": span.name, "input": span.input, "output": span.output}
            self._run.custom(f"{self._format}/{span.role}", {k: v for k, v in said.items() if v is not None}, **meta)
        if span.error is not None and span.role != "guardrail":
            self._failed(span)

    def _failed(self, span: Span) -> None:
        self._run.error("span_error", span.error or "failed", span.name, time=span.end)


def _length(span: Span) -> int | None:
    return span.end - span.start if span.start is not None and span.end is not None and span.end >= span.start else None


def unfolded(value: Any) -> Any:
    """`value` with the JSON decoded that it has as text, at most twice over."""
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        try:
            value = value_in(value)
        except NotJson:
            break
    return value
