"""Chat messages in the form of OpenAI, Anthropic and others: an array, lines, or inside ``{"messages": […]}``.

There may be one such object, an array, or one per line; each is then a run, described by its other members.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.calls_with_results import with_results
from replay_gui.core.importers.formats.chats.call_logs import (
    LoggedCall,
    answer_in_record,
    conversations,
    without_repetitions,
)
from replay_gui.core.importers.formats.chats.message_stores import is_message_store, stored_sessions
from replay_gui.core.importers.formats.later_results import LaterResults
from replay_gui.core.importers.formats.message import Message
from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.formats.message_forms import is_message, names_speaker, read_message
from replay_gui.core.importers.formats.message_parts import OF_PARTS, split_at_results
from replay_gui.core.importers.formats.message_text import is_context
from replay_gui.core.importers.formats.message_usage import usage_in, use_of
from replay_gui.core.importers.formats.providers.provider_answers import is_answer, items_of
from replay_gui.core.importers.formats.record_use import LENGTHS
from replay_gui.core.importers.formats.records import (
    CLOCK,
    ID,
    USAGE,
    RecordEvents,
    as_fields,
    joined_fields,
    numbered_records,
)
from replay_gui.core.importers.formats.run_grades import RunGrades
from replay_gui.core.importers.formats.run_ids import RUN_IDS, runs_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import MAGIC
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import tr, translatable

_MAX_SAMPLED_MESSAGES = 50  # messages that are examined to recognise a file
NO_MESSAGES = translatable("conversations in which no messages were found, left out")
_MEMBERS = (  # members that hold messages
    *("messages", "conversation", "conversations", "trajectory", "transcript", "history", "chat", "dialog", "dialogue"),
    *("turns", "trace", "chat_history", "conversation_history", "message_history", "request", "input", "items"),
    *("output", "data", "body", "contents", "params"),
    "Messages",
)
_HOLDERS = (*_MEMBERS, "store", "agents", "agent_states", "agent_state", "llm_context", "message_thread", "values")
"""Names of members around messages that are not used as a run's name."""
_MAX_DEPTH = 5  # levels of objects and arrays around messages
_THANKS = "Got it. Thanks for the context!"  # as Gemini CLI writes in the model's place
_TIMES = ("timestamp", "time", "created_at", "createdAt", "created", "ts")


