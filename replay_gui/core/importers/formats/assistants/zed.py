"""Zed's agent threads: its database ``threads.db`` (SQLite) with a JSON document each, or such a document alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import zstandard

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.claude_code.token_usage import tokens_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import MAGIC, Tables, checked_database, is_database_with
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import tr, translatable

UNREADABLE = translatable("threads in a form that is not known, left out")

_TABLES: Tables = {"threads": ("id", "summary", "updated_at", "data_type", "data")}
_KINDS = ("User", "Agent", "Compaction")
_OLDER = frozenset({"role", "tool_uses", "tool_results"})  # members of messages before version 0.3
_REFUSED = "Permission to run tool denied by user"


class Zed:
    """The importer. A thread is one run; its messages have no times."""

    name = "zed"
    title = translatable("Zed thread")
    version = 1
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "tool_use_id"), ID),
        **dict.fromkeys(("updated_at", "created_at"), CLOCK),
        **dict.fromkeys(("request_token_usage", "cumulative_token_usage", "exceeded_window_error"), USAGE),
        **dict.fromkeys(("initial_project_snapshot", "folder_paths"), HOST),
        **dict.fromkeys(
            ("title", "summary", "detailed_summary"), "Text that a model wrote about the thread; it varies."
        ),
        "raw_input": "The arguments as raw text; the arguments themselves are compared.",
        "thought_signature": "A signature; it differs in every run.",
        "reasoning_details": "Encrypted reasoning; it is encrypted differently in every run.",
        "version": "The version of the file format; it says nothing about the run.",
        **OF_PARTS,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an SQLite database with Zed's table, or the document of a thread."""
        return is_database_with(file, _TABLES) or _is_thread(file.document)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one: only it may have the newest threads."""
        return side_files(file.path) if file.head.startswith(MAGIC) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each thread as one run, the newest first."""
        notes = ImportNotes(file.notes)
        if not file.head.startswith(MAGIC):
            if not _is_thread(file.document):
                raise ImportRefused(tr("{path}: no Zed thread in it", path=file.source.path))
            yield self._run(file.stem, file.document, notes)
            return
        with checked_database(file.source.path, _TABLES) as database:
            for row in [*database.records("threads", "ORDER BY updated_at DESC, id DESC")]:
                thread = decoded(_unpacked(row, file.limits.document))
                if not _is_thread(thread):
                    notes.count(UNREADABLE)
                    continue
                yield self._run(str(row["id"]), {"updated_at": row["updated_at"], **thread}, ImportNotes(notes))

    def _run(self, name: str, thread: dict[str, Any], notes: ImportNotes) -> ImportedRun:
        events = _ZedEvents(self.name, self.volatile, notes)
        events.thread = thread
        snapshot = thread.get("initial_project_snapshot")
        created = any_time(snapshot.get("timestamp") if isinstance(snapshot, dict) else None)
        records = enumerate(_as_records(thread["messages"]), 1)
        return events.imported_run(name, records, created or any_time(thread.get("updated_at")))


def _is_thread(document: Any) -> bool:
    messages = document.get("messages") if isinstance(document, dict) else None
    if not isinstance(messages, list) or not messages:
        return False
    return all(
        message == "Resume" or (isinstance(message, dict) and len(message) == 1 and message.keys() <= {*_KINDS})
        for message in messages
    ) or all(isinstance(message, dict) and message.keys() >= _OLDER for message in messages)


def _unpacked(row: dict[str, Any], limit: int) -> str:
    """Return the document of a row, at most `limit` bytes long."""
    data = row["data"]
    raw = data if isinstance(data, bytes) else str(data or "").encode()
    if row.get("data_type") == "zstd":
        try:
            with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw) as reader:
                raw = reader.read(limit)
        except zstandard.ZstdError:
            return ""
    return raw.decode("utf-8", "replace")


def _as_records(messages: list[Any]) -> Iterator[dict[str, Any]]:
    for message in messages:
        if isinstance(message, dict) and message.keys() >= _OLDER:
            yield from _older_records(message)
            continue
        for kind, content in message.items() if isinstance(message, dict) else ((str(message), None),):
            yield {"kind": kind, "message": content}


