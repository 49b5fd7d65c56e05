"""Pydantic AI: the messages of a run (``all_messages_json()``), as an array, lines or in its result; its stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.pydantic_ai_old import as_present, is_of_first_versions
from replay_gui.core.importers.formats.frameworks.pydantic_ai_stream import StreamedParts
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    ID,
    USAGE,
    RecordEvents,
    RecordFormat,
    first_records,
    joined_fields,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_ENDS: dict[str, End] = {"stop": "answered", "length": "limit", "error": "crash"}
"""How the run ended, by the reason of the last answer's end."""
_OUTPUT_ACCEPTED = "Final result processed."  # the result of the call that returns the final output

STREAMED = translatable("events of the stream, whose parts are read whole")


class PydanticAi(RecordFormat):
    """The importer. The messages of a file are one run."""

    name = "pydantic-ai"
    title = translatable("Pydantic AI messages")
    version = 10
    member = "messages"
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "run_id": ID,
        "conversation_id": ID,
        "timestamp": CLOCK,
        **dict.fromkeys(("tool_call_id", "tool_id"), ID),
        "provider_response_id": ID,
        "provider_details": "Details of the provider, with times.",
        "signature": "A signature; it differs in every run.",
        "signature_delta": "A signature; it differs in every run.",
        "usage": USAGE,
        "index": "The number of the part; the order of the parts shows it.",
        "previous_part_kind": "The kind of the previous part; the parts themselves are compared.",
        "next_part_kind": "The kind of the next part; the parts themselves are compared.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records with a request or response in parts, with an event about a part, or of the first versions."""
        return any(
            (record.get("kind") in ("request", "response") and _has_parts(record))
            or (isinstance(record.get("part"), dict) and "part_kind" in record["part"] and "event_kind" in record)
            or is_of_first_versions(record)
            for record in records
        )

    def _is_several(self, file: ForeignFile) -> bool:
        """Whether the file has several runs; an event of a stream may also hold messages."""
        return not any("event_kind" in record for record in first_records(file)) and super()._is_several(file)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of the file's messages."""
        return _PydanticAiEvents(self.name, self.volatile, notes)


_KINDS = ("request", "response")


def _has_parts(record: dict[str, Any]) -> bool:
    parts = record.get("parts")
    return isinstance(parts, list) and all(isinstance(part, dict) and "part_kind" in part for part in parts)