class ChatMessages:
    """The importer. A list of messages is one run; lines with a list each are one run per line."""

    name = "chat-messages"
    title = translatable("chat messages")
    version = 24
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "uuid", "tracking_id", "message_id", "call_id"), ID),
        "index": "The number of the part; the order of the parts shows it.",
        "turn_idx": "The number of the message; the order of the messages shows it.",
        **dict.fromkeys((*_TIMES, *LENGTHS), CLOCK),
        "usage": USAGE,
        "metadata/cost": USAGE,
        "models_usage": USAGE,
        "usage_metadata": USAGE,
        "metrics": USAGE,
        "response_metadata": USAGE,
        **dict.fromkeys(RUN_IDS, ID),
        **OF_PARTS,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document with a list of messages, lines of messages or of lists, or a database of messages."""
        if is_message_store(file):
            return True
        document = file.document
        if self._messages_of(document) is not None or self._are_whole(document) or self._is_lines(file):
            return True
        return isinstance(document, dict) and bool(self._split(document)[0])

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return a database's journal, if it has one: only it may have the newest messages."""
        return side_files(file.path) if file.head.startswith(MAGIC) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield one run for a list of messages, or one run for each object with such a list."""
        notes = ImportNotes(file.notes)
        if file.head.startswith(MAGIC):
            for session, stored in stored_sessions(file):
                yield self._run(session, {}, stored, ImportNotes(notes))
            return
        name, messages = file.stem, self._messages_of(file.document)
        if messages is not None:
            whole = file.document if isinstance(file.document, dict) and not is_answer(file.document) else {}
            yield self._run(name, whole, enumerate(messages, 1), notes)
        elif self._are_whole(file.document):
            yield from self._each(name, enumerate(file.document, 1), notes)
        elif self._is_lines(file) and self._are_whole([*file.first_lines]):
            yield from self._each(name, numbered_records(file, notes), notes)
        elif self._is_lines(file):
            first = [line for line in file.first_lines if isinstance(line, dict)]
            for run_id, records in (runs := runs_in(file, partial(numbered_records, file), first, notes)):
                yield self._run(run_id, {}, iter(records), ImportNotes(notes))
            if not runs:
                yield self._run(name, {}, numbered_records(file, notes), notes)
        elif isinstance(file.document, dict) and (found := self._split(file.document))[0]:
            for inner, talk in found[0]:
                yield self._run(inner or name, found[1] or {}, enumerate(talk, 1), ImportNotes(notes))
        else:
            raise ImportRefused(tr("{path}: no chat messages in it", path=file.source.path))

    def _each(self, name: str, records: Iterator[tuple[int, Any]], notes: ImportNotes) -> Iterator[ImportedRun]:
        talks = conversations(self._calls(records, notes))
        begun = [*islice(talks, 2)]
        if len(begun) == 1 and len(begun[0]) > 1:
            whole, messages = without_repetitions(begun[0], self.volatile)
            yield self._run(name, whole, enumerate(messages, 1), ImportNotes(notes))
            return
        for talk in chain(begun, talks):
            own, first = ImportNotes(notes), talk[0]
            if len(talk) == 1:
                yield self._run(f"{name} {first.number}", first.record, enumerate(first.sent, 1), own)
            else:
                whole, messages = without_repetitions(talk, self.volatile)
                yield self._run(f"{name} {first.number}", whole, enumerate(messages, 1), own)

    def _calls(self, records: Iterator[tuple[int, Any]], notes: ImportNotes) -> Iterator[LoggedCall]:
        for number, record in records:
            messages = self._messages_of(record) if isinstance(record, dict) else None
            if messages is None and not _is_empty(record):
                notes.count(NO_MESSAGES)
                continue
            yield LoggedCall(number, record, messages or [], answer_in_record(record))

    def _run(
        self, name: str, whole: dict[str, Any], messages: Iterator[tuple[int, Any]], notes: ImportNotes
    ) -> ImportedRun:
        events = ChatMessageEvents(self.name, self.volatile, notes)
        setting = events.rest(self._without_messages(whole))
        for system in _instructions(whole, setting):
            instructions, first = {"role": "system", "content": system}, [*islice(messages, 1)]
            head = read_message(first[0][1]) if first and is_message(first[0][1]) else None
            if head is None or (head.role, head.content) != (
                "system",
                read_message(instructions).content,
            ):
                first = [(0, instructions), *first]
            messages = chain(first, messages)
        setting = events.grades.take_grades(setting)
        messages = _oldest_first(messages, events)
        if (answer := answer_in_record(setting)) is not None and (more := _with_answer(messages, answer[1], whole)):
            messages = iter(more)
            setting.pop(answer[0])
        events.begin(setting)
        return events.imported_run(name, messages)

    def _messages_of(self, document: Any) -> list[Any] | None:
        """Return the messages in a list, or in an object with a list of them; None if there are none."""
        if isinstance(document, str) and document.startswith("[{"):  # JSON in a text, as tables have it
            document = decoded(document)
        if is_answer(document):
            return [document]
        if isinstance(document, dict):
            return next((held for member in _MEMBERS if (held := self._messages_of(document.get(member)))), None)
        if not isinstance(document, list) or not document:
            return None
        read = [message for message in document[:_MAX_SAMPLED_MESSAGES] if is_message(message)]
        most = len(read) * 2 > len(document[:_MAX_SAMPLED_MESSAGES])
        return document if most and any(map(names_speaker, read)) else None

    def _without_messages(self, whole: dict[str, Any]) -> dict[str, Any]:
        """Return an object without the messages in it or in an object within it."""
        member = next((one for one in _MEMBERS if self._messages_of(whole.get(one)) is not None), None)
        rest = {name: value for name, value in whole.items() if name != member}
        inner = whole.get(member) if member is not None else None
        about = self._without_messages(inner) if isinstance(inner, dict) else {}
        return {**rest, str(member): about} if about else rest

    def _split(self, value: Any, name: str = "", depth: int = _MAX_DEPTH) -> tuple[list[tuple[str, list[Any]]], Any]:
        """Return (the lists of messages within an object, each with the name of its member; the rest of the object)."""
        if isinstance(value, list) and self._messages_of(value) is not None:
            return [(name, value)], None
        if not depth or not isinstance(value, dict | list):
            return [], value
        talks, rest = list[tuple[str, list[Any]]](), dict[Any, Any]()
        for key, member in value.items() if isinstance(value, dict) else enumerate(value, 1):
            inner = name if key in _HOLDERS else f"{name} {key}".strip() if isinstance(value, list) else str(key)
            found, left = self._split(member, inner, depth - 1)
            talks += found
            if not found or left not in (None, {}, []):
                rest[key] = left
        return talks, rest if isinstance(value, dict) else list(rest.values())

    def _are_whole(self, records: Any) -> bool:
        """Whether these are objects that each hold a list of messages, some of them perhaps empty."""
        records = [record for record in records if record is not None] if isinstance(records, list) else []
        held = [
            isinstance(record, dict) and not is_answer(record) and self._messages_of(record) is not None
            for record in records
        ]
        return any(held) and all(own or _is_empty(record) for own, record in zip(held, records, strict=True))

    def _is_lines(self, file: ForeignFile) -> bool:
        lines = [line for line in file.first_lines if line is not None]
        if not lines or file.document is not None:
            return False
        return self._messages_of(lines) is not None or self._are_whole(lines)


def _instructions(whole: dict[str, Any], setting: dict[str, Any]) -> Iterator[str | list[Any]]:
    """Yield the instructions of a request that are not among its messages, and remove them from `setting`."""
    for holder in (None, *_MEMBERS):
        inner, rest = (whole, setting) if holder is None else (whole.get(holder), setting.get(holder))
        if isinstance(inner, dict) and isinstance(rest, dict):
            for name in ("system", "instructions")[: 1 if holder is None else 2]:
                if isinstance(inner.get(name), str | list) and rest.pop(name, None):
                    yield inner[name]


def _oldest_first(messages: Iterator[tuple[int, Any]], events: ChatMessageEvents) -> Iterator[tuple[int, Any]]:
    """Yield the messages with the oldest first; some APIs return the newest first."""
    if not isinstance(messages, enumerate):
        return messages
    listed = list(messages)
    times = [events.time_of(message) if isinstance(message, dict) else None for _, message in listed]
    known = [time for time in times if time is not None]
    falls = len(known) == len(times) > 1 and known == sorted(known, reverse=True) and known[0] > known[-1]
    return iter(listed[::-1] if falls else listed)


def _with_answer(
    messages: Iterator[tuple[int, Any]], answer: dict[str, Any], whole: dict[str, Any]
) -> list[tuple[int, Any]]:
    """Return the messages with the model's answer and its other members; [] if they end with another answer."""
    listed = list(messages)
    last = listed[-1][1] if listed else None
    if isinstance(last, dict) and is_message(last) and read_message(last).role == "assistant":
        return listed if read_message(last).content == read_message(answer).content else []
    about = {name: whole[name] for name in ("model", "usage", *_TIMES) if name in whole and name not in answer}
    return [*listed, (len(listed) + 1, {**about, **answer})]


