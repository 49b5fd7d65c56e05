"""Conversations of Amazon Q CLI and of Kiro CLI before its sessions: saved as JSON, in the database, rows of it.

A conversation is ``{"history": [turn, …]}``; a turn is the user's message with the answer to it, as a pair or as an
object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    NO_RUNS,
    RecordEvents,
    RecordFormat,
    as_map,
    first_records,
    joined_fields,
    maps_in,
    numbered_records,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import MAGIC, checked_database, is_database_with
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_TABLES = ("conversations_v2", "conversations")
_COLUMNS = ("key", "value")
_PROMPTS = ("Prompt", "ToolUseResults", "CancelledToolUses")
_ANSWERS = ("Response", "ToolUse")
_TURN = ("user", "assistant")


class AmazonQ(RecordFormat):
    """The importer. A conversation is one run; the database has many."""

    name = "amazon-q"
    title = translatable("Amazon Q conversation")
    member = "history"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("message_id", "conversation_id", "id", "tool_use_id"), ID),
        "timestamp": CLOCK,
        **dict.fromkeys(("env_context", "key"), HOST),
        "request_metadata": "Times, ids and sizes of the request; its model is compared as part of the state.",
        "transcript": "A copy of the conversation as it was shown.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept the database, rows of it, or a conversation."""
        has_turns = any(map(_is_turn, _history(file.document)))
        is_database = _table(file) is not None or any(map(_row, first_records(file)))
        return has_turns or is_database or super().recognises(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one: only it may have the newest messages."""
        return side_files(file.path) if file.head.startswith(MAGIC) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each conversation of the database or of its rows, or the one of another file."""
        table = _table(file)
        if table is not None:
            with checked_database(file.source.path, {table: _COLUMNS}) as database:
                yield from self._of_rows(enumerate(database.records(table), 1), ImportNotes(file.notes))
        elif any(map(_row, first_records(file))):
            notes = ImportNotes(file.notes)
            yield from self._of_rows(numbered_records(file, notes), notes)
        else:
            yield from super().runs(file)

    def _of_rows(self, rows: Iterator[tuple[int, Any]], notes: ImportNotes) -> Iterator[ImportedRun]:
        for number, row in rows:
            conversation = _row(row)
            if conversation is None:
                notes.count(NO_RUNS)
            else:
                yield self._run(f"conversation {number}", conversation, ImportNotes(notes))

    def _run(self, name: str, whole: dict[str, Any], notes: ImportNotes) -> ImportedRun:
        turns = [dict(zip(_TURN, turn, strict=True)) if _is_pair(turn) else turn for turn in _history(whole)]
        return super()._run(name, {**whole, "history": turns}, notes)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept turns with the user's message in a form that only this program writes."""
        return any(map(_is_turn, records))

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one conversation."""
        return _AmazonQEvents(self.name, self.volatile, notes)


def _table(file: ForeignFile) -> str | None:
    """Return the name of the table with the conversations, if the file is the database."""
    return next((name for name in _TABLES if is_database_with(file, {name: _COLUMNS})), None)


def _history(document: Any) -> list[Any]:
    history = document.get("history") if isinstance(document, dict) else None
    return history if isinstance(history, list) else []


def _row(record: Any) -> dict[str, Any] | None:
    """Return the conversation in a row of the database; None if it has none."""
    value = decoded(record.get("value")) if isinstance(record, dict) and "key" in record else None
    return value if isinstance(value, dict) and any(map(_is_turn, _history(value))) else None


def _is_turn(record: Any) -> bool:
    user = _turn(record)[0]
    return isinstance(user.get("content"), dict) and not user["content"].keys().isdisjoint(_PROMPTS)


def _turn(record: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (the user's message, the answer); older versions wrote them as a pair."""
    user, answer = record if _is_pair(record) else map(as_map(record).get, _TURN)
    return as_map(user), as_map(answer)


def _is_pair(record: Any) -> bool:
    return isinstance(record, list) and len(record) == len(_TURN)


class _AmazonQEvents(RecordEvents):
    agent = "Amazon Q"

    def run_id(self, head: list[dict[str, Any]]) -> str | None:  # noqa: ARG002  the turns have none
        session = self.whole.get("conversation_id")
        return session if isinstance(session, str) else None

    def time_of(self, record: dict[str, Any]) -> int | None:
        user, _ = _turn(record)
        return any_time(user.get("timestamp"))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one turn."""
        self.add_agent()
        user, answer = _turn(record)
        about = as_map(record.get("request_metadata"))
        self._prompt(user, self.fields(record, "user", "assistant"))
        self.set_model(about.get("model_id"))
        self.run.context["time"] = any_time(about.get("stream_end_timestamp_ms")) or self.run.context.get("time")
        for kind, message in answer.items():
            self._answer(kind, as_map(message))

    # ---- turns ----------------------------------------------------------------------------------
    def _prompt(self, user: dict[str, Any], extra: dict[str, Any]) -> None:
        rest = {**extra, **self.fields(user, "content")}
        for kind, content in as_map(user.get("content")).items():
            if kind not in _PROMPTS:
                self.add_unknown(kind, {kind: content, **rest})
                continue
            message = as_map(content)  # or, in other versions, the prompt or the results themselves
            for result in maps_in(content if isinstance(content, list) else message.get("tool_use_results")):
                self._result(result, rest, refused=kind == "CancelledToolUses")
                rest = {}
            if prompt := content if isinstance(content, str) else message.get("prompt"):
                self.how = None
                self.add_message("user", prompt, rest)

    def _answer(self, kind: str, message: dict[str, Any]) -> None:
        if kind not in _ANSWERS:
            self.add_unknown(kind, message)
            return
        extra, calls = self.fields(message, "content", "tool_uses"), maps_in(message.get("tool_uses"))
        if message.get("content") or not calls:
            self.run.context["parent"] = self.add_answer(message.get("content") or None, None, extra)
        for call in calls:
            rest = self.fields(call, "name", "args", orig_name=call.get("name"), orig_args=call.get("args"))
            name = str(call.get("name") or "tool")
            self.run.request(call.get("id"), name, call.get("args"), extra=rest, tool_call_id=call.get("id"))
        self.how = ("answered", None) if kind == "Response" else None

    def _result(self, result: dict[str, Any], around: dict[str, Any], *, refused: bool) -> None:
        outputs: list[Any] = [part.get("Text", part.get("Json")) for part in maps_in(result.get("content"))]
        are_texts = all(isinstance(output, str) for output in outputs)
        output: Any = "\n".join(outputs) if are_texts else outputs[0] if len(outputs) == 1 else outputs
        code = str(output.get("exit_status")) if isinstance(output, dict) else "None"
        error = f"exit {code}" if code not in ("0", "None") else None
        status = str(result.get("status"))
        if status.lower() == "error":
            error = error or first_line(output) or "failed"
        self.run.context.pop("parent", None)
        usual = status if status.lower() == ("error" if error else "success") else None
        extra = joined_fields(around, self.fields(result, "content", status=usual))
        self.add_result(result.get("tool_use_id"), output, error, extra, refused=refused and error is not None)
