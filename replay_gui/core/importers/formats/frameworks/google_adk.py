"""Google's Agent Development Kit: the events of a session, as JSON, as a response of its server, or one per line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.adk_store import event_of, is_store, stored_sessions
from replay_gui.core.importers.formats.message import Message
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat, as_fields
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import MAGIC
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.json_pointer import escape_token
from replay_gui.core.translation.messages import translatable

PIECES = translatable("pieces of answers, put together; they mostly stand in the file whole, too")
_CAPITAL = re.compile("(?<=[a-z0-9])([A-Z])")
_TOKENS = {
    "input": "prompt_token_count",
    "cached": "cached_content_token_count",
    "output": "candidates_token_count",
    "reasoning": "thoughts_token_count",
}
_READ_MEMBERS = ("content", "author", "partial", "error_code", "error_message", "model_version")


class GoogleAdk(RecordFormat):
    """The importer. A session is one run."""

    name = "google-adk"
    title = translatable("Google ADK session")
    version = 4
    member = "events"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "invocation_id", "invocationId", "user_id", "userId", "session_id", "sessionId"), ID),
        **dict.fromkeys(("timestamp", "last_update_time", "lastUpdateTime"), CLOCK),
        **dict.fromkeys(("usage_metadata", "usageMetadata"), USAGE),
        "avg_logprobs": "The probability of an answer; it varies between equal runs.",
        "avgLogprobs": "The probability of an answer; it varies between equal runs.",
        "thought_signature": "A signature; it differs in every run.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept ADK's database, or events."""
        return is_store(file) or super().recognises(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one: only it may have the newest events."""
        return side_files(file.path) if file.head.startswith(MAGIC) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each session of a database, the newest first, or the sessions of another file."""
        if not file.head.startswith(MAGIC):
            yield from super().runs(file)
            return
        for session, rows in stored_sessions(file.source.path):
            events = self.events(ImportNotes(file.notes))
            events.whole = session
            records = (event_of(row, events.notes) for row in rows)
            yield events.imported_run(str(session["id"]), enumerate(records, 1))

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with an author within an invocation."""
        return any(
            isinstance(record.get("author"), str)
            and bool(record.keys() & {"invocationId", "invocation_id"})
            and bool(record.keys() & {"content", "actions"})
            for record in records[:5]
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's events."""
        return _AdkEvents(self.name, self.volatile, notes)


class _AdkEvents(RecordEvents):
    agent = "Google ADK"
    taken = ("appName", "app_name")
    _outermost: str | None = None
    _has_state = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._pieces = list[str]()  # of the current answer

    def run_id(self, _head: list[dict[str, Any]]) -> str | None:
        session = self.whole.get("id")
        return session if isinstance(session, str) else None

    def add_record(self, record: dict[str, Any]) -> None:
        record = _snake(record)
        if not self.run.count:
            name = self.whole.get("appName", self.whole.get("app_name"))
            self.run.agent_init(name if isinstance(name, str) else self.agent, "", {})
        author, content = str(record.get("author")), record.get("content")
        is_user = author == "user"
        if not is_user:
            self._outermost = self._outermost or author
            if author != self._outermost:
                self.run.context["subagent"] = [author]
        parts, role = (content.get("parts"), content.get("role")) if isinstance(content, dict) else (None, None)
        if isinstance(parts, list):
            parts = [_without_nulls(part) if isinstance(part, dict) else part for part in parts]
        message = read_message({"role": "user" if is_user else "model", "content": parts}) if parts else None
        if record.get("partial") is True and message is not None and isinstance(message.content, str):
            self.notes.count(PIECES)
            self._pieces.append(message.content)
            return
        self._add_pieces(message)
        self.set_model(record.get("model_version"))
        delta, extra = self._about(record)
        if not is_user:
            extra["agent"] = author
        if role != ("user" if is_user or (message is not None and message.results) else "model") and role is not None:
            extra["role"] = role
        if usage := record.get("usage_metadata"):
            self.run.once = _use(usage)
        done = record.get("finish_reason") == "STOP" and message is not None and not message.calls
        self.how = ("answered", None) if done else None
        if message is not None:
            self._add_text(message, extra, is_user)
        if delta:
            self._changed(delta)
        if record.get("error_code") or record.get("error_message"):
            self._failed(record, {} if message is not None else extra)
        elif message is None and (not delta or "fields" in extra):
            self.run.bookkeeping(f"{self.format}/event", {**extra, **extra.pop("fields", {})})

    def add_end(self) -> None:
        self._add_pieces(None)

    def _add_pieces(self, whole: Message | None) -> None:
        """Add an answer that the file has only in pieces."""
        pieces, self._pieces = "".join(self._pieces), []
        if pieces and (whole is None or whole.content != pieces):
            self.add_answer(pieces, None, {"fields": {"partial": True}})

    def _about(self, record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return (the event's changes of the state, its other members)."""
        actions = record.get("actions")
        if not isinstance(actions, dict):
            return {}, self.fields(record, *_READ_MEMBERS)
        delta = actions.get("state_delta")
        rest = self.fields(actions, "state_delta" if isinstance(delta, dict) else "").get("fields")
        return delta if isinstance(delta, dict) else {}, self.fields({**record, "actions": rest}, *_READ_MEMBERS)

    def _add_text(self, message: Message, extra: dict[str, Any], is_user: bool) -> None:
        members = extra.get("fields", {}) | message.rest
        extra = extra | as_fields(members)
        for result in message.results:
            call, output = self.run.call(result.id), result.output
            wrong = _error_of(output) if isinstance(output, dict) else None
            error = result.why or (first_line(str(wrong)) if wrong else "") or ("failed" if result.error else "")
            other = {"tool": result.name} if call is not None and call.tool_name != result.name else {}
            self.add_result(result.id, output, error or None, extra | other, tool_name=result.name)
            extra = {}
        if is_user and message.content is not None:
            self.add_message("user", message.content, extra)
        elif message.content is not None or message.reasoning:
            self.run.context["parent"] = self.add_answer(message.content, message.reasoning, extra)
        extra = {} if message.content is not None or message.reasoning else extra
        for made in message.calls:
            rest = {"call": made.rest} if made.rest else {}
            more = extra | ({"fields": extra.get("fields", {}) | rest} if rest else {})
            self.run.request(made.id, made.name, made.input, extra=more, tool_call_id=made.id)
            extra = {}

    def _changed(self, delta: dict[str, Any]) -> None:
        """Add the event's changes of the session's state, under ``/state``."""
        changed = ((f"/state/{escape_token(str(key))}", value) for key, value in delta.items())
        ops = [{"op": "add", "path": path, "value": value} for path, value in changed]
        first = [] if self._has_state else [{"op": "add", "path": "/state", "value": {}}]
        self._has_state = True
        self.run.add(Kind.STATE_TRANSITION, {"transition_type": "session state", "ops": [*first, *ops]})

    def _failed(self, record: dict[str, Any], extra: dict[str, Any]) -> None:
        code, message = record.get("error_code"), record.get("error_message")
        message_words = ": ".join(str(part) for part in (code, message) if part)
        self.run.error("model_error", message_words, str(record.get("author")), extra)
        self.how = "limit" if code == "MAX_TOKENS" else "crash", message_words


def _error_of(output: dict[str, Any]) -> Any:
    """Return a tool's error: its `error`, or its message if its `status` is "error", as ADK requires."""
    if output.get("status") == "error":
        return output.get("error_message") or output.get("error") or output.get("message") or "failed"
    return output.get("error")


def _without_nulls(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a message without null members, which Python's form has in large numbers."""
    return {
        key: _without_nulls(value) if isinstance(value, dict) and key.startswith("function") else value
        for key, value in part.items()
        if value is not None
    }


def _use(usage: Any) -> dict[str, Any]:
    tokens = counted_tokens(usage, _TOKENS)
    if "output" in tokens:  # Google counts reasoning separately
        tokens["output"] += tokens.get("reasoning", 0)
    return {"tokens": tokens}


def _snake(record: dict[str, Any]) -> dict[str, Any]:
    """Return an event with member names in Python's style (snake_case); `content` is not changed."""
    renamed: dict[str, Any] = {}
    for key, value in record.items():
        name = _CAPITAL.sub(lambda match: f"_{match[1].lower()}", key)
        renamed[name] = _snake(value) if name in ("actions", "usage_metadata") and isinstance(value, dict) else value
    return renamed
