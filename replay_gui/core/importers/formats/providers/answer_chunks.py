"""Streams of OpenAI's Chat Completions API: the chunks of each response, one per line, or as server-sent events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.message_parts import EMPTY
from replay_gui.core.importers.formats.records import check_size, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.json_lines import NotJson, lines, value_of

NOT_CHUNKS = "lines that are no chunk of a response, left out"
_DATA, _DONE, _KIND = b"data:", b"[DONE]", "chat.completion.chunk"
_REPEATED = ("index", "object")


class AnswerChunks:
    """The importer. The chunks with one id are joined to one response of the model; the file is one run."""

    name = "chat-chunks"
    title = "stream of chat completions"
    version = 1
    volatile: ClassVar[Mapping[str, str]] = {
        **ChatMessages.volatile,
        "object": "The kind of the object; it is the same for every chunk.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file whose first line, or first event, is a chunk."""
        if isinstance(file.document, list):
            return bool(file.document) and _is_chunk(file.document[0])
        return _is_chunk(next(iter(file.first_lines), None)) or _is_chunk(_event(file.head.split(b"\n", 1)[0]))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the file as one run."""
        check_size(file)
        notes = ImportNotes(file.notes)
        answers: dict[str, _JoinedAnswer] = {}
        for number, chunk in _chunks(file, notes):
            if _is_chunk(chunk):
                answers.setdefault(str(chunk.get("id")), _JoinedAnswer(number)).add(chunk)
            else:
                notes.count(NOT_CHUNKS)
        if not answers:
            raise ImportRefused(f"{file.source.path}: no chunk of a response in it")
        events = ChatMessageEvents(self.name, self.volatile, notes)
        yield events.imported_run(file.stem, [(answer.number, answer.message()) for answer in answers.values()])


def joined_chunks(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the response of which these are the chunks, as a message; None if none of them is a chunk."""
    answer = _JoinedAnswer(1)
    for part in parts:
        if _is_chunk(part):
            answer.add(part)
    return answer.message() if any(map(_is_chunk, parts)) else None


def _is_chunk(value: Any) -> bool:
    return isinstance(value, dict) and value.get("object") == _KIND and isinstance(value.get("choices"), list)


def _event(line: bytes) -> Any:
    """Return the JSON value of a server-sent event's line; None if it has none."""
    try:
        return value_of(line[len(_DATA) :], ImportNotes()) if line.startswith(_DATA) else None
    except NotJson:
        return None


def _chunks(file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
    if not file.head.startswith(_DATA):
        yield from numbered_records(file, notes)
        return
    for line in lines(file.source):
        raw = line.raw.strip()
        if raw and raw[len(_DATA) :].strip() != _DONE:
            yield line.number, _event(raw)


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
