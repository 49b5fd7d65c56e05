"""Goose sessions: the export (``conversation``), and the older JSON Lines with one message a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.chats.messages import first_line
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, RecordFormat, text_of
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import NOT_RECORDED
from replay_gui.core.importers.times import any_time

_PARTS = ("toolRequest", "toolResponse", "frontendToolRequest", "toolConfirmationRequest")


class Goose(RecordFormat):
    """The importer. A session is one run."""

    name = "goose"
    title = "Goose session"
    member = "conversation"
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "created": CLOCK,
        "working_dir": HOST,
        "name": "a name that a model made up for the session",
        "description": "a name that a model made up for the session",
        "signature": "a signature",
        "total_tokens": USAGE,
        "input_tokens": USAGE,
        "output_tokens": USAGE,
        "accumulated_total_tokens": USAGE,
        "accumulated_input_tokens": USAGE,
        "accumulated_output_tokens": USAGE,
        "message_count": "the number of messages",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages with typed parts, after a header with `working_dir` or with parts that only Goose has."""
        parts = [
            part
            for record in records
            if isinstance(record.get("content"), list) and "created" in record and "role" in record
            for part in record["content"]
            if isinstance(part, dict)
        ]
        has_header = bool(records) and "working_dir" in records[0] and "role" not in records[0]
        return bool(parts) and (has_header or any(part.get("type") in _PARTS for part in parts))

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's messages."""
        return _GooseEvents(self.name, self.volatile, notes)


class _GooseEvents(RecordEvents):
    agent = "Goose"

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("created"))

    def record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            header = record if "role" not in record else {}
            self.run.agent_init(self.agent, "", self.fields(header).get("fields", {}))
            if header:
                return
        role, content = record.get("role"), record.get("content")
        if role not in ("user", "assistant"):
            self.unknown(role, record)
            return
        self.run.context["message_id"] = record.get("id")
        parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
        extra = self.fields(record, "role", "content")
        for part in parts:
            self._part(str(role), part if isinstance(part, dict) else {"type": "text", "text": part}, extra)
            extra = {}

    def _part(self, role: str, part: dict[str, Any], extra: dict[str, Any]) -> None:
        kind, call_id = part.get("type"), part.get("id")
        match kind:
            case "text" if role == "user":
                self.said("user", part.get("text"), extra | self.fields(part, "type", "text"))
            case "text":
                self.answered(part.get("text"), None, extra | self.fields(part, "type", "text"))
            case "thinking" | "reasoning" | "redactedThinking":
                text = part.get("thinking") or part.get("text") or NOT_RECORDED
                self.answered(None, str(text), extra)
            case "toolRequest" | "frontendToolRequest":
                call = part.get("toolCall")
                value = call.get("value") if isinstance(call, dict) else None
                value = value if isinstance(value, dict) else {}
                more = extra | self.fields(part, "type", "toolCall") | self.fields(value, "name", "arguments")
                more |= self.fields(call, "value", status="success") if isinstance(call, dict) else {}
                name = str(value.get("name") or "tool")
                self.run.request(call_id, name, value.get("arguments"), extra=more, tool_call_id=call_id)
            case "toolResponse":
                self._answer(call_id, part, extra)
            case _:
                self.unknown(kind, part, "type")

    def _answer(self, call_id: object, part: dict[str, Any], extra: dict[str, Any]) -> None:
        found = part.get("toolResult")
        found = found if isinstance(found, dict) else {}
        value = found.get("value")
        failed = found.get("status") == "error"
        more = extra | self.fields(found, "value", "error", status="error" if failed else "success")
        if isinstance(value, dict):  # an MCP result as it is
            failed = failed or value.get("isError") is True
            more |= {"result": rest} if (rest := self.fields(value, "content", "isError")) else {}
            value = value.get("content")
        output = found.get("error") if found.get("status") == "error" else text_of(value)
        self.result(call_id, output, (first_line(output) or "failed") if failed else None, more)
