"""Junie sessions (``events.jsonl``): prompts, and blocks that are repeated whenever they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_SESSION, _PROMPT = "SessionA2uxEvent", "UserPromptEvent"
_TEXTS = ("AgentThoughtBlockUpdatedEvent", "MarkdownBlockUpdatedEvent", "ResultBlockUpdatedEvent")
_TOOLS = {  # kinds of blocks, and the name of the tool that each shows
    "TerminalBlockUpdatedEvent": "terminal",
    "ToolBlockUpdatedEvent": "tool",
    "ViewFilesBlockUpdatedEvent": "view_files",
    "FileChangesBlockUpdatedEvent": "edit_files",
    "McpBlockUpdatedEvent": "mcp",
    "CustomAgentBlockUpdatedEvent": "agent",
}
_STATES = ("IN_PROGRESS", "COMPLETED", "INPUT_REQUIRED")
_FINAL_STATUSES = ("COMPLETED", "FAILED", "CANCELLED")
_OUTPUTS = ("output", "details")
_ANSWER = "<!-- ANSWER -->"


class Junie(RecordFormat):
    """The importer. A session is one run; only the last state of a block is read."""

    name = "junie"
    title = translatable("Junie session")
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("requestId", "stepId", "taskId", "userMessageIds"), ID),
        "timestampMs": CLOCK,
        "modelUsage": USAGE,
        "snapshot": USAGE,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept events, one of which is a prompt of the user or contains an event of the agent."""
        return any(
            (_kind(record) == _PROMPT and isinstance(record.get("prompt"), str)) or _of_agent(record) is not None
            for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's events."""
        return _JunieEvents(self.name, self.volatile, notes)


def _kind(record: dict[str, Any]) -> str:
    """Return an event's kind without the package that some versions put before it."""
    return str(record.get("kind")).rpartition(".")[2]


def _of_agent(record: dict[str, Any]) -> dict[str, Any] | None:
    event = record.get("event")
    inner = event.get("agentEvent") if isinstance(event, dict) and _kind(record) == _SESSION else None
    return inner if isinstance(inner, dict) and isinstance(inner.get("kind"), str) else None


class _JunieEvents(RecordEvents):
    agent = "Junie"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._blocks: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}  # by step: the block, its first context
        self._text = ""  # the step of the last block of text
        self._done = set[str]()  # steps whose block is complete

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("timestampMs"))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events for one line of the file."""
        self.add_agent()
        inner, kind = _of_agent(record), _kind(record)
        if inner is not None:
            event = record["event"]
            usual = event.get("state") if event.get("state") in _STATES else None
            about = self.rest(record, "kind", "event") | self.rest(event, "agentEvent", state=usual)
            self._inner(inner, _kind(inner), str(event.get("state")), about)
        elif kind == _PROMPT:
            self._finish_all()
            shown = record.get("presentablePrompt")
            used = ("kind", "prompt", "presentablePrompt") if shown is None else ("kind", "presentablePrompt")
            self.how = None
            self.add_message(
                "user", shown or record.get("prompt"), self.fields(record, *used, askMode=False, thinkMore=False)
            )
        elif kind in ("UserAsyncResponseEvent", "UserResponseEvent"):
            entries = maps_in(record.get("entries"))
            text = "\n".join(f"{entry.get('question')}\n{entry.get('answer')}" for entry in entries)
            self.add_message("user", text or self.rest(record, "kind"), self.fields(record, "kind", "entries"))
        elif kind == "SystemMessageEvent":
            data = "\n".join(str(record[name]) for name in ("text", "details") if record.get(name))
            self.run.observation("notice", self.agent, data, self.fields(record, "kind", "text", "details"))
        elif kind == "AgentTaskFailedEvent":
            self._failed(record)
        else:
            self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "kind"))

    def _inner(self, block: dict[str, Any], kind: str, state: str, about: dict[str, Any]) -> None:
        """Add an event of the agent, or remember the block that it shows."""
        if kind == "LlmResponseMetadataEvent":
            self._used(block, about)
        elif kind in ("AgentFailureEvent", "AgentTaskFailedEvent"):
            self._failed(block)
        elif kind in _TEXTS or kind in _TOOLS:
            step = f"{kind} {block.get('stepId')}"
            if step in self._done and kind != "ResultBlockUpdatedEvent":
                self.run.bookkeeping(f"{self.format}/repeated", {**self.rest(block, "kind"), **about})
                return
            if self._text != step:
                self._finish(self._text)
            if kind in _TEXTS[:2]:
                self._text = step
            before, context = self._blocks.get(step, ({}, dict(self.run.context)))
            if before:
                self.run.bookkeeping(f"{self.format}/earlier", self.rest(before, "kind"))
            self._blocks[step] = {**before, **block, **({"about": about} if about else {})}, context
            if block.get("status") in _FINAL_STATUSES or (kind == "ResultBlockUpdatedEvent" and state == "COMPLETED"):
                self._finish(step)
        else:
            self.run.bookkeeping(f"{self.format}/{kind}", {**self.rest(block, "kind"), **about})

    def _finish_all(self) -> None:
        for step in [*self._blocks]:
            self._finish(step)

    def _finish(self, step: str) -> None:
        """Add the last state of a block."""
        if step not in self._blocks:
            return
        (block, context), now, kind = self._blocks.pop(step), self.run.context, step.partition(" ")[0]
        self._done.add(step)
        text = block.get("text")
        if kind in _TOOLS:
            self._tool(block, kind, context)
        elif kind == "ResultBlockUpdatedEvent":
            answer = str(block.get("result") or "").removeprefix(_ANSWER)
            self.add_answer(answer, None, self.fields(block, "kind", "result", cancelled=False))
            self.how = "answered", None
            if block.get("cancelled") is True:
                self.run.interrupted("the user stopped the agent", "user")
                self.how = "stopped by user", None
        else:
            self.run.context = context
            thought = kind == "AgentThoughtBlockUpdatedEvent"
            extra = self.fields(block, "kind", "text", status="COMPLETED")
            self.add_answer(None if thought else text, str(text) if thought else None, extra)
        self.run.context = now

    def _tool(self, block: dict[str, Any], kind: str, context: dict[str, Any]) -> None:
        """Add a call, and its result when it is recorded."""
        now, status = self.run.context, block.get("status")
        name = str(block.get("toolName") or _TOOLS[kind])
        given = self.rest(block, "kind", "status", "toolName", "about", *_OUTPUTS)
        self.run.context, call_id = context, f"call {self.run.count}"
        about = block.get("about")
        members = {
            **(about if isinstance(about, dict) else {"about": about}),
            **({} if status in (None, "IN_PROGRESS", *_FINAL_STATUSES) else {"status": status}),
        }
        self.run.request(call_id, name, given, extra=self.fields(members))
        self.run.context = now
        if status in _FINAL_STATUSES:
            output = next((block[key] for key in _OUTPUTS if block.get(key) is not None), None)
            error = None if status == "COMPLETED" else first_line(output) or str(status).lower()
            both = {"details": block["details"]} if block.get("output") is not None and block.get("details") else {}
            self.add_result(call_id, output, error, both)

    def _used(self, block: dict[str, Any], about: dict[str, Any]) -> None:
        """Add what one answer of the model used; Junie counts the cached tokens apart from the input."""
        for use in maps_in(block.get("modelUsage")) or [{}]:
            counts = {name: count for name, count in use.items() if type(count) is int}
            cached = counts.get("cacheInputTokens", 0)
            sent = counts.get("inputTokens", 0) + cached + counts.get("cacheCreateTokens", 0)
            tokens = {"input": sent, "cached": cached, "output": counts.get("outputTokens", 0)} if counts else None
            model = use.get("model") if isinstance(use.get("model"), str) else None
            facts = {**self.rest(block, "kind"), **about}
            self.run.bookkeeping(f"{self.format}/use", facts, tokens=tokens, cost=use.get("cost"), model=model)

    def _failed(self, record: dict[str, Any]) -> None:
        self._finish_all()
        message = record.get("message") or record.get("text") or record.get("error")
        text = str(message or "the task failed")
        self.run.error("error", text, self.agent, self.fields(record, "kind", "message", "text", "error"))
        self.how = "crash", first_line(text)

    def add_end(self) -> None:
        """Add the blocks that are still open at the end of the file."""
        self._finish_all()