def _older_records(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of a message before version 0.3: it has results of its own calls, or of those before."""
    used = ("role", "text", "segments", "tool_uses", "tool_results")
    rest = {name: value for name, value in message.items() if name not in used and value not in (None, "", [], {})}
    own = {call.get("id") for call in maps_in(message.get("tool_uses"))}
    results = maps_in(message.get("tool_results"))
    for result in results:
        if result.get("tool_use_id") not in own:
            yield {"kind": "Result", "message": result}
    text = [{"type": "text", "text": message["text"]}] if "text" in message else []
    segments = maps_in(message.get("segments")) or text
    content: list[Any] = [_segment(segment) for segment in segments if segment.get("text") != ""]
    content += [{"ToolUse": call} for call in maps_in(message.get("tool_uses"))]
    if content or not message.get("tool_results"):
        kind = {"user": "User", "assistant": "Agent"}.get(str(message["role"]), "System")
        yield {"kind": kind, "message": {"content": content, **rest}}
    for result in results:
        if result.get("tool_use_id") in own:
            yield {"kind": "Result", "message": result}


def _segment(segment: dict[str, Any]) -> dict[str, Any]:
    match segment.get("type"):
        case "text":
            return {"Text": segment.get("text")}
        case "thinking":
            return {"Thinking": segment}
        case _:
            return {"RedactedThinking": segment}


class _ZedEvents(ChatMessageEvents):
    agent = "Zed"
    thread: Mapping[str, Any] = {}

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        if not self._begun:
            self.begin(self.rest(dict(self.thread), "messages"))
            model = self.thread.get("model")
            self.set_model(model.get("model") if isinstance(model, dict) else None)
        self.run.context.pop("parent", None)
        message = record.get("message")
        facts = message if isinstance(message, dict) else {"content": message}
        content = facts.get("content")
        parts = content if isinstance(content, list) else [content]
        results = facts.get("tool_results")
        rest = self.rest(facts, "content", *(("tool_results",) if isinstance(results, dict) else ()))
        match record["kind"]:
            case "User":
                for mention in (part["Mention"] for part in maps_in(parts) if isinstance(part.get("Mention"), dict)):
                    self.run.bookkeeping(f"{self.format}/context", mention)
                super().add_record({"role": "user", "content": [_part(part) for part in parts], **rest})
            case "Agent":
                super().add_record({"role": "assistant", "content": [_part(part) for part in parts], **rest})
                for result in results.values() if isinstance(results, dict) else ():
                    if isinstance(result, dict):
                        self._tool_result(result)
                    else:
                        self.add_unknown("result", {"result": result})
            case "System":
                super().add_record({"role": "system", "content": [_part(part) for part in parts], **rest})
            case "Result":
                self._tool_result(facts)
            case "Compaction":
                summary = facts.get("Summary", facts)
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": {"summary": summary}})
            case _:
                self.run.bookkeeping(f"{self.format}/resume", None)

    def _tool_result(self, result: dict[str, Any]) -> None:
        call_id, content = str(result.get("tool_use_id")), result.get("content")
        parts = [_part(part) for part in (content if isinstance(content, list) else [content])]
        texts = [part["text"] for part in parts if _is_text(part)]
        output = "\n".join(texts) if len(texts) == len(parts) else parts
        if call_id in self._open:
            self._open.remove(call_id)
        error = (first_line(output) or "failed") if result.get("is_error") is True else None
        refused = error is not None and error.startswith(_REFUSED)
        call = self.run.call(call_id)
        extra = self.fields(result, "content", is_error=error is not None, tool_name=call.tool_name if call else None)
        self.add_result(
            call_id, output, error, extra, refused=refused, tool_name=result.get("tool_name"), tool_call_id=call_id
        )

    def add_end(self) -> None:
        """Add the token usage of the whole thread."""
        usage = self.thread.get("cumulative_token_usage")
        if tokens := tokens_of(usage):
            model = self.run.context.get("model") or self._model
            self.run.bookkeeping(f"{self.format}/result", None, tokens=tokens, usage=usage, model=model)
        super().add_end()


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def _mentioned(uri: Any) -> str:
    """Return the path, name or address of what a user mentioned; its sort if it has none of these."""
    sort, facts = next(iter(uri.items()), ("mention", None)) if isinstance(uri, dict) else (str(uri), None)
    names = [facts.get(name) for name in ("name", "abs_path", "url", "path", "id")] if isinstance(facts, dict) else []
    return next((name for name in names if isinstance(name, str) and name), sort)


def _part(part: Any) -> Any:
    """Return a part in the form of other programs' messages."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, dict) or len(part) != 1:
        return part
    ((kind, content),) = part.items()
    facts = content if isinstance(content, dict) else {}
    if kind == "Text" and isinstance(content, str):
        return {"type": "text", "text": content}
    if kind == "Thinking":
        return {"type": "thinking", "thinking": facts.get("text")}
    if kind == "RedactedThinking":
        return {"type": "thinking", "thinking": ""}
    if kind == "ToolUse":
        given = facts.get("input")
        typed = isinstance(given, dict) and given.keys() == {"type", "value"} and given["type"] == "json"
        rest = {name: value for name, value in facts.items() if name not in ("input", "raw_input")}
        rest = {name: value for name, value in rest.items() if (name, value) != ("is_input_complete", True)}
        return {**rest, "type": "tool_use", "input": given["value"] if isinstance(given, dict) and typed else given}
    if kind == "Mention":
        return {"type": "text", "text": f"@{_mentioned(facts.get('uri'))}"}
    return part
