"""The base classes of importers whose files are a sequence of records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import numbered_values
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import tr, translatable

UNREADABLE_LINES = translatable("lines that are no JSON objects, kept as text")
NO_RUNS = translatable("records that hold no run, left out")
UNKNOWN_RECORDS = translatable("records of an unknown type, kept as custom events")


_MAX_UNREAD = 100  # lines that wait for the first record
CLOCK = "A time; it differs in every run."
ID = "An id; it differs in every run."
USAGE = "Tokens or cost; they vary between equal runs."
HOST = "A fact about the computer; it says nothing about the run."
RECORDER = "The version of the recorder; it says nothing about the run."
"""Reasons why a member is volatile."""


class RecordFormat:
    """An importer of files of records, which are a run. A subclass names the format and makes the events.

    Attributes:
        member: the name of the member with the records, if the file is one JSON object. Several such objects, in an
            array or one per line, are several runs.
        volatile: members of records that differ between faithful runs, with the reason; they are not compared.
        volatile_within: the same for members at any depth, whose names are volatile wherever they occur.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[int] = 1
    member: ClassVar[str | None] = None
    volatile: ClassVar[Mapping[str, str]] = {}
    volatile_within: ClassVar[Mapping[str, str]] = {}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file whose first records are of this format."""
        return self.is_format(first_records(file, self.member)) or self._is_several(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the file as one run, read as a stream, or one run for each object with records."""
        notes = ImportNotes(file.notes)
        if self._is_several(file):
            for number, record in numbered_records(file, notes):
                if self.member is None or not isinstance(record, dict) or _array(record, self.member) is None:
                    notes.count(NO_RUNS)
                    continue
                yield self._run(f"{file.stem} {number}", record, ImportNotes(notes))
            return
        head = first_records(file, self.member)
        if not self.recognises(file):
            raise ImportRefused(tr("{path}: no {title} in it", path=file.source.path, title=tr(self.title)))
        if self.member is not None and isinstance(file.document, dict) and self.member in file.document:
            yield self._run(file.stem, file.document, notes)
            return
        events = self.events(notes)
        events.examine_file(file)
        run_id = events.run_id(head) or file.stem
        yield events.imported_run(run_id, self.records(file, notes), events.time_of(head[0]))

    def records(self, file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
        """Yield the records of a file with their numbers from 1."""
        return numbered_records(file, notes, self.member)

    def _run(self, name: str, whole: dict[str, Any], notes: ImportNotes) -> ImportedRun:
        records: list[Any] = whole[str(self.member)]
        events = self.events(notes)
        events.whole = {key: value for key, value in whole.items() if key != self.member}
        head = [record for record in records if isinstance(record, dict)]
        created = events.time_of(head[0]) if head else None
        return events.imported_run(events.run_id(head) or name, enumerate(records, 1), created)

    def _is_several(self, file: ForeignFile) -> bool:
        """Whether the file is an array, or lines, of objects that each hold the records of a run."""
        if self.member is None or isinstance(file.document, dict):
            return False
        first = [record for record in first_records(file) if record]
        heads = [_array(record, self.member) for record in first]
        return any(self.is_format([record for record in head or () if isinstance(record, dict)]) for head in heads)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Return whether these first records are of this format."""
        raise NotImplementedError

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader for the events of one run."""
        raise NotImplementedError


def as_fields(rest: dict[str, Any]) -> dict[str, Any]:
    """Return the unused members of a record for the payload: ``{"fields": rest}``, {} if there are none."""
    return {"fields": rest} if rest else {}


def joined_fields(*extras: dict[str, Any]) -> dict[str, Any]:
    """Return members for one payload; all ``fields`` are kept, those of a part also beside one with the same name."""
    joined = dict[str, Any]()
    for extra in extras:
        known = joined.get("fields", {})
        fields = {
            name if known.get(name, value) == value else f"{name} of the part": value
            for name, value in extra.get("fields", {}).items()
        }
        joined |= extra | as_fields(known | fields)
    return joined


class RecordEvents:
    """Make events of records. A subclass maps one record (`add_record`) and adds the last events (`add_end`).

    Unused members of a record stay in content, under the payload's ``fields``, except for `volatile` members.

    Attributes:
        run: collects the events. notes: counts data that was not understood.
        format: the importer's name, the prefix of its custom kinds.
        volatile, volatile_within: as in RecordFormat.
        agent: name and version of the agent, for the log's header.
        whole: the other members of the object that holds the records. `taken`: those of them that have become events;
            the others become one event before the end of the run.
        how: (how the run ended, why), according to the records so far; None if unknown.
        stated_duration: of the run, according to the source, ns; 0 if it states none.
    """

    agent = "agent"
    taken: ClassVar[Collection[str]] = ()
    whole: dict[str, Any]
    how: tuple[End, str | None] | None = None
    stated_duration: int = 0

    def __init__(
        self, format: str, volatile: Collection[str], notes: ImportNotes, volatile_within: Collection[str] = ()
    ) -> None:
        self.run = RunBuilder(notes)
        self.notes = notes
        self.format = format
        self.volatile = volatile
        self.volatile_within = volatile_within
        self.whole = {}
        self._model: str | None = None

    def read(self, records: Iterable[tuple[int, Any]]) -> Iterator[ImportedEvent]:
        """Yield the events of records, given as (number, record). The number is the line, or the item, from 1."""
        unread: list[tuple[int, Any]] = []  # lines before the first record, such as a program's banner
        for number, record in records:
            self.run.context = {"line": number}
            if isinstance(record, dict):
                self.run.context["time"] = self.time_of(record)
                self.add_record(record)
            else:
                self.notes.count(UNREADABLE_LINES)
                unread.append((number, record))
            if self.run.count or len(unread) == _MAX_UNREAD:
                self._add_unreadable(unread)
            yield from self.run.drain()
        self._add_unreadable(unread)
        self.run.context = {}
        if fields := self.fields(self.whole, *self.taken):
            self.run.bookkeeping(f"{self.format}/file", fields["fields"])
        self.add_end()
        is_known = self.run.is_waiting or (self.run.has_end and self.how == ("answered", None))
        if self.how is not None and not (self.how[0] == "answered" and is_known):
            self.run.end(*self.how, duration=self.stated_duration or None)
        self.run.end_by_call()
        yield from self.run.drain()

    def _add_unreadable(self, lines: list[tuple[int, Any]]) -> None:
        """Add lines that are no objects, and forget them. The first event of a run is its agent's."""
        context = self.run.context
        for number, line in lines:
            self.run.context = {"line": number}
            self.run.custom(f"{self.format}/unreadable", line)
        self.run.context = context
        lines.clear()

    def imported_run(self, name: str, records: Iterable[tuple[int, Any]], created: int | None = None) -> ImportedRun:
        """Return the run of these numbered records; `created`: its start, in ns since 1970."""
        return ImportedRun(
            name=name,
            run_id=name,
            agent=self.agent,
            created=created,
            source={},
            events=self.read(records),
            notes=self.notes,
        )

    def examine_file(self, file: ForeignFile) -> None:
        """Examine a file of lines before its records are read one after the other."""

    def run_id(self, head: list[dict[str, Any]]) -> str | None:  # noqa: ARG002  subclasses use it
        """Return the id of the run, if its first records name one."""
        return None

    def time_of(self, record: dict[str, Any]) -> int | None:
        """Return the time of a record, in ns since 1970; None if unknown."""
        return any_time(record.get("timestamp"))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one record."""
        raise NotImplementedError

    def add_end(self) -> None:
        """Add the events at the end of the run."""

    def add_agent(self, version: str = "") -> None:
        """Add the AgentInit of an agent whose configuration is unknown, if the run has no event yet."""
        if not self.run.count:
            self.run.agent_init(self.agent, version, {})

    def fields(self, record: dict[str, Any], *used: str, **expected: Any) -> dict[str, Any]:
        """Return the `rest` of a record as ``{"fields": {…}}``; {} if it is empty."""
        return as_fields(self.rest(record, *used, **expected))

    def rest(self, record: dict[str, Any], *used: str, **expected: Any) -> dict[str, Any]:
        """Return the members that are neither `used`, volatile nor empty.

        `expected`: members with their usual value; they are left out if they have it.
        """
        return {
            key: member
            for key, value in record.items()
            if key not in used and key not in self.volatile and key not in self.volatile_within
            if key not in expected or expected[key] != value
            if (member := self._compared_part(value)) not in (None, [], {})
        }

    def _compared_part(self, value: Any) -> Any:
        """Return `value` without members that are volatile at any depth."""
        if not self.volatile_within:
            return value
        if isinstance(value, list):
            return [self._compared_part(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {key: self._compared_part(member) for key, member in value.items() if key not in self.volatile_within}

    def set_model(self, name: Any) -> None:
        """Add a change of the model, if `name` is another model than before."""
        if isinstance(name, str) and name:
            self.run.context["model"] = name
            if name != self._model:
                self._model = name
                self.run.add(Kind.STATE_TRANSITION, {"transition_type": "model", "data": {"model": name}})

    def add_unknown(self, kind: object, record: dict[str, Any], *used: str) -> None:
        """Add a record of an unknown type, unchanged, as a custom event."""
        self.notes.count(UNKNOWN_RECORDS, example=None if kind is None else str(kind))
        self.run.custom(f"{self.format}/{'record' if kind is None else kind}", self.rest(record, *used))

    def add_message(self, source: str, data: Any, extra: dict[str, Any] | None = None, **meta: Any) -> int:
        """Add a message to the agent; return its seq."""
        payload = {"obs_type": "message", "source": source, "data": data, **(extra or {})}
        return self.run.add(Kind.OBSERVATION, payload, **meta)

    def add_answer(
        self, text: Any, reasoning: str | None = None, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add a message of the agent, or its reasoning if `text` is empty; return its seq."""
        if not text and reasoning == REASONING_NOT_RECORDED:
            return self.run.withheld_reasoning(extra, **meta)
        payload = {
            "decision_type": "message" if text else "thinking",
            "data": text or None,
            "reasoning": reasoning or None,
            **(extra or {}),
        }
        return self.run.add(Kind.DECISION, payload, **meta)

    def add_result(
        self,
        call_id: object,
        output: Any,
        error: str | None,
        extra: dict[str, Any],
        *,
        refused: bool = False,
        **meta: Any,
    ) -> int:
        """Add the response to a call, with an Error if it failed, or a denial if it was `refused`; return its seq."""
        seq, _ = self.run.end_call(call_id, output, error=error, refused=refused, extra=extra, **meta)
        return seq


def check_size(file: ForeignFile) -> None:
    """Raise ImportRefused if the file is too large to hold all its records in memory."""
    if file.source.size > file.limits.document:
        most = file.limits.document >> 20
        raise ImportRefused(
            tr(
                "{path}: more than {limit} MB of records, which must be in memory together; split it",
                path=file.source.path,
                limit=most,
            )
        )


def numbered_records(file: ForeignFile, notes: ImportNotes, member: str | None = None) -> Iterator[tuple[int, Any]]:
    """Yield the records of a file with their numbers from 1: JSON lines, or the items of an array.

    `member`: the name of the member with the array, if the file is one object.
    """
    records = _array(file.document, member)
    yield from enumerate(records, 1) if records is not None else numbered_values(file.source, notes)


def as_map(value: Any) -> dict[str, Any]:
    """Return a JSON object unchanged; {} for any other value."""
    return value if isinstance(value, dict) else {}


def maps_in(value: Any) -> list[dict[str, Any]]:
    """Return the JSON objects in a list; [] if `value` is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def first_records(file: ForeignFile, member: str | None = None) -> list[dict[str, Any]]:
    """Return the first objects of a file, for the recognition of a format."""
    records = _array(file.document, member)
    first = records[:20] if records is not None else file.first_lines
    return [record for record in first if isinstance(record, dict)]


def _array(document: Any, member: str | None) -> list[Any] | None:
    """Return the records of a file that is one JSON value; None if the file is JSON Lines."""
    if isinstance(document, dict) and member is not None:
        document = document.get(member)
    return document if isinstance(document, list) else None
