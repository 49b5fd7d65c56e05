"""Antigravity transcripts (``transcript.jsonl``): JSON Lines of steps; results follow in the order of their calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    USAGE,
    RecordEvents,
    RecordFormat,
    joined_fields,
    maps_in,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.closed_tags import without_closed
from replay_gui.core.translation.messages import translatable

_TYPES = ("USER_INPUT", "PLANNER_RESPONSE")
_REQUEST_END = "</USER_REQUEST>"
_REQUEST = re.compile(f"<USER_REQUEST>(.*?){_REQUEST_END}", re.DOTALL)
_NOTICE = re.compile(r"\s*<SYSTEM_MESSAGE>(.*)</SYSTEM_MESSAGE>\s*", re.DOTALL)
_MODEL = re.compile(r"setting `Model Selection` from [^\n]{1,80}? to ([^\n]{1,80}?)\.(?:\s|$)")
_CLOCKS = re.compile(r"\s*Created At: (\S+)\n(?:Completed At: (\S+)\n)?\s*")
_FAILED = re.compile(r"(?:The c|the c|C)ommand (?:failed|exited) with (?:exit )?code:? (\d+)")
_OF_COMMAND = re.compile(r"(?:The command (?:failed|exited) with |Tool is running as a background task)")
_TOKENS = {"input": "input_tokens", "cached": "cached_content_token_count", "output": "output_tokens"}
_STEP_TOKENS = {"input": "input_tokens", "cached": "cache_read_tokens", "output": "output_tokens"}  # of a step itself
_OTHER_TOKENS = {
    "input": "prompt_token_count",
    "cached": "cached_content_token_count",
    "output": "candidates_token_count",
}


class Antigravity(RecordFormat):
    """The importer. A transcript is one run."""

    name = "antigravity"
    title = translatable("Antigravity transcript")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        "step_index": "The number of the step; the order of the steps shows it.",
        "created_at": CLOCK,
        **dict.fromkeys(("usage", *_STEP_TOKENS.values()), USAGE),
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept numbered steps, one of which is a prompt or an answer."""
        numbered = [record for record in records if isinstance(record.get("step_index"), int)]
        return len(numbered) == len(records) and any(record.get("type") in _TYPES for record in numbered)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one transcript's steps."""
        return _AntigravityEvents(self.name, self.volatile, notes)


class _AntigravityEvents(RecordEvents):
    agent = "Antigravity"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._open: list[tuple[str, str]] = []  # calls of the last answer: id, tool

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("created_at"))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one step."""
        self.add_agent()
        kind, source, content = record.get("type"), record.get("source"), record.get("content")
        extra = self.fields(record, "type", "content", source="SYSTEM", status="DONE")
        if kind in ("USER_INPUT", "USER_MESSAGE"):
            self._add_prompt(content, self.fields(record, "type", "content", status="DONE", source="USER_EXPLICIT"))
        elif kind == "PLANNER_RESPONSE":
            self._answer(record)
        elif kind == "CHECKPOINT":
            data = self.rest(record, "type", source="SYSTEM", status="DONE")
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": data})
        elif kind == "SYSTEM_MESSAGE":
            inner = _NOTICE.fullmatch(content) if isinstance(content, str) else None
            self.run.observation("notice", "system", inner[1].strip() if inner else content, extra)
        elif kind == "ERROR_MESSAGE":
            self.run.error("error", str(content or "error"), self.agent, extra)
        elif source == "MODEL" or (self._open and isinstance(content, str) and _OF_COMMAND.match(content)):
            self._result(record, str(kind).lower())
        else:
            self.run.bookkeeping(
                f"{self.format}/{str(kind).lower()}", self.rest(record, "type", source="SYSTEM", status="DONE")
            )

    def _add_prompt(self, content: Any, extra: dict[str, Any]) -> None:
        """Add the user's words, and separately the context around them."""
        text = content if isinstance(content, str) else ""
        asked, around = without_closed(_REQUEST, text, _REQUEST_END)
        if model := _MODEL.search(text):
            self.set_model(model[1])
        if asked and around.strip():
            self.run.bookkeeping(f"{self.format}/context", around.strip())
        self.add_message("user", "\n".join(one[1].strip() for one in asked) if asked else content, extra)

    def _answer(self, record: dict[str, Any]) -> None:
        self._open = []
        content, thought, calls = record.get("content"), record.get("thinking"), maps_in(record.get("tool_calls"))
        self.set_model(record.get("model") or self._model)
        usage = record.get("usage")
        tokens = counted_tokens(usage, _TOKENS) or counted_tokens(usage, _OTHER_TOKENS)
        tokens = tokens or counted_tokens(record, _STEP_TOKENS)
        self.run.once = {"tokens": tokens} if tokens else {}
        used = ("type", "content", "thinking", "tool_calls", "model")
        extra = self.fields(record, *used, status="DONE", source="MODEL")
        if content or thought or not calls:
            self.add_answer(content, thought if isinstance(thought, str) else None, extra)
            extra = {}
        for call in calls:
            call_id, name = f"call {self.run.count}", str(call.get("name") or "tool")
            given = call.get("args")
            given = {key: _plain(value) for key, value in given.items()} if isinstance(given, dict) else given
            self.run.request(call_id, name, given, extra=joined_fields(extra, self.fields(call, "name", "args")))
            self._open.append((call_id, name))
            extra = {}

    def _result(self, record: dict[str, Any], tool: str) -> None:
        """Add the result of the last answer's call that has the name of the step, or else of its next call."""
        place = next((n for n, (_, name) in enumerate(self._open) if name == tool), 0)
        name = tool
        if self._open:
            call_id, name = self._open.pop(place)
        else:
            call_id = f"call {self.run.count}"
            self.run.request(call_id, tool, None)
        output, status = record.get("content"), record.get("status")
        clocks = _CLOCKS.match(output) if isinstance(output, str) else None
        if clocks is not None and isinstance(output, str):
            output = output[clocks.end() :]
            self.run.context["time"] = any_time(clocks[2]) or self.run.context.get("time")
        failed = _FAILED.search(output[:2000]) if isinstance(output, str) else None
        error = f"exit {failed[1]}" if failed and failed[1] != "0" else None
        if status in ("ERROR", "CANCELED", "CANCELLED"):
            error = error or first_line(record.get("error")) or first_line(output) or str(status).lower()
        told_by = "SYSTEM" if record.get("source") == "SYSTEM" else "MODEL"
        usual = {"status": status if status in ("DONE", "ERROR") else None, "source": told_by}
        extra = self.fields(record, "content", **usual, type=name.upper())
        self.add_result(call_id, output, error, extra)


def _plain(value: Any) -> Any:
    """Return an argument that was written as JSON within a text."""
    if isinstance(value, str) and value[:1] in ('"', "{", "["):
        try:
            return value_in(value)
        except NotJson:
            return value
    return value
