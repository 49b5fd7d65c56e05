"""Qwen Code sessions: JSON Lines with one message each, in the form of Google's API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.token_usage import as_usage
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.chats.gemini_cli import REWOUND_MESSAGES
from replay_gui.core.importers.formats.gemini_tools import failure_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    RECORDER,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_fields,
    numbered_records,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_TELEMETRY, _REWIND = "ui_telemetry", "rewind"


class QwenCode(RecordFormat):
    """The importer. A session is one run."""

    name = "qwen-code"
    title = translatable("Qwen Code session")
    version = 5
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("uuid", "parentUuid", "targetUuid", "sessionId", "id", "callId"), ID),
        "timestamp": CLOCK,
        "durationMs": CLOCK,
        "cwd": HOST,
        "gitBranch": HOST,
        "version": RECORDER,
        "usageMetadata": USAGE,
        "usage": USAGE,
        "uiEvent": "Times and tokens of a request or a call; the request or call has its own record.",
        **OF_PARTS,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records of a session if at least one has a message in parts."""
        return any(_message(record) is not None and "sessionId" in record for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's records."""
        return _QwenEvents(self.name, self.volatile, notes)


def _without_ids(value: Any) -> Any:
    """Return a record without the ids of its calls."""
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    return {key: _without_ids(value[key]) for key in value if key != "id"} if isinstance(value, dict) else value


def _message(record: dict[str, Any]) -> dict[str, Any] | None:
    message = record.get("message")
    has_parts = isinstance(message, dict) and isinstance(message.get("parts"), list) and "role" in message
    return message if has_parts and record.get("type") in ("user", "assistant", "tool_result") else None


class _QwenEvents(ChatMessageEvents):
    agent = "Qwen Code"
    _rewound: frozenset[str] = frozenset()  # ids of the records that the user took back

    def examine_file(self, file: ForeignFile) -> None:
        """Find the records from which the user went back: those that do not lead to the last record."""
        parents, messages, last, has_rewind = dict[str, Any](), set[str](), None, False
        for _, record in numbered_records(file, ImportNotes()):
            if isinstance(record, dict) and isinstance(record.get("uuid"), str):
                last = record["uuid"]
                parents.setdefault(last, record.get("parentUuid"))
                messages |= {last} if _message(record) is not None else set()
                has_rewind = has_rewind or record.get("subtype") == _REWIND
        rewound = {*parents} if has_rewind else set()
        while isinstance(last, str) and last in rewound:
            rewound.discard(last)
            last = parents[last]
        self._rewound = frozenset(rewound)
        if taken_back := messages & rewound:
            self.notes.count(REWOUND_MESSAGES, len(taken_back))

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        return next((str(record["sessionId"]) for record in head if "sessionId" in record), None)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one record."""
        message = _message(record)
        if not self._begun:
            self.begin({})
        if str(record.get("uuid")) in self._rewound:
            self.run.bookkeeping(f"{self.format}/rewound", _without_ids(self.rest(record)))
            return
        used = ("type", "subtype", "message", "toolCallResult", "model")
        rest = self.rest(record, *used)
        if message is None:
            rest.pop("systemPayload", None)
            rest |= {} if record.get("type") == "system" else {"type": record.get("type")}
            payload = record.get("systemPayload")
            if record.get("subtype") == "slash_command" and self._command(payload, rest):
                return
            facts = self.rest(payload) if isinstance(payload, dict) else payload
            if record.get("subtype") == "chat_compression":
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": {**rest, "systemPayload": facts}})
                return
            if record.get("subtype") == _REWIND:  # the user went back: the next lines continue from an earlier message
                self.run.unmapped = rest | (self.rest(payload, "targetUuid") if isinstance(payload, dict) else {})
                self.run.custom(f"{self.format}/rewind", "the user went back to an earlier message")
                return
            self.run.bookkeeping(
                f"{self.format}/{record.get('subtype') or record.get('type')}",
                {**rest, **({"systemPayload": facts} if facts else {})},
                telemetry=payload if record.get("subtype") == _TELEMETRY else None,
            )
            return
        more = {key: value for key, value in message.items() if key not in ("role", "parts")}
        parts = message["parts"]
        if isinstance(result := record.get("toolCallResult"), dict):
            parts = [self._with_status(part, result) for part in parts]
            usual = "status" if result.get("status") in ("success", "error") else ""
            other = self.fields(result, usual).get("fields")
            more |= {"toolCallResult": other} if other else {}
        own: dict[str, Any] = {key: record[key] for key in ("timestamp", "model") if key in record}
        usage = as_usage(
            record.get("usageMetadata"),
            sent=("promptTokenCount",),
            received="candidatesTokenCount",
            cached="cachedContentTokenCount",
            reasoning="thoughtsTokenCount",
        )
        super().add_record({**rest, **more, **own, "role": message["role"], "parts": parts, "usage": usage})

    def _command(self, payload: Any, rest: dict[str, Any]) -> bool:
        """Add a command of the user to the program; return False for the output of a command."""
        if not isinstance(payload, dict) or payload.get("phase") != "invocation":
            return False
        fields = {**rest, **self.rest(payload, "rawCommand", phase="invocation")}
        self.run.command(str(payload.get("rawCommand") or ""), extra=as_fields(fields))
        return True

    def _with_status(self, part: Any, result: dict[str, Any]) -> Any:
        """Return a result's part with the call's id, marked as failed if only the status shows it."""
        answer = part.get("functionResponse") if isinstance(part, dict) else None
        if not isinstance(answer, dict):
            return part
        answer = {**answer, "id": result.get("callId") or answer.get("id")}
        response = answer.get("response")
        if result.get("status") in ("error", "cancelled") and failure_of(response)[0] is None:
            why = first_line(result.get("resultDisplay")) or str(result["status"])
            answer["response"] = {**(response if isinstance(response, dict) else {"output": response}), "error": why}
        return {**part, "functionResponse": answer}
