"""Aider: the chat history (``.aider.chat.history.md``), and the same parsed into JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, first_records, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import Patch
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import Kind

_SESSION = "# aider chat started at "
_EDIT = re.compile(r"^> Applied edit to (.+)$")
_MODEL = re.compile(r"^> (?:Main model|Model): (\S+)")
_TOKENS = re.compile(
    r"^> Tokens: ([\d.]+)(k?) sent,(?: [^,]* cache[^,]*,)* ?([\d.]+)(k?) received\.?(?: Cost: \$([\d.]+))?"
)
_TYPES = {"session_start", "user_message", "assistant_message", "file_edit", "tool_output", "model_info"}


class Aider:
    """The importer. Every start of Aider in a history is a run."""

    name = "aider"
    title = "Aider chat history"
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        "timestamp": CLOCK,
        "started_at": CLOCK,
        "session_id": ID,
        "tokens_sent": USAGE,
        "tokens_received": USAGE,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a chat history in Markdown, or JSON records made of one."""
        return self._is_history(file) or self._is_parsed(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for every start of Aider; a file of records is one run."""
        notes = ImportNotes(file.notes)
        if self._is_parsed(file):
            yield self._run(
                "aider", iso_time(first_records(file)[0].get("timestamp")), numbered_records(file, notes), notes
            )
            return
        if not self._is_history(file):
            raise ImportRefused(f"{file.source.path}: no Aider chat history in it")
        text = file.source.read_at(0, file.source.size).decode("utf-8", "replace")
        for session in text.split(_SESSION)[1:]:
            started, _, rest = session.partition("\n")
            notes = ImportNotes(file.notes)
            time = iso_time(started.strip())
            yield self._run(f"aider {started.strip()}", time, _parsed(rest, started.strip()), notes)

    def _run(self, name: str, time: int | None, records: Iterator[tuple[int, Any]], notes: ImportNotes) -> ImportedRun:
        events = _AiderEvents(self.name, self.volatile, notes)
        return events.imported_run(name, records, time)

    def _is_history(self, file: ForeignFile) -> bool:
        return file.head.lstrip(b"\xef\xbb\xbf \r\n").startswith(_SESSION.encode())

    def _is_parsed(self, file: ForeignFile) -> bool:
        records = first_records(file)
        return (
            len(records) > 1
            and records[0].get("type") == "session_start"
            and all(isinstance(record.get("type"), str) and "session_id" in record for record in records)
            and any(record["type"] in _TYPES - {"session_start"} for record in records)
        )


_UNASKED = "unasked"  # the speaker of lines without a mark, before the first prompt


def _parsed(text: str, started: str) -> Iterator[tuple[int, Any]]:
    """Yield what a session of the Markdown says: ``####`` is the user, ``>`` is Aider itself, all else the model.

    Before the user has said anything, all else is Aider itself too: the lines of a long prompt in the command that
    started it have no mark.
    """
    yield 1, {"type": "session_start", "timestamp": started}
    speaker, block, first = "", list[str](), 1
    unmarked = _UNASKED
    for number, line in enumerate(text.split("\n"), 2):
        now = "user_message" if line.startswith("#### ") else "tool_output" if line.startswith("> ") else unmarked
        unmarked = "assistant_message" if now == "user_message" else unmarked
        if now != speaker and (line.strip() or speaker not in ("assistant_message", _UNASKED)):
            yield from _message(first, speaker, block)
            speaker, block, first = now, [], number
        if now == "tool_output":
            yield from _output(number, line)
        else:
            block.append(line.removeprefix("#### ").rstrip() if now == "user_message" else line)
    yield from _message(first, speaker, block)


def _message(number: int, speaker: str, block: list[str]) -> Iterator[tuple[int, Any]]:
    content = "\n".join(block).strip()
    if content and speaker == _UNASKED:
        yield number, {"type": "tool_output", "text": content}
    elif content and speaker in ("user_message", "assistant_message"):
        is_command = speaker == "user_message" and content.startswith("/")
        if is_command:
            command, _, arguments = content.partition(" ")
            yield number, {"type": "slash_command", "command": command, "args": arguments}
        else:
            yield number, {"type": speaker, "content": content}


def _output(number: int, line: str) -> Iterator[tuple[int, Any]]:
    if match := _EDIT.match(line):
        yield number, {"type": "file_edit_applied", "file_path": match[1].strip()}
    elif match := _TOKENS.match(line):
        sent, received = (float(match[at]) * (1000 if match[at + 1] else 1) for at in (1, 3))
        use = {"tokens_sent": round(sent), "tokens_received": round(received)}
        yield number, {"type": "token_usage", **use, "cost": float(match[5]) if match[5] else None}
    else:
        model = match[1] if (match := _MODEL.match(line)) else None
        yield number, {"type": "tool_output", "text": line.removeprefix("> ").rstrip(), "model": model}


class _AiderEvents(RecordEvents):
    agent = "Aider"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._proposed: dict[str, Patch] = {}  # by file, until it is applied

    def record(self, record: dict[str, Any]) -> None:
        kind = record.get("type")
        used = ("type", "content", "text", "command", "args", "file_path", "search", "replace", "cost", "model")
        extra = self.fields(record, *used)
        self.uses_model(record.get("model"))
        match kind:
            case "session_start":
                self.run.agent_init(self.agent, "", extra.get("fields", {}))
            case "user_message":
                self.said("user", record.get("content"), extra)
            case "assistant_message":
                self.answered(record.get("content"), None, extra)
            case "slash_command":
                command = f"{record.get('command')} {record.get('args') or ''}".strip()
                self.run.add(Kind.OBSERVATION, {"obs_type": "command", "source": "user", "data": command, **extra})
            case "file_edit":
                self._edit(record)
            case "file_edit_applied":
                self._applied(str(record.get("file_path")))
            case "token_usage":
                self.run.bookkeeping(f"{self.format}/{kind}", extra.get("fields", {}), **_use(record))
            case "tool_output":
                self.run.custom(f"{self.format}/output", record.get("text"))
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", self.fields(record, "type").get("fields", {}))

    def _edit(self, record: dict[str, Any]) -> None:
        path = str(record.get("file_path"))
        patch = {"search": record.get("search"), "replace": record.get("replace")}
        self._proposed[path] = self.run.proposal(None, "edit", path, patch)

    def _applied(self, path: str) -> None:
        patch = self._proposed.pop(path, None)
        # the Markdown has the edit in the model's words alone
        self.run.applied(patch if patch is not None else self.run.proposal(None, "edit", path, None))


def _use(record: dict[str, Any]) -> dict[str, Any]:
    counts = {"input": record.get("tokens_sent"), "output": record.get("tokens_received")}
    tokens = {name: count for name, count in counts.items() if type(count) is int}
    return {"tokens": tokens or None, "cost": record.get("cost")}
