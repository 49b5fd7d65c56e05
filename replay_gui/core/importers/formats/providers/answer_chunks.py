"""Streams of OpenAI's Chat Completions API: the chunks of each response, one per line, or as server-sent events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_parts import EMPTY
from replay_gui.core.importers.formats.records import check_size, numbered_records
from replay_gui.core.importers.formats.sent_events import are_sent, first_sent, numbered_sent
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import end_after_error
from replay_gui.core.translation.messages import tr, translatable

_KIND = "chat.completion.chunk"
_MAX_FIRST = 3  # events that are examined to recognise a file; the first one may be about the request
_REPEATED = ("index", "object")


class AnswerChunks:
    """The importer. The chunks with one id are joined to one response of the model; the file is one run."""

    name = "chat-chunks"
    title = translatable("stream of chat completions")
    version = 2
    volatile: ClassVar[Mapping[str, str]] = {
        **ChatMessages.volatile,
        "object": "The kind of the object; it is the same for every chunk.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file whose first line is a chunk, or whose first events have one."""
        if isinstance(file.document, list):
            return bool(file.document) and _is_chunk(file.document[0])
        if are_sent(file):
            return any(_is_chunk(sent["data"]) for sent in first_sent(file)[:_MAX_FIRST])
        return _is_chunk(next(iter(file.first_lines), None))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the file as one run."""
        check_size(file)
        notes = ImportNotes(file.notes)
        answers, others = dict[str, _JoinedAnswer](), list[tuple[int, Any]]()
        for number, chunk in _chunks(file, notes):
            if _is_chunk(chunk):
                answers.setdefault(str(chunk.get("id")), _JoinedAnswer(number)).add(chunk)
            else:
                others.append((number, chunk))
        if not answers:
            raise ImportRefused(tr("{path}: no chunk of a response in it", path=file.source.path))
        joined = [(answer.number, answer.message()) for answer in answers.values()]
        records = sorted([*joined, *others], key=lambda record: record[0])
        yield _ChunkEvents(self.name, self.volatile, notes).imported_run(file.stem, records)


def joined_chunks(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the response of which these are the chunks, as a message; None if none of them is a chunk."""
    answer = _JoinedAnswer(1)
    for part in parts:
        if _is_chunk(part):
            answer.add(part)
    return answer.message() if any(map(_is_chunk, parts)) else None


def _is_chunk(value: Any) -> bool:
    return isinstance(value, dict) and value.get("object") == _KIND and isinstance(value.get("choices"), list)


class _ChunkEvents(ChatMessageEvents):
    def add_record(self, record: dict[str, Any]) -> None:
        """Add a response, or an error that the provider sent in its place; other events are of an unknown kind."""
        wrong = record.get("error")
        if "role" in record or not wrong:
            super().add_record(record)
            return
        if not self.run.count:
            self.begin({})
        about = wrong if isinstance(wrong, dict) else {"message": wrong}
        why = str(about.get("message") or about.get("code") or "failed")
        extra = self.fields({**record, "error": self.rest(about, "message")})
        self.run.error(str(about.get("type") or "error"), why, self.agent, extra)
        self.how = end_after_error(why), first_line(why)


def _chunks(file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
    if are_sent(file):
        return ((number, sent["data"]) for number, sent in numbered_sent(file, notes))
    return numbered_records(file, notes)


class _JoinedAnswer:
    """Joins the chunks of one response."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._members: dict[str, Any] = {"role": "assistant", "content": None}
        self._texts: dict[str, list[str]] = {}  # by member: the pieces of its text
        self._calls: dict[str, tuple[dict[str, Any], dict[str, list[str]]]] = {}  # by index: members, texts
        self._others: list[dict[str, Any]] = []

    def add(self, chunk: dict[str, Any]) -> None:
        first, *others = chunk["choices"] or [{}]
        for name, value in chunk.items():
            self._keep_member(name, others if name == "choices" else value)
        choice = first if isinstance(first, dict) else {"choice": first}
        for name, value in choice.items():
            if name != "delta":
                self._keep_member(name, value)
        delta = choice.get("delta")
        for name, value in delta.items() if isinstance(delta, dict) else (("delta", delta),):
            if name == "tool_calls" and isinstance(value, list):
                for call in value:
                    self._add_call(call)
            elif isinstance(value, str) and name != "role":
                self._texts.setdefault(name, []).append(value)
            else:
                self._keep_member(name, value)

    def message(self) -> dict[str, Any]:
        """Return the response; a member that has another value in some chunk is also in ``chunks``."""
        joined: dict[str, Any] = _joined(self._texts)
        if self._calls:
            joined["tool_calls"] = [{**call, "function": _joined(texts)} for call, texts in self._calls.values()]
        twice = [{name: self._members[name]} for name in joined if self._members.get(name) not in EMPTY]
        others = [*self._others, *twice]
        return {**self._members, **joined, **({"chunks": others} if others else {})}

    def _keep_member(self, name: str, value: Any) -> None:
        """Keep a member that all chunks repeat, and every value that differs from the first."""
        if value in EMPTY or name in _REPEATED:
            return
        if self._members.get(name) in EMPTY:
            self._members[name] = value
        elif self._members[name] != value:
            self._others.append({name: value})

    def _add_call(self, piece: Any) -> None:
        if not isinstance(piece, dict):
            self._keep_member("tool_calls", piece)
            return
        call, texts = self._calls.setdefault(str(piece.get("index")), ({}, {"name": [], "arguments": []}))
        call |= {name: value for name, value in piece.items() if name != "function" and value is not None}
        function = piece.get("function")
        for name, value in function.items() if isinstance(function, dict) else ():
            if isinstance(value, str):
                texts.setdefault(name, []).append(value)


def _joined(texts: dict[str, list[str]]) -> dict[str, str]:
    return {name: "".join(pieces) for name, pieces in texts.items()}