def _is_empty(record: Any) -> bool:
    """Whether an object's list of messages is empty or null."""
    return isinstance(record, dict) and any(record[member] in ([], None) for member in _MEMBERS if member in record)


class ChatMessageEvents(RecordEvents):
    """Make events of messages: texts with their speakers, tool calls and their results."""

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._begun = False
        self._instructions: str | None = None  # the instructions that the model's answers report
        self._open: list[str] = []  # calls without a result, oldest first
        self._asked: list[str] = []  # calls of the last message
        self._later = LaterResults(())
        self.grades = RunGrades()

    def read(self, records: Iterable[tuple[int, Any]]) -> Iterator[ImportedEvent]:
        """Yield the events of numbered messages."""
        self._later = LaterResults(records)
        yield from super().read(self._later)

    def time_of(self, record: dict[str, Any]) -> int | None:
        """Return the time of a message, in nanoseconds since 1970; None if it has none."""
        return next((time for name in _TIMES if (time := any_time(record.get(name))) is not None), None)

    def begin(self, setting: dict[str, Any]) -> None:
        """Add the first event; `setting`: facts about the run other than its messages."""
        self._begun = True
        self.run.agent_init(self.agent, "", setting)

    def add_end(self) -> None:
        """Add the expected result and the outcome, if known."""
        self.grades.add(self.run)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message; another record becomes an event of an unknown kind."""
        if not self._begun:
            self.begin({})
        if record.get("role") == "meta":  # the program says something of itself
            self.run.bookkeeping(f"{self.format}/meta", self.rest(record, "role"))
            return
        if not is_message(record):
            self.add_unknown(record.get("type") or record.get("role"), record)
            return
        if is_answer(record) and isinstance(instructions := record.get("instructions"), str):
            record = {name: member for name, member in record.items() if name != "instructions"}
            if instructions != self._instructions:
                self._instructions = instructions
                self.add_message("system", instructions)
        has_items = record.get("object") == "response" and is_answer(record)
        for piece in items_of(record) if has_items else split_at_results(record):
            self.run.context.pop("parent", None)
            if is_message(piece):
                self._message(piece)
            else:
                self.add_unknown(piece.get("type") if isinstance(piece, dict) else None, _as_record(piece))

    def _message(self, record: dict[str, Any]) -> None:
        message, about = with_results(read_message(record), record), record.get("metadata")
        if not (isinstance(about, dict) and isinstance(about.get("usage"), dict)):
            about = {}
        extra = self.fields(message.rest, "model", "metadata" if about else "")
        extra = _with_unused(extra, "metadata", self.fields(about, "model", "usage", "cost")) if about else extra
        self.run.context |= {"message_id": record.get("id")}
        answer = message.rest.get("response_metadata")
        answer = answer if isinstance(answer, dict) else {}
        models = (message.rest.get("model"), about.get("model"), answer.get("model_name"), answer.get("model"))
        self.set_model(next((model for model in models if model), None))
        self.run.once = use_of(usage_in(message.rest) or about.get("usage"), about.get("cost"))
        if message.role == "assistant":
            self._assistant(message, extra)
        else:
            asks_itself = message.calls and not message.results
            self._other(message, self._request_calls(message, extra | ({"role": message.role} if asks_itself else {})))

    def _assistant(self, message: Message, extra: dict[str, Any]) -> None:
        if message.content == _THANKS and not message.calls and self._open == []:
            self.run.unmapped = extra.get("fields", {})
            self.run.bookkeeping(f"{self.format}/context", message.content)
            return
        if message.content is not None or message.reasoning or not message.calls:
            self.run.context["parent"] = self.add_answer(message.content, message.reasoning, extra)
            extra = {}
        self._results(message, self._request_calls(message, extra))

    def _request_calls(self, message: Message, extra: dict[str, Any]) -> dict[str, Any]:
        """Add the calls of a message; return the part of `extra` that no call has used."""
        self._asked = []
        for call in message.calls:
            call_id = call.id or f"call {self.run.count}"
            self._asked.append(call_id)
            self._open.append(call_id)
            members = extra.get("fields", {}) | self.rest({"call": call.rest})
            more = extra | as_fields(members)
            self.run.request(call_id, call.name, call.input, extra=more, tool_call_id=call.id)
            extra = {}
        return extra

    def _other(self, message: Message, extra: dict[str, Any]) -> None:
        if message.results and message.role not in ("user", "tool"):
            extra = extra | {"role": message.role}
        if message.reasoning:
            extra = extra | {"reasoning": message.reasoning}
        extra = self._results(message, extra)
        if message.role == "user" and is_context(message.content):
            self.run.unmapped = extra.get("fields", {})
            self.run.bookkeeping(f"{self.format}/context", message.content)
        elif message.content is not None or not (message.results or message.calls):
            self.add_message(message.role, message.content, extra)

    def _results(self, message: Message, extra: dict[str, Any]) -> dict[str, Any]:
        """Add the results in a message; return the part of `extra` that no result has used."""
        for told in message.results:
            if self._later.hold(message, told):
                continue
            result, differing = self._later.whole(told)
            extra = joined_fields(extra, as_fields(differing))
            own = self._asked[result.call_number] if result.call_number is not None else result.id
            call_id = own or (self._open[0] if self._open else None)
            if call_id is None:  # the program ran something without a call of the model
                self.add_message(message.role, result.output, extra)
                extra = {}
                continue
            if call_id in self._open:
                self._open.remove(call_id)
            asked = self.run.call(call_id)
            if result.name is not None and asked is not None and asked.tool_name != result.name:
                extra = extra | {"tool": result.name}
            about: dict[str, Any] = {"tool_name": result.name, "tool_call_id": result.id}
            about |= {} if result.duration is None else {"duration": result.duration}
            self.add_result(call_id, result.output, result.failure, extra, refused=result.refused, **about)
            extra = {}
        return extra


def _as_record(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {"item": item}


def _with_unused(extra: dict[str, Any], name: str, unused: dict[str, Any]) -> dict[str, Any]:
    """Return the unused part of a message, with the unused part of one of its members."""
    return {**extra, "fields": {**extra.get("fields", {}), name: unused["fields"]}} if unused else extra
