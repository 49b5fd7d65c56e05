"""Aider: the chat history (``.aider.chat.history.md``), and its JSON Lines form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_text import split_reasoning
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, first_records, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import Patch, cut_text
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import tr, translatable

_SESSION = re.compile(r"^# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[ \t\r]*(?:\n|\Z)", re.MULTILINE)
_PROMPT, _END = "#### ", "  "
_USER, _MODEL, _PROGRAM = "user_message", "assistant_message", "tool_output"
_EDIT = re.compile(r"Applied edit to (.+)$")
_COUNT = r"\d{1,3}(?:,\d{3}){1,3}|\d{1,12}(?:\.\d{1,6})?[kM]?"  # older versions wrote "10,675"
_COST = r"\d{1,9}(?:\.\d{1,9})?"
_TOKENS = re.compile(
    rf"Tokens: (?P<sent>{_COUNT}) sent,(?: (?:{_COUNT}) cache write,)?(?: (?P<cached>{_COUNT}) (?:cache hit|cached),)?"
    rf" (?P<received>{_COUNT}) received(?:, cache costs not (?:included|available))?\.?"
    rf"(?:\s+Cost: \$(?P<cost>{_COST}))?"
)
_AIDER_LINE = re.compile(r"> (?:Tokens: [\d.,]{1,20}[kM]? sent,|Applied edit to |Commit [0-9a-f]{7} )")
"""Texts of Aider itself, even if their first line has no mark at its end."""
_MODEL_NAMED = re.compile(r"(?:Main model|Models?): ([^\s,]+)")
_FAILED = re.compile(r"litellm\.(?:\w{1,40}\.){0,4}(\w+)|The LLM did not conform to the (edit format)")
_ABOUT_ITSELF = re.compile(
    r"Aider v\d|(?:Main|Weak|Editor) model: |Models?: \S+ with |Git repo: |Repo-map: |Repo-map can't include "
    r"|Has it been deleted from the file system|Initial repo scan |You can use /undo |Retrying in [\d.]{1,9} seconds"
)
"""Beginnings of texts that Aider writes about itself, at any place; these are not steps."""
_KEYS = ("^C again to exit", "^C KeyboardInterrupt")
_BLANK = "<blank>"  # the user sent no message
_NOT_RUN = re.compile(r"Run shell commands?\? .{0,100}\]: *[nsd]", re.IGNORECASE)
_STOPPED = "reflections allowed, stopping"
_TYPES = {"session_start", "user_message", "assistant_message", "file_edit", "tool_output", "model_info"}


class Aider:
    """The importer. Each start of Aider in a history begins a run."""

    name = "aider"
    title = translatable("Aider chat history")
    version = 10
    volatile: ClassVar[Mapping[str, str]] = {
        "timestamp": CLOCK,
        "started_at": CLOCK,
        "session_id": ID,
        "tokens_sent": USAGE,
        "tokens_received": USAGE,
        "tokens_cached": USAGE,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a chat history in Markdown, or as JSON records."""
        return self._is_history(file) or self._is_parsed(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each start of Aider; a file of records is one run."""
        notes = ImportNotes(file.notes)
        if self._is_parsed(file):
            yield self._run(
                "aider", iso_time(first_records(file)[0].get("timestamp")), numbered_records(file, notes), notes
            )
            return
        if not self._is_history(file):
            raise ImportRefused(tr("{path}: no Aider chat history in it", path=file.source.path))
        text = file.source.read_at(0, file.source.size).decode("utf-8-sig", "replace")
        # a quoted start, as in code, has no date
        before, *sessions = _SESSION.split(text)
        if before.strip():
            yield self._run("aider (start not kept)", None, _parsed(before, None), notes)
        for started, session in zip(sessions[::2], sessions[1::2], strict=True):
            notes = ImportNotes(file.notes)
            yield self._run(f"aider {started}", iso_time(started), _parsed(session, started), notes)

    def _run(self, name: str, time: int | None, records: Iterator[tuple[int, Any]], notes: ImportNotes) -> ImportedRun:
        events = _AiderEvents(self.name, self.volatile, notes)
        return events.imported_run(name, records, time)

    def _is_history(self, file: ForeignFile) -> bool:
        """Whether the file has a start of Aider; a history without its beginning starts within a session."""
        head = file.head.decode("utf-8-sig", "replace")
        return not head.lstrip().startswith(("{", "[")) and _SESSION.search(head) is not None

    def _is_parsed(self, file: ForeignFile) -> bool:
        records = first_records(file)
        return (
            len(records) > 1
            and records[0].get("type") == "session_start"
            and all(isinstance(record.get("type"), str) and "session_id" in record for record in records)
            and any(record["type"] in _TYPES - {"session_start"} for record in records)
        )


def _parsed(text: str, started: str | None) -> Iterator[tuple[int, Any]]:
    """Yield the records of a session in Markdown; `started` is None if its start is missing."""
    yield 1, {"type": "session_start", **({"timestamp": started} if started else {})}
    for number, speaker, block in _blocks(text.replace("\r\n", "\n").split("\n")):
        content = "\n".join(block).strip()
        if speaker == _PROGRAM:
            content = content.removeprefix(">").strip()
        if content:
            yield number, _record(speaker, content)


def _blocks(lines: list[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Yield (line number, speaker, lines): ``####`` marks the user, ``>`` Aider, all other lines are the model's.

    Aider ends the user's lines, and each of its own texts, with two spaces, unless an editor removed these. Aider marks
    only the first line of its own text, and answers of the model have headings and quotes that look like marks. Before
    the user's first message, all text is Aider's: its start command may have a prompt of many lines.
    """
    has_ends = any(line.startswith(_PROMPT) and line.endswith(_END) for line in lines)
    speaker, block, first, before = _PROGRAM, list[str](), 1, ""
    asked = in_code = is_open = False  # is_open: a text of Aider continues
    for number, line in enumerate(lines, 2):
        ends = line.endswith(_END)
        is_own = not before.strip() and _AIDER_LINE.match(line) is not None
        is_quote = (
            speaker == _MODEL
            and not is_own
            and (bool(before.strip()) or not (ends if in_code and has_ends else not in_code and (ends or not has_ends)))
        )
        is_mark = line.startswith("> ") and not is_quote
        goes_on = is_open or bool(line.strip() and before.strip())
        if line.startswith(_PROMPT) and (ends or not has_ends):
            now, asked = _USER, True
        elif is_mark or not asked or (speaker == _PROGRAM and goes_on):
            now = _PROGRAM
        else:
            now = _MODEL if line.strip() or speaker == _MODEL else ""
        if is_mark or now != speaker:
            yield first, speaker, block
            speaker, block, first, in_code = now, [], number, False
            is_open = now == _PROGRAM and has_ends
        block.append(line.removeprefix(_PROMPT).rstrip() if now == _USER else line)
        is_open = is_open and not ends
        in_code ^= now == _MODEL and line.startswith("```")
        before = line
    yield first, speaker, block


def _record(speaker: str, content: str) -> dict[str, Any]:
    if speaker == _USER and content.startswith("/"):
        command, _, arguments = content.partition(" ")
        return {"type": "slash_command", "command": command, "args": arguments}
    if speaker != _PROGRAM:
        return {"type": speaker, "content": content}
    if match := _EDIT.match(content):
        return {"type": "file_edit_applied", "file_path": match[1].strip()}
    if match := _TOKENS.match(content):
        counts = {name: _count(match[name]) for name in ("sent", "cached", "received")}
        if (counts["cached"] or 0) > (counts["sent"] or 0):  # older versions did not count these as input
            counts["sent"] = (counts["sent"] or 0) + (counts["cached"] or 0)
        use = {f"tokens_{name}": count for name, count in counts.items() if count is not None}
        return {"type": "token_usage", **use, "cost": float(match["cost"]) if match["cost"] else None}
    return {"type": "tool_output", "text": content}


def _count(text: str | None) -> int | None:
    """Return the number of tokens in a text like "1.5k"."""
    if text is None:
        return None
    return round(float(text.rstrip("kM").replace(",", "")) * {"k": 1e3, "M": 1e6}.get(text[-1], 1))


class _AiderEvents(RecordEvents):
    agent = "Aider"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._before = ""  # the latest text of Aider itself
        self._proposed: dict[str, Patch] = {}  # by file, until the edit is applied
        self._has_prompt = self._waits = False  # whether the user has sent a message; whether it has no answer yet

    def add_record(self, record: dict[str, Any]) -> None:
        kind = record.get("type")
        used = ("type", "content", "text", "command", "args", "file_path", "search", "replace", "cost", "model")
        extra = self.fields(record, *used)
        self.set_model(record.get("model") or self._model)
        self._has_prompt = self._has_prompt or kind in (_USER, "slash_command")
        self._waits = kind == _USER or (self._waits and kind == _PROGRAM)
        match kind:
            case "session_start":
                self.run.agent_init(self.agent, "", extra.get("fields", {}))
            case "user_message" if record.get("content") == _BLANK:
                self.run.bookkeeping(f"{self.format}/blank-input", record["content"])
            case "user_message":
                self.how = None
                self.add_message("user", record.get("content"), extra)
            case "assistant_message":
                thought, text = split_reasoning(str(record.get("content") or ""))
                self.add_answer(text, thought, extra)
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
                self._output(record.get("text"))
            case "git_commit" if record.get("commit_sha") and record.get("commit_message"):
                self.run.unmapped = self.rest(record, "type", "model", "commit_sha", "commit_message")
                self._output(f"Commit {record['commit_sha']} {record['commit_message']}")  # as the Markdown has it
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "type", "model"))

    def _output(self, text: Any) -> None:
        """Add a text of Aider; texts about itself, or before the user's first message, are not steps."""
        plain = text if isinstance(text, str) else ""
        if match := _MODEL_NAMED.match(plain):
            self.set_model(match[1])
        if match := _FAILED.match(plain):
            more = {"fields": {"text": text}} if cut_text(plain) != plain else None
            self.run.error(match[1] or match[2], plain, self.agent, more)
        elif self._waits and plain.startswith(_KEYS):  # the model's text so far is written after it
            self._waits, self.how = False, ("stopped by user", None)
            self.run.interrupted(plain, "user")
        elif self._has_prompt and _NOT_RUN.match(plain):
            self.run.denied("shell", "shell", self._before or "a shell command", {"answer": text})
        elif self._has_prompt and not _ABOUT_ITSELF.match(plain):
            self.run.custom(f"{self.format}/output", text)
        else:
            self.run.bookkeeping(f"{self.format}/start", text)
        self._before = plain
        if _STOPPED in plain:
            self.how = "limit", plain

    def _edit(self, record: dict[str, Any]) -> None:
        path = str(record.get("file_path"))
        patch = {"search": record.get("search"), "replace": record.get("replace")}
        self._proposed[path] = self.run.proposal(None, "edit", path, patch)

    def _applied(self, path: str) -> None:
        patch = self._proposed.pop(path, None)
        # in the Markdown, only the model's text has the edit
        self.run.applied(patch if patch is not None else self.run.proposal(None, "edit", path, None))


def _use(record: dict[str, Any]) -> dict[str, Any]:
    names = {"input": "tokens_sent", "cached": "tokens_cached", "output": "tokens_received"}
    tokens = counted_tokens(record, names)
    return {"tokens": tokens or None, "cost": record.get("cost")}
