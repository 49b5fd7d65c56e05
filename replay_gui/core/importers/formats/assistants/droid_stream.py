"""The stream of ``droid exec --output-format stream-json``: messages, calls and results are separate records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import use_of
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.translation.messages import translatable

_SESSIONS = ("session_id", "sessionId")
_FOR_THE_MODEL, _END = "<system-reminder>", "</system-reminder>"  # around additions of the program


class DroidStream(RecordFormat):
    """The importer. A stream is one run."""

    name = "droid-stream"
    title = translatable("Factory Droid stream")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys((*_SESSIONS, "id", "messageId"), ID),
        **dict.fromkeys(("timestamp", "durationMs"), CLOCK),
        "usage": USAGE,
        "cwd": HOST,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with a call, a result or an end of the session in Droid's own form."""
        return any(
            (record.get("type") == "tool_call" and "toolId" in record and "parameters" in record)
            or (record.get("type") == "tool_result" and "toolId" in record and "value" in record)
            or (record.get("type") == "completion" and "finalText" in record)
            for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one stream's records."""
        return _DroidStreamEvents(self.name, self.volatile, notes)


class _DroidStreamEvents(RecordEvents):
    agent = "Droid"
    _answer: Any = None  # the last text of the model

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        return next((str(head[0][name]) for name in _SESSIONS if name in head[0]), None)

    def add_record(self, record: dict[str, Any]) -> None:
        kind = record.get("type")
        if not self.run.count:
            is_init = (kind, record.get("subtype")) == ("system", "init")
            facts = self.rest(record, "type", "subtype", "model") if is_init else {}
            self.run.agent_init(self.agent, "", facts)
            if is_init:
                self.set_model(record.get("model"))
                return
        self.set_model(self._model)
        match kind:
            case "message":
                self._message(record)
            case "reasoning":
                self.add_answer(None, str(record.get("text") or "") or None, self.fields(record, "type", "text"))
            case "tool_call":
                tool = str(record.get("toolName") or record.get("toolId") or "tool")
                extra = self.fields(record, "type", "toolName", "parameters", toolId=tool)
                given = record.get("parameters")
                self.run.request(record.get("id"), tool, given, extra=extra, tool_call_id=record.get("id"))
            case "tool_result":
                self._result(record)
            case "error":
                text = str(record.get("message") or "failed")
                self.how = "crash", first_line(text)
                self.run.error("error", text, self.agent, self.fields(record, "type", "message"))
            case "completion":
                self._completed(record)
            case _:
                self.add_unknown(kind, record, "type")

    def _message(self, record: dict[str, Any]) -> None:
        text, role = record.get("text"), record.get("role")
        extra = self.fields(record, "type", "role", "text")
        if role == "assistant":
            self._answer = text
            self.add_answer(text, None, extra)
            return
        self.how = None
        if isinstance(text, str) and text.lstrip().startswith(_FOR_THE_MODEL) and _END in text:
            put_in, _, text = text.rpartition(_END)
            self.run.bookkeeping(f"{self.format}/context", put_in + _END)
            text = text.strip()
        if text:
            self.add_message(str(role or "user"), text, extra)

    def _result(self, record: dict[str, Any]) -> None:
        call, output = self.run.call(record.get("id")), record.get("value")
        wrong = record.get("error")
        message = wrong.get("message") if isinstance(wrong, dict) else wrong
        failed = record.get("isError") is True
        extra = self.fields(record, "type", "value", isError=failed, toolId=call.tool_name if call else None)
        error = (first_line(message) or first_line(output) or "failed") if failed else None
        self.add_result(record.get("id"), output, error, extra, tool_call_id=record.get("id"))

    def _completed(self, record: dict[str, Any]) -> None:
        """Add the end of the session; its text repeats the last answer."""
        text, usage = record.get("finalText"), record.get("usage")
        if text and text != self._answer:
            self.add_answer(text)
        facts = self.rest(record, "type", "finalText", isError=False)
        self.run.bookkeeping(f"{self.format}/completion", facts, **use_of(usage), usage=usage)
        self.how = ("crash", first_line(text) or None) if record.get("isError") is True else ("answered", None)
