"""The base class of importers for tracing services, whose records are spans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import check_size, first_records, numbered_records
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.spans import Span
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.translation.messages import tr, translatable

_PAGE = "Which page of a longer list this is; it says nothing about the run."
PAGING = dict.fromkeys(("cursor", "cursors", "next_cursor", "meta", "total"), _PAGE)
NOT_SPANS = translatable("records that are no span, left out")


class SpanRecordFormat:
    """An importer of spans in an array, in lines, or in a member of one object. Each trace is a run.

    Attributes:
        members: names of the member with the records, if the file is one object.
        volatile: members that differ between faithful runs, with the reason; they are not compared.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    members: ClassVar[Sequence[str]]
    volatile: ClassVar[Mapping[str, str]] = {}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file whose first records are spans of this format."""
        first = first_records(file, self._member(file))
        return bool(first) and all(map(self.is_span, first))

    def _member(self, file: ForeignFile) -> str | None:
        document = file.document if isinstance(file.document, dict) else {}
        return next((name for name in self.members if isinstance(document.get(name), list)), None)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each trace."""
        check_size(file)
        notes = ImportNotes(file.notes)
        traces: dict[str, list[dict[str, Any]]] = {}
        for _, record in numbered_records(file, notes, self._member(file)):
            if isinstance(record, dict) and self.is_span(record):
                traces.setdefault(self.trace_of(record), []).append(record)
            else:
                notes.count(NOT_SPANS)
        if not traces:
            raise ImportRefused(tr("{path}: no {title} in it", path=file.source.path, title=tr(self.title)))
        for trace, records in traces.items():
            own = ImportNotes(notes)
            spans = self.spans(records, own)
            events = SpanEvents(spans, self.name, own, plain(self._around(file), own))
            starts = [span.start for span in spans if span.start is not None]
            yield events.imported_run(trace, min(starts, default=None), self.further(file, trace))

    def _around(self, file: ForeignFile) -> dict[str, Any]:
        """Return the file's members beside its records; pages of an API have the place of the next one."""
        member = self._member(file)
        around = file.document if isinstance(file.document, dict) and member is not None else {}
        used = (member, *PAGING, *self.volatile)
        return {name: value for name, value in around.items() if name not in used}

    def further(self, file: ForeignFile, trace: str) -> Iterable[ImportedEvent]:  # noqa: ARG002  # of subclasses
        """Return the events at the end of a trace's run that are in the file beside its spans."""
        return ()

    def is_span(self, record: dict[str, Any]) -> bool:
        """Return whether a record is a span of this format."""
        raise NotImplementedError

    def trace_of(self, record: dict[str, Any]) -> str:
        """Return the id of a span's trace."""
        raise NotImplementedError

    def spans(self, records: list[dict[str, Any]], notes: ImportNotes) -> list[Span]:
        """Return the spans of one trace."""
        raise NotImplementedError

    def rest(self, record: dict[str, Any], *used: str) -> dict[str, Any]:
        """Return the members that are neither `used`, volatile nor empty."""
        known = (*used, *self.volatile)
        return {key: value for key, value in record.items() if key not in known and value not in (None, "", [], {})}


def answers_in(output: Any) -> tuple[list[Any], str | None]:
    """Return (messages, reason of the end) of a model's response in OpenAI's or Anthropic's form."""
    choices = output.get("choices") if isinstance(output, dict) else output
    if isinstance(choices, list) and choices and all(isinstance(one, dict) and "message" in one for one in choices):
        extra = [
            {key: value for key, value in one.items() if key != "message" and (key, value) != ("index", number)}
            for number, one in enumerate(choices)
        ]
        messages = [
            {**one["message"], **more} if isinstance(one["message"], dict) else one["message"]
            for one, more in zip(choices, extra, strict=True)
        ]
        reason = choices[-1].get("finish_reason")
        return messages, reason if isinstance(reason, str) else None
    if isinstance(output, dict) and is_message(output):
        reason = output.get("stop_reason")
        return [output], reason if isinstance(reason, str) else None
    if isinstance(output, dict) and "finishReason" in output and {"content", "text"} & output.keys():
        reason = output["finishReason"]
        return [_of_ai_sdk(output)], reason if isinstance(reason, str) else None
    return ([*output] if isinstance(output, list) and output and all(map(is_message, output)) else []), None


OF_ANSWERS = ("choices", "content", "text", "toolCalls", "reasoning", "reasoningText")
"""Members of a model's response that `answers_in` reads."""
OF_REQUESTS = ("messages", "prompt", "system")
"""Members of a model's input that `messages_in` reads."""


def _of_ai_sdk(output: dict[str, Any]) -> dict[str, Any]:
    """Return the message in a result of the Vercel AI SDK: its parts, or its text and calls."""
    parts = output.get("content")
    if not isinstance(parts, list):
        calls = output.get("toolCalls")
        text = [{"type": "text", "text": output["text"]}] if output.get("text") else []
        parts = [*text, *(calls if isinstance(calls, list) else [])]
    return {"role": "assistant", "content": parts}


def messages_in(given: Any) -> list[Any]:
    """Return the messages in a model's input; [] if there are none. The Vercel AI SDK's prompt can be a text."""
    sent, system = given, None
    if isinstance(given, dict):
        sent, system = given.get("messages") or given.get("prompt"), given.get("system")
        sent = [{"role": "user", "content": sent}] if isinstance(sent, str) and sent else sent
    messages = [*sent] if isinstance(sent, list) and sent and all(map(is_message, sent)) else []
    return [{"role": "system", "content": system}, *messages] if messages and system else messages


def other_members(value: Any, used: Sequence[str]) -> dict[str, Any]:
    """Return the members of a request or a response that are not `used`, nor null."""
    if not isinstance(value, dict):
        return {}
    return {name: member for name, member in value.items() if name not in used and member is not None}