class _PydanticAiEvents(RecordEvents):
    agent = "Pydantic AI"
    taken = ("output",)
    _instructions: Any = None  # the last ones that the model received
    _last: Any = None  # the last text of the model

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._stream = StreamedParts()
        self._added_parts: set[int] = set()  # hashes of the parts of messages
        self._open: list[tuple[str, str]] = []  # (id, tool) of calls without an id in the file and without a result
        self._is_clock_fine = False  # whether the program's clock has parts of a second
        self._rests: list[tuple[str, dict[str, Any]]] = []  # kinds of the stream's events, with members in no part

    def add_end(self) -> None:
        """Add parts that only the stream has, and the output of the run, if it is not the last text of the model."""
        self.run.context = {}
        is_alone, stream = not self._added_parts, self._stream
        if is_alone:
            self.run.agent_init(self.agent, "", {})
            for part in stream.begun:
                self._added_parts.add(self._hash(part))
                self._part(part, {})
        for kind, rest in self._rests:
            self.run.bookkeeping(f"{self.format}/{kind}", rest)
        for part in (*stream.begun, *stream.others):
            if self._hash(part) not in self._added_parts:
                self._added_parts.add(self._hash(part))
                self.run.bookkeeping(f"{self.format}/streamed-part", self.rest(part))
        output = self.whole.get("output")
        if output not in (None, "", self._last):
            self.add_answer(output)

    def add_record(self, record: dict[str, Any]) -> None:
        record = as_present(record)
        if "event_kind" in record:
            self.notes.count(STREAMED)
            if rest := self.rest(self._stream.add(record)):
                self._rests.append((str(record["event_kind"]), rest))
            return
        if not _has_parts(record):
            self.add_unknown(record.get("kind"), record)
            return
        if not self.run.count:
            self.run.agent_init(self.agent, "", {key: record[key] for key in ("instructions",) if record.get(key)})
        usage, how = record.get("usage"), _ENDS.get(str(record.get("finish_reason")))
        self.how = None if how is None else (how, None)
        self.set_model(record.get("model_name"))
        use = _use(usage) if isinstance(usage, dict) else {}
        extra = self.fields(
            record,
            "parts",
            "instructions",
            "model_name",
            "kind" if record.get("kind") in _KINDS else "",
            state="complete",
        )
        instructions = record.get("instructions")
        if instructions and instructions != self._instructions:
            if self._instructions is not None:
                self.add_message("system", instructions)
            self._instructions = instructions
        if not record["parts"]:
            self.add_unknown(record.get("kind"), record)
        for part in record["parts"]:
            self.run.once, use = use, {}
            self._added_parts.add(self._hash(part))
            own = any_time(part.get("timestamp"))
            self._is_clock_fine = self._is_clock_fine or bool(own and own % 10**9)
            self.run.context["time"] = own or self.time_of(record)
            self._part(part, extra)
            extra = {}

    def _hash(self, part: dict[str, Any]) -> int:
        return hash(json.dumps({**self.rest(part), "args": decoded(part.get("args"))}, sort_keys=True))

    def _part(self, part: dict[str, Any], extra: dict[str, Any]) -> None:
        kind, content, tool_id = str(part["part_kind"]), part.get("content"), part.get("tool_call_id")
        name = str(part.get("tool_name") or "tool")
        call_id = tool_id if tool_id is not None else self._call_without_id(kind, part.get("tool_name"))
        call = self.run.call(call_id)
        known = call.tool_name if call is not None and kind.endswith(("return", "retry-prompt")) else name
        of_part = self.fields(part, "part_kind", "content", "args", tool_name=known, outcome="success")
        more = joined_fields(extra, of_part)
        match kind:
            case "system-prompt" | "user-prompt":
                self.add_message(kind.removesuffix("-prompt"), content_of(content) or None, more)
            case "text":
                self._last = content
                self.run.context["parent"] = self.add_answer(content, None, more)
            case "thinking":
                self.run.context["parent"] = self.add_answer(None, content or REASONING_NOT_RECORDED, more)
            case "tool-call" | "builtin-tool-call":
                # A streamed answer has the time of its first word; an answer has OpenAI's time, in whole seconds, of
                # when the question came in. Neither says when the call began.
                is_created = self._is_clock_fine and not (self.run.context.get("time") or 1) % 10**9
                when: dict[str, Any] = {"time": None} if self._stream.begun or is_created else {}
                self.run.request(call_id, name, decoded(part.get("args")), extra=more, tool_call_id=tool_id, **when)
            case "tool-return" | "builtin-tool-return":
                self.run.context.pop("parent", None)
                how = part.get("outcome")
                failed = how in ("failed", "denied", "retried", "interrupted")
                self.how = ("answered", None) if content == _OUTPUT_ACCEPTED else self.how
                error = (first_line(content) or str(how)) if failed else None
                self.add_result(call_id, content, error, more, refused=how == "denied", tool_name=name)
            case "retry-prompt" if isinstance(call_id, str) and self.run.call(call_id) is not None:
                self.run.context.pop("parent", None)
                self.add_result(call_id, content, first_line(content) or "the arguments were not valid", more)
            case "retry-prompt":
                self.run.error("retry", str(content), self.agent, more)
            case _:
                self.add_unknown(kind, part, "part_kind")

    def _call_without_id(self, kind: str, name: Any) -> str | None:
        """Return the id of a call that has none in the file: a new one, or that of the call that has its result now."""
        if kind in ("tool-call", "builtin-tool-call"):
            self._open.append((f"call {self.run.count}", str(name)))
            return self._open[-1][0]
        found = next((one for one in self._open if one[1] == name), None) if name is not None else None
        if found is None or not kind.endswith(("return", "retry-prompt")):
            return None
        self._open.remove(found)
        return found[0]


def _use(usage: dict[str, Any]) -> dict[str, Any]:
    names = {"input": "input_tokens", "cached": "cache_read_tokens", "output": "output_tokens"}
    names = names if "input_tokens" in usage else {"input": "request_tokens", "output": "response_tokens"}
    return {"tokens": counted_tokens(usage, {**names, "reasoning": "details/reasoning_tokens"})}
