"""The stream of ``cline --json`` since version 3: events of the agent, with each text and each call in parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.assistants.cline_text import answers_in
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time, milliseconds
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_EVENT, _RESULT = "agent_event", "run_result"
_TOKENS = {"input": "inputTokens", "cached": "cacheReadTokens", "output": "outputTokens"}
_ENDS: dict[str, End] = {"completed": "answered", "max_iterations": "limit", "aborted": "stopped by user"}


class ClineStream(RecordFormat):
    """The importer. A stream is one run; it does not have the user's prompt."""

    name = "cline-stream"
    title = translatable("Cline stream")
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("agentId", "parentAgentId", "taskId", "toolCallId", "executionId"), ID),
        **dict.fromkeys(("ts", "durationMs"), CLOCK),
        **dict.fromkeys(("usage", "aggregateUsage", "totalCost", *_TOKENS.values()), USAGE),
        **dict.fromkeys(("totalInputTokens", "totalOutputTokens", "cacheWriteTokens"), USAGE),
        "accumulated": "The text so far; the whole text is compared.",
        "query": "In a result, a copy of its part of the call; the call is compared.",
    }
    volatile_within: ClassVar[Mapping[str, str]] = {"executionId": ID}

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with an event of the agent."""
        return any(record.get("type") == _EVENT and isinstance(record.get("event"), dict) for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one stream's records."""
        return _ClineStreamEvents(self.name, self.volatile, notes, self.volatile_within)


class _ClineStreamEvents(RecordEvents):
    agent = "Cline"
    _answer: Any = None  # the last text of the model, which later records repeat

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("ts"))

    def add_record(self, record: dict[str, Any]) -> None:
        self.add_agent()
        kind, event = record.get("type"), record.get("event")
        if kind == _EVENT and isinstance(event, dict):
            self._event(str(event.get("type")), event)
        elif kind == _RESULT:
            model = record.get("model")
            self.set_model(model.get("id") if isinstance(model, dict) else model)
            self._ended(record.get("finishReason"), record.get("text"))
            facts = self.rest(record, "type", text=self._answer)
            self.run.bookkeeping(f"{self.format}/{kind}", facts, usage=record.get("usage"))
        elif kind == "error":
            message = str(record.get("message") or "failed")
            self.how = "crash", first_line(message)
            self.run.error("error", message, self.agent, self.fields(record, "type", "message"))
        elif kind == "run_aborted":
            self.how = "stopped by user", None
            self.run.interrupted(str(record.get("message") or kind), "user", self.fields(record, "type", "message"))
        else:
            self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "type"))

    def _event(self, kind: str, event: dict[str, Any]) -> None:
        match kind, event.get("contentType"):
            case "content_end", "text":
                self._answer = event.get("text")
                self.add_answer(self._answer, None, self.fields(event, "type", "contentType", "text"))
            case "content_end", "reasoning":
                thought = event.get("reasoning") or event.get("text") or REASONING_NOT_RECORDED
                used = ("type", "contentType", "reasoning", "text")
                self.add_answer(None, str(thought), self.fields(event, *used))
            case "content_start", "tool":
                used = ("type", "contentType", "toolName", "input")
                call_id, name = event.get("toolCallId"), str(event.get("toolName") or "tool")
                extra = self.fields(event, *used)
                self.run.request(call_id, name, event.get("input"), extra=extra, tool_call_id=call_id)
            case "content_end", "tool":
                self._result(event)
            case "usage", _:
                tokens = counted_tokens(event, _TOKENS)
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(event, "type") or None, tokens=tokens or None)
            case "done", _:
                self._ended(event.get("reason"), event.get("text"))
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(event, "type", text=self._answer))
            case "error", _:
                wrong = event.get("error")
                message = wrong.get("message") if isinstance(wrong, dict) else wrong
                self.run.error("error", str(message or "failed"), self.agent, self.fields(event, "type", "error"))
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(event, "type"))

    def _result(self, event: dict[str, Any]) -> None:
        given, call_id = event.get("output"), event.get("toolCallId")
        output, error, about = answers_in(given if isinstance(given, list) else [given])
        error = error or first_line(event.get("error")) or None
        call, took = self.run.call(call_id), milliseconds(event.get("durationMs"))
        extra = self.fields(event, "type", "contentType", "output", toolName=call.tool_name if call else None) | about
        self.add_result(call_id, output, error, extra, tool_call_id=call_id, duration=took)

    def _ended(self, reason: Any, text: Any) -> None:
        self.how = _ENDS.get(str(reason), "crash"), None if str(reason) in _ENDS else first_line(text) or str(reason)
