"""JSON Lines, or an array of objects, of any make: which member is what is guessed, or told by a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.messages import decoded, first_line
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import NotJson, lines, value_of
from replay_gui.core.importers.mapping import PARTS, Mapping, guess, kind_of
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import any_time

UNREADABLE_LINES = "lines that are no JSON objects, kept as text"
UNMAPPED = "records whose kind says nothing known, kept as custom events"

_SAMPLE = 200  # records that a guess looks at


class JsonLines:
    """The last importer that is asked: it takes every file that has JSON objects, one a line or in an array."""

    name = "json-lines"
    title = "JSON Lines"
    version = 3

    def __init__(self, mapping: Mapping | None = None) -> None:
        """`mapping`: None: guessed from the file."""
        self._mapping = mapping

    def recognises(self, file: ForeignFile) -> bool:
        return isinstance(_first(file.document), dict) or any(isinstance(line, dict) for line in file.first_lines)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        mapping = self._mapping or guess(list(sample(file)))
        notes = ImportNotes(file.notes)
        if next(sample(file), None) is None:
            raise ImportRefused(f"{file.source.path}: no JSON object in it")
        name = file.source.path.stem.encode("utf-8", "replace").decode()
        facts = {"mapping": mapping.facts()}
        yield ImportedRun(name, name, "agent", None, facts, events_from(_records(file, notes), mapping, notes), notes)


def sample(file: ForeignFile) -> Iterator[dict[str, Any]]:
    """The first objects of the file."""
    whole = _whole(file)
    if whole is not None:
        yield from (one for one in whole[:_SAMPLE] if isinstance(one, dict))
    else:
        yield from (one for one in file.first_lines if isinstance(one, dict))


def _whole(file: ForeignFile) -> list[Any] | None:
    """The records of a file that is one JSON value: of an object, its longest list of objects, or else itself."""
    document = file.document
    if not isinstance(document, dict):
        return document if isinstance(document, list) else None
    lists = [value for value in document.values() if isinstance(value, list) and isinstance(_first(value), dict)]
    return max(lists, key=len, default=[document])


def _first(value: Any) -> Any:
    """The first object of a list, else None."""
    return next((one for one in value if isinstance(one, dict)), None) if isinstance(value, list) else None


def events_from(records: Iterable[tuple[int, Any]], mapping: Mapping, notes: ImportNotes) -> Iterator[ImportedEvent]:
    """What numbered records become under a mapping."""
    return _Events(mapping, notes).read(records)


def _records(file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
    whole = _whole(file)
    if whole is not None:
        yield from enumerate(whole, 1)
        return
    for line in lines(file.source):
        if not line.raw.strip():
            continue
        try:
            value = line.raw.decode("utf-8", "replace") if line.too_long else value_of(line.raw, notes)
        except NotJson:
            value = line.raw.decode("utf-8", "replace")
        yield line.number, value


class _Events:
    def __init__(self, mapping: Mapping, notes: ImportNotes) -> None:
        self._mapping = mapping
        self._notes = notes
        self._run = RunBuilder(notes)
        self._seq: dict[str, int] = {}  # of each record's id
        self._open: dict[str, list[str]] = {}  # tool: ids of the calls that wait, where records name none

    def read(self, records: Iterable[tuple[int, Any]]) -> Iterator[ImportedEvent]:
        numbered = iter(records)
        first = [*islice(numbered, 1)]
        if first and isinstance(first[0][1], dict):
            self._run.context = {"time": any_time(self._mapping.take("time", first[0][1]))}
        self._run.agent_init("agent", "", {})
        yield from self._run.drain()
        for number, record in chain(first, numbered):
            self._run.context = {"line": number}
            self._record(number, record)
            yield from self._run.drain()

    def _record(self, number: int, record: Any) -> None:
        if not isinstance(record, dict):
            self._notes.count(UNREADABLE_LINES)
            self._run.custom("json-lines/unreadable", record)
            return
        mapping = self._mapping
        found = {part: mapping.take(part, record) for part in PARTS}
        rest = mapping.rest(record)
        above = self._seq.get(str(found["parent"])) if found["parent"] is not None else None
        self._run.context |= {"time": any_time(found["time"]), "parent": above, "id": found["id"]}
        self._run.once = {"fields": rest or None}
        if found["id"] is not None:
            self._seq[str(found["id"])] = self._run.count
        self._event(number, kind_of(found["kind"], found), found, record)

    def _event(self, number: int, kind: str, found: dict[str, Any], record: dict[str, Any]) -> None:
        run, given, output = self._run, decoded(found["input"]), decoded(found["output"])
        said = output if output is not None else given
        tool = str(found["tool"] or "tool")
        match kind:
            case "call":  # request and answer in one
                run.request(f"record {number}", tool, given)
                self._answer(f"record {number}", output, record)
            case "request":
                call_id = f"record {number}"
                self._open.setdefault(tool, []).append(call_id)
                run.request(call_id, tool, given if given is not None else said)
            case "response":
                waiting = self._open.get(tool) or []
                self._answer(waiting.pop(0) if waiting else None, said, record)
            case "user" | "system":
                run.observation("message", kind, said)
            case "decision":
                run.decision("message" if isinstance(said, str) else "model", said)
            case "error":
                run.error(str(found["kind"]), first_line(str(said)) or "error", tool if found["tool"] else "agent")
            case _:
                of_kind, data = found["kind"], said if said is not None else record
                self._notes.count(UNMAPPED, example=None if of_kind is None else str(of_kind))
                run.custom("json-lines/record", data if of_kind is None else {"kind": of_kind, "data": data})

    def _answer(self, call_id: str | None, output: Any, record: dict[str, Any]) -> None:
        wrong = record.get("error")
        error = (first_line(str(wrong)) or "failed") if wrong else None
        seq, call = self._run.response(call_id, output, error=error)
        if error is not None:
            self._run.error("tool_error", str(wrong), call.tool_name, parent=seq)
