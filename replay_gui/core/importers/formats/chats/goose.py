"""Goose sessions: its database, the export (``conversation``), the older JSON Lines, and ``stream-json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.goose_store import is_row, is_store, message_of, stored_sessions
from replay_gui.core.importers.formats.chats.goose_values import facts_of, output_of, with_status
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    NO_RUNS,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_fields,
    as_map,
    first_records,
    joined_fields,
    numbered_records,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import end_after_error
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import MAGIC
from replay_gui.core.importers.times import any_time
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_WHOLE = {
    "input": "accumulated_input_tokens",
    "cached": "accumulated_cache_read_tokens",
    "output": "accumulated_output_tokens",
}
_STREAM_ENDS = ("complete", "error")
_STREAM_ALONE = (*_STREAM_ENDS, "notification")
_DECLINED = "The user has declined to run this tool"
_PARTS = ("toolRequest", "toolResponse", "frontendToolRequest", "toolConfirmationRequest")


class Goose(RecordFormat):
    """The importer. A session is one run; the database has many."""

    name = "goose"
    title = translatable("Goose session")
    member = "conversation"
    version = 10
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "created": CLOCK,
        "working_dir": HOST,
        "name": "A title that a model wrote; it varies between equal runs.",
        "description": "A title that a model wrote; it varies between equal runs.",
        "signature": "A signature; it differs in every run.",
        "total_tokens": USAGE,
        "input_tokens": USAGE,
        "output_tokens": USAGE,
        "accumulated_total_tokens": USAGE,
        "accumulated_input_tokens": USAGE,
        "accumulated_output_tokens": USAGE,
        **dict.fromkeys(("cache_read_tokens", "cache_write_tokens", "accumulated_cost"), USAGE),
        **dict.fromkeys(("accumulated_cache_read_tokens", "accumulated_cache_write_tokens"), USAGE),
        **dict.fromkeys(("parent_session_id", "project_id", "providerSessionId"), ID),
        "usage": USAGE,
        "message_count": "The number of messages; the messages themselves are compared.",
        "tokens": USAGE,
        "session_id": ID,
        "message_id": ID,
        **dict.fromkeys(("timestamp", "created_timestamp", "created_at", "updated_at"), CLOCK),
    }

    volatile_within: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("goose.toolSummary.title", "goose.toolChain.summary"),
        "A title that a model wrote; it varies between equal runs.",
    )

    def recognises(self, file: ForeignFile) -> bool:
        """Accept Goose's database, rows of it, or messages."""
        return is_store(file) or any(map(is_row, first_records(file))) or super().recognises(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one: only it may have the newest messages."""
        return side_files(file.path) if file.head.startswith(MAGIC) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each session of the database, the newest first, or the one session of another file."""
        if file.head.startswith(MAGIC):
            for session, messages in stored_sessions(file.source.path):
                yield self._session(session, messages, ImportNotes(file.notes))
        elif any(map(is_row, first_records(file))):
            notes = ImportNotes(file.notes)
            sessions: dict[str, list[tuple[int, dict[str, Any]]]] = {}
            for number, row in numbered_records(file, notes):
                if is_row(row):
                    sessions.setdefault(str(row["session_id"]), []).append((number, message_of(row)))
                else:
                    notes.count(NO_RUNS)
            for session_id, own in sessions.items():
                yield self._session({"id": session_id}, iter(own), ImportNotes(notes))
        else:
            yield from super().runs(file)

    def _session(self, session: dict[str, Any], messages: Iterator[tuple[int, Any]], notes: ImportNotes) -> ImportedRun:
        events = _GooseEvents(self.name, self.volatile, notes, self.volatile_within)
        created = any_time(session.get("created_at"))
        if created is not None:
            events.begin(session, created)
        return events.imported_run(str(session.get("id")), messages, created)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages with typed parts, after a header with `working_dir` or with parts that only Goose has."""
        parts = [
            part
            for record in map(_message, records)
            if isinstance(record.get("content"), list) and "created" in record and "role" in record
            for part in record["content"]
            if isinstance(part, dict)
        ]
        has_header = bool(records) and "working_dir" in records[0] and "role" not in records[0]
        has_signs = any("userVisible" in as_map(_message(record).get("metadata")) for record in records)
        return bool(parts) and (has_header or has_signs or any(part.get("type") in _PARTS for part in parts))

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's messages."""
        return _GooseEvents(self.name, self.volatile, notes, self.volatile_within)


def _message(record: dict[str, Any]) -> dict[str, Any]:
    """Return the message of a record; a stream wraps it."""
    message = record.get("message")
    return message if record.get("type") == "message" and isinstance(message, dict) else record


@dataclass(slots=True)
class _Answer:
    """An answer in pieces; `context`: that of the first piece."""

    id: str
    extra: dict[str, Any]
    context: dict[str, Any]
    texts: list[str] = field(default_factory=list)
    use: dict[str, Any] = field(default_factory=dict)


class _GooseEvents(RecordEvents):
    agent = "Goose"
    _session: Mapping[str, Any] = {}  # facts about the session
    _answering: _Answer | None = None

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._used: Counter[str] = Counter()  # tokens of the messages so far, by sort, and their cost

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(_message(record).get("created"))

    def add_record(self, record: dict[str, Any]) -> None:
        streamed, record = record, _message(record)
        if streamed is not record and self._add_piece(record):
            return
        self._flush()
        if not self.run.count:
            header = record if "role" not in record and streamed.get("type") not in _STREAM_ALONE else {}
            self.begin(header)
            if header:
                return
        if streamed.get("type") in _STREAM_ENDS:
            self._stream_ends(streamed)
            return
        if streamed.get("type") == "notification":  # progress messages of a running tool
            self.run.bookkeeping(f"{self.format}/notification", self.rest(streamed, "type"))
            return
        role, content = record.get("role"), record.get("content")
        if role not in ("user", "assistant"):
            self.add_unknown(role, record)
            return
        self.run.context["message_id"] = record.get("id")
        facts = facts_of(record)
        self.how = None
        if role == "assistant":
            self.set_model(facts.model or self._model)
            self.run.context["model"] = self._model
        given = content if isinstance(content, list) else [content]
        parts = [part if isinstance(part, dict) else {"type": "text", "text": part} for part in given]
        self._use(facts.use)
        if facts.is_hidden:
            words = [part for part in parts if part.get("type") == "text"]
            about = {**facts.rest, **self.rest(record, "role", "content", "metadata")}
            context = {"role": role, "content": content_of(words), **about}
            self.run.bookkeeping(f"{self.format}/context", context)
            parts = [part for part in parts if part.get("type") != "text"]
        extra = {} if facts.is_hidden else self._extra(record, facts.rest)
        for part in parts:
            self._part(str(role), part, extra)
            extra = {}
        self.run.once = {}

    def _use(self, use: dict[str, Any]) -> None:
        """Give the tokens and the cost of a message to its first event."""
        self.run.once = use
        self._used.update(use.get("tokens", {}))
        self._used["cost"] += use.get("cost", 0)

    def _extra(self, message: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
        """Return the members of a message that are not read. `about`: those of its metadata."""
        return self.fields({**message, "metadata": about}, "role", "content")

    def begin(self, header: dict[str, Any], time: int | None = None) -> None:
        """Add the first event, with the facts about the session. `time`: its start, in ns since 1970."""
        self._session, self.whole = self.whole or header, {}
        meta = {} if time is None else {"time": time}
        self.run.agent_init(self.agent, "", self.rest(dict(self._session)), **meta)
        setting = self._session.get("model_config_json", self._session.get("model_config"))
        if isinstance(setting, dict) and isinstance(setting.get("model_name"), str):
            self.set_model(setting["model_name"])

    def _add_piece(self, message: dict[str, Any]) -> bool:
        """Add a piece to the current or a new answer; return False if the message is not such a piece."""
        match message:
            case {"role": "assistant", "id": str(answer_id), "content": [{"type": "text", "text": str(text)}]}:
                pass
            case _:
                return False
        facts = facts_of(message)
        if facts.is_hidden:
            return False
        extra = joined_fields(self._extra(message, facts.rest), self.fields(message["content"][0], "type", "text"))
        if self._answering is None or (self._answering.id, self._answering.extra) != (answer_id, extra):
            self._flush()
            self._answering = _Answer(answer_id, extra, {**self.run.context, "message_id": answer_id})
        self._answering.texts.append(text)
        self._answering.use |= facts.use
        return True

    def _flush(self) -> None:
        if self._answering is not None:
            whole, self._answering, context = self._answering, None, self.run.context
            self.run.context = whole.context
            if not self.run.count:
                self.begin({})
            self._use(whole.use)
            self.add_answer("".join(whole.texts), None, whole.extra)
            self.run.context = context

    def add_end(self) -> None:
        """Add an answer that is open at the end of the file, and the tokens of the whole session."""
        self._flush()
        whole, cost = counted_tokens(dict(self._session), _WHOLE), self._session.get("accumulated_cost")
        tokens = {sort: count - self._used[sort] for sort, count in whole.items() if count > self._used[sort]}
        left = cost - self._used["cost"] if isinstance(cost, int | float) else 0
        if tokens or left > 0:
            self.run.bookkeeping(f"{self.format}/use", {}, tokens=tokens or None, cost=left if left > 0 else None)

    def _stream_ends(self, record: dict[str, Any]) -> None:
        """Add the end of a stream, with the tokens of the whole run."""
        wrong, count = record.get("error"), record.get("total_tokens")
        extra = self.rest(record, "type", "error")
        parts = counted_tokens(record, {sort: f"{sort}_tokens" for sort in ("input", "output")})
        tokens = parts or ({"total": count} if type(count) is int else None)
        self.run.bookkeeping(f"{self.format}/{record['type']}", extra, tokens=tokens)
        if record["type"] == "error":
            self.run.error("error", str(wrong or "failed"), "agent")
        self.run.end("crash" if record["type"] == "error" else "answered", str(wrong) if wrong else None)

    def _part(self, role: str, part: dict[str, Any], extra: dict[str, Any]) -> None:
        kind, call_id = part.get("type"), part.get("id")
        match kind:
            case "text" if role == "user":
                self.add_message("user", part.get("text"), joined_fields(extra, self.fields(part, "type", "text")))
            case "text":
                self.add_answer(part.get("text"), None, joined_fields(extra, self.fields(part, "type", "text")))
            case "thinking" | "reasoning" | "redactedThinking":
                text = part.get("thinking") or part.get("text") or REASONING_NOT_RECORDED
                self.add_answer(None, str(text), joined_fields(extra, self.fields(part, "type", "thinking", "text")))
            case "toolRequest" | "frontendToolRequest":
                call = with_status(part.get("toolCall"))
                value = call.get("value") if isinstance(call, dict) else None
                value = value if isinstance(value, dict) else {}
                about = self.fields(call, "value", status="success") if isinstance(call, dict) else {}
                of_part = self.fields(part, "type", "toolCall")
                more = joined_fields(extra, of_part, self.fields(value, "name", "arguments"), about)
                name = str(value.get("name") or "tool")
                self.run.request(call_id, name, value.get("arguments"), extra=more, tool_call_id=call_id)
            case "toolResponse":
                self._answer(call_id, part, extra)
            case "toolConfirmationRequest" | "actionRequired":  # the call that needs a permission is a part of its own
                more = self.rest(part, "type") | extra.get("fields", {})
                self.run.bookkeeping(f"{self.format}/{kind}", more)
            case "systemNotification" if part.get("notificationType") != "creditsExhausted":
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(part, "type") | extra.get("fields", {}))
            case "error" | "systemNotification":
                why = str(part.get("message") or part.get("msg") or "failed")
                sort = str(part.get("kind") or part.get("notificationType") or kind)
                used = ("type", "message", "msg", "kind", "notificationType")
                self.run.error(sort, why, self.agent, joined_fields(extra, self.fields(part, *used)))
                self.how = end_after_error(why), first_line(why)
            case _:
                self.add_unknown(kind, part, "type")

    def _answer(self, call_id: object, part: dict[str, Any], extra: dict[str, Any]) -> None:
        result = with_status(part.get("toolResult"))
        result = result if isinstance(result, dict) else {}
        value = result.get("value")
        failed = result.get("status") == "error"
        more = joined_fields(extra, self.fields(result, "value", "error", status="error" if failed else "success"))
        if isinstance(value, dict):  # an unchanged MCP result
            failed = failed or value.get("isError") is True
            more |= {"result": rest} if (rest := self.fields(value, "content", "isError")) else {}
            value = value.get("content")
        output, shown = (result.get("error"), {}) if result.get("status") == "error" else output_of(value)
        more = joined_fields(more, as_fields(shown))
        refused = isinstance(output, str) and output.startswith(_DECLINED)  # which Goose gives as a success
        error = (first_line(output) or "failed") if failed or refused else None
        self.add_result(call_id, output, error, more, refused=refused)
